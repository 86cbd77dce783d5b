"""Models with scikit-learn's interface by a short name, as they are. One function and one line of the table each."""

from collections.abc import Callable

from standout.errors import InputError


def logistic_regression():
    """Multinomial logistic regression on standardised columns."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def random_forest():
    """Random forest of 100 full-grown trees (Breiman 2001)."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier()


def gradient_boosting():
    """Histogram gradient boosting."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier()


def knn():
    """5 nearest neighbours on standardised columns; keeps its training records inside the model."""
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), KNeighborsClassifier())


def xgboost():
    """Gradient boosting by XGBoost (Chen and Guestrin 2016; extra: boosting)."""
    try:
        from xgboost import XGBClassifier  # pyright: ignore[reportMissingImports]
    except ImportError as e:
        raise InputError(_absent("xgboost")) from e
    return XGBClassifier()


def lightgbm():
    """Gradient boosting by LightGBM (Ke et al. 2017; extra: boosting)."""
    try:
        from lightgbm import LGBMClassifier  # pyright: ignore[reportMissingImports]
    except ImportError as e:
        raise InputError(_absent("lightgbm")) from e
    return LGBMClassifier()


def _absent(library: str) -> str:
    return f"model {library!r} needs {library}: pip install {library}, or --model gradient-boosting"


ESTIMATORS: dict[str, Callable] = {
    "logistic-regression": logistic_regression,
    "random-forest": random_forest,
    "gradient-boosting": gradient_boosting,
    "knn": knn,
    "xgboost": xgboost,
    "lightgbm": lightgbm,
}
