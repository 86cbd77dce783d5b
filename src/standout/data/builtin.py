"""Data sets that scikit-learn carries: nothing is downloaded."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset


def digits() -> Dataset:
    """1,797 handwritten digits, 8 x 8 grey values from 0 to 16, 10 classes (Alpaydin and Kaynak 1998)."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return Dataset(data.images.astype(np.float32), data.target, name="digits", kind="image")


def breast_cancer() -> Dataset:
    """569 breast masses, 30 measures of cell nuclei, benign or malignant (Wolberg, Street, Mangasarian 1995)."""
    from sklearn.datasets import load_breast_cancer

    return _table(load_breast_cancer(), "breast-cancer")


def wine() -> Dataset:
    """178 wines, 13 chemical measures, 3 growers (Forina et al. 1991)."""
    from sklearn.datasets import load_wine

    return _table(load_wine(), "wine")


def _table(data, name: str) -> Dataset:
    frame = pd.DataFrame(data.data, columns=list(data.feature_names))
    return Dataset(frame, np.array(data.target_names)[data.target], name=name)


BUILTIN: dict[str, Callable[[], Dataset]] = {"digits": digits, "breast-cancer": breast_cancer, "wine": wine}
