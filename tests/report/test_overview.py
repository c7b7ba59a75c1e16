import math

import numpy as np
import pandas as pd

from vidrec.recommender.recommendations import Ranked
from vidrec.report.overview import headlines, left_out, mixture, possible, worst
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.video import Video, pair

VECTORS = Vectors(
    pair(["bikes", "autos", "bikes"], ["b2", "a1", "b1"]), ["x"], np.array([[1.0], [1.0], [0.0]])
)
NEIGHBORS = [[Ranked(1, 0.0, 0.0), Ranked(2, 0.0, 0.0)], [Ranked(0, 0.4, 0.4)], []]
MANIFEST = pd.DataFrame(
    {
        "video_id": ["a1", "b1", "gone"],
        "category": ["autos", "bikes", "bikes"],
        "status": ["ok", "ok", "unavailable"],
        "error": ["", "", "Video unavailable"],
    }
)


def collection(*categories: str) -> Vectors:
    names = [f"v{number}" for number in range(len(categories))]
    return Vectors(pair(categories, names), ["x"], np.ones((len(names), 1)))


def alike(*rows: tuple[float, ...]) -> list[list[Ranked]]:
    """Of each video its neighbours, by row, each as similar as the part after the point says."""
    return [[Ranked(int(each), round(each % 1, 6), 0.0) for each in row] for row in rows]


def test_the_mixture_says_whose_neighbours_are_what() -> None:
    assert mixture(VECTORS, NEIGHBORS, ["autos", "bikes"]) == [[0.0, 1.0], [0.5, 0.5]]


def test_headlines_are_the_figures_that_are_there() -> None:
    index = {"map_at_10": None, "precision_at_10": math.nan, "other": 1, "accuracy": 0.125}
    assert headlines(index, {"precision_at_10": 0.75, "accuracy": 0.25}) == {"accuracy": 0.25}


def test_a_video_can_have_as_many_neighbours_as_its_category_has_others() -> None:
    vectors = collection(*["c"] * 4, "d", *["e"] * 12)
    neighbors = alike(*[tuple(0.5 for _ in range(10))] * 16, (0.5, 0.5))
    assert possible(vectors, neighbors, {}) == [3] * 4 + [0] + [10] * 11 + [2]
    assert possible(vectors, neighbors, {"v1": "v0", "v2": "v0"})[:5] == [1, 1, 1, 1, 0]


def test_the_worst_have_the_fewest_alike_of_those_they_can_have_and_are_surest() -> None:
    vectors = collection("a", "a", "a", "b", "b", "lone")
    neighbors = alike((1.9, 2.9), (3.3, 5.1), (3.9, 4.8), (4.9, 0.9), (3.5, 1.2), (0.9, 1.9))
    can = possible(vectors, neighbors, {})
    assert can == [2, 2, 2, 1, 1, 0]
    assert worst(vectors, neighbors, can, 9) == [2, 1]
    assert worst(vectors, neighbors, can, 1) == [2]
    assert worst(vectors, neighbors, can, 0) == []


def test_half_of_what_is_possible_is_half_a_failure() -> None:
    vectors = collection("a", "a", "a", "b")
    neighbors = alike((1.9, 3.8), (3.9, 0.0), (3.9, 3.0), ())
    assert worst(vectors, neighbors, [2, 2, 2, 0], 9) == [2, 0, 1]


def test_videos_without_a_vector_are_named() -> None:
    assert left_out(MANIFEST, VECTORS, []) == [
        {
            "video_id": "gone",
            "category": "bikes",
            "why": "",
            "said": "unavailable: Video unavailable",
        }
    ]


def test_a_video_that_counts_and_has_no_vector_is_told_to_give_no_frames() -> None:
    """A row of the manifest that is ok must not read as the reason why it is left out."""
    manifest = pd.DataFrame(
        {
            "video_id": ["x1", "x2", "x3", "x4"],
            "category": "bikes",
            "status": ["ok", "partial", "partial", "empty"],
            "error": ["", "cut off after 5.1 of 10 s", "cut off after 1 of 9 s", ""],
        }
    )
    found = left_out(manifest, VECTORS, [Video("bikes", "x3")])
    assert [(each["why"], each["said"]) for each in found] == [
        ("no_frames", ""),
        ("no_frames", "partial: cut off after 5.1 of 10 s"),
        ("no_vector", "partial: cut off after 1 of 9 s"),
        ("", "empty"),
    ]
