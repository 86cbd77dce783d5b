"""The work of a run in a file, written once and mapped by the workers: arrays are in memory once for all of them."""

import contextlib
import mmap
import os
import pickle
import tempfile
from pathlib import Path

from joblib.externals.loky.backend import resource_tracker

from standout.run.folder import writable
from standout.shadows.backends.crew import unreadable, unsendable
from standout.shadows.stack import Work

try:
    import cloudpickle
except ImportError:  # joblib before 1.6 brings its own
    from joblib.externals import cloudpickle  # type: ignore[attr-defined,no-redef]

ALIGNED = 64


class Shared:
    """Work in a temporary file: its arrays, each from a multiple of 64 bytes on, and last the pickle that refers to
    them. spans: where each begins and ends. Arrays that a worker reads so cannot be written to."""

    def __init__(self, path: str, spans: list[tuple[int, int]]):
        self.path, self.spans = path, spans

    @classmethod
    def of(cls, work: Work) -> "Shared":
        """Write the file. Raises InputError where the work cannot be pickled or the file not written."""
        buffers: list[pickle.PickleBuffer] = []
        try:
            head = cloudpickle.dumps(work, protocol=5, buffer_callback=buffers.append)
        except Exception as e:  # what cannot be pickled says so by any exception
            raise unsendable(e, "local") from e
        spans, at = [], 0
        with writable(tempfile.gettempdir()):
            descriptor, path = tempfile.mkstemp(prefix="standout-")  # mode 0600
            resource_tracker.register(path, "file")  # goes even when this process is killed
            with os.fdopen(descriptor, "wb") as file:
                for part in [*(b.raw() for b in buffers), memoryview(head)]:
                    at += file.write(b"\0" * (-at % ALIGNED))
                    spans.append((at, at + part.nbytes))
                    at += file.write(part)
        return cls(path, spans)

    def read(self) -> Work:
        """The work, in a worker. Raises InputError where the worker lacks code that it needs."""
        with open(self.path, "rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        *arrays, head = (whole[a:b] for a, b in self.spans)
        try:
            return pickle.loads(head, buffers=arrays)
        except Exception as e:  # whatever an import may raise
            raise unreadable(e, "local") from e

    def remove(self) -> None:
        """Delete the file; workers keep what they have mapped."""
        with contextlib.suppress(OSError):
            Path(self.path).unlink()
        resource_tracker.unregister(self.path, "file")
