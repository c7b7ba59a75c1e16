from pathlib import Path

import pytest
import torch

from vidrec.networks import precision
from vidrec.networks.precision import (
    GPU_WORKERS,
    Compute,
    device_kind,
    most_workers,
    resolve,
)
from vidrec.workflow import processor
from vidrec.workflow.errors import UserError

AMX = "flags : avx512f amx_bf16\n"
AVX2 = "flags : avx2\n"
ARM = "Features : asimd bf16\n"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own, without a GPU, on whose processor a test decides."""
    monkeypatch.delenv("VIDREC_DEVICE", raising=False)
    monkeypatch.setattr(processor, "GPUS", (tmp_path / "nvidia0",))
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    (tmp_path / "cpuinfo").write_text(AVX2)
    return tmp_path


@pytest.mark.parametrize(
    ("cpuinfo", "wanted", "found"),
    [
        (AMX, "auto", "bf16"),
        (AMX, "bf16", "bf16"),
        (AMX, "fp32", "fp32"),
        (AMX, "int8", "int8"),
        (AVX2, "auto", "fp32"),
        (AVX2, "bf16", "fp32"),
        (AVX2, "int8", "int8"),
        (ARM, "auto", "fp32"),
        ("", "auto", "fp32"),
    ],
)
def test_a_cpu_computes_in_what_it_has_units_for(
    machine: Path, cpuinfo: str, wanted: str, found: str
) -> None:
    (machine / "cpuinfo").write_text(cpuinfo)
    assert resolve(wanted) == Compute("openvino", "cpu", found)
    assert most_workers(resolve(wanted)) is None


@pytest.mark.parametrize(("wanted", "found"), [("auto", "bf16"), ("fp32", "fp32")])
def test_a_gpu_computes_in_half_precision(
    machine: Path, wanted: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (machine / "nvidia0").touch()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve(wanted) == Compute("torch", "cuda", found)
    assert most_workers(resolve(wanted)) == GPU_WORKERS
    assert resolve("int8") == Compute("openvino", "cpu", "int8")


def test_without_openvino_torch_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "has_openvino", lambda: False)
    assert resolve("auto") == Compute("torch", "cpu", "fp32")
    with pytest.raises(UserError, match="int8 needs OpenVINO"):
        resolve("int8")


def test_int8_is_not_computed_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_DEVICE", "cuda")
    with pytest.raises(UserError, match="computed on a CPU"):
        resolve("int8")


@pytest.mark.parametrize("there", [True, False])
def test_a_gpu_is_used_where_there_is_one(
    machine: Path, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert device_kind() == "cpu"
    (machine / "nvidia0").touch()
    assert device_kind() == ("cuda" if there else "cpu")
    monkeypatch.setenv("VIDREC_DEVICE", "cpu")
    assert device_kind() == "cpu"


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for name, said in (("cuda", "sees no GPU"), ("tpu", "must be auto, cpu or cuda")):
        monkeypatch.setenv("VIDREC_DEVICE", name)
        with pytest.raises(UserError, match=said):
            device_kind()
