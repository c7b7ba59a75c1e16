"""What two choices about the networks are worth, each against its baseline, side by side.

Run from the top of the project after `make repro`, with nothing else running:
python benchmarks/networks.py
"""

import time
from collections.abc import Callable
from statistics import median

import torch
from torch import nn

from vidrec.drawing.objects import LABELS
from vidrec.networks import compute, mask_rcnn, weights
from vidrec.networks.image_classifiers import build_classifier
from vidrec.project import ProjectPaths
from vidrec.segmenter.training import as_target, render_example
from vidrec.settings.prepare_segmenter import SEGMENTERS, SegmenterTraining

ROUNDS = 5
BATCH = 16
TRAINING = SegmenterTraining(
    seed=7,
    threads=1,
    precision="bf16",
    resolution=128,
    stills=4,
    steps=1,
    batch_size=4,
    learning_rate=0.001,
)


def compare(title: str, baseline: Callable[[], None], ours: Callable[[], None]) -> None:
    """Print how many times faster `ours` is: the median over rounds in which both take turns."""
    for warm_up in (baseline, ours):
        warm_up()
    ratios = [seconds(baseline) / seconds(ours) for _ in range(ROUNDS)]
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"{title}: {median(ratios):.2f} times as fast ({spread} in {ROUNDS} rounds)")


def seconds(function: Callable[[], None]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def classify(network: nn.Module) -> None:
    """Ten batches through a classifier."""
    pictures = torch.zeros(BATCH, 3, 128, 128).contiguous(memory_format=torch.channels_last)
    for _ in range(10):
        with torch.inference_mode(), compute.autocast("bf16"):
            network(pictures)


def learn(network: nn.Module) -> None:
    """Ten steps of a segmenter, without the optimizer."""
    examples = [render_example(TRAINING.seed, TRAINING.resolution, index) for index in range(4)]
    pictures, targets = zip(*(as_target(example, False) for example in examples), strict=True)
    for _ in range(10):
        with compute.autocast("bf16"):
            losses = network(list(pictures), list(targets))
            loss = torch.stack([value.float() for value in losses.values()]).sum()
        torch.autograd.backward(loss)


def classifiers() -> list[nn.Module]:
    """The sample's classifier, with weights cast for each batch and with weights cast once."""
    tensors, card = weights.load(ProjectPaths().classifier)
    networks = [build_classifier(card.arch, len(card.labels)) for _ in range(2)]
    for network in networks:
        weights.load_into(network, tensors, card.arch)
    plain = networks[0].eval().to(memory_format=torch.channels_last)
    return [plain, compute.for_inference(networks[1], "bf16")]


def segmenter(arch: str) -> nn.Module:
    """A segmenter as the sample trains it, without what only saves the trunk's gradients."""
    network = mask_rcnn.build_segmenter(
        arch,
        len(LABELS) + 1,
        resolution=TRAINING.resolution,
        proposals=150,
        threshold=0.05,
        detections=20,
        regions=24,
        positives=0.5,
    )
    return network.train().to(memory_format=torch.channels_last)


def main() -> None:
    compute.make_deterministic(seed=0, threads=2)
    torch.set_num_threads(1)
    plain, cast = classifiers()
    compare("weights cast once, one thread", lambda: classify(plain), lambda: classify(cast))
    torch.set_num_threads(2)
    first, slim = segmenter(SEGMENTERS[0]), segmenter(mask_rcnn.SLIM)
    compare("a step of the slim Mask R-CNN", lambda: learn(first), lambda: learn(slim))


if __name__ == "__main__":
    main()
