"""Everything that ffmpeg does here, on files that nobody vouches for.

A file's first bytes decide which demuxer opens it, so that a playlist that calls itself a video
cannot read other files. Each ffmpeg runs within limits, and confined (see `confined`). Exit status
0 proves little: what came out is checked as well.
"""

import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import ffmpeg
import imageio_ffmpeg
from PIL import Image

from vidrec.media import confined
from vidrec.media.containers import VideoError, sniff
from vidrec.workflow.errors import UserError

MEMORY_LIMIT_BYTES = 4 << 30
# Most that ffmpeg may write to one file.
OUTPUT_LIMIT_BYTES = 2 << 30
MAX_PIXELS = 8192 * 8192
# Share of a video's frames that may fail to decode; ffmpeg's own default is two thirds.
MAX_ERROR_RATE = 0.1
PROBE_DEADLINE_S = 60.0
# How much of a video `check_video` decodes.
CHECKED_SECONDS = 2.0

# What a video is called while ffmpeg works on it.
LINK = "video"

DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
VIDEO_STREAM = re.compile(r"^  Stream #0:\d+.*?: Video: (?!.*\(attached pic\))", re.MULTILINE)
OUT_TIME = re.compile(r"^out_time_us=(\d+)$", re.MULTILINE)
CUT_OFF = re.compile(r"Error during demuxing|partial file|File ended prematurely")


@dataclass(frozen=True)
class Outcome:
    """How an ffmpeg ended: its exit status (negative: a signal) and what it wrote."""

    code: int
    log: str
    output: str

    @property
    def reason(self) -> str:
        """The last line of the log, without the address of the part that wrote it."""
        lines = [line for line in self.log.splitlines() if line.strip()]
        last = lines[-1] if lines else f"ffmpeg ended with status {self.code}"
        return re.sub(r" @ 0x[0-9a-f]+", "", last).strip()[:300]


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
        outcome = _run(["-version"], Path(folder), deadline=PROBE_DEADLINE_S)
    if outcome.code:
        raise UserError(f"{binary()} -version fails ({outcome.reason}): is it an ffmpeg?")
    return outcome.output.partition("\n")[0]


def probe_duration(path: Path) -> float:
    """Length of the video in `path` in seconds, as its container or its packets tell.

    Raises VideoError where there is no video stream that ffmpeg can open.
    """
    source = _source(sniff(path))
    with _workplace(path) as folder:
        found = _run(["-hide_banner", *_compiled_input(source)], folder, PROBE_DEADLINE_S)
        if "Input #0" not in found.log:
            raise VideoError("unreadable", found.reason)
        if not VIDEO_STREAM.search(found.log):
            raise VideoError("no_video", "there is no video stream in it")
        return _shown_duration(found.log) or _packet_duration(source, folder)


def _shown_duration(log: str) -> float:
    """The container's length in seconds as ffmpeg prints it, 0 where it knows none."""
    shown = DURATION.search(log)
    hours, minutes, seconds = (float(part) for part in shown.groups()) if shown else (0, 0, 0)
    return 3600 * hours + 60 * minutes + seconds


def _packet_duration(source: Any, folder: Path) -> float:
    """Time of the last packet of the video stream, in seconds: for containers without a length."""
    copied = source["V:0"].output("-", format="null", codec="copy")
    arguments = copied.global_args("-progress", "pipe:1", "-v", "error").get_args()
    outcome = _run(arguments, folder, PROBE_DEADLINE_S)
    times = OUT_TIME.findall(outcome.output)
    if not times:
        raise VideoError("no_frames", "the video stream in it is empty")
    return int(times[-1]) / 1e6


def check_video(path: Path) -> float:
    """Length of the video in seconds, once its beginning has been found to decode.

    Raises VideoError as `probe_duration` and `extract_frames` do.
    """
    duration = probe_duration(path)
    extract_frames(path, fps=2, size=32, fit="stretch", quality=31, max_seconds=CHECKED_SECONDS)
    return duration


def extract_frames(
    video: Path, *, fps: float, size: int, fit: str, quality: int, max_seconds: float
) -> list[bytes]:
    """Frames 1, 2, 3 … of a video as JPEG, `size` pixels square, `fps` of them per second.

    Parameters
    ----------
    fit : `stretch` squeezes the whole picture, `crop` takes its centre square, `pad` adds bars.
    quality : of the JPEGs, as ffmpeg counts: 2 (best) to 31.
    max_seconds : how much of the video is looked at; the rest is left out.

    Raises VideoError where the video does not decode, or nothing of it.
    """
    expected = probe_duration(video) * fps
    count = max(1, round(min(max_seconds * fps, expected + 1)))
    at_end = "round" if expected >= 0.5 else "pass"
    paced = _paced(_source(sniff(video))["V:0"], fps, at_end)
    graph = _fitted(paced, size, fit)
    made = graph.output("%d.jpg", **_jpeg_options(quality), **{"frames:v": count}).global_args(
        "-v",
        "error",
        "-max_error_rate",
        str(MAX_ERROR_RATE),
        "-abort_on",
        "empty_output",
        "-filter_complex_threads",
        "1",
    )
    with _workplace(video) as folder:
        outcome = _run(made.get_args(), folder, PROBE_DEADLINE_S + 2 * max_seconds)
        frames = [path.read_bytes() for path in _numbered(folder)]
    _check_frames(frames, outcome, min(count, expected), size)
    return frames


