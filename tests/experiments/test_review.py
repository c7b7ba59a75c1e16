"""The report for the review of a change, on made-up results."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vidrec.experiments import review
from vidrec.experiments.review import Changed, Tens
from vidrec.experiments.verdict import Side, verdicts
from vidrec.metrics.by_video import FIGURES

BASE = "`main`"
OLD = {"precision_at_10": 0.8, "n": 3}
NO_FILE = "Not known: {} `metrics/{}`, which `dvc repro` makes."


def cells(text: str) -> list[list[str]]:
    """The cells of a Markdown table's rows, without its head."""
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def side(figures: dict[str, Any], values: Iterable[float] | None) -> Side:
    """The precision at 10 of the videos v0, v1, …; of the other figures nothing is known."""
    if values is None:
        return Side(figures, None)
    scores = pd.DataFrame({"precision_at_10": pd.Series(values, dtype=float)})
    scores = scores.reindex(columns=FIGURES).astype("float64")
    return Side(figures, scores.set_axis([f"v{n}" for n in scores.index]))


def videos(*pairs: str) -> pd.DataFrame:
    return pd.DataFrame([pair.split() for pair in pairs], columns=["actual", "predicted"])


def precision(*shares: float) -> pd.DataFrame:
    return pd.DataFrame({"k": range(1, len(shares) + 1), "precision": shares})


def ten(start: int, count: int = 10) -> list[str]:
    return [f"n{n}" for n in range(start, start + count)]


WHOLE = """\
# Worse, surely: precision at 10 -.200 (-.200 to -.200)

A note.

- Worse, surely: precision at 10 -.200 (-.200 to -.200), now .600
- Not comparable: category accuracy, as `main` has none

Against `main`: each video is compared with itself, and in brackets are 95 % intervals.

## Videos whose ten changed most

Other videos than in `main` are among the ten of 2 of 3 videos; of most in:

| video   | new     | came                           | went                        |
|:--------|:--------|:-------------------------------|:----------------------------|
| `b`     | 4 of 10 | `n10`, `n11`, `n12` and 1 more | `n0`, `n1`, `n2` and 1 more |
| `a`     | 1 of 10 | `n10`                          | `n0`                        |

## Params

| param   | `main`   | now     |
|:--------|:---------|:--------|
| `a.b`   | `sqrt`   | `log¦2` |

## Metrics

No change.

## Figures with their intervals

| figure          | `main`                 | now                    |
|:----------------|:-----------------------|:-----------------------|
| precision_at_10 | 0.800 (0.700 to 0.900) | 0.600 (0.500 to 0.700) |
| accuracy        | none                   | 1.000                  |

## Categories

Taken for another category than in `main`: 1 of 2 videos.

| videos of   | taken for   | `main`   | now   | change   |
|:------------|:------------|:---------|:------|:---------|
| `x`         | `x`         | 2        | 1     | -1       |
| `x`         | `y`         | 0        | 1     | +1       |

## Precision of the first k

| first k   | `main`   | now   | change   |
|:----------|:---------|:------|:---------|
| 1         | 0.500    | 0.250 | -0.250   |
"""


def test_the_whole_report_of_a_small_change() -> None:
    before = side(OLD, [0.8, 0.9, 0.7])
    now = side(OLD | {"precision_at_10": 0.6, "accuracy": 1.0}, [0.6, 0.7, 0.5])
    old, new = {"a": ten(0), "b": ten(0), "c": ten(0)}, {"a": ten(1), "b": ten(4), "c": ten(0)}
    diff = {"params.yaml": {"a.b": {"old": "sqrt", "new": "log|2"}}}
    sections = {
        "Videos whose ten changed most": review.tens(BASE, old, new, 3),
        "Params": review.params(BASE, diff),
        "Metrics": review.metrics(BASE, {}),
        "Figures with their intervals": review.figures(BASE, before, now),
        "Categories": review.confusion(BASE, videos("x x", "x x"), videos("x x", "x y")),
        "Precision of the first k": review.precision_at_k(BASE, precision(0.5), precision(0.25)),
    }
    found = verdicts(BASE, before, now)
    assert review.report(BASE, found, ["A note."], sections) == WHOLE


def test_without_results_there_is_no_verdict() -> None:
    text = review.report(BASE, [], [], {"Params": "", "Metrics": "x"})
    assert text == (
        "# No results to compare\n\n"
        "Against `main`: each video is compared with itself, and in brackets are 95 % intervals."
        "\n\n## Params\n\nNo change.\n\n## Metrics\n\nx\n"
    )


