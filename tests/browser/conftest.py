"""A real browser, and the reports that it opens: each made once in a session, whichever worker needs it first."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.opened import Opened, settle
from tests.browser.runs import KINDS

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def absent(why: str):
    """Skip for want of a browser, or fail where one was promised."""
    if os.environ.get("STANDOUT_BROWSER_REQUIRED") == "1":
        pytest.fail(why, pytrace=False)
    pytest.skip(why)


@pytest.fixture(scope="session")
def browser():
    """Chromium, one for each worker. STANDOUT_BROWSER names another; STANDOUT_BROWSER_REQUIRED=1: never skip."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("playwright is not installed: pip install 'standout[test]'")
    program = os.environ.get("STANDOUT_BROWSER") or next((p for p in map(shutil.which, NAMES) if p), None)
    if program is None:
        absent("no Chromium is installed: apt-get install chromium, or name a program in STANDOUT_BROWSER")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> Path:
    """A folder that all workers of this session see."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "browser"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def run_of(shared) -> Callable[[str], Path]:
    """run_of(kind) -> its run folder, made by the first who asks."""

    def made(kind: str) -> Path:
        make, of = KINDS[kind]
        folder, done = shared / kind, shared / f"{kind}.done"
        before = () if of is None else (made(of),)
        with locked(shared / f"{kind}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed on it
                make(folder, *before)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def shots(shared) -> Path:
    """Where pictures of pages are kept, to be looked at: STANDOUT_SHOTS, or with the session's files."""
    folder = Path(os.environ.get("STANDOUT_SHOTS") or shared / "shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def opened(browser, run_of) -> Iterator[Callable[..., Opened]]:
    """opened(kind or file, ...) -> the report in a page of its own; at the end of the test nothing may have been
    complained of, asked of another address, or run that the page did not bring."""
    pages: list[Opened] = []

    def go(what: str | Path, **how) -> Opened:
        file = run_of(what) / "report.html" if isinstance(what, str) else what
        pages.append(Opened.at(browser, file, **how))
        settle(pages[-1].page, scripts=pages[-1].scripts)
        return pages[-1]

    yield go
    faults = [fault for page in pages for fault in page.closed()]
    assert not faults, faults
