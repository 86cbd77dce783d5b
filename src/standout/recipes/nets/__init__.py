"""Recipes that train nets with torch. Nothing outside this folder imports torch."""


def net_named(name: str):
    """The recipe class of a net; imports torch."""
    if name == "convnet":
        from standout.recipes.nets.convnet import ConvnetRecipe

        return ConvnetRecipe
    if name == "densenet":
        from standout.recipes.nets.densenet import DensenetRecipe

        return DensenetRecipe
    from standout.recipes.nets.mlp import MlpRecipe

    return MlpRecipe
