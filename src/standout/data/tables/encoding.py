"""In which encoding a text is written: its mark, strict UTF-8, UTF-16 by its zeros, else what its letters say."""

import codecs
import re

from standout.errors import InputError

MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Marks at the start of a file. UTF-32 before UTF-16, whose mark begins like it."""
SAMPLE = 200_000
LETTER = r"[^\W\d_]"
MISPLACED = re.compile(rf"{LETTER}[^\w\x00-\x7f’‘·\xa0\xad]{LETTER}|[£³¹²¥¢¤]{LETTER}|[^\x00-\x7f]{{4}}")
"""What Western text does not hold: signs within words, and words of foreign letters alone."""
OTHERS = [
    "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "mac_roman", "cp850", "cp852",
    "cp866", "gb18030", "big5", "cp932", "euc_jp", "cp949",
]  # fmt: skip


def encoding_of(raw: bytes, name: str) -> tuple[str, str | None]:
    """(codec, what to tell of it where it is not UTF-8) of a text. Raises InputError for what is no text."""
    for mark, codec in MARKS.items():
        if raw.startswith(mark):
            _check(raw, codec, name)
            return codec, None if codec == "utf-8-sig" else codec.upper()
    if b"\0" in raw:
        codec = _wide(raw)
        if codec is None:
            line = raw[: raw.index(b"\0")].count(b"\n") + 1
            raise InputError(f"{name} is not text: line {line} holds a zero byte; save the table as CSV in UTF-8")
        _check(raw, codec, name)
        return codec, codec.upper()
    try:
        raw.decode()
    except UnicodeDecodeError as e:
        return _one_byte(raw, e.start, name)
    return "utf-8", None


def _check(raw: bytes, codec: str, name: str) -> None:
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError as e:
        raise InputError(f"{name} begins as {codec.upper()} and is damaged at byte {e.start}; save it as UTF-8") from e
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise InputError(f"{name} is not text: line {line} holds a zero character; save the table as CSV in UTF-8")


def _wide(raw: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: separators, digits and line ends leave zeros in the same places of all units."""
    sample = raw[:SAMPLE]
    zeros = [sample[k::4].count(0) * 4 / max(1, len(sample)) for k in range(4)]
    if len(raw) % 4 == 0:
        for codec, high in (("utf-32-le", zeros[2:]), ("utf-32-be", zeros[:2])):
            if min(high) > 0.9:
                return codec
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if len(raw) % 2 or min(even, odd) > 0 or max(even, odd) < 0.1:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _one_byte(raw: bytes, first: int, name: str) -> tuple[str, str]:
    """Western text is known by its letters, which a detector cannot tell from others in a few words; it is asked for
    what is left."""
    if len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", raw[:SAMPLE])) > len(raw[:SAMPLE]) / 100:
        raise InputError(f"{name} is not text (bytes of no letter from byte {first} on); save the table as CSV")
    lines = b"\n".join(line for line in raw.splitlines() if not line.isascii())[:SAMPLE]
    for codec in ("cp1252", "latin-1"):
        try:
            text = lines.decode(codec)
            raw.decode(codec)
        except UnicodeDecodeError:
            continue
        if not MISPLACED.search(text) and not re.search(r"[\x80-\x9f]", text):
            return codec, {"cp1252": "Windows-1252 (Latin-1)"}.get(codec, "Latin-1")
    from charset_normalizer import from_bytes  # late: half a table in a hundred needs it

    best = from_bytes(lines, cp_isolation=OTHERS).best()
    for codec in ([best.encoding] if best else []) + ["latin-1"]:
        try:
            raw.decode(codec)
        except UnicodeDecodeError:
            continue
        return codec, f"{codec}, a guess (if names or words look wrong: save it as UTF-8)"
    raise InputError(f"{name} is not text in UTF-8; save it as CSV in UTF-8")
