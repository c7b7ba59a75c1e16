"""What benchmarks look at: videos, frames, weights and findings, made up alike in each run."""

import itertools
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import torchvision
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from vidrec.detections.copies import write_copies
from vidrec.detections.distributions import Distribution
from vidrec.detections.features import write_features
from vidrec.detections.masks import COLUMNS, Segments, write_segments
from vidrec.detections.rle import Rle, area_pct, encode_mask
from vidrec.detections.tree import write_classes
from vidrec.detections.truth import truth_of, write_truth
from vidrec.head.finetune_head import Head, save_head
from vidrec.media import ffmpeg
from vidrec.networks.weights import Card, read_card, save
from vidrec.project import ProjectPaths
from vidrec.videos.manifest import Entry, build_manifest, write_manifest
from vidrec.workflow.video import Video

# Pixels per side of a frame; of the noise that is enlarged to be one, which gives a JPEG of the
# size of a real one; and its quality.
SIZE, COARSE, QUALITY = 224, 56, 80
# Of a made-up video: width, height, and pictures per second.
WIDTH, HEIGHT, FPS = 426, 240, 25
# Frames are taken at 3 a second, and objects looked for in each of these.
FRAMES_PER_SECOND, LOOKED_AT = 3, 6
# The classifier that is tried where its speed does not matter, and the width of its features.
SMALL, FEATURES = "mobilenet_v2", 1280
MASKS = "maskrcnn_resnet50_fpn_v2"
# Classes of a made-up head, and objects in a frame: those found, and those true.
CLASSES, FOUND, TRUE = 8, 5, 3


def videos(count: int) -> list[Video]:
    """So many names, in three categories."""
    return [Video(f"category_{each % 3}", f"video_{each}") for each in range(count)]


def write_frames(folder: Path, count: int, each: int) -> None:
    """Write `count` JPEG files below `folder`, `each` of a video, as the stages have them."""
    random = np.random.default_rng(0)
    for number, video in enumerate(videos(-(-count // each))):
        place = video.below(folder)
        place.mkdir(parents=True, exist_ok=True)
        for frame in range(1, min(each, count - number * each) + 1):
            noise = random.integers(0, 256, (COARSE, COARSE, 3), dtype=np.uint8)
            picture = Image.fromarray(noise).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
            picture.save(place / f"{frame}.jpg", quality=QUALITY)


def write_videos(folder: Path, count: int, seconds: float, distinct: int) -> None:
    """Write `count` videos and their manifest: a test picture with noise, `distinct` of them."""
    paths = [video.below(folder, ".mp4") for video in videos(count)]
    for number, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        if number < distinct:
            _encode(path, seconds, number)
        else:
            path.hardlink_to(paths[number % distinct])
    pairs = zip(videos(count), paths, strict=True)
    entries = [Entry(video, "made up", file=path, duration_s=seconds) for video, path in pairs]
    write_manifest(folder, build_manifest(entries, folder))


def _encode(path: Path, seconds: float, seed: int) -> None:
    source = f"testsrc2=size={WIDTH}x{HEIGHT}:rate={FPS}:duration={seconds}"
    noise = f"noise=alls=6:allf=t:all_seed={seed}"
    line = f"-loglevel error -y -f lavfi -i {source} -vf {noise} -pix_fmt yuv420p -preset veryfast"
    subprocess.run([ffmpeg.binary(), *line.split(), str(path)], check=True)


def write_weights(path: Path, network: nn.Module) -> Path:
    """Write the weights of a network as a file that params can name."""
    save_file(network.state_dict(), path)
    return path


def classifier(arch: str) -> nn.Module:
    """A classifier with random weights."""
    torch.manual_seed(0)
    network: nn.Module = torchvision.models.get_model(arch, weights=None)
    return network


def segmenter() -> nn.Module:
    """Mask R-CNN with random weights: it finds some twenty objects in noise."""
    torch.manual_seed(0)
    network: nn.Module = torchvision.models.get_model(MASKS, weights=None, weights_backbone=None)
    return network


def write_networks(root: Path) -> None:
    """Put the small classifier and Mask R-CNN into the project at `root`."""
    paths = ProjectPaths(root)
    for folder, name, network, labels, size in (
        (paths.classifier, SMALL, classifier(SMALL), 1000, SIZE),
        (paths.segmenter, MASKS, segmenter(), 91, 0),
    ):
        names = tuple(f"label {number}" for number in range(labels))
        card = Card(name, names, size, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), "made up", "")
        save(folder, network.state_dict(), card)


def write_findings(root: Path, count: int, frames: int) -> None:
    """Write what is found in so many videos of so many frames, and its truth, below `root`.

    Of the frame classifier a distribution over all its labels, and features; a head for them; and
    of the segmenter objects in each frame looked at. Needs the cards of the weights.
    """
    paths, random = ProjectPaths(root), np.random.default_rng(0)
    card, labels = read_card(paths.classifier), read_card(paths.segmenter).labels[1:]
    names = tuple(f"class {number}" for number in range(CLASSES))
    weight = random.normal(size=(CLASSES, FEATURES)).astype(np.float32)
    save_head(paths.head, Head(names, weight, np.zeros(CLASSES, np.float32)), card)
    numbers = np.arange(1, frames + 1)
    for video in videos(count):
        probability = random.dirichlet(np.full(len(card.labels), 0.01), frames).astype(np.float16)
        found = Distribution(card.labels, probability)
        write_classes(paths.detections("classified"), video, found, numbers)
        features = random.random((frames, FEATURES)).astype(np.float16)
        write_features(root / "data/features", video, features, numbers)
        write_segments(paths.detections("segmented"), video, _segments(frames, labels))
    write_copies(paths.copies, [])
    truth = truth_of(list(_truth(videos(count), frames, labels)))
    write_truth(root / "data/truth.csv", root / "data/truth_masks.csv", truth)


def _segments(frames: int, labels: Sequence[str]) -> Segments:
    looked_at, masks = list(range(1, frames + 1, LOOKED_AT)), [_mask(n) for n in range(FOUND)]
    rows = [(frame, labels[n], 0.9, _area(masks[n])) for frame in looked_at for n in range(FOUND)]
    return Segments(looked_at, pd.DataFrame(rows, columns=list(COLUMNS)), masks * len(looked_at))


def _truth(some: Sequence[Video], frames: int, labels: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    mask = _mask(0)
    area = _area(mask)
    for video, frame, label in itertools.product(some, range(1, frames + 1), labels[:TRUE]):
        yield video.video_id, frame, label, area, SIZE, mask["counts"]


def _mask(number: int) -> Rle:
    shape = np.zeros((SIZE, SIZE), bool)
    shape[20 * number : 20 * number + 60, 30:90] = True
    return encode_mask(shape)


def _area(mask: Rle) -> float:
    return round(float(area_pct([mask])[0]), 4)
