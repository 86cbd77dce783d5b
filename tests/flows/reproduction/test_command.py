"""`standout reproduce` as the command line has it."""

import pytest

from standout.cli import main


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["overfitting", "--dataset", "location30"], "no paper 'overfitting'"),
        (["beyond-overfitting", "--dataset", "purchase"], "did you mean 'purchase100'"),
        (["beyond-overfitting", "--dataset", "location30"], "needs --data DIR"),
        (["beyond-overfitting", "--dataset", "location30", "--scale", "large"], "--scale must be small or paper"),
        (["beyond-overfitting", "--dataset", "cifar10", "--row", "l2", "--data", "."], "no row 'l2'"),
        (["beyond-overfitting"], "--dataset"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path, monkeypatch, capsys, words, says):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["reproduce", *words, "--out", "out"])
    told = capsys.readouterr().err
    assert stopped.value.code == 2
    assert says in told and told.count("\n") == 1
    assert not list(tmp_path.iterdir())