NOT_RUN = "The results are not of these params: `dvc repro` has not been run since {} changed."
NO_EFFECT = "Params changed and no result did: they matter to nothing that is measured."
OTHER = (
    "Results changed, and no param and no code did: they are of other videos or weights, or of"
    " another machine."
)


@pytest.mark.parametrize(
    ("changed", "not_run", "said"),
    [
        (Changed(params=True, code=False, results=True), [], []),
        (Changed(params=False, code=True, results=True), [], []),
        (Changed(params=False, code=False, results=False), [], []),
        (Changed(params=False, code=True, results=False), [], []),
        (Changed(params=True, code=False, results=False), [], [NO_EFFECT]),
        (Changed(params=True, code=True, results=False), [], [NO_EFFECT]),
        (Changed(params=False, code=False, results=True), [], [OTHER]),
        (Changed(params=True, code=False, results=False), ["a.b"], [NOT_RUN.format("`a.b`")]),
        (
            Changed(params=True, code=True, results=True),
            ["a", "b", "c", "d"],
            [NOT_RUN.format("`a`, `b`, `c` and 1 more")],
        ),
    ],
)
def test_what_does_not_go_together_is_said(
    changed: Changed, not_run: list[str], said: list[str]
) -> None:
    assert review.notes(changed, not_run) == said


def test_the_five_videos_of_most_changes_are_named_ties_by_id() -> None:
    old = {f"v{n}": ten(0) for n in range(8)}
    new = {f"v{n}": ten(steps) for n, steps in enumerate([1, 2, 0, 2, 9, 1, 1, 1])}
    text = review.tens(BASE, old, new, 8)
    assert text.startswith("Other videos than in `main` are among the ten of 7 of 8 videos;")
    assert [row[:2] for row in cells(text)] == [
        ["`v4`", "9 of 10"],
        ["`v1`", "2 of 10"],
        ["`v3`", "2 of 10"],
        ["`v0`", "1 of 10"],
        ["`v5`", "1 of 10"],
    ]
    assert cells(text)[0][2] == "`n10`, `n11`, `n12` and 6 more"


def test_a_sample_is_not_taken_for_all_videos() -> None:
    sampled = review.tens(BASE, {"a": ["b"], "b": ["a"]}, {"a": ["c"], "b": ["a"]}, 3)
    assert sampled.startswith(
        "Other videos than in `main` are among the ten of 1 of 2 videos (a sample of the 3 here);"
    )


def test_what_only_went_is_a_change_and_another_order_is_none() -> None:
    assert cells(review.tens(BASE, {"a": ["b", "c"]}, {"a": ["c"]}, None)) == [
        ["`a`", "0 of 1", "", "`b`"]
    ]
    assert review.tens(BASE, {"a": ["b", "c"]}, {"a": ["c", "b"]}, None) == ""


def test_a_video_of_one_side_alone_has_no_change() -> None:
    assert review.tens(BASE, {"a": ["b"], "b": ["a"]}, {"a": ["b"], "c": ["a"]}, None) == ""
    assert review.tens(BASE, {"a": ["b"]}, {"c": ["a"]}, None) == "No video is here and in `main`."


@pytest.mark.parametrize(
    ("made", "file", "empty", "some"),
    [
        (partial(review.tens, indexed=1), "first_ten.csv", None, {"a": ["b"]}),
        (review.confusion, "plots/confusion.csv", None, videos("a a")),
        (review.precision_at_k, "plots/precision_at_k.csv", None, precision(0.5)),
    ],
)
def test_what_a_side_has_not_is_said(made: Any, file: str, empty: None, some: Tens) -> None:
    assert made(BASE, empty, some) == NO_FILE.format("`main` has not", file)
    assert made(BASE, some, empty) == NO_FILE.format("this tree has not", file)
    assert made(BASE, empty, empty) == NO_FILE.format("neither `main` nor this tree has", file)
    assert made(BASE, some, some) == ""


def test_params_are_shown_as_they_are_written() -> None:
    values: dict[str, dict[str, Any]] = {
        "b": {"old": None, "new": True},
        "a": {"old": ["x"], "new": 0.5},
        "c": {"new": ""},
        "d": {"old": 10**31, "new": 10**32},
    }
    assert cells(review.params(BASE, {"params.yaml": values, "o.yaml": {"a": {"new": 1}}})) == [
        ["`o.yaml:a`", "none", "1"],
        ["`a`", '`["x"]`', "0.5"],
        ["`b`", "none", "`true`"],
        ["`c`", "none", '`""`'],
        ["`d`", f"1{'0' * 31}", f"`1{'0' * 30}…`"],
    ]


