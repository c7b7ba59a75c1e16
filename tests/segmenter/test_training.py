"""What the sample's segmenter is shown while it trains."""

from collections import Counter
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from vidrec.drawing.objects import LABELS
from vidrec.segmenter.training import Example, as_target, draw_batches, render_example
from vidrec.settings.prepare_segmenter import SegmenterTraining

TRAINING = SegmenterTraining(
    seed=7,
    threads=1,
    precision="fp32",
    resolution=64,
    stills=3,
    steps=4,
    batch_size=2,
    learning_rate=0.001,
)


def made_example(value: int) -> Example:
    """8 x 8 pixels of one value, with a car in the upper left quarter but for its last column."""
    mask = np.zeros((1, 8, 8), dtype=np.bool_)
    mask[0, :4, :3] = True
    return Example(np.full((8, 8, 3), value, dtype=np.uint8), [LABELS.index("car") + 1], mask)


def pictures_of(examples: list[Example], training: SegmenterTraining) -> Tensor:
    return torch.stack([x for pictures, _ in draw_batches(examples, training) for x in pictures])


def test_every_example_comes_once_before_any_comes_again() -> None:
    batches = list(draw_batches([made_example(value) for value in (0, 51, 102)], TRAINING))
    assert [len(pictures) for pictures, _ in batches] == [2, 2, 2, 2]
    shown = [round(float(picture[0, 0, 0]) * 5) for pictures, _ in batches for picture in pictures]
    assert sorted(shown[:3]) == sorted(shown[3:6]) == [0, 1, 2]
    assert max(Counter(shown).values()) == 3


def test_the_seed_decides_the_order() -> None:
    examples = [made_example(value) for value in range(0, 250, 10)]
    chosen = (TRAINING, TRAINING, replace(TRAINING, seed=8))
    first, same, other = (pictures_of(examples, training) for training in chosen)
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_target_has_the_box_around_its_mask() -> None:
    picture, target = as_target(made_example(51), mirrored=False)
    assert picture.shape == (3, 8, 8)
    assert torch.allclose(picture, torch.tensor(0.2))
    assert target["boxes"].tolist() == [[0.0, 0.0, 3.0, 4.0]]
    assert target["labels"].tolist() == [LABELS.index("car") + 1]
    assert target["masks"].sum() == 12


def test_a_mirrored_target_has_its_box_on_the_other_side() -> None:
    _, target = as_target(made_example(51), mirrored=True)
    assert target["boxes"].tolist() == [[5.0, 0.0, 8.0, 4.0]]
    assert target["masks"][0, :4, 5:].all()


def test_an_example_has_a_mask_and_a_class_above_the_background_per_object() -> None:
    example = render_example(7, 64, 3)
    assert example.pixels.shape == (64, 64, 3)
    assert example.masks.shape == (len(example.classes), 64, 64)
    assert all(1 <= number <= len(LABELS) for number in example.classes)
    again = render_example(7, 64, 3)
    assert (example.pixels == again.pixels).all()
    assert (example.pixels != render_example(7, 64, 4).pixels).any()
