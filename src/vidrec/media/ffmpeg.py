"""Everything that ffmpeg does here, on files that nobody vouches for.

A file's first bytes decide which demuxer opens it, so that a playlist that calls itself a video
cannot read other files. Each ffmpeg runs without a terminal or network, within limits on time,
memory and output, in a process group of its own. Exit status 0 proves little: what came out is
checked as well.
"""

import errno
import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import ffmpeg
import imageio_ffmpeg
import psutil

from vidrec.media.containers import VideoError
from vidrec.workflow.errors import UserError

MEMORY_LIMIT_KIB = 4 * 1024 * 1024
# Most that ffmpeg may write to one file, in blocks of 512 bytes (2 GiB).
OUTPUT_LIMIT_BLOCKS = 4 * 1024 * 1024
# Seconds of the processor for what takes next to none; a busy machine does not count.
CPU_LIMIT_S = 60
# Seconds in which nothing at all may move, and how often that is looked at.
STALL_S = 120.0
WATCH_S = 2.0
# Bytes that a folder with room takes.
ROOM_BYTES = 1024 * 1024
# How much of a log is read: its head for a description, its end for what became of it.
LOG_BYTES = 16 * 1024 * 1024

ERROR_LINE = re.compile(r"^(?:\[[^\]]+\] )*\[(?:error|fatal|panic)\] (.+)$", re.MULTILINE)
NO_ROOM = re.compile(r"(?:^|: )(?:No space left on device|Disk quota exceeded)")


@dataclass(frozen=True)
class Outcome:
    """How an ffmpeg ended: its exit status (negative: a signal) and what it wrote."""

    code: int
    log: str
    output: str

    @property
    def errors(self) -> list[str]:
        """The errors of a log that tells the level of each line."""
        return ERROR_LINE.findall(self.log)

    @property
    def reason(self) -> str:
        """The last error in the log, or else its last line, without addresses in memory."""
        lines = [line for line in self.log.splitlines() if line.strip()]
        last = [*lines[-1:], *self.errors][-1:]
        told = last[0] if last else f"ffmpeg ended with status {self.code}"
        return re.sub(r" @ 0x[0-9a-f]+", "", told).strip()[:300]


def binary() -> str:
    """The ffmpeg to run: `VIDREC_FFMPEG`, or the one that comes with imageio-ffmpeg.

    Raises UserError where it cannot be run.
    """
    wanted = os.environ.get("VIDREC_FFMPEG", "")
    try:
        name = wanted or imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        raise UserError(
            "no ffmpeg comes with imageio-ffmpeg on this system: install one and name it in"
            " VIDREC_FFMPEG"
        ) from None
    found = shutil.which(name)
    if found is None:
        raise UserError(f"VIDREC_FFMPEG is {name!r}, which cannot be run: name an ffmpeg, or unset")
    return str(Path(found).absolute())


