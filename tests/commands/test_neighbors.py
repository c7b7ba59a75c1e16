import numpy as np
import pytest

from vidrec.commands.display_names import DisplayNames
from vidrec.commands.neighbors import (
    UNTRAINED,
    Known,
    check_any_object,
    guess,
    of_indexed,
    of_unseen,
    to_dict,
)
from vidrec.vectors.categories import Guess
from vidrec.vectors.vectors import Vectors
from vidrec.vectors.video_classifier import VideoClassifier
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video, pair

INDEX = Vectors(
    pair(["cars", "cars", "pets", "cars"], ["cars_1", "cars_2", "pets_1", "mixed"]),
    ["car", "cat", "wheel"],
    np.array([[0.8, 0.0, 0.6], [0.6, 0.0, 0.8], [0.0, 1.0, 0.0], [0.6, 0.8, 0.0]]),
)
NAMES = DisplayNames({"pets_1": "A cat"}, {"mixed": "videos/cars/mixed.mp4"}, {"cars": "coches"})
KNOWN = Known(INDEX, NAMES)
CLASSIFIER = VideoClassifier(
    ["cars", "pets"], INDEX.labels, np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]]), np.zeros(2)
)


def test_a_query_without_known_objects_is_an_error() -> None:
    with pytest.raises(UserError, match=r"my\.mp4: none of the objects"):
        check_any_object(np.zeros(3), "my.mp4")
    check_any_object(np.array([0.0, 0.1, 0.0]), "my.mp4")


def test_the_dictionary_is_that_of_the_contract() -> None:
    found = of_indexed(KNOWN, Video("pets", "pets_1"), 9, {"pets_1": Guess("cars", 0.7)})
    assert to_dict("A cat", found) == {
        "query": "A cat",
        "in_index": True,
        "video_id": "pets_1",
        "title": "A cat",
        "path": "",
        "category": {"name": "cars", "category_name": "coches", "probability": 0.7},
        "neighbors": [
            {
                "rank": 1,
                "video_id": "mixed",
                "category": "cars",
                "category_name": "coches",
                "title": "mixed",
                "path": "videos/cars/mixed.mp4",
                "similarity": 0.8,
                "score": 0.8,
                "reasons": [{"label": "cat", "share": 1.0}],
            }
        ],
    }


def test_of_a_video_that_is_not_of_the_index_there_is_no_id() -> None:
    unseen = of_unseen(KNOWN, np.array([0.0, 1.0, 0.0]), 9, None)
    made = to_dict("x.mp4", unseen)
    assert list(made) == ["query", "in_index", "category", "neighbors"]
    assert (made["in_index"], made["category"]) == (False, None)
    first = made["neighbors"][0]
    assert list(first) == [
        "rank",
        "video_id",
        "category",
        *("title", "path"),
        "similarity",
        "score",
        "reasons",
    ]


def test_what_has_nothing_in_common_is_no_neighbour() -> None:
    found = of_indexed(KNOWN, Video("cars", "cars_1"), 1000, {})
    assert [each.video_id for each in found.neighbors] == ["cars_2", "mixed"]
    assert of_unseen(KNOWN, np.zeros(3), 1000, None).neighbors == []


def test_the_category_is_the_most_probable() -> None:
    certain = 1 / (1 + np.exp(-2))
    assert guess(CLASSIFIER, np.array([0.0, 1.0, 0.0])) == Guess("pets", round(certain, 6))
    assert guess(CLASSIFIER, np.zeros(3)) == Guess("cars", 0.5)


def test_a_classifier_of_other_labels_says_nothing() -> None:
    query = np.array([0.0, 1.0, 0.0])
    assert of_unseen(KNOWN, query, 1, CLASSIFIER).category == guess(CLASSIFIER, query)
    other = VideoClassifier(["a", "b"], ["car", "cow", "wheel"], np.ones((2, 3)), np.zeros(2))
    for classifier in (other, None):
        found = of_unseen(KNOWN, query, 1, classifier)
        assert (found.category, found.unknown) == (None, UNTRAINED)
        assert [neighbor.video_id for neighbor in found.neighbors] == ["pets_1"]
