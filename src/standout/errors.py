"""The one exception for bad input. The command line turns it into one line on stderr and exit code 2."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Something that the user gave cannot be used; the text names the thing and the mend, in one line."""


def did_you_mean(word: str, known: Iterable[object]) -> str:
    """`; did you mean 'x'?` where a known name is close (in any case), else the empty string."""
    names = {str(k).casefold(): str(k) for k in known}
    close = difflib.get_close_matches(str(word).casefold(), names, n=1, cutoff=0.6)
    return f"; did you mean {names[close[0]]!r}?" if close else ""


def listed(items: Iterable[object], most: int = 12) -> str:
    """Names for a message, cut after `most`."""
    names = [str(i) for i in items]
    return ", ".join(names[:most]) + (f", ... ({len(names)} in all)" if len(names) > most else "")


def one_line(text: object, most: int = 300) -> str:
    """Any text as one line, for messages that quote other people's errors."""
    flat = " ".join(str(text).split())
    return flat if len(flat) <= most else flat[: most - 3] + "..."
