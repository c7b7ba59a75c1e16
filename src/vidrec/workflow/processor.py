"""What the processor can do, as the system tells it: to ask torch would take seconds."""

import os
import platform
from pathlib import Path

# Flags of processors with units for bf16: two of x86, one of ARM.
BF16_X86 = {"avx512_bf16", "amx_bf16"}
BF16 = {*BF16_X86, "bf16"}

# Flags on which it depends how numbers are added up, and so the last digits of what they give.
ARITHMETIC = {"avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni", "avx512_fp16", "amx_int8", *BF16}

# The lines of CPUINFO that list flags, on x86 and on ARM.
FLAGS = {"flags", "Features"}

CPUINFO = Path("/proc/cpuinfo")

# Where one of these is, there may be a GPU, which computes instead; the last is that of WSL.
GPUS = (Path("/dev/nvidia0"), Path("/dev/nvidiactl"), Path("/dev/dxg"))


def computes_bf16() -> bool | None:
    """Whether what will compute here (see VIDREC_DEVICE) has units for bf16; None: not known."""
    wanted = os.environ.get("VIDREC_DEVICE", "auto")
    if wanted == "cuda" or (wanted == "auto" and may_have_gpu()):
        return True
    found = flags()
    return bool(found & BF16) if found else None


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
