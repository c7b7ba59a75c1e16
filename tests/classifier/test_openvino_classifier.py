import numpy as np
import pytest

from vidrec.classifier.conversion import converted
from vidrec.classifier.frame_classifier import ClassifierFiles
from vidrec.classifier.openvino_classifier import InOpenVINO
from vidrec.networks.openvino_runtime import Converted
from vidrec.networks.weights import read_card


@pytest.fixture(scope="module")
def network(classifier_files: ClassifierFiles) -> Converted:
    card = read_card(classifier_files.weights)
    return converted(classifier_files.weights, card, classifier_files.project)


def pictures(count: int, side: int = 64) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def test_the_last_frames_have_the_same_bytes_as_among_others(network: Converted) -> None:
    run, frames = InOpenVINO(network, "fp32", 4), pictures(4)
    for whole, alone in zip(run(frames), run(frames[:1]), strict=True):
        assert alone.shape == (1, *whole.shape[1:])
        assert alone.tobytes() == whole[:1].tobytes()


def test_frames_of_another_size_are_scaled(network: Converted) -> None:
    run = InOpenVINO(network, "fp32", 2)
    small = np.full((1, 64, 64, 3), 90, np.uint8)
    large = np.full((1, 224, 160, 3), 90, np.uint8)
    (first, _), (second, _), (third, _) = run(small), run(large), run(small)
    np.testing.assert_allclose(first, second, atol=1e-3)
    assert first.tobytes() == third.tobytes()
