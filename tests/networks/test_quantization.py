import numpy as np
import pytest
import torch
from torch import nn

from vidrec.networks.openvino_runtime import Compiled, Converted, convert
from vidrec.networks.quantization import quantize


@pytest.fixture(scope="module")
def converted() -> Converted:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 4))
    return convert(network, torch.zeros(2, 3, 8, 8))


def test_whole_numbers_give_nearly_the_same_and_the_same_each_time(converted: Converted) -> None:
    drawn = np.random.default_rng(0).normal(size=(16, 1, 3, 8, 8)).astype(np.float32)
    fast = quantize(converted, list(drawn))
    assert quantize(converted, list(drawn)) == fast
    (exact,) = Compiled(converted, "fp32", (1, 3, 8, 8))(drawn[0])
    (found,) = Compiled(fast, "int8", (1, 3, 8, 8))(drawn[0])
    assert 0 < np.abs(found - exact).max() < 0.05
    assert len(fast.weights) < 0.5 * len(converted.weights)
