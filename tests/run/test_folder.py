"""Files whole or not at all, one writer at a time, one line where the disk refuses."""

import errno
import os

import pytest

import standout.run.folder as module
from standout.errors import InputError
from standout.run.folder import RunFolder


def tree(path):
    return {str(p.relative_to(path)): p.is_file() and p.read_bytes() for p in path.rglob("*")}


@pytest.mark.parametrize(("call", "number"), [("fsync", errno.ENOSPC), ("open", errno.EACCES), ("replace", errno.EIO)])
def test_a_write_that_the_system_refuses_is_one_line_and_leaves_nothing(tmp_path, monkeypatch, call, number):
    folder = RunFolder(tmp_path)
    folder.write("a.txt", b"old")

    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, refuse)
        with pytest.raises(InputError, match=rf"a\.txt cannot be written \({os.strerror(number)}\)") as refusal:
            folder.write("a.txt", b"new")
    assert "\n" not in str(refusal.value)
    assert tree(tmp_path) == {"a.txt": b"old"}


def test_bad_input_unmakes_what_was_made_and_nothing_else(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new" / "deep"
    (old / "shadows").mkdir(parents=True)
    (old / "shadows" / f"{module.TEMPORARY}1-00000.npz").write_bytes(b"half")
    before = tree(old)
    for path in (old, new):
        with pytest.raises(InputError, match="bad"), RunFolder(path).writing():
            raise InputError("bad")
    assert tree(old) == before and not (tmp_path / "new").exists()
    with pytest.raises(InputError, match="bad"), RunFolder(old).writing():
        RunFolder(old).write_json("config.json", {})
        raise InputError("bad")
    assert tree(old) == {"shadows": False}


def test_a_foreign_folder_is_refused_before_anything_is_made(tmp_path):
    (tmp_path / "thesis.tex").write_text("words")
    with pytest.raises(InputError, match=r"thesis\.tex"), RunFolder(tmp_path).writing():
        pass
    assert tree(tmp_path) == {"thesis.tex": b"words"}


def test_one_writer_at_a_time(tmp_path):
    pytest.importorskip("fcntl")
    with RunFolder(tmp_path / "a").writing():
        with pytest.raises(InputError, match="another audit is writing"), RunFolder(tmp_path / "a").writing():
            pass
        assert (tmp_path / "a" / "shadows").is_dir()


def test_a_system_without_locks_opens_no_folder(tmp_path, monkeypatch):
    def refuse(path, *_, **__):
        raise PermissionError(errno.EACCES, "a folder cannot be opened here")

    monkeypatch.setattr(module, "fcntl", None)
    monkeypatch.setattr(os, "open", refuse)
    with RunFolder(tmp_path / "a").writing():
        assert (tmp_path / "a").is_dir()


@pytest.mark.skipif(os.name != "posix", reason="folders cannot be synced here")
def test_the_folder_is_synced_after_the_rename(tmp_path, monkeypatch):
    calls = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda d: (calls.append("fsync"), fsync(d)))
    monkeypatch.setattr(os, "replace", lambda a, b: (calls.append("replace"), replace(a, b)))
    RunFolder(tmp_path).write("a.txt", b"x")
    assert calls == ["fsync", "replace", "fsync"]


def test_a_folder_without_summary_holds_no_finished_audit(tmp_path):
    with pytest.raises(InputError, match="holds no finished audit; run standout audit SOURCE --out"):
        RunFolder(tmp_path).refuse_unfinished()
    RunFolder(tmp_path).write_json("summary.json", {})
    RunFolder(tmp_path).refuse_unfinished()
