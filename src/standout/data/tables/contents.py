"""The bytes of a file, unpacked where they are gzip, and what they are where they are no table."""

import gzip
import re
import zlib
from pathlib import Path

from standout.data.tables.workbook import ENDINGS
from standout.errors import InputError, one_line

GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
PICKLE = "can run code when read and is never loaded; read it yourself and save the table as CSV"
ARRAYS = "save the arrays with numpy.savez('data.npz', x=x, y=y) and give that"
MAGIC = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Excel file (.xls), or one with a password; save the sheet as CSV",
    b"%PDF": "a PDF; save its table as CSV",
    b"SQLite format 3\0": "an SQLite database; save the table as CSV, for instance with pandas.read_sql",
    b"\x93NUMPY": f"a NumPy array (.npy), without labels; {ARRAYS}",
    b"\x89HDF\r\n\x1a\n": f"an HDF5 file; {ARRAYS}, or save the table as CSV",
    b"ARROW1": "an Arrow or Feather file; save it as CSV or Parquet",
    b"Obj\x01": "an Avro file; save it as CSV or Parquet",
    b"ORC": "an ORC file; save it as CSV or Parquet",
    b"RDX": "an R workspace; in R: write.csv(d, 'data.csv', row.names = FALSE)",
    b"X\n\0\0\0": "an R object (.rds); in R: write.csv(d, 'data.csv', row.names = FALSE)",
    b"$FL2": "an SPSS file; save it as CSV",
    b"<stata_dta>": "a Stata file; save it as CSV",
    b"\x89PNG": "a PNG picture; give a folder with a sub-folder of images per class",
    b"\xff\xd8\xff": "a JPEG picture; give a folder with a sub-folder of images per class",
    b"GIF8": "a GIF picture; give a folder with a sub-folder of images per class",
    b"BZh": "packed with bzip2; unpack it",
    b"\xfd7zXZ\0": "packed with xz; unpack it",
    b"\x28\xb5\x2f\xfd": "packed with zstd; unpack it",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; unpack it and give the table in it",
    b"Rar!": "a RAR archive; unpack it and give the table in it",
    b"version https://git-lfs.": "a pointer of Git LFS, not the file itself; fetch it with git lfs pull",
    b"@relation": "a table of Weka (ARFF); read it with scipy.io.arff.loadarff and save it as CSV",
    b"<!doctype html": "a web page, not the table; download the file itself",
    b"<html": "a web page, not the table; download the file itself",
    b"<?xml": "XML; save the table as CSV",
}
"""First bytes of kinds of file that are no table (text in lower case), and what to do about each."""
WORKBOOK = "an Excel workbook; name it .xlsx, or save the sheet as CSV"
ZIPPED = {
    b"xl/": WORKBOOK,
    b"opendocument.spreadsheet": "an OpenDocument spreadsheet (.ods); save the sheet as CSV",
    b".npy": "a NumPy archive; name it .npz",
    b"data.pkl": f"a file of PyTorch, and so a pickle, which {PICKLE}",
    b"": "a ZIP archive; unpack it and give the table in it",
}
"""What the names in a ZIP archive say of it."""


def read_bytes(path: Path) -> tuple[bytes, tuple[str, ...]]:
    """The content of a file, unpacked where it is gzip whatever its name says, and notes on that. Raises InputError."""
    try:
        raw = path.read_bytes()
        packed = raw.startswith(GZIP)
        if packed:
            raw = gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as e:
        raise InputError(f"{path.name} cannot be read: {one_line(e)}; save it again") from e
    if (kind := what_is(raw)) is not None and not (kind == WORKBOOK and path.name.lower().endswith(ENDINGS)):
        raise InputError(f"{path.name} is {kind}")
    named = path.name.lower().endswith(".gz")
    if packed == named:
        return raw, ()
    return raw, (f"{path.name} is {'packed with gzip' if packed else 'not packed'}, whatever its name says",)


def what_is(raw: bytes) -> str | None:
    """What a file is and the mend, by its first bytes, where it is of a known kind that is no table."""
    start = raw[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, kind in MAGIC.items():
        if raw.startswith(magic) or start.lower().startswith(magic):
            return kind
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return next(kind for part, kind in ZIPPED.items() if part in raw[:4096] or part in raw[-65536:])
    if re.match(rb"\x80[\x02-\x05][\x00-\xff]", raw) and raw.endswith(b"."):
        return f"a pickle, which {PICKLE}"
    if re.match(rb"[\[{]\s*(\"[^\"]*\"\s*:|\{\s*\")", start):
        return "JSON; read it with pandas.read_json and save the table as CSV"
    if re.match(rb"[-+]?[0-9.]+(\s[0-9]+:[-+0-9.eE]+)+\s*$", raw.split(b"\n", 1)[0]):
        return f"in the svmlight format; read it with sklearn.datasets.load_svmlight_file, then {ARRAYS}"
    return None
