"""A run folder on disk: files written whole or not at all, readable by their owner alone, one writer at a time."""

import contextlib
import errno
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from standout.errors import InputError, one_line

try:
    import fcntl
except ImportError:  # not a POSIX system: no lock there
    fcntl = None

TEMPORARY = ".standout-writing-"
MERGE = "standout merge RUN RUN ... --out DIR"


@contextlib.contextmanager
def writable(path: str | Path) -> Iterator[None]:
    """What the system refuses here (disk full, no permission) is an InputError that names the path."""
    try:
        yield
    except OSError as e:
        raise InputError(
            f"{path} cannot be written ({one_line(e.strerror or e)}); make room or give another folder"
        ) from e


class RunFolder:
    """Paths and whole-file writing; nothing here knows what the files mean."""

    def __init__(self, path: str | Path, own: tuple[str, ...] = ()):
        """own: names of files beside those of an audit that may stand there."""
        self.path, self.own = Path(path), own
        self.shadows = self.path / "shadows"

    @classmethod
    def temporary(cls) -> "RunFolder":
        """A folder of its own for an audit without `out`."""
        with writable(tempfile.gettempdir()):
            return cls(tempfile.mkdtemp(prefix="standout-"))

    def refuse_foreign(self) -> None:
        """Raises InputError where the folder holds something that is no audit, or is no folder. Makes nothing."""
        if self.path.exists() and not self.path.is_dir():
            raise InputError(f"{self.path} is a file; give a folder as out")
        if self.path.is_dir() and not (self.path / "config.json").exists():
            foreign = [p.name for p in [*self.path.iterdir(), *self._in_shadows()] if not self._ours(p)]
            if foreign:
                raise InputError(
                    f"{self.path} holds {sorted(foreign)[0]!r} and no audit; give an empty or a new folder as out"
                )
        parent = next(p for p in [self.path, *self.path.parents] if p.exists())
        if not parent.is_dir():
            raise InputError(f"{parent} is a file; give a path below a folder as out")
        if not os.access(parent, os.W_OK):
            raise InputError(f"{parent} cannot be written to; give another folder as out")

    def refuse_unfinished(self) -> None:
        """Raises InputError where the folder holds no finished audit."""
        if not (self.path / "summary.json").is_file():
            if shard := self.shard():
                raise InputError(f"{self.path} holds {shard} of an audit; join them all: {MERGE}")
            raise InputError(f"{self.path} holds no finished audit; run standout audit SOURCE --out {self.path} first")

    def shard(self) -> str | None:
        """`shard 1/4` where that is all that the folder holds of an audit."""
        asked = (self.read_json("config.json") or {}).get("asked") if self.path.is_dir() else None
        shard = asked.get("shard") if isinstance(asked, dict) else None
        return f"shard {shard}" if shard else None

    def _in_shadows(self) -> list[Path]:
        return list(self.shadows.iterdir()) if self.shadows.is_dir() else []

    def _ours(self, path: Path) -> bool:
        """Whether a killed run may have left this before it wrote its config.json."""
        own = path.name.startswith(TEMPORARY) or (path.parent == self.path and path.name in self.own)
        return own or (path == self.shadows and path.is_dir())

    def read_json(self, name: str) -> dict | None:
        """A JSON object of the folder, or None where there is none. Raises InputError where it is damaged."""
        path = self.path / name
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (ValueError, OSError) as e:
            raise InputError(f"{path} cannot be read ({e}); delete the folder and run again") from e
        if not isinstance(content, dict):
            raise InputError(f"{path} is not what standout wrote; delete the folder and run again")
        return content

    def write(self, name: str, data: bytes) -> None:
        """Write a file whole: temporary name, fsync, rename; mode 0600. Raises InputError where the disk is full."""
        path = self.path / name
        # processes of two machines on a shared file system may have the same number
        temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}-{path.name}")
        with writable(path):
            try:
                descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)
            except OSError:
                with contextlib.suppress(OSError):
                    temporary.unlink()
                raise
        _sync(path.parent)

    def delete(self, name: str) -> None:
        """Remove a file, if there is one."""
        with writable(self.path / name):
            (self.path / name).unlink(missing_ok=True)

    def write_json(self, name: str, content: dict) -> None:
        """Strict JSON: a NaN is an error here, never in the file."""
        text = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False)
        self.write(name, (text + "\n").encode("utf-8", "surrogatepass"))

    @contextlib.contextmanager
    def writing(self, *, shadows: bool = True) -> Iterator[None]:
        """Make the folder, with one for the models if `shadows`, and hold its lock; on bad input unmake what this run
        made. Raises InputError for a foreign folder. What stood there before is not touched: `sweep` is for the caller,
        once the run is sure to go on."""
        self.refuse_foreign()
        inner = [self.shadows] if shadows else []
        made = [p for p in [*inner, self.path, *self.path.parents] if not p.exists()]
        for folder in reversed(made):
            with writable(folder):
                folder.mkdir(mode=0o700, exist_ok=True)
        lock = self._lock()
        had_config = (self.path / "config.json").exists()
        try:
            yield
        except InputError:
            if not had_config and not self._holds_results():
                self._unmake()
            for folder in made:
                with contextlib.suppress(OSError):  # it holds something by now
                    folder.rmdir()
            raise
        finally:
            if lock is not None:
                os.close(lock)

    def _lock(self) -> int | None:
        """A descriptor that holds the folder's lock until it is closed; None where the system has no such lock."""
        if fcntl is None:
            return None
        with writable(self.path):
            lock = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            os.close(lock)
            if e.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                return None  # a file system without locks
            raise InputError(f"another audit is writing to {self.path}; wait for it, or give another out") from None
        return lock

    def sweep(self) -> None:
        """Remove temporary files of a run that was killed."""
        for folder in (self.path, self.shadows):
            for path in folder.glob(f"{TEMPORARY}*"):
                with writable(path):
                    path.unlink(missing_ok=True)

    def _holds_results(self) -> bool:
        """Whether anything but config.json and what is half written is there: the same run can go on from it."""
        finished = [p for p in self.path.iterdir() if p.name != "config.json" and not self._ours(p)]
        return bool(finished) or any(self.shadows.glob("[0-9]*.npz"))

    def _unmake(self) -> None:
        config = self.path / "config.json"
        if config.exists():  # this run wrote it, so it had begun, and half-written files are its own
            self.sweep()
            with writable(config):
                config.unlink()

    def remove(self) -> None:
        """Delete the folder: only for a temporary one."""
        shutil.rmtree(self.path, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Make a rename last through a power cut, where the system can (POSIX)."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # some file systems refuse to sync a folder; the file itself is whole
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
