"""A detector run from a command finds what its stage finds, on the same calls."""

from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from PIL import Image
from tests.clips import all_pictures

from vidrec.classifier.frame_classifier import ClassifierFiles, load_classifier
from vidrec.commands import detect
from vidrec.head.finetune_head import Head, save_head
from vidrec.media.frames import Frames, read_frames
from vidrec.networks import weights
from vidrec.segmenter.object_segmenter import SegmenterFiles, load_segmenter, segment_frames
from vidrec.settings.classify_frames import LookingSettings
from vidrec.settings.segment_objects import SegmenterSettings
from vidrec.workflow import params
from vidrec.workflow.errors import UserError

FRAMES, CLASSIFIER = Path("data/frames/cars/clip_0"), Path("data/weights/classifier")
FILES = ClassifierFiles(CLASSIFIER)


def looking() -> LookingSettings:
    return params.load(LookingSettings, Path("data/index.json"))


@pytest.fixture
def frames(index: Path) -> Frames:
    return read_frames(FRAMES)


def test_the_classifier_finds_what_its_stage_has_found(frames: Frames) -> None:
    stored = pd.read_csv("data/detections/classified/cars/clip_0.csv")
    found = detect.classify(frames, FILES, looking())
    pd.testing.assert_frame_equal(found.table, stored)
    assert found.distribution is not None
    assert found.distribution.labels == ("cat", "dog", "tree")


def test_the_new_head_reads_the_features_of_the_trunk(frames: Frames) -> None:
    predicted = load_classifier(FILES, looking()).predict(all_pictures(frames))
    weight = np.random.default_rng(0).normal(size=(2, predicted.features.shape[1]))
    head = Head(("mine", "other"), weight.astype(np.float32), np.zeros(2, np.float32))
    save_head(Path("head"), head, weights.read_card(CLASSIFIER))
    found = detect.classify_with_head(frames, FILES, Path("head"), looking())
    assert found.distribution is not None
    assert found.distribution.labels == head.labels
    expected = head.distributions(predicted.features)
    np.testing.assert_array_equal(found.distribution.probability, expected)
    best = [head.labels[each] for each in expected.argmax(axis=1)]
    assert found.table["label"].tolist() == best


def test_a_head_of_another_trunk_is_refused(frames: Frames) -> None:
    head = Head(("mine", "other"), np.zeros((2, 3), np.float32), np.zeros(2, np.float32))
    save_head(Path("head"), head, weights.read_card(CLASSIFIER))
    with pytest.raises(UserError, match="of query have a width of 1024, the head reads 3"):
        detect.classify_with_head(frames, FILES, Path("head"), looking())


def test_the_segmenter_looks_at_the_frames_that_its_stage_looks_at(
    frames: Frames, segmenter_files: SegmenterFiles
) -> None:
    settings = SegmenterSettings(64, 1, 0.05, 4, 1.0, "fp32", 0.5, 3)
    found = detect.segment(frames, segmenter_files, settings)
    expected = segment_frames(frames, load_segmenter(segmenter_files, settings), 3, 0.5)
    assert found.frames == expected.frames == [1, 7]
    assert set(found.table["frame"]) == {1, 7}
    pd.testing.assert_frame_equal(found.table, expected.table)
    assert found.masks == expected.masks


def frames_of(*pictures: npt.NDArray[np.uint8]) -> Frames:
    files = []
    for picture in pictures:
        stream = BytesIO()
        Image.fromarray(picture).save(stream, format="JPEG", quality=90)
        files.append(stream.getvalue())
    return Frames("a", files)


def of_colour(*colour: int) -> npt.NDArray[np.uint8]:
    return np.full((64, 64, 3), colour, np.uint8)


def noise(most: int) -> npt.NDArray[np.uint8]:
    """Grey whose values are up to `most` brighter, each pixel by itself."""
    random = np.random.default_rng(0)
    return (random.integers(0, most + 1, (64, 64, 3)) + 100).astype(np.uint8)


@pytest.mark.parametrize(
    "colour", [(0, 0, 0), (255, 255, 255), (127, 127, 127), (0, 0, 255), (200, 30, 90)]
)
def test_frames_of_one_colour_are_blank(colour: tuple[int, ...]) -> None:
    assert detect.is_blank(frames_of(*[of_colour(*colour)] * 3))


def test_a_change_of_colour_shows_nothing_either() -> None:
    assert detect.is_blank(frames_of(of_colour(0, 0, 0), of_colour(0, 0, 255)))


def test_weak_noise_is_blank_and_strong_noise_is_not() -> None:
    assert detect.is_blank(frames_of(noise(4)))
    assert not detect.is_blank(frames_of(noise(100)))


def test_one_frame_that_shows_something_is_enough() -> None:
    black, half = of_colour(0, 0, 0), of_colour(0, 0, 0)
    half[:32] = 255
    assert not detect.is_blank(frames_of(half))
    assert not detect.is_blank(frames_of(black, black, half))


def test_of_a_long_video_frames_from_beginning_to_end_are_looked_at() -> None:
    black, half = of_colour(0, 0, 0), of_colour(0, 0, 0)
    half[:32] = 255
    shows = [
        number
        for number in range(64)
        if not detect.is_blank(frames_of(*[black] * number, half, *[black] * (63 - number)))
    ]
    assert shows == list(range(0, 64, 4))


def test_pictures_are_not_blank(index: Path) -> None:
    assert not detect.is_blank(read_frames(FRAMES))