@contextmanager
def _workplace(video: Path) -> Iterator[Path]:
    """A folder to run ffmpeg in, where `video` is called LINK.

    A file's own name may be in no encoding that ffmpeg-python takes.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / LINK).symlink_to(video.absolute())
        yield Path(folder)


def _source(demuxer: str) -> Any:
    """The ffmpeg-python input for the video of a workplace, read by `demuxer` and nothing else."""
    return ffmpeg.input(
        f"file:{LINK}",
        format=demuxer,
        protocol_whitelist="file",
        threads=1,
        max_pixels=MAX_PIXELS,
    )


def _compiled_input(source: Any) -> list[str]:
    """The arguments of an input alone, for an ffmpeg that only describes it."""
    arguments: list[str] = source.output("-", format="null").get_args()
    return arguments[: arguments.index("-i") + 2]


def _paced(stream: Any, fps: float, at_end: str) -> Any:
    """`stream` at `fps` from its first frame on; `pass` at the end saves one of a single frame."""
    pinned = stream.filter("setpts", "PTS-STARTPTS")
    return pinned.filter("fps", fps=fps, round="near", start_time=0, eof_action=at_end)


def _fitted(stream: Any, size: int, fit: str) -> Any:
    """`stream` made `size` pixels square as `fit` says, in the colours of JPEG."""
    flags = "bicubic+accurate_rnd+full_chroma_int+bitexact"
    width: int | str = size
    height: int | str = size
    if fit == "crop":
        stream = stream.filter("crop", "min(iw,ih/sar)", "min(iw*sar,ih)")
    elif fit == "pad":
        width = f"max(1,round({size}*min(1,dar)))"
        height = f"max(1,round({size}*min(1,1/dar)))"
    stream = stream.filter("scale", width, height, flags=flags, out_range="pc")
    if fit == "pad":
        stream = stream.filter("pad", size, size, "(ow-iw)/2", "(oh-ih)/2", "black")
    return stream.filter("setsar", 1).filter("format", "yuvj420p")


def _jpeg_options(quality: int) -> dict[str, Any]:
    return {
        "format": "image2",
        "vcodec": "mjpeg",
        "q:v": quality,
        "threads": 1,
        "start_number": 1,
        "fps_mode": "passthrough",
        "flags:v": "+bitexact",
        "fflags": "+bitexact",
        "map_metadata": -1,
    }


def _numbered(folder: Path) -> list[Path]:
    """The files 1.jpg, 2.jpg … of `folder`, as far as they go without a gap."""
    found: list[Path] = []
    while (path := folder / f"{len(found) + 1}.jpg").is_file():
        found.append(path)
    return found


def _check_frames(frames: list[bytes], outcome: Outcome, expected: float, size: int) -> None:
    if outcome.code == -signal.SIGXFSZ:
        raise VideoError("too_large", "its frames take more room than is allowed")
    if not frames:
        raise VideoError("no_frames", f"no frame of it decodes: {outcome.reason}")
    if outcome.code:
        raise VideoError("decode_error", outcome.reason)
    if CUT_OFF.search(outcome.log) and len(frames) < 0.9 * expected - 1:
        raise VideoError("truncated", f"cut off after {len(frames)} of {expected:.0f} frames")
    for number, frame in enumerate(frames, start=1):
        with Image.open(BytesIO(frame), formats=["JPEG"]) as picture:
            if picture.size != (size, size):
                raise VideoError("decode_error", f"frame {number} came out as {picture.size}")


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
        outcome = _run(made.get_args(), Path(folder), PROBE_DEADLINE_S, stdin=pixels)
        if outcome.code:
            raise VideoError("encode_error", outcome.reason)
        return (Path(folder) / "clip.mp4").read_bytes()


def _run(
    arguments: Sequence[str], folder: Path, deadline: float, stdin: IO[bytes] | None = None
) -> Outcome:
    """Run ffmpeg in `folder` for at most `deadline` seconds, whatever the file makes it do.

    Raises VideoError(`timeout`) once its whole process group has been killed.
    """
    link = folder / LINK
    limits = confined.Limits(MEMORY_LIMIT_BYTES, int(deadline) + 60, OUTPUT_LIMIT_BYTES)
    with (
        tempfile.TemporaryFile() as log,
        tempfile.TemporaryFile() as output,
        confined.running(
            Path(binary()),
            [*([] if stdin else ["-nostdin"]), *arguments],
            folder,
            [link.readlink()] if link.is_symlink() else [],
            limits,
            stdin=stdin or subprocess.DEVNULL,
            stdout=output,
            stderr=log,
        ) as running,
    ):
        ended = running.wait(deadline)
        if ended is None:
            raise VideoError("timeout", f"ffmpeg took more than {deadline:g} seconds")
        if ended.out_of_cpu or ended.code == -signal.SIGKILL:
            raise VideoError("timeout", "ffmpeg took more time than it may, and was ended")
        return Outcome(ended.code, _tail(log), _tail(output))


def _tail(stream: IO[bytes], limit: int = 65536) -> str:
    """The last `limit` bytes of a file as text."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - limit))
    return stream.read().decode(errors="replace")
