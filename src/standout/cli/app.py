"""The application that commands belong to. Heavy imports wait until a command runs."""

from cyclopts import App, Parameter

from standout.run.version import __version__

app = App(
    name="standout",
    help="Which training records does a classifier give away, why those, and what protects them.",
    version=__version__,
    default_parameter=Parameter(negative=()),
    suppress_keyboard_interrupt=False,  # `main` says how to go on
)
