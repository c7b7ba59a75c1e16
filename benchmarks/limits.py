"""The most that this machine gives: OpenVINO in the network alone, and products of matrices.

python benchmarks/limits.py ARCH PRECISION

Prints, as JSON, `alone`: pictures of 224 pixels a second through the classifier ARCH with random
weights, from memory, on all cores; `products`: the same if the network's multiplications were
those of two large matrices, by torch (null for int8, which torch does not multiply on a CPU).
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import made_up
import numpy as np
import openvino
import torch
from torch.utils.flop_counter import FlopCounterMode

BATCH, SIDE = 16, 2048
HINTS = {"fp32": "f32", "bf16": "bf16"}
TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
# How long each is tried, and how many batches int8 is calibrated with: its speed is asked here.
SECONDS, CALIBRATED = 3.0, 4


def rate(work: Callable[[], object]) -> float:
    """How often a second `work` is done, the first time not counted."""
    work()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS:
        work()
        done += 1
    return done / (time.perf_counter() - began)


def alone(network: torch.nn.Module, batch: torch.Tensor, precision: str) -> float:
    """Pictures a second through the network, as many batches at a time as OpenVINO thinks best."""
    model = openvino.convert_model(network, example_input=batch)
    hints: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT"}
    if precision == "int8":
        model = _quantized(model, batch)
    else:
        hints["INFERENCE_PRECISION_HINT"] = HINTS[precision]
    model.reshape(list(batch.shape))
    compiled = openvino.Core().compile_model(model, "CPU", hints)
    queue = openvino.AsyncInferQueue(compiled)

    def work() -> None:
        for _ in range(len(queue)):
            queue.start_async(batch.numpy())
        queue.wait_all()

    return rate(work) * len(queue) * len(batch)


def _quantized(model: Any, batch: torch.Tensor) -> Any:
    import nncf

    random = np.random.default_rng(0)
    inputs = [random.random(batch.shape, np.float32) for _ in range(CALIBRATED)]
    return nncf.quantize(model, nncf.Dataset(inputs), subset_size=CALIBRATED)


def products(network: torch.nn.Module, picture: torch.Tensor, precision: str) -> float:
    """Pictures a second if all were products of matrices."""
    with FlopCounterMode(display=False) as counted:
        network(picture)
    first, second = (torch.rand(SIDE, SIDE).to(TYPES[precision]) for _ in range(2))
    each = 2 * SIDE**3 / int(counted.get_total_flops())
    return rate(lambda: first @ second) * each


def main() -> None:
    arch, precision = sys.argv[1:]
    network = made_up.classifier(arch).eval()
    batch = torch.rand(BATCH, 3, made_up.SIZE, made_up.SIZE)
    with torch.inference_mode():
        found = {
            "alone": alone(network, batch, precision),
            "products": products(network, batch[:1], precision) if precision in TYPES else None,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
