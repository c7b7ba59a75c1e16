"""What was meant by a name that is not there: the nearest ones that are."""

import difflib
from collections.abc import Iterable


def hint(name: str, names: Iterable[str], otherwise: str) -> str:
    """ "did you mean … or …?" with the nearest of `names`; `otherwise` where none is near."""
    near = difflib.get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else otherwise
