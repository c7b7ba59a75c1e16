"""Trains the sample's frame classifier from scratch, on rendered stills, in minutes on a CPU.

Two things make it quick. It learns first from close-ups, at the scale of the whole pictures but a
quarter of their area, then from whole pictures. And it learns from every place of a picture: the
head is applied to each cell of the trunk's last map, not only to their mean, and each cell has
labels of its own (as in fully convolutional networks; Long et al., 2015). A cell of background is
to vote for no label, so that the mean is decided by the cells that show something.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR
from tqdm import tqdm

from vidrec.drawing.stills import CLOSEUP, Still, render_closeup, render_still
from vidrec.networks.compute import autocast, device
from vidrec.networks.image_classifiers import IMAGENET_MEAN, IMAGENET_STD, prepare
from vidrec.settings.prepare_weights import ClassifierTraining
from vidrec.workflow.parallel import map_items

CLOSEUP_BATCH, STILL_BATCH = 32, 16
MAX_OBJECTS = 3
# Pixels per cell of the trunk's last map, in each direction.
STRIDE = 32


@dataclass(frozen=True)
class Stills:
    """Pictures (n, 3, size, size), label shares (n, labels), maps (n, labels, cells, cells)."""

    pictures: Tensor
    shares: Tensor
    maps: Tensor

    def batches(self, epochs: int, size: int, generator: torch.Generator) -> Iterator["Stills"]:
        """Batches of `size` in a new random order each epoch, half of them mirrored."""
        for _ in range(epochs):
            order = torch.randperm(len(self.pictures), generator=generator)
            for chosen in torch.split(order, size):
                batch = Stills(self.pictures[chosen], self.shares[chosen], self.maps[chosen])
                mirror = bool(torch.rand((), generator=generator) < 0.5)
                yield batch.mirrored() if mirror else batch

    def mirrored(self) -> "Stills":
        return Stills(self.pictures.flip(3), self.shares, self.maps.flip(3))

    def count(self, epochs: int, size: int) -> int:
        return epochs * -(-len(self.pictures) // size)


def train(network: nn.Module, training: ClassifierTraining) -> None:
    """Train `network`, a ResNet (map, mean, linear head), in place.

    The caller has seeded torch and fixed its threads.
    """
    size = training.input_size
    closeups = render_stills(render_closeup, training, training.closeups, round(CLOSEUP * size))
    stills = render_stills(render_still, training, training.stills, size)
    steps = closeups.count(training.closeup_epochs, CLOSEUP_BATCH) + stills.count(
        training.still_epochs, STILL_BATCH
    )
    network.train().to(device()).to(memory_format=torch.channels_last)
    _quiet_residuals(network)
    optimizer = AdamW(network.parameters(), training.learning_rate, weight_decay=0.05, fused=True)
    schedule = one_cycle(optimizer, training.learning_rate, steps)
    generator = torch.Generator().manual_seed(training.seed)
    with tqdm(total=steps, desc="train classifier", unit="step", disable=None) as bar:
        for pictures, epochs, size in (
            (closeups, training.closeup_epochs, CLOSEUP_BATCH),
            (stills, training.still_epochs, STILL_BATCH),
        ):
            for batch in pictures.batches(epochs, size, generator):
                learn(network, batch, optimizer, schedule, training)
                bar.update()
    network.eval().cpu()


def one_cycle(optimizer: Optimizer, rate: float, steps: int) -> OneCycleLR:
    """The learning rates of `steps` steps: up to `rate` in a fifth of them, then down to nothing.

    A rise of no step at all would be a division by zero in torch: it takes one at least.
    """
    return OneCycleLR(optimizer, rate, steps + 1, pct_start=max(0.2, 2 / (steps + 1)))


def learn(
    network: nn.Module,
    batch: Stills,
    optimizer: Optimizer,
    schedule: LRScheduler,
    training: ClassifierTraining,
) -> None:
    """One step on one batch."""
    size = batch.pictures.shape[2]
    pictures = prepare(batch.pictures.to(device()), size, IMAGENET_MEAN, IMAGENET_STD)
    with autocast(training.precision):
        loss = loss_of(network, pictures, batch)
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimizer.step()
    schedule.step()


def loss_of(network: nn.Module, pictures: Tensor, batch: Stills) -> Tensor:
    """Cross-entropy of whole pictures against label shares, plus that of single cells."""
    caught: list[Tensor] = []
    pool, head = network.get_submodule("avgpool"), network.get_submodule("fc")
    handle = pool.register_forward_pre_hook(lambda _, inputs: caught.append(inputs[0]))
    scores = network(pictures)
    handle.remove()
    cells = head(caught[0].permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    whole = functional.cross_entropy(scores.float(), batch.shares.to(device()))
    single = functional.cross_entropy(cells.float(), batch.maps.to(device()))
    return whole + single


def _quiet_residuals(network: nn.Module) -> None:
    """Let each residual block begin as the identity, which speeds up the first steps (Goyal et
    al., 2017, 5.1)."""
    for name, module in network.named_modules():
        if name.endswith("bn3"):
            nn.init.zeros_(module.weight)


def render_stills(
    render: Callable[..., Still], training: ClassifierTraining, count: int, size: int
) -> Stills:
    """`count` stills of `size` pixels, drawn by `render` for the classifier to learn from."""
    one = partial(_render_one, render, training.seed, size)
    made = list(map_items(one, range(count), title="render stills", unit="still"))
    pictures, shares, maps = (np.stack(parts) for parts in zip(*made, strict=True))
    return Stills(
        torch.from_numpy(pictures).permute(0, 3, 1, 2),
        torch.from_numpy(shares).float(),
        torch.from_numpy(maps),
    )


def _render_one(
    render: Callable[..., Still], seed: int, size: int, index: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.float32]]:
    still = render("classifier", seed, index, size, MAX_OBJECTS)
    return np.asarray(still.picture), still.shares(), still.share_map(size // STRIDE)
