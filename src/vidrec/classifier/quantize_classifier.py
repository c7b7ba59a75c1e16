"""Stage quantize_classifier: the frame classifier in int8, fitted to some of the frames."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vidrec.classifier.conversion import converted
from vidrec.classifier.quantized import Note, save_quantized
from vidrec.media.frame_index import Framed, FrameSource
from vidrec.media.frames import Frames
from vidrec.networks import weights
from vidrec.networks.precision import resolve
from vidrec.networks.quantization import quantize

# From so many videos, and so many frames of each: NNCF's own default is 300 in all.
VIDEOS, FRAMES = 16, 16


def quantize_all(frames: FrameSource, weights_folder: Path, folder: Path) -> None:
    """Put the classifier in int8 into `folder`, fitted to some of the `frames`.

    Raises UserError where int8 cannot be computed here.
    """
    resolve("int8")
    card = weights.read_checked_card(weights_folder)
    chosen = chosen_videos(frames.framed)
    examples = [each for framed in chosen for each in _examples(frames.read(framed))]
    network = quantize(converted(weights_folder, card, Path()), examples)
    videos = tuple(each.video.video_id for each in chosen)
    save_quantized(folder, network, Note("", card.sha256, videos, len(examples)))


def chosen_videos(framed: Iterable[Framed], count: int = VIDEOS) -> list[Framed]:
    """`count` of the videos, by a digest of their ids: one more video seldom changes which."""
    return sorted(framed, key=lambda each: _digest(each.video.video_id))[:count]


def chosen_frames(count: int, wanted: int = FRAMES) -> list[int]:
    """At most `wanted` numbers of `count` frames, from 1, spread evenly."""
    kept = min(count, wanted)
    return [1 + index * count // kept for index in range(kept)]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _examples(frames: Frames) -> Sequence[NDArray[np.uint8]]:
    """Some frames of one video, each a batch of its own."""
    return [frames.picture(number)[None] for number in chosen_frames(len(frames.files))]
