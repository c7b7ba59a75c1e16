import random

import numpy as np
import pytest
import torch

from vidrec.networks import compute
from vidrec.networks.image_classifiers import build_classifier


def draws() -> tuple[float, float, float]:
    return random.random(), float(np.random.random()), float(torch.rand(()))


@pytest.mark.usefixtures("torch_as_before")
def test_the_seed_decides_every_generator_and_the_threads_are_fixed() -> None:
    compute.make_deterministic(3, threads=2)
    first = draws()
    assert torch.get_num_threads() == 2
    compute.make_deterministic(3, threads=1)
    assert draws() == first
    assert torch.get_num_threads() == 1
    compute.make_deterministic(4, threads=1)
    assert not set(draws()) & set(first)
    assert torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize(("precision", "kind"), [("bf16", torch.bfloat16), ("fp32", torch.float32)])
def test_networks_run_in_the_precision_asked_for(
    precision: str, kind: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDREC_DEVICE", "cpu")
    with torch.inference_mode(), compute.autocast(precision):
        assert torch.nn.Linear(4, 2)(torch.ones(1, 4)).dtype == kind


@pytest.mark.parametrize("arch", ["mobilenet_v3_small", "resnet18", "swin_t", "vit_b_16"])
def test_weights_cast_once_give_what_autocast_gives(arch: str) -> None:
    torch.manual_seed(0)
    network = build_classifier(arch, 3, 64).eval()
    batch = torch.randn(2, 3, 64, 64).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode(), compute.autocast("bf16"):
        expected = network.to(memory_format=torch.channels_last)(batch)
        found = compute.for_inference(network, "bf16")(batch)
    assert found.dtype == expected.dtype == torch.bfloat16
    assert torch.equal(found, expected)


def test_full_precision_leaves_the_weights_alone() -> None:
    network = compute.for_inference(build_classifier("resnet18", 3), "fp32")
    assert {value.dtype for value in network.parameters()} == {torch.float32}
