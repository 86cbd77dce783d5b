"""A released model as target of `audit`: live or from a file, in the user's order, with shadows of its size."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import standout
from standout.cli import main
from standout.flows import released

pytestmark = pytest.mark.usefixtures("unexplained")

SMALL = {"shadows": 40, "jobs": 1, "attacks": "lira"}


@pytest.fixture(scope="module")
def world():
    """(x, y as text with gaps in it, mask of the members among all rows, a fitted model)."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 240)
    x = pd.DataFrame(rng.normal(size=(240, 12)) + 0.4 * y[:, None], columns=[f"c{i}" for i in range(12)])
    members = rng.random(240) < 0.4
    labels = np.array(["no", "yes"], dtype=object)[y]
    labels[::40] = None
    have = members & (pd.notna(labels))
    model = make_pipeline(StandardScaler(), LogisticRegression(C=100)).fit(x[have], labels[have].astype(str))
    return x, labels, members, model


def test_a_live_model_a_function_and_a_file_are_judged_alike(world, tmp_path):
    x, y, members, model = world
    kept = pd.notna(y)
    recipe = make_pipeline(StandardScaler(), LogisticRegression(C=100))
    z = model.decision_function(x)
    logits = np.stack([np.zeros(240), z], axis=1)
    np.savez(tmp_path / "rows.npz", logits=logits, members=members)
    order = np.random.default_rng(1).permutation(240)
    np.savez(tmp_path / "ids.npz", target_logits=logits[order], members=members[order], ids=order.astype(str))
    np.savez(tmp_path / "kept.npz", probabilities=model.predict_proba(x)[kept], members=members[kept])
    np.savez(tmp_path / "signals.npz", signals=np.where(y == "yes", z, -z), members=members)
    asked = {"model": recipe, **SMALL, "key": "mine"}
    first = standout.audit(x, y, target=model, members=members, **asked)
    assert first.records["member"].tolist() == members[kept].tolist()
    assert first.summary["shadows"]["members_per_model"] == pytest.approx(members[kept].sum(), abs=1)
    assert any(w.startswith("shadows train on as many records as the target did") for w in first.summary["warnings"])
    others = [
        standout.audit(x, y, target=lambda rows: model.predict_proba(rows), members=members, **asked),
        *(standout.audit(x, y, target=tmp_path / f"{n}.npz", **asked) for n in ("rows", "ids", "kept", "signals")),
    ]
    for other in others:
        pd.testing.assert_frame_equal(other.records, first.records, rtol=1e-4, atol=1e-5)
        assert other.summary["target"]["auc"] == pytest.approx(first.summary["target"]["auc"], abs=1e-6)


def test_members_go_by_the_rows_of_x(world, tmp_path):
    """As bool, numbers, a nullable column or a table of one, of all rows or of the labelled ones; beside a file whose
    rows are in another order, too; and never where a Series has the names of x in another order."""
    x, y, members, model = world
    kept = pd.notna(y)
    names = pd.Index([f"r{i}" for i in range(240)])
    x = x.set_axis(names)
    column = pd.Series(members, index=names)
    order = np.random.default_rng(1).permutation(240)
    np.savez(tmp_path / "t.npz", probabilities=model.predict_proba(x)[order], ids=names.to_numpy(dtype=str)[order])
    asked = {
        "model": LogisticRegression(),
        "target": model,
        "shadows": 4,
        "fraction": 0.5,
        "jobs": 1,
        "attacks": "loss",
    }
    for given in (column, column[kept], column.astype("boolean"), column.astype(float).to_frame(), members.tolist()):
        run = standout.audit(x, y, members=given, **asked)
        assert run.records["member"].tolist() == members[kept].tolist()
    run = standout.audit(x, y, members=column, **{**asked, "target": tmp_path / "t.npz"})
    assert run.records["member"].tolist() == members[kept].tolist()
    for given in (column[::-1], column[kept][::-1]):
        with pytest.raises(standout.InputError, match=r"another order; give members.loc\[x.index\]"):
            standout.audit(x, y, members=given, **asked)


