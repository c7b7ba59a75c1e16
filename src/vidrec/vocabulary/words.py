"""Whether two words are the same one but for case, accents, hyphens or a plural."""

import re
import unicodedata
from functools import lru_cache

PART = re.compile(r"[^\W_]+")
# After these letters English or Spanish makes a plural with -es; after others the e is the word's.
BEFORE_ES = tuple("dhijlnorsuxyz")
# The end of a plural, and what the word alone ends with instead: berries, wolves, Spanish luces.
CHANGED = (("ies", "y"), ("ves", "f"), ("ces", "z"))
# Shorter words that end with s are no plurals: bus, gas.
SHORTEST_PLURAL = 4
# As many as the built-in tables have names, and some for own ones.
KEPT = 4096


def same(one: str, other: str) -> bool:
    """Whether two words, or names of several, differ in nothing that a person would mind.

    That is in case, accents, hyphens, underscores, gaps, or English and simple Spanish plurals.
    """
    ours, theirs = _parts(one), _parts(other)
    if not ours or not theirs:
        return False
    if len(ours) == len(theirs):
        return all(a & b for a, b in zip(ours, theirs, strict=True))
    return bool(_joined(one) & _joined(other))


@lru_cache(KEPT)
def _parts(name: str) -> tuple[frozenset[str], ...]:
    """For each part of `name` the words that it may be the plural of, and itself."""
    return tuple(_singulars(part) for part in PART.findall(_plain(name)))


@lru_cache(KEPT)
def _joined(name: str) -> frozenset[str]:
    """The same for `name` as one word: hotdog is hot dog."""
    return _singulars("".join(PART.findall(_plain(name))))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _singulars(word: str) -> frozenset[str]:
    if len(word) < SHORTEST_PLURAL or not word.endswith("s"):
        return frozenset([word])
    found = {word, word[:-1]}
    if word.endswith("es") and word[:-2].endswith(BEFORE_ES):
        found.add(word[:-2])
    found |= {word.removesuffix(end) + alone for end, alone in CHANGED if word.endswith(end)}
    return frozenset(found)
