"""The command line: parse, call a flow, print."""

import sys
from typing import NoReturn

from cyclopts import CycloptsError

from standout.cli import (  # noqa: F401  each adds its commands
    auditing,
    defending,
    installation,
    reporting,
    reproducing,
    runs,
    scoring,
    screening,
)
from standout.cli.app import app
from standout.errors import InputError, one_line

__all__ = ["app", "main"]


def main(arguments: list[str] | None = None) -> None:
    """Run a command; bad input is one line on stderr and exit code 2, an interrupt is exit code 130."""
    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except InputError as e:
        _fail(f"standout: {one_line(e, 2000)}")
    except CycloptsError as e:
        _fail(f"standout: {one_line(e, 2000)} (see standout --help)")
    except KeyboardInterrupt:
        print("standout: interrupted; the same command goes on from here", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(line: str) -> NoReturn:
    print(line, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
