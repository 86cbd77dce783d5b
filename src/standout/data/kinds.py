"""Kinds of file that are no SOURCE: what each is, and how its content becomes one."""

SAVE = "numpy.savez('data.npz', x=x, y=y)"
PICKLE = f"can run code when read and is never loaded; where you trust it, read it yourself and save the arrays: {SAVE}"
CSV = "frame.to_csv('data.csv', index=False)"
UNPACK = "unpack it and give the table, the .npz or the folder of images in it"
FOREIGN: dict[tuple[str, ...], str] = {
    (".npy",): f"one array without labels; save both together: {SAVE}",
    (".pkl", ".pickle", ".joblib", ".dill"): f"a pickle, which {PICKLE}",
    (".pt", ".pth", ".ckpt"): f"a file of PyTorch and so a pickle, which {PICKLE}",
    (".safetensors",): f"weights or tensors without labels; save the arrays: {SAVE}",
    (".h5", ".hdf5", ".nc"): f"an HDF5 file, which names no labels; save the arrays: {SAVE}",
    (".mat",): f"a MATLAB file; read it with scipy.io.loadmat and save the arrays: {SAVE}",
    (".rds", ".rda", ".rdata"): "a file of R; in R: write.csv(d, 'data.csv', row.names = FALSE)",
    (".sav", ".dta", ".sas7bdat", ".xpt"): f"a table of a statistics program; read it with pandas and save it: {CSV}",
    (".arff",): f"a table of Weka; read it with scipy.io.arff.loadarff and save it: {CSV}",
    (".json", ".jsonl", ".ndjson"): f"JSON; read it with pandas.read_json and save the table: {CSV}",
    (".xls", ".xlsb", ".ods", ".numbers"): "a spreadsheet; save the sheet as CSV (UTF-8) and give that",
    (".feather", ".arrow", ".orc", ".avro"): f"a table in columns; read it with pandas and save it: {CSV}",
    (".db", ".sqlite", ".sqlite3"): f"a database; read the table with pandas.read_sql and save it: {CSV}",
    (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".7z", ".rar"): f"an archive; {UNPACK}",
    (".tfrecord", ".tfrecords", ".lmdb", ".parquet.gzip"): f"records of a training pipeline; save the arrays: {SAVE}",
    (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp"): (
        "one image; give the folder that holds a sub-folder of images per class"
    ),
    (".py", ".ipynb"): "code; give path.py:NAME of a Dataset, a tuple (x, y) or a function that returns one",
}


def foreign(name: str) -> str | None:
    """What a file of this name is and the mend, where it is a known kind that is no SOURCE; the longest ending wins."""
    name = name.lower()
    found = [(len(end), text) for ends, text in FOREIGN.items() for end in ends if name.endswith(end)]
    return max(found)[1] if found else None
