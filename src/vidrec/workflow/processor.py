"""What the processor can do, as the system tells it: to ask torch would take seconds."""

import platform
from pathlib import Path

# Flags of x86 processors with units for bf16; that of ARM's is bf16.
BF16_X86 = {"avx512_bf16", "amx_bf16"}

# Flags on which it depends how numbers are added up, and so the last digits of what they give.
ARITHMETIC = {
    *("avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni", "avx512_fp16", "amx_int8"),
    *("bf16", *BF16_X86),
}

# The lines of CPUINFO that list flags, on x86 and on ARM.
FLAGS = {"flags", "Features"}

CPUINFO = Path("/proc/cpuinfo")

# Where one of these is, there may be a GPU, which computes instead; the last is that of WSL.
GPUS = (Path("/dev/nvidia0"), Path("/dev/nvidiactl"), Path("/dev/dxg"))


def may_have_gpu() -> bool:
    """Whether the system shows a GPU of NVIDIA's."""
    return any(path.exists() for path in GPUS)


def arithmetic() -> str:
    """What of the first processor decides the last digits of a result, by name."""
    return " ".join([platform.machine(), *sorted(flags() & ARITHMETIC)])


def flags() -> set[str]:
    """The flags of the first processor; none where the system does not tell them."""
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    listed = (line.partition(":") for line in lines)
    return next((set(flags.split()) for name, _, flags in listed if name.strip() in FLAGS), set())
