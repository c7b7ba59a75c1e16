"""How long a run of the workflow will take on this machine, before it is started."""

import time

import numpy as np

from vidrec.classifier.classify_frames import inference_workers, worker_bytes
from vidrec.classifier.torch_classifier import FromPictures, runner
from vidrec.networks.image_classifiers import IMAGENET_MEAN, IMAGENET_STD, build_classifier
from vidrec.networks.precision import resolve
from vidrec.networks.weights import Card
from vidrec.settings.classify_frames import ClassifierSettings

# Classes of ImageNet: how many there are hardly changes the time.
CLASSES = 1000
# All that is not the classifier, per run and per frame: DVC and the start of each stage; to decode
# a frame, write it, read it, and draw it for the page. Measured with 360 frames on two cores.
SECONDS_PER_RUN, SECONDS_PER_FRAME = 60.0, 0.02


def frames_per_second(arch: str, settings: ClassifierSettings) -> float:
    """Frames that all workers classify in a second, measured on blank ones, untrained.

    int8 is not made for it: what is measured instead is slower.
    """
    labels = tuple(map(str, range(CLASSES)))
    card = Card(arch, labels, 224, IMAGENET_MEAN, IMAGENET_STD, "", "")
    network = FromPictures(build_classifier(arch, CLASSES), card)
    compute = resolve("auto" if settings.precision == "int8" else settings.precision)
    run = runner(network, compute, settings.batch_size)
    frames = np.zeros((settings.batch_size, 224, 224, 3), np.uint8)
    run(frames)
    start = time.perf_counter()
    run(frames)
    size = sum(each.numel() * each.element_size() for each in network.parameters())
    workers = inference_workers(compute, worker_bytes(compute, size, settings.batch_size))
    return workers * len(frames) / (time.perf_counter() - start)


def seconds(frames: int, rate: float) -> float:
    """How long a run over so many frames takes, without segmentation."""
    return SECONDS_PER_RUN + frames * (SECONDS_PER_FRAME + 1 / rate)


def told(frames: int, rate: float) -> str:
    """The estimate as a line to read."""
    length = seconds(frames, rate)
    named = f"{length / 3600:.1f} hours" if length > 5400 else f"{max(1, round(length / 60))} min"
    return f"{frames} frames, {rate:.0f} a second in the classifier here: about {named}"
