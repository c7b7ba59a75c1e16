from pathlib import Path

import pytest

from vidrec.workflow import processor
from vidrec.workflow.processor import computes_bf16

X86 = "processor\t: 0\nflags\t\t: fpu avx512f{}\n\nprocessor\t: 1\nflags\t\t: fpu\n"
ARM = "processor\t: 0\nFeatures\t: fp asimd{}\n"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own: without a GPU, and with the processor that a test writes down."""
    monkeypatch.delenv("VIDREC_DEVICE", raising=False)
    monkeypatch.setattr(processor, "GPUS", (tmp_path / "nvidia0",))
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (X86.format(""), False),
        (X86.format(" avx512_bf16"), True),
        (X86.format(" amx_bf16 amx_tile"), True),
        (ARM.format(""), False),
        (ARM.format(" bf16"), True),
        ("processor\t: 0\n", None),
        ("", None),
    ],
)
def test_the_flags_of_the_processor_tell(machine: Path, text: str, known: bool | None) -> None:
    (machine / "cpuinfo").write_text(text)
    assert computes_bf16() is known


def test_what_no_system_tells_is_not_known(machine: Path) -> None:
    assert computes_bf16() is None


def test_a_gpu_that_is_used_has_them(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine / "cpuinfo").write_text(X86.format(""))
    monkeypatch.setenv("VIDREC_DEVICE", "cuda")
    assert computes_bf16() is True
    (machine / "nvidia0").touch()
    monkeypatch.setenv("VIDREC_DEVICE", "cpu")
    assert computes_bf16() is False
    monkeypatch.setenv("VIDREC_DEVICE", "auto")
    assert computes_bf16() is True
