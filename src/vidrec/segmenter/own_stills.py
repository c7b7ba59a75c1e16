"""The sample's own images with masks: drawn stills of classes that no label of the sample is.

A taxi is a yellow car, and a white dog a dog: a network that was trained on cars and dogs finds
both, and cannot tell them from the others. What else is in sight is not marked.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PIL import Image

from vidrec.detections.rle import encode_mask
from vidrec.drawing.objects import Color
from vidrec.drawing.scenes import Scene, Track, paint, paint_backdrop, random_track
from vidrec.drawing.stills import PURPOSES, resize_mask
from vidrec.segmenter.annotated import Marked
from vidrec.segmenter.annotated_images import OwnImage

# What is drawn, and of it each own class with its colour, None for the usual ones; of some things
# none is marked.
SAMPLE_CLASSES: dict[str, dict[str, Color | None]] = {
    "car": {"car": None, "taxi": (242, 200, 30)},
    "dog": {"dog": None, "white dog": (240, 238, 230)},
    "bicycle": {},
    "person": {},
}
MAX_OBJECTS = 3
# Levels of 255 by which a colour of its own differs from one object to the next.
SPREAD = 12


def own_stills(seed: int, count: int, size: int) -> Iterator[OwnImage]:
    """Rendered stills, `size` pixels square, of one to MAX_OBJECTS different things."""
    for index in range(count):
        name = f"still_{index:05d}"
        rng = np.random.default_rng([seed, PURPOSES["own"], index])
        # Where there are two of a kind, what is painted does not say which is of which class.
        drawn = rng.choice(list(SAMPLE_CLASSES), int(rng.integers(1, MAX_OBJECTS + 1)), False)
        tracks, classes = list[Track](), dict[str, str]()
        for label in map(str, drawn):
            track, own = _track(label, rng)
            tracks.append(track)
            classes |= {label: own} if own else {}
        scene = Scene(int(rng.integers(2**31)), tuple(tracks))
        backdrop = paint_backdrop(scene.background_seed)
        picture, visible = paint(scene, backdrop, float(rng.uniform(0, 4.0)))
        marked = [
            Marked(classes[item.label], encode_mask(resize_mask(item.mask, size)))
            for item in visible
            if item.label in classes
        ]
        pixels = np.asarray(picture.resize((size, size), Image.Resampling.BILINEAR))
        yield OwnImage(name, name, pixels, tuple(marked))


def _track(label: str, rng: np.random.Generator) -> tuple[Track, str]:
    """A thing on its way, and its own class, empty for none."""
    track = random_track(label, rng, span=(0.0, 4.0), scale_range=(0.6, 1.3))
    classes = SAMPLE_CLASSES[label]
    if not classes:
        return track, ""
    own = list(classes)[int(rng.integers(len(classes)))]
    color = classes[own]
    if color is None:
        return track, own
    varied = np.clip(rng.integers(-SPREAD, SPREAD, 3) + color, 0, 255)
    red, green, blue = (int(level) for level in varied)
    return replace(track, style=replace(track.style, body=(red, green, blue))), own
