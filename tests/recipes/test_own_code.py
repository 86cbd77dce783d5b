"""Code of the user's own in worker processes: from scripts, notebooks and files with modules beside them."""

import importlib.util
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import standout
from standout.data.dataset import Dataset
from standout.errors import InputError
from standout.recipes import recipe_of

DATA = Dataset(np.random.default_rng(0).normal(size=(60, 3)) + (np.arange(60) % 2)[:, None], np.arange(60) % 2)
AUDIT = "run = standout.audit(x, np.arange(60) % 2, model=model, shadows=4, jobs=2, out=out)"
HEAD = "import sys, numpy as np, standout\nout = sys.argv[1]\nx = np.random.default_rng(0).normal(size=(60, 3))\n"


MAIN = """
    scale = lambda z: z * FACTOR
    FACTOR, MEANS = 2.0, np.arange(3.0)

    def fit(x, y, *, seed, sample_weight=None):
        print("fitting")
        way = (x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0)) + 0 * MEANS
        return lambda x: np.stack([np.zeros(len(x)), scale(x @ way)], axis=1).astype(object)

    model = fit
"""
NOTEBOOK = """
    import types, linecache
    shell = {"np": np, "__name__": "__main__"}
    cell = '''
    import numpy as np
    MEANS = np.ones(3)
    class Own:
        def __init__(self, factor): self.factor = factor
        def fit(self, x, y): return Fitted(x, y, self.factor)
    def Fitted(x, y, factor):
        way = MEANS * factor * (x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0))
        return lambda x: np.stack([-x @ way, x @ way], axis=1)
    def fit(x, y, *, seed, sample_weight=None):
        return Own(2.0).fit(x, y)
    '''
    import textwrap
    exec(compile(textwrap.dedent(cell), "<ipython-input-3-abc>", "exec"), shell)
    model = shell["fit"]
"""
MODULE = """
    import torch

    class Net(torch.nn.Module):
        def __init__(self, in_features, n_classes):
            super().__init__()
            self.line = torch.nn.Linear(in_features, n_classes)

        def forward(self, x):
            return self.line(x) * SCALE

    SCALE = 2
    model = standout.TorchRecipe(build=Net, epochs=2, loss=lambda z, y: torch.nn.functional.cross_entropy(z, y))
"""


WRONG = """
    shell["Own"].fit = None
    try:
        model, out = shell["fit"], None
        AUDIT
    except standout.InputError as e:
        print(e)
"""


def test_code_of_a_script_or_notebook_reaches_the_workers(tmp_path):
    """One program, so that it starts only once: what it printed, and the models that it left."""
    parts = [MAIN, NOTEBOOK, *([MODULE] if importlib.util.find_spec("torch") else [])]
    audits = [textwrap.dedent(t) + AUDIT.replace("=out", f"=out + '/{i}'") for i, t in enumerate(parts)]
    wrong = textwrap.dedent(WRONG).replace("AUDIT", AUDIT)
    (tmp_path / "program.py").write_text("\n".join([HEAD, *audits, wrong]))
    done = subprocess.run(
        [sys.executable, "program.py", tmp_path], text=True, capture_output=True, timeout=200, cwd=tmp_path
    )
    assert not done.returncode, done.stderr
    assert [len([*(tmp_path / str(i) / "shadows").glob("*.npz")]) for i in range(len(parts))] == [4] * len(parts)
    assert "TypeError: 'NoneType' object is not callable (a notebook cell, line 11)" in done.stdout
    assert len(done.stdout.splitlines()) == 1  # what `fit` printed is elsewhere


