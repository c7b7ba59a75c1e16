import numpy as np
import pytest
import torch

from vidrec.classifier.conversion import converted
from vidrec.classifier.frame_classifier import GPU_BATCH, ClassifierFiles, FrameClassifier
from vidrec.classifier.openvino_classifier import InOpenVINO
from vidrec.classifier.torch_classifier import InTorch, load_network, runner
from vidrec.networks import precision
from vidrec.networks.precision import Compute
from vidrec.networks.weights import read_card
from vidrec.settings.classify_frames import ClassifierSettings


def pictures(side: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (4, side, side, 3), dtype=np.uint8)


@pytest.mark.parametrize(("side", "margin"), [(64, 1e-5), (224, 1e-4), (50, 1e-4)])
def test_openvino_gives_what_torch_gives(
    side: int, margin: float, classifier_files: ClassifierFiles
) -> None:
    """As they are, scaled down, and scaled up; the head makes much of small differences."""
    weights, frames = classifier_files.weights, pictures(side)
    expected = InTorch(load_network(weights), "fp32")(frames)
    network = converted(weights, read_card(weights), classifier_files.project)
    found = InOpenVINO(network, "fp32", 4)(frames)
    assert found[0].dtype == expected[0].dtype == np.float32
    np.testing.assert_allclose(found[0], expected[0], atol=margin)
    np.testing.assert_allclose(found[1], expected[1], atol=10 * margin)


def test_what_computes_runs_it(classifier_files: ClassifierFiles) -> None:
    network = load_network(classifier_files.weights)
    assert isinstance(runner(network, Compute("torch", "cpu", "fp32"), 2), InTorch)
    assert isinstance(runner(network, Compute("openvino", "cpu", "fp32"), 2), InOpenVINO)


def test_without_openvino_torch_classifies(
    classifier_files: ClassifierFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In bf16 each rounds in its own places.
    settings, frames = ClassifierSettings("fp32", 4), pictures(64)
    expected = FrameClassifier.load(classifier_files, settings).predict(frames)
    monkeypatch.setattr(precision, "has_openvino", lambda: False)
    found = FrameClassifier.load(classifier_files, settings).predict(frames)
    np.testing.assert_allclose(found.probability, expected.probability, atol=2e-3)


def test_a_gpu_classifies_as_a_cpu_does(
    classifier_files: ClassifierFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not torch.cuda.is_available():
        pytest.skip("torch sees no GPU here")
    monkeypatch.setenv("VIDREC_DEVICE", "cuda")
    classifier = FrameClassifier.load(classifier_files, ClassifierSettings("auto", 4))
    assert classifier.batch_size == GPU_BATCH
    found = classifier.predict(pictures(64))
    monkeypatch.setenv("VIDREC_DEVICE", "cpu")
    expected = FrameClassifier.load(classifier_files, ClassifierSettings("fp32", 4))
    probability = expected.predict(pictures(64)).probability
    np.testing.assert_allclose(found.probability, probability, atol=0.05)
