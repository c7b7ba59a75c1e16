from dataclasses import replace

import numpy as np
import pytest

from vidrec.commands.display_names import DisplayNames
from vidrec.commands.neighbors import (
    ONLY_COPIES,
    TOO_FEW,
    UNTRAINED,
    Answer,
    Known,
    about_indexed,
    about_unseen,
    answered,
    check_any_object,
    guess,
    to_dict,
)
from vidrec.commands.question import Question
from vidrec.recommender.steering import Steering
from vidrec.recommender.usual import Doubt
from vidrec.vectors.categories import Guess
from vidrec.vectors.vectors import Vectors
from vidrec.vectors.video_classifier import VideoClassifier
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.arrays import FloatArray
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


def of_indexed(known: Known, video: Video, count: int, guesses: dict[str, Guess]) -> Answer:
    row = known.vectors.videos.index(video)
    found = known.nearest(known.vectors.rows(row, row + 1)[0], count, Steering((row,)))
    return answered(known, found, [about_indexed(known, video, guesses)], Question())


def of_unseen(
    known: Known, vector: FloatArray, count: int, classifier: VideoClassifier | None
) -> Answer:
    found = known.nearest(vector, count)
    return answered(known, found, [about_unseen(known, vector, classifier)], Question())


def test_a_query_without_known_objects_is_an_error() -> None:
    with pytest.raises(UserError, match=r"my\.mp4: none of the objects"):
        check_any_object(np.zeros(3), "my.mp4")
    check_any_object(np.array([0.0, 0.1, 0.0]), "my.mp4")


def test_the_dictionary_is_that_of_the_contract() -> None:
    found = of_indexed(KNOWN, Video("pets", "pets_1"), 9, {"pets_1": Guess("cars", 0.7)})
    assert to_dict(["A cat"], found) == {
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
                "groups": [
                    {
                        "group": "cat",
                        "name": "cat",
                        "share": 1.0,
                        "labels": [{"label": "cat", "name": "cat", "share": 1.0}],
                    }
                ],
            }
        ],
    }


def test_of_a_video_that_is_not_of_the_index_there_is_no_id() -> None:
    unseen = of_unseen(KNOWN, np.array([0.0, 1.0, 0.0]), 9, None)
    made = to_dict(["x.mp4"], unseen)
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
        "groups",
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


def test_a_copy_is_no_neighbour_and_is_told() -> None:
    known = Known(INDEX, NAMES, copies={"cars_2": "cars_1"})
    found = of_indexed(known, Video("cars", "cars_2"), 9, {})
    assert [each.video_id for each in found.neighbors] == ["mixed"]
    assert to_dict(["cars_2"], found)["copies"] == ["cars_1"]
    only = of_indexed(
        Known(INDEX, NAMES, copies={"cars_2": "cars_1", "mixed": "pets_1"}),
        Video("cars", "cars_1"),
        9,
        {},
    )
    assert only.unknown == TOO_FEW


def test_where_a_category_has_only_copies_it_is_said() -> None:
    videos = pair(list("aabbcc"), [f"v{number}" for number in range(6)])
    vectors = Vectors(videos, ["car"], np.ones((6, 1)))
    known = Known(vectors, DisplayNames(), copies={"v1": "v0"})
    assert of_indexed(known, videos[0], 3, {}).unknown == ONLY_COPIES
    assert of_indexed(known, videos[2], 3, {}).unknown == UNTRAINED


def test_hubs_come_later_and_that_is_told() -> None:
    known = Known(INDEX, NAMES, hubness=np.array([0.0, 0.9, 0.0, 0.0]))
    found = of_indexed(known, Video("cars", "cars_1"), 9, {})
    assert found.corrected
    assert [each.video_id for each in found.neighbors] == ["cars_2", "mixed"]
    assert [each.score for each in found.neighbors] == [0.51, 0.48]
    assert [each.similarity for each in found.neighbors] == [0.96, 0.48]
    assert all(sum(x.share for x in each.reasons) == pytest.approx(1) for each in found.neighbors)


def test_of_several_there_is_no_category_and_what_is_asked_is_told() -> None:
    question = Question(objects=["cat"], without=["wheel"], diverse=True)
    found = KNOWN.nearest(np.array([1.0, 1.0, 0.0]), 2, Steering((0,), diverse=True))
    about = [about_indexed(KNOWN, INDEX.videos[0], {"cars_1": Guess("cars", 0.9)})]
    answer = answered(KNOWN, found, about, question)
    assert (answer.single, answer.category, answer.unknown) == (False, None, "")
    made = to_dict(["cars_1"], answer)
    assert made["steering"] == {"objects": ["cat"], "without": ["wheel"], "diverse": True}
    assert (made["query"], made["category"]) == ("cars_1", None)
    assert to_dict(["a", "b"], answer)["query"] == ["a", "b"]


def test_groups_are_named_in_the_language_asked_for() -> None:
    vocabulary = Vocabulary({"car": "vehicle", "wheel": "vehicle"}, {}, {"vehicle": "vehículo"})
    known = Known(INDEX, NAMES, vocabulary)
    found = of_indexed(known, INDEX.videos[0], 1, {})
    (neighbor,) = to_dict(["cars_1"], found, "es")["neighbors"]
    (group,) = neighbor["groups"]
    assert (group["group"], group["name"]) == ("vehicle", "vehículo")
    assert group["share"] == pytest.approx(1)
    assert [each["label"] for each in group["labels"]] == ["car", "wheel"]


def test_what_makes_it_unsure_is_told() -> None:
    about = [replace(about_indexed(KNOWN, INDEX.videos[0], {}), unsure=[Doubt("match", 0.1, 0.5)])]
    made = to_dict(["cars_1"], answered(KNOWN, [], about, Question()))
    assert made["unsure"] == [{"why": "match", "value": 0.1, "usual": 0.5}]


def test_of_several_videos_each_is_told_that_makes_it_unsure() -> None:
    sure = about_indexed(KNOWN, INDEX.videos[0], {})
    doubts = [Doubt("confidence", 0.1, 0.5)]
    about = [replace(sure, word="cars_1"), replace(sure, word="\udcff.mp4", unsure=doubts)]
    answer = answered(KNOWN, [], about, Question())
    assert (answer.unsure, answer.unsure_of) == ((), {"\udcff.mp4": doubts})
    made = to_dict(["cars_1", "\udcff.mp4"], answer)
    assert made["query"] == ["cars_1", "?.mp4"]
    assert made["unsure"] == [{"video": "?.mp4", "why": "confidence", "value": 0.1, "usual": 0.5}]
