"""What computes networks here, and how precisely: known without loading what computes."""

import importlib.util
import os
from dataclasses import dataclass

from vidrec.workflow import processor
from vidrec.workflow.errors import UserError

# Processes that share a GPU, each of which keeps memory of it for itself. Over 6,000 frames, four
# classify no sooner on an H100 than one: loading takes most of the time. Over many more
# VIDREC_WORKERS may ask for them: results are the same.
GPU_WORKERS = 1


@dataclass(frozen=True)
class Compute:
    """`runtime` openvino or torch, on `device` cpu or cuda, in `precision` fp32, bf16 or int8."""

    runtime: str
    device: str
    precision: str


def resolve(wanted: str) -> Compute:
    """How a network of `wanted` precision (auto, fp32, bf16 or int8) is computed on this machine.

    bf16 becomes fp32 where the processor has no units for it: the result is no less precise, and
    sooner there. Raises UserError where int8, which only OpenVINO on a CPU computes, cannot be.
    """
    if wanted == "int8":
        return _in_int8()
    if device_kind() == "cuda":
        return Compute("torch", "cuda", "bf16" if wanted == "auto" else wanted)
    runtime = "openvino" if has_openvino() else "torch"
    halves = wanted in ("auto", "bf16") and bool(processor.flags() & processor.BF16_X86)
    return Compute(runtime, "cpu", "bf16" if halves else "fp32")


def _in_int8() -> Compute:
    if not has_openvino():
        raise UserError("precision int8 needs OpenVINO, which is not installed: set it to auto")
    if _wanted_device() == "cuda":
        raise UserError(
            "precision int8 is computed on a CPU, but VIDREC_DEVICE is cuda: set the precision to"
            " auto, or VIDREC_DEVICE to cpu"
        )
    return Compute("openvino", "cpu", "int8")


def has_openvino() -> bool:
    """Whether OpenVINO is installed; there are machines that it is not made for."""
    return importlib.util.find_spec("openvino") is not None


def device_kind() -> str:
    """cpu or cuda, as `VIDREC_DEVICE` says; by default a GPU where there is one.

    torch, which takes seconds to load, is only asked where there may be one.
    """
    wanted = _wanted_device()
    if wanted == "cpu" or (wanted == "auto" and not processor.may_have_gpu()):
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise UserError("VIDREC_DEVICE is cuda, but torch sees no GPU here: use cpu or auto")
    return "cpu"


def _wanted_device() -> str:
    wanted = os.environ.get("VIDREC_DEVICE", "auto")
    if wanted not in ("auto", "cpu", "cuda"):
        raise UserError(f"VIDREC_DEVICE is {wanted!r}: it must be auto, cpu or cuda")
    return wanted


def most_workers(compute: Compute) -> int | None:
    """Processes for inference at most, unless told: one where a GPU computes, else None (one per
    core)."""
    return GPU_WORKERS if compute.device == "cuda" else None
