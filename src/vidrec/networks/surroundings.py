"""What a network's results may depend on beside itself: apart from what the trainings import."""

from vidrec.networks.precision import Compute
from vidrec.workflow import processor
from vidrec.workflow.code import versions


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


def report(compute: Compute) -> dict[str, str | None]:
    """In which precision, by what and on which kind of device something is computed."""
    found = surroundings(compute)
    return {
        "precision": compute.precision,
        "runtime": f"{compute.runtime} {found[compute.runtime]}",
        "device": found["device"],
    }


# What `report` gives where nothing is computed.
NOTHING: dict[str, str | None] = {"precision": None, "runtime": None, "device": None}
