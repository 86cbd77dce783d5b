"""How models are trained: names, estimators and functions, all as a `Recipe`."""

import importlib.util

from standout.errors import InputError, did_you_mean, listed
from standout.recipes.beside import Beside
from standout.recipes.estimators import EstimatorRecipe
from standout.recipes.functions import FunctionRecipe
from standout.recipes.named import ESTIMATORS
from standout.recipes.recipe import Recipe, Trained
from standout.recipes.torch_module import is_module
from standout.userfile import folder_of, importable, names_object, object_of

__all__ = ["MODELS", "Recipe", "Trained", "recipe_of"]

NETS = ("mlp", "convnet", "densenet")
MODELS = (*NETS, *ESTIMATORS)
DEVICES = ("auto", "cpu", "cuda")


def recipe_of(model, settings: dict | None = None, device: str = "auto") -> Recipe:
    """A Recipe from a name, `path.py:name`, a scikit-learn estimator, a function or a Recipe.

    Raises InputError for unknown names and settings, and where an extra is not installed.
    """
    if settings is not None and not isinstance(settings, dict):
        raise InputError(f"settings must be a dict such as {{'C': 1.0}}, not {type(settings).__name__}")
    if device not in DEVICES:
        raise InputError(f"device must be {listed(DEVICES)}, not {device!r}")
    if isinstance(model, str):
        return _named(model, settings or {}, device)
    if is_module(model):
        made = model.__name__ if isinstance(model, type) else type(model).__name__
        raise InputError(
            f"model is a torch module ({made}), and every shadow model needs a new one, trained: give "
            f"standout.TorchRecipe(build={made}, epochs=...) instead"
        )
    if isinstance(model, type):
        raise InputError(f"model is the class {model.__name__}; give an object of it: {model.__name__}()")
    if hasattr(model, "having"):
        return model.having(settings or {}, device)
    if hasattr(model, "train") and hasattr(model, "stack_size") and hasattr(model, "identity"):
        if settings:
            raise InputError("settings go into the recipe itself")
        return model
    if hasattr(model, "fit"):
        return EstimatorRecipe(model, settings)
    if callable(model):
        return FunctionRecipe(model, settings)
    kind = type(model).__name__
    raise InputError(f"model is of type {kind}; give a name ({listed(MODELS)}), an estimator or a function")


def _named(name: str, settings: dict, device: str) -> Recipe:
    if names_object(name):
        with importable(folder_of(name)):
            return Beside(recipe_of(object_of(name, "model", is_module), settings, device), folder_of(name))
    if name in ESTIMATORS:
        return EstimatorRecipe(ESTIMATORS[name](), settings, name=name)
    if name in NETS:
        if importlib.util.find_spec("torch") is None:
            raise InputError(
                f"model {name!r} needs the extra torch: pip install 'standout[torch]', or --model random-forest"
            )
        from standout.recipes.nets import net_named

        return net_named(name).of(settings, device)
    raise InputError(f"unknown model {name!r}{did_you_mean(name, MODELS)} (known: {listed(MODELS)}, or file.py:name)")
