"""Networks on a CPU, by OpenVINO: converted from torch once, then run without it.

A process computes in one thread: workers share the cores, and the result of each video is the same
however many there are. OpenVINO is loaded where it is first used.
"""

import sys
import tempfile
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidrec.workflow.checkpoints import Checkpoints
from vidrec.workflow.code import versions

if TYPE_CHECKING:
    from torch import Tensor, nn

# Where a project keeps them, among its finished work.
STORE = "networks"
# Of the length of a graph, before it.
LENGTH_BYTES = 8
# One thread, on whatever core is free: OpenVINO would bind that of each process to the same core.
ONE_THREAD = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False}
# What OpenVINO is told of each precision. A quantized network says itself what of it is in int8;
# the rest is computed as the processor does best.
HINTS = {
    "fp32": {"INFERENCE_PRECISION_HINT": "f32"},
    "bf16": {"INFERENCE_PRECISION_HINT": "bf16"},
    "int8": {},
}


@dataclass(frozen=True)
class Converted:
    """A network in OpenVINO's form: its `graph` as XML, and the `weights` that it points into."""

    graph: bytes
    weights: bytes

    def pack(self) -> bytes:
        """Both as bytes."""
        return len(self.graph).to_bytes(LENGTH_BYTES, "big") + self.graph + self.weights

    @classmethod
    def unpack(cls, content: bytes) -> "Converted":
        """What `pack` was given."""
        end = LENGTH_BYTES + int.from_bytes(content[:LENGTH_BYTES], "big")
        return cls(content[LENGTH_BYTES:end], content[end:])


def openvino() -> Any:
    """The library, which then tells nobody of it.

    It and NNCF report their use over the network as they are imported, by `openvino_telemetry`,
    and write a file of it in the user's home; where that cannot be imported they go without.
    """
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino

    return openvino


def convert(network: "nn.Module", example: "Tensor | tuple[Tensor, ...]") -> Converted:
    """`network` as it computes `example`, its input or inputs: of other shapes too, where it
    can."""
    import torch

    with torch.inference_mode(), warnings.catch_warnings(action="ignore"):
        # It warns of each size that is a constant in what is recorded: which ones may be, whoever
        # hands in the example knows.
        trace: Any = torch.jit.trace
        traced = trace(network, example, check_trace=False)
        return serialized(openvino().convert_model(traced, example_input=example))


def serialized(model: Any) -> Converted:
    """A model of OpenVINO's, as bytes: equal models are equal bytes."""
    # Else names have the number of what the process has made before.
    model.set_friendly_name("network")
    for number, node in enumerate(model.get_ordered_ops()):
        node.set_friendly_name(f"{node.get_type_name()}_{number}")
    with tempfile.TemporaryDirectory() as name:
        graph = Path(name, "network.xml")
        openvino().save_model(model, graph, compress_to_fp16=False)
        return Converted(graph.read_bytes(), graph.with_suffix(".bin").read_bytes())


def read_model(converted: Converted) -> Any:
    """The model of OpenVINO's that was made into bytes."""
    return openvino().Core().read_model(converted.graph, converted.weights)


class Compiled:
    """A network made ready for inputs of one shape, to be computed in `precision`."""

    def __init__(self, converted: Converted, precision: str, *shapes: Sequence[int]) -> None:
        core = openvino().Core()
        model = core.read_model(converted.graph, converted.weights)
        model.reshape(dict(enumerate(map(list, shapes))))
        settings = {**ONE_THREAD, **HINTS[precision]}
        self.model = core.compile_model(model, "CPU", settings)
        self._request = self.model.create_infer_request()

    def __call__(self, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """All outputs, in order, for these inputs."""
        found = self._request.infer(dict(enumerate(inputs)), share_inputs=True)
        return [np.array(each) for each in found.values()]


def store(
    made_by: Iterable[ModuleType], settings: Sequence[Any], project: Path
) -> Checkpoints[Converted]:
    """Where `project` keeps the networks that `made_by` converts, so that each is converted once.

    `settings` is what else decides a network, but the digest of its weights, which is the key.
    """
    return Checkpoints(
        STORE,
        made_by,
        [*settings, versions("torch", "torchvision", "openvino")],
        pack=Converted.pack,
        unpack=Converted.unpack,
        project=project,
    )
