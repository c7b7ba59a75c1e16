"""What was meant by a name that is not there: the nearest ones that are."""

import difflib
import re
from collections.abc import Iterable

MOST = 3


def hint(name: str, names: Iterable[str], otherwise: str) -> str:
    """ "did you mean … or …?" with the nearest of `names`; `otherwise` where none is near.

    First come those that differ in case, in - and _, or in zeros before a number alone.
    """
    every = list(names)
    same = [each for each in every if _bare(each) == _bare(name)]
    by_lower = {each.lower(): each for each in every}
    found = difflib.get_close_matches(name.lower(), by_lower, n=MOST, cutoff=0.5)
    near = list(dict.fromkeys([*same, *(by_lower[each] for each in found)]))[:MOST]
    return f"did you mean {' or '.join(near)}?" if near else otherwise


def _bare(name: str) -> str:
    """`name` without what is easily mistaken."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[-_ ]+", "_", name.lower()))