@functools.cache
def version() -> str:
    """The first line that `ffmpeg -version` prints: another ffmpeg may give other pixels."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(["-version"], Path(folder))
    if outcome.code:
        raise UserError(f"{binary()} -version fails ({outcome.reason}): is it an ffmpeg?")
    return outcome.output.partition("\n")[0]


def encode_clip(frames: Iterable[bytes], width: int, height: int, fps: float) -> bytes:
    """An H.264 MP4 file of `frames`, each `height` x `width` x 3 bytes RGB; always the same bytes.

    Raises VideoError where ffmpeg cannot write it.
    """
    source = ffmpeg.input(
        "pipe:0",
        format="rawvideo",
        pix_fmt="rgb24",
        s=f"{width}x{height}",
        framerate=fps,
        protocol_whitelist="pipe",
    )
    made = source.output(
        "clip.mp4",
        vcodec="libx264",
        preset="veryfast",
        crf=21,
        pix_fmt="yuv420p",
        threads=1,
        movflags="+faststart",
        **{"flags:v": "+bitexact", "fflags": "+bitexact"},
    ).global_args("-v", "error", "-filter_complex_threads", "1")
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as pixels:
        pixels.writelines(frames)
        pixels.seek(0)
        outcome = run(made.get_args(), Path(folder), stdin=pixels)
        if outcome.code:
            raise VideoError("encode_error", outcome.reason)
        return (Path(folder) / "clip.mp4").read_bytes()


def run(
    arguments: Sequence[str],
    folder: Path,
    *,
    cpu_s: float = CPU_LIMIT_S,
    stdin: IO[bytes] | None = None,
) -> Outcome:
    """Run ffmpeg in `folder`, on `cpu_s` seconds of the processor at most.

    Raises VideoError(`timeout`) where they are not enough to tell anything, and UserError for what
    no file is to blame for: no room, an end from outside, or nothing that moves any more.
    """
    command = [*_limits(cpu_s), binary(), *([] if stdin else ["-nostdin"]), *arguments]
    with (
        tempfile.TemporaryFile() as log,
        tempfile.TemporaryFile() as output,
        subprocess.Popen(
            command,
            cwd=folder,
            stdin=stdin or subprocess.DEVNULL,
            stdout=output,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            code = _watched(process, folder, (log, output))
        finally:
            _end_group(process)
        outcome = Outcome(code, _ends(log), _ends(output))
    _check_machine(outcome, folder)
    return outcome


def _watched(process: subprocess.Popen[bytes], folder: Path, streams: Sequence[IO[bytes]]) -> int:
    """The exit status of a process, waited for as long as it gets on. Raises UserError."""
    # A wait with a timeout looks only now and then; a thread's ends with the process.
    waiting = threading.Thread(target=process.wait, daemon=True)
    waiting.start()
    seen, since = None, time.monotonic()
    waiting.join(WATCH_S)
    while waiting.is_alive():
        sizes = [os.fstat(each.fileno()).st_size for each in streams]
        now = (sum(1 for _ in folder.iterdir()), *sizes, _cpu_time(process.pid))
        if now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > STALL_S:
            raise UserError(
                f"ffmpeg has not moved for {STALL_S:g} seconds: see whether the disk or the network"
                " drive of the videos answers, then run again; what was finished is kept"
            )
        waiting.join(WATCH_S)
    return process.returncode


def _cpu_time(process: int) -> float:
    """Seconds of the processor that a process and what it started have had."""
    try:
        top = psutil.Process(process)
        times = [each.cpu_times() for each in (top, *top.children(recursive=True))]
    except psutil.Error:
        return 0.0
    return sum(each.user + each.system for each in times)


def _check_machine(outcome: Outcome, folder: Path) -> None:
    """Raise UserError where it is not the input that ended an ffmpeg; `timeout` where it had all
    the time it may."""
    if outcome.code == -signal.SIGKILL:
        raise UserError(
            "ffmpeg was killed from outside, as a system does that runs out of memory: free some,"
            " or set VIDREC_WORKERS to fewer processes, then run again; what was finished is kept"
        )
    if outcome.code and (any(map(NO_ROOM.search, outcome.errors)) or not _has_room(folder)):
        raise UserError(
            f"no room in {tempfile.gettempdir()}, where frames are kept for a moment: free some, or"
            " name another place in TMPDIR, then run again; what was finished is kept"
        )


def _has_room(folder: Path) -> bool:
    """Whether one more small file can be written into `folder`."""
    try:
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(bytes(ROOM_BYTES))
    except OSError as error:
        return error.errno not in (errno.ENOSPC, errno.EDQUOT)
    return True


def _limits(cpu_s: float) -> list[str]:
    """The start of a command that limits what follows: memory (KiB), file size, seconds of CPU.

    A shell sets them and becomes ffmpeg: Python code between fork and exec is unsafe in threads.
    A system without one of these limits runs without it. The time's soft limit ends with SIGXCPU,
    so that a SIGKILL comes from outside.
    """
    script = (
        'ulimit -v "$1"; ulimit -f "$2"; ulimit -S -t "$3"; ulimit -H -t "$4"; shift 4;'
        ' exec "$@" 2>&3 3>&-'
    )
    quiet = f"exec 3>&2 2>/dev/null; {script}"
    limits = [MEMORY_LIMIT_KIB, OUTPUT_LIMIT_BLOCKS, int(cpu_s), int(cpu_s) + 60]
    return ["/bin/sh", "-c", quiet, "sh", *(str(limit) for limit in limits)]


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End ffmpeg and whatever it started, where anything of it still runs."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _ends(stream: IO[bytes]) -> str:
    """What was written, as text: of very much the beginning and the end."""
    stream.seek(0)
    text = stream.read(LOG_BYTES)
    size = stream.seek(0, os.SEEK_END)
    if size > LOG_BYTES:
        stream.seek(max(LOG_BYTES, size - LOG_BYTES))
        text += stream.read()
    return text.decode(errors="replace")
