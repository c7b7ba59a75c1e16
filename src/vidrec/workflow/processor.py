"""What the processor can do, as the system tells it: to ask torch would take seconds."""

import os
from pathlib import Path

# Flags of processors with units for bf16: two of x86, one of ARM.
BF16 = {"avx512_bf16", "amx_bf16", "bf16"}

# The lines of CPUINFO that list flags, on x86 and on ARM.
FLAGS = {"flags", "Features"}

CPUINFO = Path("/proc/cpuinfo")

# Where one of these is, there may be a GPU, which computes instead; the last is that of WSL.
GPUS = (Path("/dev/nvidia0"), Path("/dev/nvidiactl"), Path("/dev/dxg"))


def computes_bf16() -> bool | None:
    """Whether what will compute here (see VIDREC_DEVICE) has units for bf16; None: not known."""
    wanted = os.environ.get("VIDREC_DEVICE", "auto")
    if wanted == "cuda" or (wanted == "auto" and any(path.exists() for path in GPUS)):
        return True
    flags = _flags()
    return bool(flags & BF16) if flags else None


def _flags() -> set[str]:
    """The flags of the first processor; none where the system does not tell them."""
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    listed = (line.partition(":") for line in lines)
    return next((set(flags.split()) for name, _, flags in listed if name.strip() in FLAGS), set())
