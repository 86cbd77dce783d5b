"""`Dataset`: records with labels and ids, checked once, so that nothing after this stage checks them again."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from standout.data.columns import as_numbers, is_number
from standout.data.label_column import column_of, label_column
from standout.data.labels import as_text, decoded, is_blank, read_labels, refuse_broken_text
from standout.data.layout import channels_last
from standout.errors import InputError, one_line

FEWEST = 8
"""Records of an audit at least."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Records of a classification task, in the user's order.

    x: array (N, D) of numbers, images (N, H, W) or (N, H, W, channels), or a DataFrame with N rows. Images with their
    channels first are turned, and that is told.
    y: labels (N,), of any kind, or one-hot (N, C); compared as text without surrounding blanks. A record without a
    label is left out.
    ids: names of the records (N,), unique; kept as written. Default: a DataFrame's index where unique, else positions.
    groups: (N,) records of one group (a patient) are members of a model together or not at all.
    kind: "tabular" or "image"; default by the number of dimensions.

    After construction `y` holds class codes int64 (N,), `classes` the names, `values` the label of each class as the
    user wrote it, `ids` text, `groups` codes or None, with `group_names` text (N,); `rows` int64 (N,) which of the
    `given` rows each record was; `origin` is what the command line would call it, where it can; `audited` bool (N,)
    the records that models are asked about where all others are in every training, None for all; `made` how many of
    the last rows are no records but what a defence made for one model each.
    Raises InputError for what cannot be used.
    """

    x: Any
    y: Any
    ids: Any = None
    groups: Any = None
    name: str = "data"
    kind: str | None = None
    notes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    values: Any = None
    origin: tuple[str, ...] = ()
    rows: Any = None
    given: int = 0
    audited: Any = None
    group_names: Any = None
    made: int = 0

    def __post_init__(self):
        if self.values is not None:  # made by `take` from a checked one
            return
        put = lambda name, value: object.__setattr__(self, name, value)  # noqa: E731
        refuse_other_order(self.x, self.y, "y")
        x, told = check_x(self.x), ()
        if x.ndim == 4 and self.kind != "tabular":
            last, told = channels_last(x)
            x: Any = np.ascontiguousarray(last)
        n = len(x)
        refuse_other_order(self.x, self.ids, "ids")
        ids = check_ids(self.ids, x, n)
        labels, read = label_column(self.y, n)
        if self.groups is not None:
            refuse_other_order(self.x, self.groups, "groups")
        groups = None if self.groups is None else column_of(self.groups, "groups", n, "a group")
        codes, classes, values, notes = read_labels(labels)
        keep = codes >= 0
        put("x", x if keep.all() else (x.loc[keep] if isinstance(x, pd.DataFrame) else x[keep]))
        put("y", codes[keep])
        put("rows", np.flatnonzero(keep))
        put("given", n)
        put("ids", ids[keep])
        put("groups", None if groups is None else group_codes(groups[keep]))
        put("group_names", None if groups is None else group_texts(groups[keep]))
        put("classes", classes)
        put("values", values)
        put("notes", (*self.notes, *told, *read, *notes))
        put("kind", self.kind or ("image" if x.ndim > 2 else "tabular"))
        if self.kind not in ("tabular", "image"):
            raise InputError(f"kind is 'tabular' or 'image', not {self.kind!r}")
        if len(self) < FEWEST:
            raise InputError(f"{len(self)} labelled records; an audit needs at least {FEWEST}")
        if self.groups is not None and self.groups.max() < 3:
            raise InputError(f"{self.groups.max() + 1} groups; an audit needs at least 4, since a group stays whole")

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: np.ndarray) -> "Dataset":
        """The same data set with only these rows, in this order."""
        x = self.x.iloc[rows] if isinstance(self.x, pd.DataFrame) else self.x[rows]
        groups, names, audited = (
            None if part is None else part[rows] for part in (self.groups, self.group_names, self.audited)
        )
        return replace(
            self, x=x, y=self.y[rows], ids=self.ids[rows], groups=groups, group_names=names, rows=self.rows[rows],
            audited=audited,
        )  # fmt: skip

    @property
    def asked(self) -> "slice | np.ndarray":
        """Which records models are asked about: places of the audited ones, or all."""
        return slice(None) if self.audited is None else np.flatnonzero(self.audited)

    def audited_only(self) -> "Dataset":
        """The records that models are asked about as a data set of their own."""
        if self.audited is None:
            return self
        few = self.take(np.flatnonzero(self.audited))
        groups = None if few.groups is None else np.unique(few.groups, return_inverse=True)[1]
        return replace(few, audited=None, groups=groups)

    def trained_on(self, members: np.ndarray) -> np.ndarray:
        """Memberships of all records bool (K, N) from those of the audited ones (K, A): the others are always in."""
        if self.audited is None:
            return members
        whole = np.ones((len(members), len(self)), dtype=bool)
        whole[:, self.audited] = members
        return whole

    def id_order(self) -> np.ndarray:
        """Positions (N,) that sort the records by id: the order in which models train, whatever the user's order."""
        return np.argsort(self.ids, kind="stable")

    def digest(self) -> str:
        """SHA-256 of content, types, labels, ids, groups and kind; the name does not count. Equal for equal data in
        equal order."""
        sha = hashlib.sha256(str(self.kind).encode())
        if isinstance(self.x, pd.DataFrame):
            for column in self.x.columns:
                sha.update(ascii(column).encode())
                _add_column(sha, self.x[column])
        else:
            add_array(sha, self.x)
        for part in (np.array(self.classes), self.values, self.y, self.ids, self.groups):
            if part is not None:
                add_array(sha, part)
        return sha.hexdigest()