def test_members_only_set_the_size_of_the_shadows(world):
    """Whoever is a member of the target, the same count gives the same verdicts, to the bit."""
    x, y, members, model = world
    kept = np.flatnonzero(pd.notna(y))
    other = np.zeros(240, dtype=bool)
    other[kept[: members[kept].sum()]] = True
    asked = {"model": LogisticRegression(), **SMALL, "target": model}
    one, two = (standout.audit(x, y, members=m, **asked) for m in (members, other))
    judged = ["exposure", "score", "p_value", "flagged"]
    assert (one.records[judged].to_numpy() == two.records[judged].to_numpy()).all()
    unknown = standout.audit(x, y, **asked)
    assert unknown.summary["shadows"]["fraction"] == 0.5
    assert any("is not known: shadows train on half" in w for w in unknown.summary["warnings"])


def test_flags_keep_their_rate_on_records_that_the_target_never_saw():
    """Five targets on digits' first 600: false flags at 2 % own rate within the binomial interval, and the precision
    at even odds as promised."""
    data = standout.load("digits")
    x, y = data.x.reshape(len(data), -1)[:600] / 16, data.y[:600]
    false = right = outside = inside = 0
    promised = []
    rng = np.random.default_rng(3)
    asked = {"model": LogisticRegression(C=10, max_iter=200), "fpr": 0.02, "shadows": 32, "attacks": "loss", "jobs": 1}
    for _ in range(5):
        members = rng.permutation(600) < 240
        model = LogisticRegression(C=10, max_iter=200).fit(x[members], y[members])
        run = standout.audit(x, y, target=model, members=members, **asked)
        flagged = run.records["flagged"].to_numpy()
        false, outside = false + int(flagged[~members].sum()), outside + int((~members).sum())
        right, inside = right + int(flagged[members].sum()), inside + int(members.sum())
        promised.append(run.summary["target"]["expected"])
    tpr, fpr = (np.mean([p[k] for p in promised]) for k in ("tpr", "fpr"))
    assert false <= binom.ppf(0.999, outside, 0.02)
    assert binom.ppf(0.001, outside, fpr) <= false <= binom.ppf(0.999, outside, fpr)
    assert binom.ppf(0.001, inside, tpr) <= right <= binom.ppf(0.999, inside, tpr)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"target": None}, "give that model as target"),
        ({"members": np.ones(240)}, "trained on all of these records"),
        ({"members": np.zeros(240)}, "trained on none of these records"),
        ({"members": np.ones(7)}, "members has 7 entries for 240 rows of x; give true or false per record"),
        ({"members": np.full(240, 2)}, r"members: row 0 \(counted from 0\) holds .*2.*; give true or false"),
        ({"members": ["yes"] * 240}, "row 0 .* holds 'yes'; give true or false"),
        ({"members": pd.Series([True] * 239 + [None], dtype="boolean")}, "row 239 .* holds <NA>"),
        ({"members": "split"}, r"members is the text 'split'; give the column itself, for instance x\['split'\]"),
        ({"members": 3}, r"members has shape \(\)"),
        ({"target": LogisticRegression()}, "is not fitted"),
        ({"target": 3}, "give a fitted classifier, a function"),
        ({"target": lambda x: np.zeros((3, 2))}, r"of shape \(3, 2\)"),
        ({"target": lambda x: np.full((len(x), 2), np.nan)}, "not finite"),
        (
            {"target": lambda x: 1 / 0},
            "failed when asked about the records: ZeroDivisionError: division by zero",
        ),
        ({"target": lambda x: exit(3)}, "failed when asked about the records: SystemExit: 3"),
        ({"target": "no.npz"}, "is no file"),
        ({"shard": "1/2", "out": "part", "key": "k"}, "a target is judged by an audit of all models"),
    ],
)
def test_what_cannot_be_a_target_says_so(world, tmp_path, monkeypatch, change, says):
    monkeypatch.chdir(tmp_path)
    x, y, members, model = world
    asked = {"model": LogisticRegression(), "target": model, "members": members, **SMALL, **change}
    with pytest.raises(standout.InputError, match=says):
        standout.audit(x, y, **{"out": "run", **asked})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"members": np.ones(178)}, "no outputs"),
        ({"logits": np.zeros((178, 3)), "probabilities": np.zeros((178, 3))}, "give one of them"),
        ({"logits": np.zeros((178, 3)), "logit": np.zeros(3)}, "unknown array 'logit'"),
        ({"logits": np.zeros((178, 4))}, "4 columns and the labels 3 classes"),
        ({"logits": np.zeros((100, 3))}, "has 100 rows for 178 records"),
        ({"logits": np.zeros(178)}, "give (records, classes)"),
        ({"probabilities": np.full((178, 3), 0.2)}, "sum to 1"),
        ({"logits": np.zeros((100, 3)), "ids": np.arange(100)}, "no row for 78 of the records, the first '100'"),
    ],
)
def test_a_file_that_is_no_target_says_so(tmp_path, monkeypatch, capsys, arrays, says):
    monkeypatch.chdir(tmp_path)
    np.savez("t.npz", **arrays)
    with pytest.raises(SystemExit) as end:
        main(["audit", "wine", "--model", "logistic-regression", "--shadows", "4", "--target", "t.npz"])
    err = capsys.readouterr().err
    assert end.value.code == 2 and says in err, err
    assert err.count("\n") == 1 and not (tmp_path / "runs").exists()


