from pathlib import Path

import pytest

from vidrec.workflow import processor
from vidrec.workflow.processor import flags, may_have_gpu

X86 = "processor\t: 0\nflags\t\t: fpu avx512f{}\n\nprocessor\t: 1\nflags\t\t: fpu\n"
ARM = "processor\t: 0\nFeatures\t: fp asimd{}\n"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own: without a GPU, and with the processor that a test writes down."""
    monkeypatch.setattr(processor, "GPUS", (tmp_path / "nvidia0",))
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (X86.format(" avx512_bf16"), {"fpu", "avx512f", "avx512_bf16"}),
        (ARM.format(" bf16"), {"fp", "asimd", "bf16"}),
        ("processor\t: 0\n", set()),
        ("", set()),
    ],
)
def test_the_flags_are_those_of_the_first_processor(
    machine: Path, text: str, known: set[str]
) -> None:
    (machine / "cpuinfo").write_text(text)
    assert flags() == known


def test_where_the_system_does_not_tell_there_are_no_flags(machine: Path) -> None:
    assert flags() == set()


def test_a_device_file_tells_of_a_gpu(machine: Path) -> None:
    assert not may_have_gpu()
    (machine / "nvidia0").touch()
    assert may_have_gpu()
