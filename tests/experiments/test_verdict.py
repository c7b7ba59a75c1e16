"""Verdicts in words, on figures of made-up videos."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest

from vidrec.experiments.verdict import Side, Verdict, headline, verdicts
from vidrec.workflow.errors import UserError

NO_SCORES = ", as there are no scores by video "


def side(values: Iterable[float] | None, value: object = 0.8) -> Side:
    """A precision at 10 of `value`; `values` are those of the videos v0, v1, …"""
    if values is None:
        return Side({"precision_at_10": value}, None)
    column = pd.Series(values, dtype=float)
    scores = pd.DataFrame({"precision_at_10": column})
    return Side({"precision_at_10": value}, scores.set_axis([f"v{n}" for n in column.index]))


def said(before: Side, now: Side) -> list[str]:
    return [str(each) for each in verdicts("`main`", before, now)]


def test_where_0_is_not_in_the_interval_it_is_sure() -> None:
    low, high = [n / 20 for n in range(20)], [n / 20 + 0.01 for n in range(20)]
    # The figures' own intervals overlap widely: it is the pairs that tell.
    assert said(side(low), side(high, 0.81)) == [
        "Better, surely: precision at 10 +.010 (+.010 to +.010), now .810"
    ]
    assert said(side(high, 0.81), side(low)) == [
        "Worse, surely: precision at 10 -.010 (-.010 to -.010), now .800"
    ]


def test_where_0_is_in_the_interval_it_is_not_sure() -> None:
    mixed = side([0.8 + step for step in [-0.1, 0.1, 0.1, -0.05, 0.0] * 4], 0.81)
    (text,) = said(side([0.8] * 20), mixed)
    assert text == "No sure change: precision at 10 +.010 (-.025 to +.045), now .810"


@pytest.mark.parametrize(
    ("step", "change"),
    [
        (0.0005, "+.001 (+.001 to +.001)"),
        (0.0004, "+.0004 (+.0004 to +.0004)"),
        (-0.00002, "-.00002 (-.00002 to -.00002)"),
        # Of figures with four decimals no mean is as near to 0, but of a million videos.
        (1e-9, "+.000000 (+.000000 to +.000000)"),
    ],
)
def test_no_end_of_a_sure_change_is_shown_as_0(step: float, change: str) -> None:
    (text,) = said(side([0.0] * 20), side([step] * 20))
    word = "Better" if step > 0 else "Worse"
    assert text == f"{word}, surely: precision at 10 {change}, now .800"


def test_an_end_of_a_change_that_is_not_sure_may_be_0() -> None:
    (text,) = said(side([0.0] * 2), side([0.0, 0.5]))
    assert text == "No sure change: precision at 10 +.250 (+.000 to +.500), now .800"


def test_no_change_is_said() -> None:
    same = side([0.5, 1.0])
    assert said(same, same) == ["No change: precision at 10, now .800"]


def test_videos_of_one_side_alone_are_not_compared() -> None:
    assert said(side([0.5] * 6), side([0.5] * 6 + [0.0] * 20, 0.1)) == [
        "No change: precision at 10, now .100 (change: of the 6 videos of both)"
    ]


@pytest.mark.parametrize(
    ("before", "now", "rest"),
    [
        (side([0.8, 0.8]), side([0.8, 0.8], None), ", as there is none here"),
        (side([0.8, 0.8], None), side([0.8, 0.8]), ", as `main` has none"),
        (side(None, 0.75), side([0.8]), f" .750, now .800{NO_SCORES}in `main`"),
        (side([0.8]), side(None, 1.0), f" .800, now 1.000{NO_SCORES}here"),
        (side(None), side(None), f" .800, now .800{NO_SCORES}here"),
        (side([]), side([0.8]), " .800, now .800, as no video has it on both sides"),
        (side([np.nan]), side([0.8]), " .800, now .800, as no video has it on both sides"),
        # A single one has no interval.
        (side([0.8]), side([0.7]), " .800, now .800, as only one video has it on both sides"),
    ],
)
def test_what_cannot_be_compared_says_why(before: Side, now: Side, rest: str) -> None:
    assert said(before, now) == [f"Not comparable: precision at 10{rest}"]


def test_figures_that_neither_side_has_are_left_out() -> None:
    assert said(side(None, None), side(None, None)) == []
    names = [each.name for each in verdicts("`main`", side(None), Side({"accuracy": 1}, None))]
    assert names == ["precision at 10", "category accuracy"]


@pytest.mark.parametrize("value", ["0.8", [0.8], True])
def test_a_figure_that_is_no_number_is_one_line(value: object) -> None:
    with pytest.raises(UserError, match=r"^precision_at_10 is .* it must be a number"):
        verdicts("`main`", side(None, value), side(None))


def of(word: str, name: str) -> Verdict:
    return Verdict(word, name, "+.010 (+.005 to +.015)", "now .810")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("wuu", "Worse, surely: p +.010 (+.005 to +.015)"),
        ("www", "Worse, surely: p +.010 (+.005 to +.015), and m and a"),
        ("bub", "Better, surely: p +.010 (+.005 to +.015), and a"),
        (
            "bwu",
            "Worse, surely: m +.010 (+.005 to +.015); better, surely: p +.010 (+.005 to +.015)",
        ),
        ("uuu", "No sure change"),
        ("usn", "No sure change: p"),
        ("sss", "No change"),
        ("ssn", "No change: p and m"),
        ("nnn", "Not comparable"),
        ("", "No results to compare"),
    ],
)
def test_all_verdicts_are_one_line(words: str, line: str) -> None:
    kinds = {
        "w": "Worse, surely",
        "b": "Better, surely",
        "u": "No sure change",
        "s": "No change",
        "n": "Not comparable",
    }
    assert (
        headline([of(kinds[word], name) for word, name in zip(words, "pma", strict=False)]) == line
    )