def test_target_on_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data = standout.load("wine")
    members = np.random.default_rng(0).random(178) < 0.5
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.x[members], data.y[members])
    np.savez("t.npz", probabilities=model.predict_proba(data.x), members=members)
    line = ["audit", "wine", "--model", "logistic-regression", "--shadows", "16", "--target", "t.npz", "--jobs", "1"]
    with pytest.raises(SystemExit) as end:
        main([*line, "--out", "run"])
    assert end.value.code == 0 and "target: " in capsys.readouterr().out
    table = pd.read_csv("run/records.csv")
    assert table.columns[-4:].tolist() == ["member", "score", "p_value", "flagged"]
    assert json.loads((tmp_path / "run/config.json").read_text())["asked"]["target"] == "t.npz"


def test_a_target_that_fails_on_an_array_is_told_what_it_gets():
    x, y = np.zeros((20, 2, 3), dtype=np.uint8), np.arange(20) % 2
    says = r"ZeroDivisionError: division by zero; it gets x as uint8 of shape \(20, 2, 3\)$"
    with pytest.raises(standout.InputError, match=says):
        released.asked(lambda x: 1 / 0, "f", standout.Dataset(x, y))


def test_a_sample_beside_a_target_trains_on_what_the_target_did():
    """Records that are not audited: in every training those that the target saw, in none the others."""
    data = standout.load("breast-cancer")
    members = np.random.default_rng(0).random(len(data)) < 0.8
    seen = []

    def fit(x, y, *, seed, sample_weight=None):
        seen.append({row.tobytes() for row in x.to_numpy()})
        return lambda z: np.stack([np.zeros(len(z)), z.iloc[:, 0].to_numpy() / 10], axis=1)

    asked = {"model": fit, "shadows": 60, "records": 100, "key": "k", "jobs": 1, "attacks": "loss"}
    target = lambda z: np.stack([np.zeros(len(z)), z.iloc[:, 0].to_numpy() / 10], axis=1)  # noqa: E731
    run = standout.audit(data, target=target, members=members, **asked)
    audited = np.isin(data.ids, run.records["record"])
    assert (run.records["member"].to_numpy() == members[audited]).all()
    rows = [row.tobytes() for row in data.x.to_numpy()]
    for training in seen:
        inside = np.array([row in training for row in rows])
        assert inside[~audited & members].all() and not inside[~audited & ~members].any()
        assert abs(inside[audited].sum() - members[audited].sum()) <= 1
    assert run.summary["shadows"]["in_all"] == (~audited & members).sum()
    assert any("in none, as with the target" in w for w in run.summary["warnings"])
