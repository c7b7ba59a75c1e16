"""How a program that reads files of strangers is started: with limits, and confined.

It gets little memory, time and room, an environment without secrets and a session of its own.
Where the system allows it, it also gets no network, and no file but what it is given to read, its
own, the system's programs and libraries, and its working folder: see `kind`.

Nothing of Python runs between fork and exec, which is unsafe in threads: the limits are set by a
shell that becomes the program, and Landlock by the thread that starts it.
"""

import functools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from vidrec.media.landlock import Right, confine_thread
from vidrec.workflow.errors import tell

# What programs and their libraries are made of; what a system lacks of it is passed over.
SYSTEM = tuple(
    Path(name)
    for name in (
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
        "/lib32",
        "/lib64",
        "/etc/ld.so.cache",
        "/nix/store",
        "/gnu/store",
    )
)
DEVICES = tuple(Path("/dev") / name for name in ("null", "zero", "full", "random", "urandom"))
# CPU seconds in which a program that is told to end may do so in order.
GRACE_S = 5
OPEN_FILES = 256
# Longest pause between two looks at whether a program has ended.
PAUSE_S = 0.01
SET_LIMITS = (
    'exec 3>&2 2>/dev/null; ulimit -c 0; ulimit -n "$1"; ulimit -v "$2"; ulimit -f "$3";'
    ' ulimit -S -t "$4"; ulimit -H -t "$5"; shift 5; '
)
# Ends of that script: the shell becomes the program; or it stays, as the first process of a bubble
# must, since signals hardly touch that one.
BECOME = 'exec "$@" 2>&3 3>&-'
AWAIT = '"$@" 2>&3 3>&-; exit $?'
UNCONFINED = (
    "ffmpeg runs within limits, but not shut off from files and network: this system has neither"
    " Landlock (Linux 5.13 and later) nor bubblewrap; install bubblewrap, or read no files of"
    " strangers here"
)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Limits:
    """The most that a program may use: bytes of address space, CPU seconds, bytes of one file."""

    memory_bytes: int
    cpu_s: int
    file_bytes: int


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit status (negative: a signal), and its CPU seconds."""

    code: int
    cpu_s: float
    # Whether it failed because its CPU seconds were used up.
    out_of_cpu: bool


@dataclass(frozen=True)
class Running:
    """A program that was started, the leader of its own process group."""

    process: subprocess.Popen[bytes]
    limits: Limits

    def wait(self, seconds: float) -> Ended | None:
        """How it ended; None where it still runs after `seconds`."""
        until, pause = time.monotonic() + seconds, 0.0005
        while (ended := self._look()) is None and time.monotonic() < until:
            time.sleep(pause)
            pause = min(2 * pause, PAUSE_S)
        return ended

    def _look(self) -> Ended | None:
        """Asked of the system itself: Popen does not tell how much CPU time a program took."""
        process, status, usage = os.wait4(self.process.pid, os.WNOHANG)
        if not process:
            return None
        self.process.returncode = os.waitstatus_to_exitcode(status)
        code = _as_signal(self.process.returncode)
        cpu_s = usage.ru_utime + usage.ru_stime
        # The signal does not tell: ffmpeg catches it. The limit's clock is not quite this one.
        return Ended(code, cpu_s, code != 0 and cpu_s >= 0.9 * self.limits.cpu_s)


@contextmanager
def running(
    program: Path,
    arguments: Sequence[str],
    folder: Path,
    reads: Sequence[Path],
    limits: Limits,
    *,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    stdout: IO[bytes] | int = subprocess.DEVNULL,
    stderr: IO[bytes] | int = subprocess.DEVNULL,
) -> Iterator[Running]:
    """`program` in `folder`, which it may change; it may read the files `reads`, and links to them.

    What still runs of it at the end is killed, with all that it has started.
    """
    command = [*_limited(limits, BECOME), str(program), *arguments]
    if kind() == "bubblewrap":
        limited = [*_limited(limits, AWAIT), str(program.resolve()), *arguments]
        command = [*_bubble(program, folder, reads), *limited]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(folder),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )

    if kind() == "landlock":
        process = _in_confined_thread(start, _allowed(program, folder, reads))
    else:
        process = start()
    with process:
        try:
            yield Running(process, limits)
        finally:
            _end_group(process)


@functools.cache
def kind() -> str:
    """What shuts programs off here, found by trying: `landlock`, `bubblewrap` or `none`."""
    if sys.platform == "linux" and _landlock_works():
        return "landlock"
    return "bubblewrap" if _bubblewrap_works() else "none"


@functools.cache
def tell_unconfined() -> None:
    """Where nothing shuts programs off here, say so on standard error, once in a process."""
    if kind() == "none":
        tell(UNCONFINED)


def _landlock_works() -> bool:
    try:
        return _in_confined_thread(_is_shut_off, [])
    except OSError:
        return False


def _is_shut_off() -> bool:
    with suppress(PermissionError):
        os.scandir("/").close()
        return False
    with suppress(PermissionError):
        socket.socket().close()
        return False
    return True


def _bubblewrap_works() -> bool:
    shell = Path("/bin/sh")
    with tempfile.TemporaryDirectory() as folder:
        command = [*_bubble(shell, Path(folder), []), str(shell), "-c", ":"]
        try:
            return subprocess.run(command, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            return False


def _in_confined_thread(
    function: Callable[[], Result], allowed: Sequence[tuple[Path, Right]]
) -> Result:
    """What `function` gives in a thread that has no more than `allowed`, and then ends."""

    def confined() -> Result:
        confine_thread(allowed)
        return function()

    with ThreadPoolExecutor(max_workers=1) as threads:
        return threads.submit(confined).result()


def _allowed(program: Path, folder: Path, reads: Sequence[Path]) -> list[tuple[Path, Right]]:
    return [
        *((path, Right.RUN) for path in (*SYSTEM, *_parts(program))),
        *((path, Right.READ_FILE | Right.WRITE_FILE) for path in DEVICES),
        *((path, Right.READ_FILE) for path in reads),
        (folder, Right.CHANGE),
    ]


def _bubble(program: Path, folder: Path, reads: Sequence[Path]) -> list[str]:
    """The start of a command that bubblewrap shuts off."""
    own = [path for path in (program.resolve(), *_parts(program)) if not _of_system(path)]
    system = [("--ro-bind-try", path) for path in SYSTEM]
    given = [("--ro-bind", path) for path in (*own, *(path.absolute() for path in reads))]
    bound = [*system, ("--bind", folder), *given]
    mounts = [word for how, path in bound for word in (how, str(path), str(path))]
    alone = ["bwrap", "--unshare-all", "--as-pid-1", "--dev", "/dev"]
    return [*alone, *mounts, "--chdir", str(folder), "--"]


def _of_system(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in SYSTEM)


@functools.cache
def _parts(program: Path) -> tuple[Path, ...]:
    """The file of `program`, and the shared libraries that it names: it may lie anywhere."""
    found = ""
    if shutil.which("ldd") and not _of_system(program.resolve()):
        asked = subprocess.run(["ldd", program], capture_output=True, check=False)  # noqa: S607 - the system's own ldd
        found = os.fsdecode(asked.stdout)
    libraries = re.findall(r"(?:=> |^\t)(/.+) \(0x[0-9a-f]+\)$", found, re.MULTILINE)
    return (program, *map(Path, libraries))


def _limited(limits: Limits, run: str) -> list[str]:
    """The start of a command that limits what follows, and runs it as BECOME or AWAIT.

    A system without one of the limits runs without it. One on the number of processes would count
    those of the whole user.
    """
    # KiB, blocks of 512 bytes, seconds.
    memory, blocks = limits.memory_bytes // 1024, limits.file_bytes // 512
    values = (OPEN_FILES, memory, blocks, limits.cpu_s, limits.cpu_s + GRACE_S)
    return ["/bin/sh", "-c", SET_LIMITS + run, "sh", *map(str, values)]


def _environment(folder: Path) -> dict[str, str]:
    """Enough to find libraries and the programs that a script runs; nothing of the user's."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}


def _as_signal(code: int) -> int:
    """A shell in a bubble tells a signal as 128 and more; ffmpeg's own status may be that, too."""
    told = {128 + each: -each for each in (signal.SIGKILL, signal.SIGXCPU, signal.SIGXFSZ)}
    return told.get(code, code) if kind() == "bubblewrap" else code


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
