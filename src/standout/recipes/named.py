"""Models of scikit-learn's by a short name, with its own defaults. One function and one line of the table each."""

from collections.abc import Callable


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


ESTIMATORS: dict[str, Callable] = {
    "logistic-regression": logistic_regression,
    "random-forest": random_forest,
    "gradient-boosting": gradient_boosting,
    "knn": knn,
}
