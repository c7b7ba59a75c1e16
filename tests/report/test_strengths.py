import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from vidrec.detections.distributions import Distribution
from vidrec.detections.tree import VideoDetections
from vidrec.report.strengths import MOST_CELLS, Strengths, strengths
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.video import Video

VOCABULARY = Vocabulary({"airliner": "aircraft", "airship": "aircraft"}, {}, {})
VIDEO = Video("c", "v")


def found(
    rows: list[tuple[int, str, float]],
    whole: Distribution | None = None,
    looked_at: list[int] | None = None,
) -> VideoDetections:
    table = pd.DataFrame(rows, columns=["frame", "label", "confidence"])
    table = table.astype({"frame": int, "confidence": float})
    return VideoDetections(VIDEO, table, whole, looked_at)


def test_a_group_is_as_probable_as_its_labels_together() -> None:
    probability = np.array([[0.5, 0.25, 0.25], [0.0, 0.25, 0.75]], np.float16)
    whole = Distribution(("airliner", "airship", "tree"), probability)
    rows = [(1, "airliner", 0.5), (4, "tree", 0.75)]
    strong = strengths(found(rows, whole), VOCABULARY, 0.001)
    assert strong.values["aircraft"].tolist() == [0.75, 0.25]
    assert strong.cells("aircraft") == "72"
    assert (strong.best("aircraft"), strong.best("tree")) == (1, 4)
    assert strong.first == {"aircraft": 1, "tree": 1}


def test_what_is_never_probable_enough_is_not_there() -> None:
    probability = np.array([[0.9, 0.05, 0.05]], np.float16)
    whole = Distribution(("airliner", "airship", "tree"), probability)
    strong = strengths(found([(1, "airliner", 0.9)], whole), VOCABULARY, 0.1)
    assert (strong.cells("tree"), strong.best("tree")) == ("", None)
    assert strong.values["aircraft"].round(3).tolist() == [0.9]


def test_without_distributions_the_highest_confidence_counts() -> None:
    rows = [(1, "airship", 0.3), (1, "airliner", 0.6), (3, "airliner", 0.9), (3, "tree", 0.05)]
    strong = strengths(found(rows, looked_at=[1, 2, 3]), VOCABULARY, 0.1)
    assert strong.values["aircraft"].tolist() == [0.6, 0.0, 0.9]
    assert strong.first == {"aircraft": 2}
    assert strong.cells("aircraft") == "508"
    assert "tree" not in strong.values


def test_the_first_of_equals_is_the_strongest() -> None:
    strong = strengths(found([(2, "tree", 0.5), (5, "tree", 0.5)]), VOCABULARY, 0)
    assert strong.best("tree") == 2


def test_a_video_in_which_nothing_was_found_has_no_groups() -> None:
    strong = strengths(found([], looked_at=[1, 2]), VOCABULARY, 0.1)
    assert (strong.values, strong.first, strong.frames.tolist()) == ({}, {}, [1, 2])


@given(st.integers(1, 400))
def test_a_long_video_has_longer_cells_not_more(count: int) -> None:
    values = np.zeros(count)
    values[-1] = 1.0
    cells = Strengths(np.arange(1, count + 1), {"x": values}, {}).cells("x")
    assert len(cells) <= MOST_CELLS
    assert cells.rstrip("0").endswith("9")
    assert len(cells) == count or count > MOST_CELLS
