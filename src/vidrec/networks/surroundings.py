"""What a network's results may depend on beside itself: apart from what the trainings import."""

from pathlib import Path

from vidrec.networks.precision import Compute
from vidrec.workflow import processor
from vidrec.workflow.code import versions
from vidrec.workflow.files import write_json


def surroundings(compute: Compute) -> dict[str, str]:
    """What the last digits of a network's results may depend on beside itself, computed so: the
    versions of the libraries, and the kind of device."""
    libraries = ("openvino",) if compute.runtime == "openvino" else ("torch", "torchvision")
    return {**versions(*libraries, "pillow"), "device": _device(compute)}


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
