from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from tests.clips import all_pictures

from vidrec.classifier.frame_classifier import (
    ClassifierFiles,
    FrameClassifier,
    Predictions,
    classify_video,
    load_classifier,
)
from vidrec.classifier.prepare_weights import take_in
from vidrec.detections.distributions import Distribution, top_classes
from vidrec.media.frames import read_frames, read_picture
from vidrec.networks import weights
from vidrec.networks.official_weights import classifier_weights
from vidrec.settings.classify_frames import ClassifierSettings, LookingSettings
from vidrec.workflow.errors import UserError

Write = Callable[[Path, int, int], None]


def table_of(directory: Path, classifier: FrameClassifier) -> pd.DataFrame:
    """`frame,label,confidence` of the frames in a directory."""
    found = classifier.predict(all_pictures(read_frames(directory)))
    return top_classes(Distribution(classifier.card.labels, found.probability), found.frames)


def test_a_frame_has_a_class_distribution_and_features(
    classifier_files: ClassifierFiles, tmp_path: Path, write_frames: Write
) -> None:
    write_frames(tmp_path / "v", 5, 0)
    classifier = FrameClassifier.load(classifier_files, ClassifierSettings("fp32", 2))
    found = classifier.predict(all_pictures(read_frames(tmp_path / "v")))
    assert found.probability.shape == (5, 3)
    assert found.features.shape == (5, 1024)
    assert found.probability.dtype == found.features.dtype == np.float16
    np.testing.assert_allclose(found.probability.sum(axis=1, dtype=float), 1, atol=2e-3)
    assert len(np.unique(found.probability, axis=0)) == 5


def test_the_head_over_the_features_gives_the_distribution(
    classifier_folder: Path, classifier_files: ClassifierFiles, tmp_path: Path, write_frames: Write
) -> None:
    write_frames(tmp_path / "v", 3, 0)
    tensors, _ = weights.load(classifier_folder)
    found = FrameClassifier.load(classifier_files, ClassifierSettings("fp32", 8)).predict(
        all_pictures(read_frames(tmp_path / "v"))
    )
    features = torch.from_numpy(found.features.astype(np.float32))
    scores = features @ tensors["fc.weight"].T + tensors["fc.bias"]
    np.testing.assert_allclose(scores.softmax(1), found.probability, atol=0.02)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_neither_batch_size_nor_the_frames_beside_it_change_a_frames_result(
    precision: str, classifier_files: ClassifierFiles, tmp_path: Path, write_frames: Write
) -> None:
    write_frames(tmp_path / "v", 5, 0)
    frames = all_pictures(read_frames(tmp_path / "v"))
    whole, alone = (
        FrameClassifier.load(classifier_files, ClassifierSettings(precision, n)) for n in (5, 1)
    )
    together, single = whole.predict(frames), alone.predict(frames)
    margin = 0.05 if precision == "bf16" else 1e-3
    np.testing.assert_allclose(together.probability, single.probability, atol=margin)
    assert (together.probability.argmax(1) == single.probability.argmax(1)).all()
    beside_others = whole.predict(frames[::-1].copy()).probability[::-1]
    np.testing.assert_allclose(together.probability, beside_others, atol=margin)


def test_labels_are_in_the_order_of_the_frames(
    classifier_files: ClassifierFiles, tmp_path: Path, write_frames: Write
) -> None:
    write_frames(tmp_path / "v", 11, 3)
    classifier = FrameClassifier.load(classifier_files, ClassifierSettings("fp32", 4))
    table = table_of(tmp_path / "v", classifier)
    assert list(table.columns) == ["frame", "label", "confidence"]
    assert table["frame"].tolist() == list(range(1, 12))
    labels = classifier.card.labels
    for number in (1, 2, 10, 11):
        pixels = read_picture(tmp_path / "v" / f"{number}.jpg")[None]
        assert table["label"][number - 1] == labels[classifier.predict(pixels).probability.argmax()]
    assert table["label"].nunique() > 1


def test_frames_are_scaled_to_what_the_network_reads(classifier_files: ClassifierFiles) -> None:
    classifier = FrameClassifier.load(classifier_files, ClassifierSettings("fp32", 4))
    small = np.full((1, 64, 64, 3), 90, dtype=np.uint8)
    large = np.full((1, 224, 160, 3), 90, dtype=np.uint8)
    first, second = (classifier.predict(frames).probability for frames in (small, large))
    np.testing.assert_allclose(first, second, atol=1e-3)


def test_weights_of_another_network_are_refused(classifier_folder: Path, tmp_path: Path) -> None:
    tensors, card = weights.load(classifier_folder)
    wrong = weights.Card("resnet18", card.labels, 64, card.mean, card.std, "", "")
    weights.save(tmp_path / "w", tensors, wrong)
    with pytest.raises(UserError, match="does not fit ResNet"):
        FrameClassifier.load(
            ClassifierFiles(tmp_path / "w", project=tmp_path), ClassifierSettings("fp32", 1)
        )


def test_real_weights_name_what_real_photographs_show(real_data: Path, tmp_path: Path) -> None:
    official = classifier_weights("mobilenet_v2", "")
    take_in("mobilenet_v2", real_data / "weights" / "mobilenet_v2.pth", official, tmp_path / "w")
    classifier = FrameClassifier.load(
        ClassifierFiles(tmp_path / "w"), ClassifierSettings("fp32", 8)
    )
    paths = sorted((real_data / "images" / "airplane").iterdir())[:8]
    for number, path in enumerate(paths, start=1):
        Image.fromarray(read_picture(path)).resize((224, 224)).save(tmp_path / f"{number}.jpg")
    found = table_of(tmp_path, classifier)["label"]
    assert found.isin(["airliner", "airship", "amphibian", "warplane", "wing"]).sum() >= 6


def test_predictions_survive_being_packed(classifier_files: ClassifierFiles) -> None:
    classifier = FrameClassifier.load(classifier_files, ClassifierSettings("fp32", 4))
    found = classifier.predict(np.full((2, 64, 64, 3), 90, dtype=np.uint8))
    again = Predictions.unpack(found.pack())
    assert again.probability.dtype == again.features.dtype == np.float16
    assert (again.probability == found.probability).all()
    assert (again.features == found.features).all()


def test_a_video_is_classified_by_the_classifier_that_is_loaded_once(
    classifier_files: ClassifierFiles, tmp_path: Path, write_frames: Write
) -> None:
    write_frames(tmp_path / "v", 2, 0)
    frames, settings = read_frames(tmp_path / "v"), LookingSettings("fp32", 4, 3.0, 3)
    load_classifier.cache_clear()
    found = classify_video(classifier_files, settings, frames)
    classifier = load_classifier(classifier_files, settings)
    assert load_classifier.cache_info().hits == 1
    assert (found.probability == classifier.predict(all_pictures(frames)).probability).all()
    load_classifier.cache_clear()
