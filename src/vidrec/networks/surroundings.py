"""What a network's results may depend on beside itself: apart from what the trainings import."""

import torch

from vidrec.networks.compute import device
from vidrec.workflow.code import versions


def surroundings() -> dict[str, str]:
    """What the last digits of a network's results may depend on beside itself: the versions of the
    libraries that compute, and the kind of device."""
    cuda = device().type == "cuda"
    kind = torch.cuda.get_device_name() if cuda else torch.backends.cpu.get_cpu_capability()
    return {**versions("torch", "torchvision", "pillow"), "device": f"{device().type} {kind}"}
