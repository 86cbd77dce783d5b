"""Text and pictures that come from data: shown as they are, cut where long, never able to act."""

import re
import unicodedata

from markupsafe import Markup, escape

MOST_TITLE = 300
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
PICTURE = re.compile(r"data:image/(?:png|jpeg|webp|gif);base64,[A-Za-z0-9+/]+={0,2}")


def plain(text: object) -> str:
    """Text on one line; what has no shape of its own, or turns the order of its neighbours, becomes a visible mark.

    Controls, lone surrogates and the characters that override writing direction are replaced: a reader must see that
    something is there, and an id must not read like another one. Right-to-left scripts and emoji stay.
    """
    out = []
    for character in str(text):
        if character in "\t\n\r\v\f\x85\u2028\u2029":
            out.append(" ")
        elif character in BIDI_CONTROLS or unicodedata.category(character) in ("Cc", "Cs", "Cn"):
            out.append("\N{REPLACEMENT CHARACTER}")
        else:
            out.append(character)
    return "".join(out)


def cut(text: object, most: int) -> str:
    """Plain text of at most `most` characters, with an ellipsis where something is missing."""
    flat = plain(str(text)[: most + 1])
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def data(text: object, most: int = 60) -> Markup:
    """Text from data as an element with a writing direction of its own; more of it in the title where it is cut."""
    short = cut(text, most)
    if not short.strip():
        return Markup('<bdi class="data blank">(blank)</bdi>')
    if len(str(text)) <= most:
        return Markup('<bdi class="data">{}</bdi>').format(escape(short))
    return Markup('<bdi class="data" title="{}">{}</bdi>').format(escape(cut(text, MOST_TITLE)), escape(short))


def picture(source: object) -> str | None:
    """A picture that lies in the page itself, or None: no other address is ever asked."""
    return source if isinstance(source, str) and PICTURE.fullmatch(source) else None


def printed(value: object) -> object:
    """Whatever the template prints: markup as it is, nothing for None, plain text for all else, to be escaped."""
    return value if isinstance(value, Markup) else "" if value is None else plain(value)
