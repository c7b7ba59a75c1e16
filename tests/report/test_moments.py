import numpy as np
import pandas as pd

from vidrec.detections.tree import VideoDetections
from vidrec.recommender.group_shares import Grouping
from vidrec.recommender.recommendations import Ranked
from vidrec.report.likeness import likeness
from vidrec.report.moments import (
    MOST_MOMENTS,
    Seen,
    Track,
    follow,
    groups_that_match,
    groups_wanted,
)
from vidrec.vectors.vectors import Vectors
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.video import Video, pair

NOTHING = Vocabulary({}, {}, {})


def test_the_groups_that_lead_matches_count_for_both_videos() -> None:
    vectors = Vectors(
        pair(["c"] * 3, ["a", "b", "d"]),
        ["cat", "dog"],
        np.array([[0.6, 0.8], [1.0, 0.0], [0.0, 1.0]]),
    )
    neighbors = [[Ranked(1, 0.6, 0.6), Ranked(2, 0.8, 0.8)], [Ranked(0, 0.6, 0.6)], []]
    grouping = Grouping.of(vectors.labels, NOTHING)
    found = groups_that_match(likeness(vectors, neighbors, grouping), neighbors, grouping)
    assert found == [["cat", "dog"], ["cat"], ["dog"]]


def test_wanted_are_the_groups_of_matches_and_of_the_video_itself() -> None:
    vectors = Vectors(pair(["c"], ["a"]), ["cat", "dog"], np.array([[0.6, 0.8]]))
    grouping = Grouping.of(vectors.labels, NOTHING)
    found = groups_wanted(likeness(vectors, [[]], grouping), [["bird"]], grouping)
    assert found == [["bird", "dog", "cat"]]


def test_only_the_wanted_groups_are_followed() -> None:
    table = pd.DataFrame(
        {"frame": [1, 2, 3], "label": ["cat", "dog", "cat"], "confidence": [0.4, 0.9, 0.8]}
    )
    video = Video("c", "a")
    seen = follow([VideoDetections(video, table)], {video: ["cat", "bird"]}, NOTHING, 0.1)
    assert seen == {
        video: Seen(3, {"cat": Track("407", 2, 3), "bird": Track("", 0, None)}, 0.7),
    }


def test_frames_that_were_looked_at_count_where_nothing_was_found() -> None:
    video = Video("c", "a")
    table = pd.DataFrame({"frame": [3], "label": ["cat"], "confidence": [1.0]})
    found = VideoDetections(video, table, looked_at=[1, 3, 5])
    seen = follow([found], {video: ["cat"]}, NOTHING, 0)
    assert seen[video] == Seen(3, {"cat": Track("090", 1, 3)}, 0.333333)


def test_each_moment_is_there_once_and_the_first_ones_only() -> None:
    tracks = {f"g{number}": Track("", 0, best) for number, best in enumerate([7, 3, 7, 1, 9, 2])}
    seen = Seen(9, {**tracks, "never": Track("", 0, None)})
    assert seen.moments(["never", "unknown", *sorted(tracks)]) == [7, 3, 1, 9]
    assert MOST_MOMENTS == 4
