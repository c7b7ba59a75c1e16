"""What was meant by a name that is not there: the nearest ones that are."""

import difflib
from collections.abc import Iterable


def hint(name: str, names: Iterable[str], otherwise: str) -> str:
    """ "did you mean … or …?" with the nearest of `names`; `otherwise` where none is near."""
    by_lower = {each.lower(): each for each in names}
    found = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    near = [by_lower[each] for each in found]
    return f"did you mean {' or '.join(near)}?" if near else otherwise
