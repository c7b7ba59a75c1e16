"""What is asked beside the videos: objects, how much each counts, and which videos may answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from vidrec.commands.display_names import DisplayNames
from vidrec.commands.near_names import hint
from vidrec.recommender.steering import allowed_rows
from vidrec.vocabulary.groups import LANGUAGES, Vocabulary
from vidrec.workflow.arrays import FloatArray, IntArray
from vidrec.workflow.errors import UserError

# How much an object counts that is named so.
FACTORS = {"without": 0.0, "less": 0.5, "more": 2.0}


@dataclass(frozen=True)
class Question:
    """Words for objects, alone or beside videos, and for those that count not at all (`without`),
    `less` or `more`; the categories that may be named, or not; and whether no two are alike."""

    objects: Sequence[str] = ()
    without: Sequence[str] = ()
    less: Sequence[str] = ()
    more: Sequence[str] = ()
    category: Sequence[str] = ()
    not_in_category: Sequence[str] = ()
    diverse: bool = False

    @property
    def asked(self) -> dict[str, Any]:
        """What of it is asked for, by name."""
        named = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: _plain(value) for name, value in named if value}


def _plain(value: Sequence[str] | bool) -> list[str] | bool:
    return value if isinstance(value, bool) else list(value)


@dataclass(frozen=True)
class Words:
    """What words stand for among the `labels` of the index, and its videos."""

    vocabulary: Vocabulary
    labels: Sequence[str]

    def numbers(self, word: str) -> list[int]:
        """The numbers of the labels that a word stands for. Raises UserError if there is none."""
        meant = set(self.vocabulary.labels_named(word, self.labels))
        if not meant:
            names = [
                name for each in LANGUAGES for name in self.vocabulary.names(self.labels, each)
            ]
            wider = "`vidrec recommend VIDEO --json` tells the objects of a video"
            raise UserError(
                f"no object of the index is called {word!r}: {hint(word, names, wider)}"
            )
        return [number for number, label in enumerate(self.labels) if label in meant]

    def split(self, text: str) -> list[str]:
        """The words in a text with commas between them: one word where that is a name itself."""
        return _split(text, bool(self.vocabulary.labels_named(text, self.labels)))

    def parted(self, question: Question) -> Question:
        """The same question with a word for each object that is asked for."""
        return replace(question, objects=self.objects(question))

    def weights(self, question: Question) -> FloatArray:
        """How much each label counts (labels,): where several words are for it, as the narrowest
        says, which stands for the fewest labels.

        Raises UserError where two of them that are as narrow say different things.
        """
        weights = np.ones(len(self.labels))
        narrowest: dict[int, tuple[int, str]] = {}
        for how, word in self._weighed(question):
            meant = self.numbers(word)
            for number in meant:
                size, other = narrowest.get(number, (len(self.labels) + 1, ""))
                if size == len(meant) and weights[number] != FACTORS[how]:
                    raise UserError(
                        f"{other!r} and {word!r} give {self.labels[number]!r} different weights:"
                        " leave one"
                    )
                if len(meant) < size:
                    weights[number], narrowest[number] = FACTORS[how], (len(meant), word)
        return weights

    def without_effect(self, question: Question, query: FloatArray) -> list[str]:
        """The words whose weights change nothing, as what is asked about has nothing of them."""
        words = [word for _, word in self._weighed(question)]
        return [word for word in words if not query[self.numbers(word)].any()]

    def _weighed(self, question: Question) -> Iterator[tuple[str, str]]:
        for how in FACTORS:
            for text in getattr(question, how):
                for word in self.split(text):
                    yield how, word

    def objects(self, question: Question) -> list[str]:
        """The objects that are asked for, each by a word."""
        return [word for text in question.objects for word in self.split(text)]


def _split(text: str, is_name: bool) -> list[str]:
    return [text] if is_name else [word for part in text.split(",") if (word := part.strip())]


def rows_of(question: Question, categories: Sequence[str], names: DisplayNames) -> IntArray | None:
    """The rows of the videos that may be named, by their `categories`; None where all may.

    Raises UserError for a category that is not there, or is both wanted and not.
    """
    if not question.category and not question.not_in_category:
        return None  # without a look at what may be a million videos
    known = {names.category(each): each for each in categories} | {
        each: each for each in categories
    }
    only, never = (
        # What holds no word is no category: to leave it out would let all videos be named.
        [_category(word, known) for text in asked for word in _split(text, text in known) or [text]]
        for asked in (question.category, question.not_in_category)
    )
    both = sorted({*only} & {*never})
    if both:
        raise UserError(f"the category {both[0]!r} is asked for and left out: leave one")
    return allowed_rows(categories, only, never)


def _category(word: str, known: Mapping[str, str]) -> str:
    if word not in known:
        meant = hint(word, known, f"there are {', '.join(sorted(set(known))[:5])}")
        raise UserError(f"no category {word!r} in the index: {meant}")
    return known[word]