FILE = """
    import numpy as np
    import helper
    from helper import line

    def fit(x, y, *, seed, sample_weight=None):
        return line(helper.way(x, y))

    def late(x, y, *, seed, sample_weight=None):
        from inner import deep
        return line(deep.way(x, y))

    def wrong(x, y, *, seed, sample_weight=None):
        return line(helper.way(x))

    class Far:
        def __call__(self, x, y, *, seed, sample_weight=None):
            return fit(x, y, seed=seed)
"""
HELPER = """
    import numpy as np

    def way(x, y):
        return x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0)

    def line(way):
        return lambda x: np.stack([np.zeros(len(x)), x @ way], axis=1)
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with model.py, and beside it a module and a package that it imports."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "inner").mkdir()
    files = {"model.py": FILE, "helper.py": HELPER, "inner/__init__.py": "", "inner/deep.py": HELPER}
    for name, text in files.items():
        (tmp_path / "own" / name).write_text(textwrap.dedent(text))
    return tmp_path / "own"


@pytest.mark.parametrize("name", ["fit", "late", "Far"])
def test_modules_beside_a_file_are_found_in_the_workers_too(folder, name, monkeypatch):
    monkeypatch.chdir(folder.parent)
    before = {*sys.modules}, [*sys.path]
    runs = [
        standout.audit(DATA, model=f"own/model.py:{name}", shadows=4, jobs=jobs, out=folder / f"out{jobs}")
        for jobs in (1, 2)
    ]
    files = [[f.read_bytes() for f in sorted((run.path / "shadows").glob("*.npz"))] for run in runs]
    assert len(files[0]) == 4 and files[0] == files[1]
    assert not {"helper", "inner", "inner.deep"} & ({*sys.modules} - before[0]) and sys.path == before[1]


@pytest.mark.parametrize("name", ["fit", "late"])
def test_a_change_beside_a_file_is_another_model_in_one_process(folder, name):
    before = recipe_of(f"{folder}/model.py:{name}").identity()
    assert recipe_of(f"{folder}/model.py:{name}").identity() == before
    for file in (folder / "helper.py", folder / "inner" / "deep.py"):
        file.write_text(file.read_text().replace("x[y == 0]", "3 * x[y < 1]"))
    assert recipe_of(f"{folder}/model.py:{name}").identity() != before


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_names_file_and_line(folder, jobs):
    says = r"wrong failed while training model \d: TypeError: .*'y' \(model.py, line 14\)$"
    with pytest.raises(InputError, match=says):
        standout.audit(DATA, model=f"{folder}/model.py:wrong", shadows=4, jobs=jobs)


def test_a_module_beside_that_is_missing_is_named(folder):
    (folder / "helper.py").unlink()
    with pytest.raises(InputError, match=r"model.py cannot be run: ModuleNotFoundError: No module named 'helper'"):
        recipe_of(f"{folder}/model.py:fit")


def test_torch_recipes_of_a_file_take_settings_and_late_imports(folder):
    pytest.importorskip("torch")
    (folder / "nets.py").write_text(
        "import standout\ndef build(width, classes):\n from layers import line\n return line(width, classes)\n"
        "recipe = standout.TorchRecipe(build=build, epochs=2)\n"
    )
    (folder / "layers.py").write_text("import torch\nline = torch.nn.Linear\n")
    run = standout.audit(DATA, model=f"{folder}/nets.py:recipe", settings={"epochs": 1}, shadows=4, jobs=2)
    assert run.summary["model"] == {"name": "build", "parameters": 8, "records_per_parameter": 30 / 8}
    with pytest.raises(InputError, match=r"model is a torch module \(Net\), .* standout.TorchRecipe\(build=Net"):
        (folder / "bare.py").write_text(
            "import torch\nclass Net(torch.nn.Linear):\n def __init__(s): super().__init__(3, 2)"
        )
        recipe_of(f"{folder}/bare.py:Net")
    (folder / "wants.py").write_text("import torch\nclass Net(torch.nn.Linear): pass")
    with pytest.raises(InputError, match=r"model is a torch module \(Net\), .* standout.TorchRecipe\(build=Net"):
        recipe_of(f"{folder}/wants.py:Net")
    with pytest.raises(InputError, match=r"which name in .*wants.py.*; it has: Net\)$"):
        recipe_of(f"{folder}/wants.py")


def test_tensors_with_gradients_and_halves_are_answers():
    torch = pytest.importorskip("torch")
    for kind in (torch.float32, torch.float64, torch.bfloat16):

        def fit(x, y, *, seed, sample_weight=None, kind=kind):
            line = torch.nn.Linear(3, 2).to(kind)
            return lambda x: line(torch.as_tensor(x, dtype=kind))

        trained = next(iter(recipe_of(fit).train(DATA, np.ones((1, 60), dtype=bool), np.array([1]))))
        assert trained.logits.shape == (60, 2) and trained.logits.dtype == np.float64 and trained.note is None


@pytest.mark.parametrize("answers", [[["a", "b"]] * 60, [[1, 2]] * 59 + [[1]], {"logits": 1}])
def test_answers_that_are_no_numbers_are_refused(answers):
    with pytest.raises(InputError, match=r"predict of fit (must return an array|returned)"):

        def fit(x, y, *, seed, sample_weight=None):
            return lambda x: answers

        next(iter(recipe_of(fit).train(DATA, np.ones((1, 60), dtype=bool), np.array([1]))))


def test_without_torch_one_line_names_the_extra(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None)
    with pytest.raises(InputError, match=r"TorchRecipe needs the extra torch: pip install 'standout\[torch\]'"):
        standout.TorchRecipe(build=print)


def test_naming_torch_recipe_does_not_import_torch():
    code = "import sys, standout; standout.TorchRecipe, standout.audit; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
