"""Which arrays are x and y, by the names that people give them."""

import numpy as np
import pytest

from standout.data.arrays import read_arrays
from standout.data.names import choose

CHOSEN = {
    ("x", "y"): {"x": ["x"], "y": ["y"]},
    ("X", "Y"): {"x": ["X"], "y": ["Y"]},
    ("images", "labels", "ids"): {"x": ["images"], "y": ["labels"], "ids": ["ids"]},
    ("data", "target", "feature_names"): {"x": ["data"], "y": ["target"]},
    ("x", "data", "y", "labels"): {"x": ["x"], "y": ["y"]},
    ("features", "labels"): {"x": ["features"], "y": ["labels"]},
    ("x_test", "y_test", "x_train", "y_train"): {"x": ["x_train", "x_test"], "y": ["y_train", "y_test"]},
    ("X_train", "y_train", "X_val", "y_val"): {"x": ["X_train", "X_val"], "y": ["y_train", "y_val"]},
    ("train_images", "train_labels", "val_images", "val_labels", "test_images", "test_labels"): {
        "x": ["train_images", "val_images", "test_images"],
        "y": ["train_labels", "val_labels", "test_labels"],
    },
    ("x_train", "y_train", "ids_train"): {"x": ["x_train"], "y": ["y_train"], "ids": ["ids_train"]},
    ("x_train", "y_train", "ids_train", "x_test", "y_test"): {"x": ["x_train", "x_test"], "y": ["y_train", "y_test"]},
    ("x", "y", "x_test", "y_test"): {"x": ["x"], "y": ["y"]},
    ("arr_0", "arr_1"): {"x": ["arr_0"], "y": ["arr_1"]},
    ("arr_0", "arr_1", "arr_2"): None,
    ("data", "images", "target"): None,
    ("x",): None,
    ("weights", "bias"): None,
    (): None,
}


@pytest.mark.parametrize(("names", "parts"), CHOSEN.items(), ids=lambda v: "+".join(v) if isinstance(v, tuple) else "")
def test_choice(names, parts):
    found = choose(names)
    assert (found and found.parts) == parts
    assert choose(reversed(names)) == found, "the order in the file says nothing"


def test_other_names_are_told_and_what_is_not_used_too(tmp_path):
    path, x, y = tmp_path / "a.npz", np.arange(24).reshape(12, 2), np.arange(12) % 3
    np.savez(path, X=x, labels=np.eye(3)[y], feature_names=np.array(["u", "v"]))
    d = read_arrays(path)
    assert d.x.tolist() == x.tolist()
    assert d.y.tolist() == y.tolist()
    named, unused, one_hot = d.notes
    assert named == "x is X (12, 2); y is labels (12, 3)"
    assert unused == "a.npz: not used: feature_names"
    assert "one-hot" in one_hot


def test_parts_are_joined_in_order_and_told(tmp_path):
    path, x, y = tmp_path / "a.npz", np.arange(24).reshape(12, 2), np.arange(12) % 3
    np.savez(path, x_test=x[9:], y_test=y[9:], x_train=x[:9], y_train=y[:9])
    d = read_arrays(path)
    assert d.x.tolist() == x.tolist()
    assert d.y.tolist() == y.tolist()
    assert d.notes == ("x is x_train + x_test (12, 2); y is y_train + y_test (12,): joined to 12 records",)


def test_x_and_y_as_they_are_need_no_line(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros((12, 2)), y=np.arange(12) % 3)
    assert read_arrays(tmp_path / "a.npz").notes == ()
