"""Running ffmpeg on files that nobody vouches for: within limits, and confined."""

import errno
import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import ffmpeg
import psutil

from vidrec.media import confined
from vidrec.media.confined import Ended
from vidrec.media.containers import VideoError
from vidrec.workflow.errors import UserError

MEMORY_LIMIT_BYTES = 4 << 30
# Most that ffmpeg may write to one file.
OUTPUT_LIMIT_BYTES = 2 << 30
# Seconds of the processor for what takes next to none; a busy machine does not count.
CPU_LIMIT_S = 60
# Seconds in which nothing at all may move, and how often that is looked at.
STALL_S = 120.0
WATCH_S = 2.0
# Bytes that a folder with room takes; and what is so little that a moment before there was none.
ROOM_BYTES = 1024 * 1024
LITTLE_ROOM = 256 * 1024 * 1024
# How much of a log is read: its head for a description, its end for what became of it.
LOG_BYTES = 16 * 1024 * 1024

ERROR_LINE = re.compile(r"^(?:\[[^\]]+\] )*\[(?:error|fatal|panic)\] (.+)$", re.MULTILINE)
# What ffmpeg says in the end, after the reason.
SUMMED_UP = re.compile(
    "Nothing was written|Task finished|Terminating thread|Could not open encoder before"
    "|Cannot determine format of input"
)
# Its status after a signal that it catches, and what it says then. A file can write lines into the
# log, by the names of its tags: none is believed without what no file can bring about.
TOLD_STATUS = 255
TOLD_TO_END = re.compile(r"^(?:\[info\] )?Exiting normally, received signal", re.MULTILINE)
NO_ROOM = re.compile(r"(?:^|: )(?:No space left on device|Disk quota exceeded)")


@dataclass(frozen=True)
class Outcome:
    """How an ffmpeg ended: its exit status (negative: a signal), what it wrote, and whether all
    the seconds of the processor were used up that it may have."""

    code: int
    log: str
    output: str
    out_of_cpu: bool = False

    @property
    def errors(self) -> list[str]:
        """The errors of a log that tells the level of each line, without addresses in memory."""
        found = (re.sub(r" @ 0x[0-9a-f]+", "", each) for each in ERROR_LINE.findall(self.log))
        return [each for each in found if not SUMMED_UP.match(each)]

    @property
    def reason(self) -> str:
        """The last error in the log, or else its last line."""
        lines = [line for line in self.log.splitlines() if line.strip()]
        last = [f"ffmpeg ended with status {self.code}", *lines[-1:], *self.errors][-1]
        return re.sub(r" @ 0x[0-9a-f]+", "", last).strip()[:300]


def binary() -> str:
    """The ffmpeg to run: `VIDREC_FFMPEG`, or the one that comes with imageio-ffmpeg.

    Raises UserError where it cannot be run.
    """
    wanted = os.environ.get("VIDREC_FFMPEG", "")
    try:
        # Loaded where it is wanted: frames that are at hand are read without.
        import imageio_ffmpeg

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

    Raises UserError for what no file is to blame for: no room, an end from outside, or nothing that
    moves any more.
    """
    limits = confined.Limits(MEMORY_LIMIT_BYTES, int(cpu_s), OUTPUT_LIMIT_BYTES)
    with (
        tempfile.TemporaryFile() as log,
        tempfile.TemporaryFile() as output,
        confined.running(
            Path(binary()),
            [*([] if stdin else ["-nostdin"]), *arguments],
            folder,
            # What is linked to there is what it is to read.
            [path.readlink() for path in folder.iterdir() if path.is_symlink()],
            limits,
            stdin=stdin or subprocess.DEVNULL,
            stdout=output,
            stderr=log,
        ) as running,
    ):
        ended = _watched(running, folder, (log, output))
        outcome = Outcome(ended.code, _ends(log), _ends(output), ended.out_of_cpu)
    _check_machine(outcome, folder)
    return outcome


def _watched(running: confined.Running, folder: Path, streams: Sequence[IO[bytes]]) -> Ended:
    """How a program ends, waited for as long as it gets on. Raises UserError."""
    seen, since = None, time.monotonic()
    while (ended := running.wait(WATCH_S)) is None:
        sizes = [os.fstat(each.fileno()).st_size for each in streams]
        now = (sum(1 for _ in folder.iterdir()), *sizes, _cpu_time(running.process.pid))
        if now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > STALL_S:
            raise UserError(
                f"ffmpeg has not moved for {STALL_S:g} seconds: see whether the disk or the network"
                " drive of the videos answers, then run again; what was finished is kept"
            )
    return ended


def _cpu_time(process: int) -> float:
    """Seconds of the processor that a process and what it started have had."""
    try:
        top = psutil.Process(process)
        times = [each.cpu_times() for each in (top, *top.children(recursive=True))]
    except psutil.Error:
        return 0.0
    return sum(each.user + each.system for each in times)


def _check_machine(outcome: Outcome, folder: Path) -> None:
    """Raise UserError where it is not the input that ended an ffmpeg."""
    told = outcome.code == TOLD_STATUS and TOLD_TO_END.search(outcome.log)
    if (outcome.code == -signal.SIGKILL or told) and not outcome.out_of_cpu:
        raise UserError(
            "ffmpeg was ended from outside, as a system does that runs out of memory: free some,"
            " or set VIDREC_WORKERS to fewer processes, then run again; what was finished is kept"
        )
    said = any(map(NO_ROOM.search, outcome.errors)) and shutil.disk_usage(folder).free < LITTLE_ROOM
    if outcome.code and (said or not _has_room(folder)):
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


def _ends(stream: IO[bytes]) -> str:
    """What was written, as text: of very much the beginning and the end."""
    stream.seek(0)
    text = stream.read(LOG_BYTES)
    size = stream.seek(0, os.SEEK_END)
    if size > LOG_BYTES:
        stream.seek(max(LOG_BYTES, size - LOG_BYTES))
        text += stream.read()
    return text.decode(errors="replace")
