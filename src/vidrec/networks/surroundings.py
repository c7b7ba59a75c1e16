"""What a network's results may depend on beside itself: apart from what the trainings import."""

import socket
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from vidrec.networks.precision import Compute, resolve
from vidrec.workflow import processor
from vidrec.workflow.code import versions
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import write_json


def surroundings(compute: Compute) -> dict[str, str]:
    """What the last digits of a network's results may depend on beside itself, computed so: the
    versions of the libraries, and the kind of device."""
    # What OpenVINO computes is converted from torch.
    libraries = ("openvino",) if compute.runtime == "openvino" else ()
    return {
        **versions("torch", "torchvision", *libraries, "pillow"),
        "runtime": f"{compute.runtime} {compute.precision}",
        "device": _device(compute),
    }


def check_same(wanted: Mapping[str, str], precision: str) -> None:
    """Raise UserError unless a network of `precision` is computed here as where the run began: of
    a cluster's machines each works for all."""
    here = _surroundings_once(precision)
    others = [name for name in wanted if wanted[name] != here.get(name)]
    if others:
        name = others[0]
        raise UserError(
            f"the machine {socket.gethostname()} computes otherwise than the one that began the"
            f" run: {name} is {here.get(name)}, not {wanted[name]}: use machines of one kind, with"
            " the same environment"
        )


@lru_cache
def _surroundings_once(precision: str) -> dict[str, str]:
    return surroundings(resolve(precision))


def _device(compute: Compute) -> str:
    if compute.device == "cpu":
        return f"cpu {processor.arithmetic()}"
    import torch

    return f"cuda {torch.cuda.get_device_name()}"


def write_report(path: Path | None, key: str, compute: Compute | None) -> None:
    """Say in a JSON file, where one is wanted, by what and in which precision something was
    computed: under `key`, which no other metrics have; None where nothing was."""
    if path:
        write_json(path, {key: compute and f"{compute.runtime} {compute.precision}"})
