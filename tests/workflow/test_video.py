from pathlib import Path

import pytest

from vidrec.workflow.video import Video, pair


def test_a_video_names_its_files_and_is_known_by_them() -> None:
    video = Video("pets", "007")
    assert video.below(Path("data/frames")) == Path("data/frames/pets/007")
    for ending in ("", ".csv", ".masks.json"):
        assert Video.at(video.below(Path("x"), ending), ending) == video


def test_videos_are_sorted_by_category_then_id() -> None:
    videos = pair(["b", "a", "a"], ["1", "3", "2"])
    assert sorted(videos) == [Video("a", "2"), Video("a", "3"), Video("b", "1")]


def test_each_id_needs_a_category() -> None:
    with pytest.raises(ValueError, match="argument 2 is longer"):
        pair(["a"], ["1", "2"])