def test_metrics_have_their_change_where_they_are_numbers() -> None:
    values: dict[str, dict[str, Any]] = {
        "m": {"old": 0.5, "new": 0.25, "diff": -0.25},
        "n": {"old": "fp32", "new": "bf16"},
    }
    assert cells(review.metrics(BASE, {"z.json": {}, "metrics/s.json": values})) == [
        ["`s`", "`m`", "0.5", "0.25", "-0.2500"],
        ["`s`", "`n`", "`fp32`", "`bf16`", ""],
    ]


def test_figures_have_an_interval_where_they_are_known_by_video() -> None:
    [row] = cells(review.figures(BASE, side(OLD, None), side(OLD, [0.75, 0.85])))
    assert row == ["precision_at_10", "0.800", "0.800 (0.750 to 0.850)"]
    [row] = cells(review.figures(BASE, side({}, [np.nan]), side(OLD, [np.nan])))
    assert row == ["precision_at_10", "none", "0.800"]
    assert review.figures(BASE, side({}, None), side({}, None)) == ""


def test_categories_have_what_changed_most_first() -> None:
    before = videos("cars cars", "cars pets", "pets pets", "pets pets", "music music")
    now = videos("cars cars", "cars cars", "pets cars", "pets cars", "music music")
    assert cells(review.confusion(BASE, before, now)) == [
        ["`pets`", "`cars`", "0", "2", "+2"],
        ["`pets`", "`pets`", "2", "0", "-2"],
        ["`cars`", "`cars`", "1", "2", "+1"],
        ["`cars`", "`pets`", "1", "0", "-1"],
    ]
    assert cells(review.confusion(BASE, before.head(1), before.head(0))) == [
        ["`cars`", "`cars`", "1", "0", "-1"]
    ]


def test_videos_that_change_places_are_counted() -> None:
    before, now = videos("a a", "a b", "a a"), videos("a b", "a a", "a a", "a a").head(3)
    assert review.confusion(BASE, before, now) == (
        "Taken for another category than in `main`: 2 of 3 videos."
    )


def test_many_categories_stay_a_narrow_table_of_ten_rows() -> None:
    names = [f"category_{n}" for n in range(40)]
    before = videos(*(f"{name} {name}" for name in names))
    now = videos(*(f"{name} {names[0]}" for name in names))
    text = review.confusion(BASE, before, now)
    seen, rest = text.split("\n\n<details>\n<summary>68 more</summary>\n")
    assert (len(cells(seen)), len(cells(rest))) == (10, 68)
    assert max(line.count("|") for line in text.splitlines()) == 6


def test_precision_has_a_row_for_each_k_of_either_side() -> None:
    text = review.precision_at_k(BASE, precision(0.5, 0.25), precision(0.5, 0.75, 0.6))
    assert cells(text) == [
        ["1", "0.500", "0.500", "+0.000"],
        ["2", "0.250", "0.750", "+0.500"],
        ["3", "none", "0.600", ""],
    ]
    assert cells(review.precision_at_k(BASE, precision(0.5), precision())) == [
        ["1", "0.500", "none", ""]
    ]


def test_names_of_strangers_break_no_table() -> None:
    evil = "a|b`<img src=x>@ada #1\n| x |"
    texts = [
        review.tens(BASE, {evil: [evil]}, {evil: ["b"]}, None),
        review.params(BASE, {evil: {evil: {"old": evil, "new": [evil]}}}),
        review.metrics(BASE, {evil: {evil: {"old": evil, "new": evil}}}),
        review.confusion(
            BASE,
            pd.DataFrame({"actual": [evil], "predicted": ["a"]}),
            pd.DataFrame({"actual": ["a"], "predicted": [evil]}),
        ),
    ]
    for text in texts:
        lines = [line for line in text.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) == 1
        assert "\n\n" not in text.strip().partition("|")[2]
        # Each of them stands between two backticks twice, as it has one.
        assert "<img" not in text.replace("``a¦b`<img src=x>@ada #1", "").replace(
            '``["a¦b`<img src=x>@ada #1', ""
        )