def _add_column(sha, column: pd.Series) -> None:
    dtype: Any = column.dtype
    sha.update(str(dtype).encode())
    if isinstance(dtype, pd.CategoricalDtype):  # their order is that of the codes, which an encoder may go by
        sha.update(f"{dtype.ordered}".encode())
        add_array(sha, np.asarray(dtype.categories, dtype=object))
    add_array(sha, column.isna().to_numpy())
    plain = isinstance(dtype, np.dtype) and dtype.kind in "iufb"
    add_array(sha, column.to_numpy() if plain else column.to_numpy(dtype=object))


def add_array(sha, array: np.ndarray) -> None:
    """An array to a digest, each value with its length; objects with their types too, since 1 is not "1"."""
    array = np.ascontiguousarray(array)
    sha.update(f"{array.dtype.kind}{array.shape}".encode())
    if array.dtype.kind == "O":
        texts = [f"{type(v).__name__} {v}".encode("utf-8", "surrogatepass") for v in array.ravel()]
    elif array.dtype.kind in "UT":
        texts = [str(v).encode("utf-8", "surrogatepass") for v in array.ravel()]
    else:
        sha.update(array.dtype.str.encode() + array.tobytes())
        return
    sha.update(np.array([len(t) for t in texts], dtype=np.int64).tobytes() + b"".join(texts))


