"""Whether a process that has left something behind is still there."""

import functools
import re
import socket
from pathlib import Path


@functools.cache
def machine() -> str:
    """A name that files may have in theirs for this machine, as far as it sees its processes.

    Containers may share a folder and a name, yet not see each other's processes.
    """
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return re.sub(r"[^A-Za-z0-9]", "", socket.gethostname())[:32] + re.sub(r"\D", "", space)


def is_running(pid: int) -> bool:
    """Whether this machine has a process of that number."""
    # Loads slowly, and is needed rarely: a command line is to be quick.
    import psutil

    return psutil.pid_exists(pid)
