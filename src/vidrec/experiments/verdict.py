"""Whether a change makes the results better or worse, in words.

Sure is what the videos agree on: each is compared with itself, and the 95 % interval of the mean
difference leaves out 0 (`metrics.intervals`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from vidrec.experiments.markdown import joined
from vidrec.metrics.by_video import FIGURES
from vidrec.metrics.intervals import Difference, difference
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import shown

# Figures by name, from the metrics files; empty where there are none, None for one not known.
Metrics = Mapping[str, Any]

BETTER, WORSE = "Better, surely", "Worse, surely"
UNSURE, SAME, UNKNOWN = "No sure change", "No change", "Not comparable"

DECIMALS, MOST_DECIMALS = 3, 6

IN_WORDS = {
    "precision_at_10": "precision at 10",
    "map_at_10": "mean average precision at 10",
    "accuracy": "category accuracy",
}


@dataclass(frozen=True)
class Verdict:
    """What became of a figure: one of the words above, its name with the change, and the rest."""

    word: str
    name: str
    change: str = ""
    rest: str = ""

    @property
    def short(self) -> str:
        return f"{self.name} {self.change}".rstrip()

    def __str__(self) -> str:
        return f"{self.word}: {self.short}, {self.rest}"


@dataclass(frozen=True)
class Side:
    """One of the two results that are compared: its figures, and those by video (index), None
    where they are not known."""

    figures: Metrics
    scores: pd.DataFrame | None

    def value(self, name: str) -> float | None:
        """A figure, None where it is not known. Raises UserError where it is no number."""
        value = self.figures.get(name)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        raise UserError(
            f"{name} is {shown(value)} in the metrics, it must be a number: make them again"
            " (`dvc repro`)"
        )


def verdicts(base: str, before: Side, now: Side) -> list[Verdict]:
    """One for each of FIGURES that either side has; `base` names the other side, as Markdown."""
    return [
        _verdict(name, base, before, now)
        for name in FIGURES
        if before.value(name) is not None or now.value(name) is not None
    ]


def _verdict(name: str, base: str, before: Side, now: Side) -> Verdict:
    old, new = before.value(name), now.value(name)
    if new is None:
        return Verdict(UNKNOWN, IN_WORDS[name], rest="as there is none here")
    if old is None:
        return Verdict(UNKNOWN, IN_WORDS[name], rest=f"as {base} has none")
    values = f"{_brief(old)}, now {_brief(new)}"
    if before.scores is None or now.scores is None:
        where = "here" if now.scores is None else f"in {base}"
        return Verdict(UNKNOWN, IN_WORDS[name], values, f"as there are no scores by video {where}")
    found = difference(before.scores[name], now.scores[name])
    if found is None or found.videos < 2:
        few = "no video" if found is None else "only one video"
        return Verdict(UNKNOWN, IN_WORDS[name], values, f"as {few} has it on both sides")
    rest = f"now {_brief(new)}{_of_both(found, before.scores, now.scores)}"
    word = _word(found)
    return Verdict(word, IN_WORDS[name], "" if word == SAME else _with_interval(found), rest)


def _word(found: Difference) -> str:
    if found.low == found.high == 0:
        return SAME
    if not found.certain:
        return UNSURE
    return BETTER if found.mean > 0 else WORSE


def _of_both(found: Difference, before: pd.DataFrame, now: pd.DataFrame) -> str:
    if found.videos == max(len(before), len(now)):
        return ""
    return f" (change: of the {found.videos} videos of both)"


def _with_interval(found: Difference) -> str:
    """The change as `-.007 (-.012 to -.003)`. Of a sure one no end is shown as 0: it has as many
    more decimals as that takes."""
    values = found.mean, found.low, found.high
    nearest = min(map(abs, values)) if found.certain else 1
    decimals = next((n for n in range(DECIMALS, MOST_DECIMALS) if round(nearest, n)), MOST_DECIMALS)
    return "{} ({} to {})".format(*(_brief(value, "+", decimals) for value in values))


def _brief(value: float, sign: str = "", decimals: int = DECIMALS) -> str:
    """A share as `.884`, a change of one as `-.007`; a 0 has no minus."""
    return re.sub(r"\b0\.", ".", f"{round(value, decimals) + 0.0:{sign}.{decimals}f}")


def headline(found: Sequence[Verdict]) -> str:
    """All verdicts in one line, the sure ones first, and of these what is worse."""
    sure = [_sure(word, found) for word in (WORSE, BETTER)]
    if any(sure):
        text = "; ".join(filter(None, sure))
        return text[:1] + text[1:].replace(BETTER, BETTER.lower())
    for word in (UNSURE, SAME, UNKNOWN):
        names = [each.name for each in found if each.word == word]
        if names:
            return word if len(names) == len(found) else f"{word}: {joined(names)}"
    return "No results to compare"


def _sure(word: str, found: Sequence[Verdict]) -> str:
    of_it = [each for each in found if each.word == word]
    if not of_it:
        return ""
    others = [each.name for each in of_it[1:]]
    return f"{word}: {of_it[0].short}" + (f", and {joined(others)}" if others else "")
