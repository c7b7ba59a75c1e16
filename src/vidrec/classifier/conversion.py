"""The frame classifier in OpenVINO's form, which a project keeps once it is made."""

import dataclasses
import sys
from functools import partial
from pathlib import Path

from vidrec.networks import openvino_runtime
from vidrec.networks.openvino_runtime import Converted
from vidrec.networks.weights import Card
from vidrec.workflow.checkpoints import Checkpoints


def converted(folder: Path, card: Card, project: Path) -> Converted:
    """The classifier of `card`, whose weights lie in `folder`, made where `project` has none."""
    store = _store(card, project)
    return store.once(store.key(card.sha256), partial(_make, folder))


def convert_ahead(folder: Path, card: Card, project: Path) -> None:
    """Make it where `project` has none, so that of many processes no two make the same."""
    store = _store(card, project)
    if not store.has(store.key(card.sha256)):
        store.make(store.key(card.sha256), partial(_make, folder))


def _store(card: Card, project: Path) -> Checkpoints[Converted]:
    this = sys.modules[__name__]
    return openvino_runtime.store([this], [dataclasses.asdict(card)], project)


def _make(folder: Path) -> Converted:
    # Loads torch, which takes seconds.
    from vidrec.classifier.torch_classifier import load_network, to_openvino

    return to_openvino(load_network(folder))
