from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vidrec.detections.distributions import top_classes, write_distribution
from vidrec.detections.tree import read_videos

LABELS = ("cat", "dog", "NA")


def test_the_most_probable_class_of_each_frame_and_the_first_of_equals() -> None:
    probability = np.array([[0.25, 0.5, 0.25], [0.5, 0.5, 0.0]], dtype=np.float16)
    table = top_classes(probability, LABELS)
    assert table.to_dict("list") == {
        "frame": [1, 2],
        "label": ["dog", "cat"],
        "confidence": [0.5, 0.5],
    }


@given(arrays(np.float16, (4, 3), elements=st.floats(0, 1, width=16)))
def test_confidence_is_the_highest_probability_of_its_row(probability: np.ndarray) -> None:
    table = top_classes(probability, LABELS)
    assert table["frame"].tolist() == [1, 2, 3, 4]
    assert table["confidence"].between(0, 1).all()
    np.testing.assert_allclose(table["confidence"], probability.max(axis=1), atol=1e-6)


def test_what_is_written_is_what_the_next_stage_reads(tmp_path: Path) -> None:
    probability = np.array([[0.125, 0.25, 0.625], [1.0, 0.0, 0.0]], dtype=np.float16)
    write_distribution(tmp_path, "pets", "007", probability, LABELS)
    text = (tmp_path / "pets" / "007.csv").read_text(encoding="utf-8")
    assert text == "frame,label,confidence\n1,NA,0.625\n2,cat,1.0\n"
    (video,) = read_videos(tmp_path, with_distribution=True)
    assert (video.video.category, video.video.video_id) == ("pets", "007")
    assert video.table["label"].tolist() == ["NA", "cat"]
    assert video.distribution is not None
    assert video.distribution.labels == LABELS
    assert (video.distribution.probability == probability).all()


def test_equal_distributions_are_equal_files(tmp_path: Path) -> None:
    probability = np.full((1, 3), 1 / 3, dtype=np.float16)
    for name in ("a", "b"):
        write_distribution(tmp_path, "pets", name, probability, LABELS)
    first, second = ((tmp_path / "pets" / f"{x}.safetensors").read_bytes() for x in "ab")
    assert first == second


@pytest.mark.parametrize("rows", [0, 1])
def test_few_frames_are_no_special_case(rows: int) -> None:
    table = top_classes(np.ones((rows, 3), dtype=np.float16), LABELS)
    assert list(table.columns) == ["frame", "label", "confidence"]
    assert len(table) == rows
