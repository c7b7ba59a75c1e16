"""Content-based video recommender: videos are alike when they show the same objects.

`vidrec.recommend("cars_001")`, `vidrec.classify(directory)` and `vidrec.segment(directory)` ask the
project that the current directory lies in, `vidrec.Project(path)` asks another one. These names
are loaded when they are first used: to import a module of a room loads nothing but that module.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vidrec.api import Project, classify, recommend, segment
    from vidrec.commands.neighbors import Neighbor
    from vidrec.recommender.reasons import Reason
    from vidrec.workflow.errors import UserError

__all__ = ["Neighbor", "Project", "Reason", "UserError", "classify", "recommend", "segment"]

# The modules that these names come from; of all others it is `api`.
_HOMES = {
    "Neighbor": "commands.neighbors",
    "Reason": "recommender.reasons",
    "UserError": "workflow.errors",
}


# Hidden from the type checker, for which any name would be there.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'api')}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
