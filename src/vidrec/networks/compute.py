"""Where and how torch computes: the device, the threads, and what keeps results the same."""

import os
import random
from typing import Any

import numpy as np
import torch
from torch import nn

from vidrec.networks.precision import device_kind


def device() -> torch.device:
    """The device that computes here, as `precision.device_kind` has it."""
    return torch.device(device_kind())


def make_deterministic(seed: int, threads: int) -> None:
    """Seed every generator and fix the thread count, on which the last digits depend."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    # Filling all new memory would only guard against code that reads what it never wrote.
    deterministic: Any = torch.utils.deterministic
    deterministic.fill_uninitialized_memory = False
    torch.backends.cudnn.benchmark = False


def autocast(precision: str) -> torch.autocast:
    """The context to run a network in, for `precision` bf16 or fp32."""
    return torch.autocast(device().type, torch.bfloat16, enabled=precision == "bf16")


def for_inference(network: nn.Module, precision: str) -> nn.Module:
    """`network` where it is to compute, its weights in the `precision` that `autocast` uses.

    Autocast alone would cast the same weights again for each batch, a third of the time.
    """
    network = network.eval().to(device()).to(memory_format=torch.channels_last)
    if precision == "bf16":
        for layer in network.modules():
            if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
                layer.to(torch.bfloat16)
    return network


def use_one_thread() -> None:
    """Let this process compute in one thread: workers share the cores, and the result of each
    video is the same however many there are."""
    torch.set_num_threads(1)
