"""Stage quantize_classifier: the frame classifier in int8, fitted to some of the frames."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vidrec.classifier.conversion import converted
from vidrec.classifier.quantized import Note, save_quantized
from vidrec.media.frames import read_frames, videos_below
from vidrec.networks import weights
from vidrec.networks.quantization import quantize
from vidrec.workflow.video import Video

# From so many videos, and so many frames of each: NNCF's own default is 300 in all.
VIDEOS, FRAMES = 16, 16


def quantize_all(frames: Path, weights_folder: Path, folder: Path) -> None:
    """Put the classifier in int8 into `folder`, fitted to some of the frames below `frames`."""
    card = weights.read_checked_card(weights_folder)
    chosen = chosen_videos(videos_below(frames))
    examples = [each for video in chosen for each in _examples(video.below(frames))]
    network = quantize(converted(weights_folder, card, Path()), examples)
    videos = tuple(video.video_id for video in chosen)
    save_quantized(folder, network, Note("", card.sha256, videos, len(examples)))


def chosen_videos(videos: Iterable[Video], count: int = VIDEOS) -> list[Video]:
    """`count` of the videos, by a digest of their ids: one more video seldom changes which."""
    return sorted(videos, key=lambda video: _digest(video.video_id))[:count]


def chosen_frames(count: int, wanted: int = FRAMES) -> list[int]:
    """At most `wanted` numbers of `count` frames, from 1, spread evenly."""
    kept = min(count, wanted)
    return [1 + index * count // kept for index in range(kept)]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _examples(directory: Path) -> Sequence[NDArray[np.uint8]]:
    """Some frames of one video, each a batch of its own."""
    frames = read_frames(directory)
    return [frames.picture(number)[None] for number in chosen_frames(len(frames.files))]
