"""Whether a process that has left something behind is still there."""

import functools
import re
import socket


@functools.cache
def machine() -> str:
    """A name for this machine that files may have in theirs.

    Containers may share a folder, yet not see each other's processes.
    """
    return re.sub(r"[^A-Za-z0-9]", "", socket.gethostname())[:32]


def is_running(pid: int) -> bool:
    """Whether this machine has a process of that number."""
    # Loads slowly, and is needed rarely: a command line is to be quick.
    import psutil

    return psutil.pid_exists(pid)
