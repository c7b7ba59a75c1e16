import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import save_file

from vidrec.detections.distributions import (
    Distribution,
    read_distribution,
    top_classes,
    write_distribution,
)
from vidrec.detections.tree import read_videos, write_classes
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video

LABELS = ("cat", "dog", "NA")


def test_the_most_probable_class_of_each_frame_and_the_first_of_equals() -> None:
    probability = np.array([[0.25, 0.5, 0.25], [0.5, 0.5, 0.0]], dtype=np.float16)
    table = top_classes(Distribution(LABELS, probability), [1, 4])
    assert table.to_dict("list") == {
        "frame": [1, 4],
        "label": ["dog", "cat"],
        "confidence": [0.5, 0.5],
    }


@given(arrays(np.float16, (4, 3), elements=st.floats(0, 1, width=16)))
def test_confidence_is_the_highest_probability_of_its_row(probability: np.ndarray) -> None:
    table = top_classes(Distribution(LABELS, probability), [1, 2, 3, 4])
    assert table["frame"].tolist() == [1, 2, 3, 4]
    assert table["confidence"].between(0, 1).all()
    np.testing.assert_allclose(table["confidence"], probability.max(axis=1), atol=1e-6)


def test_what_is_written_is_what_the_next_stage_reads(tmp_path: Path) -> None:
    probability = np.array([[0.125, 0.25, 0.625], [1.0, 0.0, 0.0]], dtype=np.float16)
    write_classes(tmp_path, Video("pets", "007"), Distribution(LABELS, probability), [1, 7])
    text = (tmp_path / "pets" / "007.csv").read_text(encoding="utf-8")
    assert text == "frame,label,confidence\n1,NA,0.625\n7,cat,1.0\n"
    (video,) = read_videos(tmp_path, with_distribution=True)
    assert video.video == Video("pets", "007")
    assert video.table["label"].tolist() == ["NA", "cat"]
    assert video.distribution is not None
    assert video.distribution.labels == LABELS
    assert (video.distribution.probability == probability).all()


def test_equal_distributions_are_equal_files(tmp_path: Path) -> None:
    probability = np.full((1, 3), 1 / 3, dtype=np.float16)
    for name in ("a", "b"):
        write_distribution(tmp_path, Video("pets", name), Distribution(LABELS, probability))
    first, second = ((tmp_path / "pets" / f"{x}.safetensors").read_bytes() for x in "ab")
    assert first == second


@pytest.mark.parametrize("rows", [0, 1])
def test_few_frames_are_no_special_case(rows: int) -> None:
    table = top_classes(Distribution(LABELS, np.ones((rows, 3), dtype=np.float16)), range(rows))
    assert list(table.columns) == ["frame", "label", "confidence"]
    assert len(table) == rows


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([[0.5, 1.5]], ["cat", "dog"]),
        ([[0.5, float("nan")]], ["cat", "dog"]),
        ([[0.5, 0.5]], ["cat"]),
        ([[0.5, 0.5]], "ab"),
        ([[0.5, 0.5]], ["cat", ""]),
    ],
)
def test_what_is_no_distribution_is_refused(
    tmp_path: Path, rows: list[list[float]], labels: object
) -> None:
    path = tmp_path / "v.safetensors"
    tensor = np.array(rows, np.float16)
    save_file({"probability": tensor}, path, metadata={"labels": json.dumps(labels)})
    with pytest.raises(UserError, match="must hold probabilities"):
        read_distribution(path)


@pytest.mark.parametrize("labels", ["[" * 100_000, "9" * 5_000], ids=["deep", "long"])
def test_labels_that_cannot_be_read_are_refused(tmp_path: Path, labels: str) -> None:
    path = tmp_path / "v.safetensors"
    save_file({"probability": np.zeros((1, 1))}, path, metadata={"labels": labels})
    with pytest.raises(UserError, match="holds no class distribution"):
        read_distribution(path)


def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.safetensors").write_text("broken", encoding="utf-8")
    with pytest.raises(UserError, match="holds no class distribution"):
        read_distribution(tmp_path / "v.safetensors")
    save_file({"other": np.zeros(2)}, tmp_path / "w.safetensors")
    with pytest.raises(UserError, match="holds no class distribution"):
        read_distribution(tmp_path / "w.safetensors")
