from importlib.metadata import version

import pytest
import torch

from vidrec.networks.surroundings import surroundings


def test_what_computes_is_known_by_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_DEVICE", "cpu")
    found = surroundings()
    assert found["torch"] == version("torch")
    assert found["torchvision"] == version("torchvision")
    assert found["pillow"] == version("pillow")
    assert found["device"] == f"cpu {torch.backends.cpu.get_cpu_capability()}"


def test_another_kind_of_device_is_another_surrounding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_DEVICE", "cpu")
    before = surroundings()
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "another")
    assert surroundings() != before