def check_x(x) -> Any:
    """x as a DataFrame or as an array of numbers with 2 to 4 dimensions and at least one column; inf is refused."""
    if isinstance(x, pd.DataFrame):
        return check_frame(x)
    if hasattr(x, "toarray"):
        raise InputError("x is a sparse matrix; give x.toarray()")
    try:
        array = x.astype(np.float64).filled(np.nan) if np.ma.is_masked(x) else np.asarray(x)
    except (ValueError, TypeError, RuntimeError) as e:  # ragged; a tensor on a GPU; one that wants gradients
        raise InputError(f"x is not an array: {one_line(e)}") from e
    if array.ndim == 0:
        raise InputError(f"x is of type {type(x).__name__}; give an array (records, columns) or a DataFrame")
    if array.ndim == 1 or array.ndim > 4:
        raise InputError(f"x has shape {array.shape}; give (records, columns), or images (records, height, width)")
    if 0 in array.shape:
        raise InputError(f"x has shape {array.shape}: no {'columns' if len(array) else 'records'}")
    if array.dtype.kind in "OUST":
        try:
            array = array.astype(np.float64)
        except (ValueError, TypeError, OverflowError) as e:
            raise InputError(
                f"x holds something that is not a number ({one_line(e)}); give text columns as a DataFrame"
            ) from e
    if array.dtype.kind not in "fiub":
        raise InputError(f"x has dtype {array.dtype}; give numbers")
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        array = array.astype(np.float32 if array.dtype.itemsize == 2 else np.float64)
    if array.dtype.kind == "f" and np.isinf(array).any():
        row = int(np.argwhere(np.isinf(array))[0][0])
        raise InputError(f"x holds inf, first in row {row} (counted from 0); replace it")
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))


def check_frame(x: pd.DataFrame) -> pd.DataFrame:
    """The same DataFrame, where it has records and columns, each of its own name, and no inf."""
    if 0 in x.shape:
        raise InputError(f"x has no {'columns' if len(x) else 'records'}")
    if x.columns.has_duplicates:
        twice = x.columns[x.columns.duplicated()][0]
        raise InputError(f"column {str(twice)!r} stands twice in x; rename one")
    for column in x.columns:
        if pd.api.types.is_complex_dtype(x[column].dtype):
            raise InputError(f"column {str(column)!r} of x holds complex numbers; give real ones")
        if is_number(x[column]):
            as_numbers(x[column])
    return x


def refuse_other_order(x, y, name: str, rows: np.ndarray | None = None) -> None:
    """Two pandas objects whose indices hold the same names in another order would be paired wrongly by position.

    rows: int (N,) which entries of y the rows of x belong to, where some were left out of x; default all.
    """
    a: Any = getattr(x, "index", None)
    b: Any = getattr(y, "index", None)
    if not (isinstance(a, pd.Index) and isinstance(b, pd.Index)):
        return
    own = b if rows is None else b[rows]
    if len(a) != len(own) or a.equals(own):
        return
    if a.is_unique and b.is_unique and a.isin(b).all():
        raise InputError(f"x and {name} have the same index in another order; give {name}.loc[x.index]")


def check_ids(ids, x, n: int) -> np.ndarray:
    """Ids as text (N,), unique, as they were written."""
    if ids is None:
        index = x.index.to_numpy(dtype=object) if isinstance(x, pd.DataFrame) else np.arange(n)
        ids = index if pd.Index(index).is_unique and not is_blank(index).any() else np.arange(n)
    array = column_of(ids, "ids", n, "an id")
    missing = is_blank(array)
    if missing.any():
        raise InputError(f"ids: row {int(np.argmax(missing))} (counted from 0) has no id; give every record one")
    text = np.array([decoded(v) if isinstance(v, bytes) else str(v) for v in array])
    refuse_broken_text(text, "the id")
    seen = pd.Index(text)
    if not seen.is_unique:
        twice = str(seen[seen.duplicated()][0])
        rows = np.flatnonzero(text == twice)
        raise InputError(
            f"ids are not unique: {twice!r} stands {len(rows)} times, first in rows {rows[0]} and {rows[1]} (counted "
            "from 0); give every record its own"
        )
    return text


def group_texts(groups: np.ndarray) -> np.ndarray:
    """Names of the groups as text (N,); empty for a record without a group."""
    return np.array(["" if blank else as_text(g) for g, blank in zip(groups, is_blank(groups))], dtype=object)


def group_codes(groups: np.ndarray) -> np.ndarray:
    """Codes int64 (N,) of groups; a record without a group is a group of its own."""
    alone = np.flatnonzero(is_blank(groups))
    codes = pd.factorize(np.array([as_text(g) for g in groups], dtype=object))[0].astype(np.int64)
    codes[alone] = codes.max() + 1 + np.arange(len(alone))
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)
