from collections.abc import Iterable

import numpy as np
import pandas as pd

from vidrec.experiments.review import confusion, intervals, precision_at_k, report
from vidrec.metrics.intervals import mean_interval

OLD = {"precision_at_10": 0.8, "n": 3}


def cells(text: str) -> list[list[str]]:
    """The cells of a Markdown table's rows, without its head."""
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def scores(values: Iterable[float]) -> pd.DataFrame:
    """The precision at 10 of the videos v0, v1, …"""
    column = pd.Series(values, dtype=float)
    return pd.DataFrame({"precision_at_10": column}).set_axis([f"v{n}" for n in column.index])


def videos(*pairs: str) -> pd.DataFrame:
    return pd.DataFrame([pair.split() for pair in pairs], columns=["actual", "predicted"])


def test_a_section_without_a_change_says_so() -> None:
    table = "| a |\n|---|\n| 1 |"
    only_head = "| a |\n|---|\n"
    sections = {"Params": table + "\n", "Metrics": "", "Plots": only_head}
    assert report("main", sections) == (
        f"# Against main\n\n## Params\n\n{table}\n\n"
        "## Metrics\n\nNo change.\n\n## Plots\n\nNo change.\n"
    )


def test_a_change_whose_interval_has_0_in_it_may_be_noise() -> None:
    new = OLD | {"precision_at_10": 0.81}
    mixed = scores(0.8 + step for step in [-0.1, 0.1, 0.1, -0.05, 0.0] * 4)
    [row] = cells(intervals("main", OLD, new, scores([0.8] * 20), mixed))
    low, high = mean_interval(mixed["precision_at_10"].to_numpy())
    assert row[:3] == [
        "precision_at_10",
        "0.800 (0.800 to 0.800)",
        f"0.810 ({low:.3f} to {high:.3f})",
    ]
    assert low < 0.8 < high
    assert row[3].startswith("+0.010 (-0.0")
    assert row[4] == "0 is in the interval: may be noise"


def test_videos_are_compared_each_with_itself() -> None:
    # The figures' own intervals overlap widely: it is the pairs that tell.
    old = scores(n / 20 for n in range(20))
    up = scores(n / 20 + 0.01 for n in range(20)).sample(frac=1, random_state=1)
    [row] = cells(intervals("main", OLD, OLD, old, up))
    assert row[3:] == ["+0.010 (+0.010 to +0.010)", "more than noise"]
    assert cells(intervals("main", OLD, OLD, up, old))[0][4] == "more than noise"
    assert cells(intervals("main", OLD, OLD, old, old))[0][4] == "no change"


def test_only_videos_in_both_are_compared() -> None:
    old, new = scores([0.5] * 6), scores([0.5] * 6 + [0.0] * 20)
    [row] = cells(intervals("main", OLD, OLD, old, new))
    assert row[3].endswith(", in the 6 videos of both")
    assert row[4] == "no change"
    assert "videos" not in cells(intervals("main", OLD, OLD, old, old))[0][3]
    assert cells(intervals("main", OLD, OLD, old, old.tail(0)))[0][4] == "nothing to compare with"


def test_a_base_without_intervals_or_metrics_is_no_error() -> None:
    [row] = cells(intervals("main", OLD, OLD, None, scores([0.75, 0.85])))
    assert row[1:] == ["0.800", "0.800 (0.750 to 0.850)", "", "nothing to compare with"]
    assert cells(intervals("main", {}, OLD, None, None))[0][1] == "none"
    assert cells(intervals("main", OLD, {}, None, None))[0][2] == "none"
    assert intervals("main", {}, {}, None, None) == ""


def test_a_figure_that_is_not_known_is_none_and_nothing_to_compare_with() -> None:
    old, new = OLD | {"accuracy": 0.5}, OLD | {"accuracy": None}
    known, unknown = (
        scores([0.8] * 4).assign(accuracy=accuracy) for accuracy in ([0.0, 1.0] * 2, [np.nan] * 4)
    )
    for before, now in ((old, new), (new, old)):
        tables = (known, unknown) if before is old else (unknown, known)
        _, row = cells(intervals("main", before, now, *tables))
        assert row[1 if before is new else 2] == "none"
        assert row[3:] == ["", "nothing to compare with"]
    assert len(cells(intervals("main", new, new, unknown, unknown))) == 1


def test_tables_without_rows_are_no_error() -> None:
    nobody = videos("a a").head(0)
    assert cells(confusion("main", videos("a a"), nobody)) == [["a", "1 → **0**"]]
    assert confusion("main", nobody, nobody) == ""
    some = pd.DataFrame({"k": [1], "precision": [0.5]})
    assert cells(precision_at_k("main", some, some.head(0))) == [["main", "0.500"]]
    assert "    line [0.5]\n```\n" in precision_at_k("main", some, some.head(0))
    assert precision_at_k("main", None, some.head(0)) == ""


def test_results_that_are_gone_are_not_passed_over() -> None:
    table = pd.DataFrame({"k": [1], "precision": [0.5]})
    gone = confusion("main", videos("a a"), None), precision_at_k("main", table, None)
    text = report("main", {"Categories": gone[0], "Precision": gone[1]})
    assert text.count("There are no results here to compare") == 2
    assert precision_at_k("main", None, None) == ""


def test_the_confusion_shows_each_count_that_changed() -> None:
    before = videos("cars cars", "cars pets", "pets pets")
    now = videos("cars cars", "cars cars", "pets pets")
    assert cells(confusion("main", before, now)) == [
        ["cars", "1 → **2**", "1 → **0**"],
        ["pets", "0", "1"],
    ]
    assert confusion("main", before, before) == confusion("main", None, None) == ""


def test_the_confusion_of_a_new_category_starts_at_0() -> None:
    assert cells(confusion("main", videos("a a"), videos("a a", "b a"))) == [
        ["a", "1", "0"],
        ["b", "0 → **1**", "0"],
    ]
    assert cells(confusion("main", None, videos("a a"))) == [["a", "0 → **1**"]]


def test_precision_has_a_row_per_revision() -> None:
    before = pd.DataFrame({"k": [1, 2], "precision": [0.5, 0.25]})
    now = pd.DataFrame({"k": [1, 2, 3], "precision": [0.5, 0.75, 0.6]})
    text = precision_at_k("main", before, now)
    assert 'x-axis "first k" [1, 2, 3]' in text
    assert "    line [0.5, 0.25]\n    line [0.5, 0.75, 0.6]\n```\n" in text
    assert cells(text) == [
        ["main", "0.500", "0.250", ""],
        ["now", "0.500", "0.750", "0.600"],
    ]
    assert cells(precision_at_k("main", None, before)) == [["now", "0.500", "0.250"]]
    assert precision_at_k("main", before, before) == ""
