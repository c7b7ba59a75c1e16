"""The frames of a video, from files that nobody vouches for.

A file's first bytes decide which demuxer opens it, so that a playlist that calls itself a video
cannot read other files; a list decides which decoders see it. One look decides what a file is: all
of it decodes (`ok`), enough of it (`partial`), or an error names what is wrong. Exit status 0
proves little: what came out is held against what the container, the packets and the decoder say.
"""

import re
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import ffmpeg
from PIL import Image

from vidrec.media import codecs, colours, streams
from vidrec.media.containers import VideoError, sniff
from vidrec.media.ffmpeg import CPU_LIMIT_S, MEMORY_LIMIT_BYTES, Outcome, run
from vidrec.media.status import GOOD, OK, PARTIAL
from vidrec.media.stills import EOI
from vidrec.media.streams import Described, Stream
from vidrec.workflow.errors import UserError

# From this share on a video counts as whole: a frame lost here and there is no loss.
WHOLE = 0.9
MAX_PIXELS = 8192 * 8192
# Seconds of the processor for a second of video: 8K at 60 frames per second takes some eight.
CPU_FOR_A_SECOND = 10
# Steps in time between two pictures that no video takes, in seconds: a clock that was set anew, or
# recordings joined. Backwards the order of pictures explains less than one.
LONGEST_STEP_S, LONGEST_STEP_BACK_S = 600, 1
# Widest picture that is cropped, in squares; of a wider one the middle is squeezed.
MOST_SQUARES = 64
# What a video, and the table of its colours, are called while ffmpeg works on it.
LINK, TABLE = "video", "colours.cube"

INPUT = re.compile(r"^Input #0", re.MULTILINE)
COUNTS = re.compile(r"Input stream #0:\d+ \(video\): .*?(\d+) frames decoded; (\d+) decode errors")
CUT_OFF = re.compile(r"Error during demuxing|partial file|File ended prematurely")
# In the list of packets that ffmpeg's `framecrc` writes: the unit of time, and the time of each.
TIME_BASE = re.compile(r"^#tb 0: (\d+)/(\d+)$", re.MULTILINE)
PACKET = re.compile(r"^0, +(\d+),", re.MULTILINE)
NO_MEMORY = re.compile(r"Cannot allocate memory")
TOO_MANY_PIXELS = re.compile(r"Picture size \d+x\d+ (?:is invalid|exceeds)")


@dataclass(frozen=True)
class Form:
    """What frames are to be like.

    Parameters
    ----------
    fps : how many per second.
    size : pixels per side.
    fit : `stretch` squeezes the whole picture, `crop` takes its centre square, `pad` adds bars.
    quality : of the JPEGs, as ffmpeg counts: 2 (best) to 31.
    """

    fps: int
    size: int
    fit: str
    quality: int


@dataclass(frozen=True)
class Rules:
    """What a video must be like.

    Parameters
    ----------
    max_seconds : how much of it is looked at; the rest is left out.
    min_decoded : the share of that which must decode.
    more_codecs : decoders of ffmpeg that may be used besides those that everybody has use for.
    """

    max_seconds: float
    min_decoded: float
    more_codecs: Sequence[str] = ()


# Enough to tell what a video is.
SMALL = Form(fps=1, size=32, fit="stretch", quality=31)


@dataclass(frozen=True)
class Extraction:
    """Frames 1, 2, 3 … of a video as JPEG, and its length in seconds.

    `status` is `ok`, `partial` where `error` says what is missing, or what is wrong with the video,
    then without frames.
    """

    frames: list[bytes]
    duration_s: float
    status: str = OK
    error: str = ""

    @property
    def good(self) -> bool:
        return self.status in GOOD


def extract_frames(video: Path, form: Form, rules: Rules) -> Extraction:
    """The frames of a video from its first on.

    Raises VideoError for what is wrong with the file, UserError for what it is not to blame for.
    """
    demuxer = sniff(video)
    with _workplace(video) as folder:
        found = _describe(demuxer, rules, folder)
        stream = _chosen(found, rules)
        outcome, frames = _take(demuxer, stream, form, rules, folder)
        _check_frames(video, frames, outcome, form)
        taken_s = len(frames) / form.fps
        agreed = taken_s < rules.max_seconds - 1 and abs(found.duration_s - taken_s) < 1 / form.fps
        length = 0.0 if agreed else _packet_duration(demuxer, stream, rules, folder)
    status, error = _judged(taken_s, found.duration_s, outcome, rules)
    return Extraction(frames, length or found.duration_s, status, error)


def look(video: Path, rules: Rules) -> Extraction:
    """What a video is, without frames to keep. Raises as `extract_frames` does."""
    return extract_frames(video, SMALL, rules)


@contextmanager
def _workplace(video: Path) -> Iterator[Path]:
    """A folder to run ffmpeg in, where `video` is called LINK.

    A file's own name may be in no encoding that ffmpeg-python takes.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / LINK).symlink_to(video.absolute())
        yield Path(folder)


def _source(demuxer: str, rules: Rules, **more: Any) -> Any:
    """The ffmpeg-python input for the video of a workplace, read by `demuxer` and nothing else."""
    return ffmpeg.input(
        f"file:{LINK}",
        format=demuxer,
        protocol_whitelist="file",
        codec_whitelist=codecs.allowed(rules.more_codecs),
        threads=1,
        max_pixels=MAX_PIXELS,
        **more,
    )


def _describe(demuxer: str, rules: Rules, folder: Path) -> Described:
    """What ffmpeg says of the video in `folder`. Raises VideoError where it says nothing."""
    arguments: list[str] = _source(demuxer, rules).output("-", format="null").get_args()
    outcome = run(["-hide_banner", *arguments[: arguments.index("-i") + 2]], folder)
    if outcome.out_of_cpu:
        raise VideoError("timeout", "ffmpeg takes too long to find out what it is")
    if not INPUT.search(outcome.log):
        raise VideoError("unreadable", outcome.reason)
    return streams.parse(outcome.log)


def _chosen(found: Described, rules: Rules) -> Stream:
    """The stream to take frames of. Raises VideoError where there is none, or none that may be."""
    stream = found.shown
    if stream is None:
        raise VideoError("no_video", "there is no video stream in it")
    if stream.codec == "none":
        raise VideoError("unknown_codec", "its codec is none that ffmpeg knows")
    if not codecs.is_allowed(stream.codec, rules.more_codecs):
        raise VideoError(
            "refused_codec",
            f"its codec, {stream.codec}, is not one of those that are decoded: if you trust the"
            " file, name it in extract_frames.more_codecs",
        )
    if stream.width * stream.height > MAX_PIXELS:
        raise VideoError("too_large", f"its pictures are of {stream.width}x{stream.height} pixels")
    return stream


def _take(
    demuxer: str, stream: Stream, form: Form, rules: Rules, folder: Path
) -> tuple[Outcome, list[bytes]]:
    """How ffmpeg ended, and the frames that it has written."""
    if colours.needs_table(stream):
        (folder / TABLE).write_text(colours.cube(stream.transfer, stream.primaries))
    cpu_s = CPU_LIMIT_S + CPU_FOR_A_SECOND * rules.max_seconds
    outcome = run(_arguments(demuxer, stream, form, rules, "round"), folder, cpu_s=cpu_s)
    frames = _numbered(folder)
    if not frames and not outcome.code:
        # Shorter than half a step, it is nothing when rounded.
        outcome = run(_arguments(demuxer, stream, form, rules, "pass"), folder, cpu_s=cpu_s)
        frames = _numbered(folder)
    return outcome, frames


def _arguments(demuxer: str, stream: Stream, form: Form, rules: Rules, at_end: str) -> list[str]:
    """What ffmpeg is told; `at_end` is what its filter `fps` does with the last picture."""
    # Where the size of pictures changes, filters that are made anew begin at 0 once more. The one
    # that turns pictures has to be made anew.
    source = _source(demuxer, rules, reinit_filter=int(stream.turned))
    paced = _paced(source[str(stream.index)], form.fps, at_end)
    fitted = _fitted(paced, form, stream)
    made = fitted.output(
        "%d.jpg",
        **_jpeg_options(form.quality),
        **{"frames:v": max(1, round(rules.max_seconds * form.fps))},
    )
    arguments: list[str] = made.global_args(
        *("-v", "level+verbose", "-max_error_rate", "1", "-filter_complex_threads", "1")
    ).get_args()
    return arguments


def _paced(stream: Any, fps: int, at_end: str) -> Any:
    """`stream` at `fps` from its first frame on; `pass` at the end saves one of a single frame."""
    clock = f"if(N,PREV_OUTPTS+{_step('PTS-PREV_INPTS', f'1/({fps}*TB)')},0)"
    return stream.filter("setpts", clock).filter(
        "fps", fps=fps, round="near", start_time=0, eof_action=at_end
    )


def _step(step: str, instead: str) -> str:
    """An expression of ffmpeg for a step in time: `step`, or `instead` where no video takes it."""
    return f"if(between(({step})*TB,-{LONGEST_STEP_BACK_S},{LONGEST_STEP_S}),{step},{instead})"


def _fitted(stream: Any, form: Form, shown: Stream) -> Any:
    """`stream` made square, in the colours of JPEG."""
    flags = "bicubic+accurate_rnd+full_chroma_int+bitexact"
    size = form.size
    widths: dict[str, tuple[int | str, int | str]] = {
        "stretch": (size, size),
        "crop": (_covering("dar", size), _covering("1/dar", size)),
        "pad": (f"max(1,round({size}*min(1,dar)))", f"max(1,round({size}*min(1,1/dar)))"),
    }
    as_jpeg = {"out_color_matrix": "bt601", "out_range": "pc"}
    matrix = colours.matrix_of(shown)
    table = colours.needs_table(shown)
    stream = stream.filter(
        "scale",
        *widths[form.fit],
        flags=flags,
        in_color_matrix=matrix,
        **({} if table else as_jpeg),
    )
    if form.fit == "crop":
        stream = stream.filter("crop", size, size)
    elif form.fit == "pad":
        stream = stream.filter("pad", size, size, "(ow-iw)/2", "(oh-ih)/2", "black")
    if table:
        stream = stream.filter("format", "gbrp10le").filter("lut3d", TABLE, interp="tetrahedral")
        stream = stream.filter("scale", flags=flags, **as_jpeg)
    return stream.filter("setsar", 1).filter("format", "yuvj420p")


def _covering(ratio: str, size: int) -> str:
    """The side of a picture that covers a square, by the ratio of this side to the other."""
    return f"max({size},min(round({size}*{ratio}),{MOST_SQUARES * size}))"


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


def _numbered(folder: Path) -> list[bytes]:
    """The contents of 1.jpg, 2.jpg … in `folder`, as far as they go without a gap."""
    found: list[bytes] = []
    while (path := folder / f"{len(found) + 1}.jpg").is_file():
        found.append(path.read_bytes())
    return found


def _packet_duration(demuxer: str, stream: Stream, rules: Rules, folder: Path) -> float:
    """Where the last packet of a stream ends, in seconds; 0 where it has none.

    For containers that tell no length, or another than came out.
    """
    step = _step("DTS-PREV_INDTS", "max(1,PREV_INDURATION)")
    clock = f"if(N,PREV_OUTDTS+{step},DURATION)"
    source = _source(demuxer, rules)[str(stream.index)]
    listed = source.output("-", format="framecrc", codec="copy", **{"bsf:v": f"setts=ts='{clock}'"})
    outcome = run(listed.global_args("-v", "error").get_args(), folder)
    unit, ends = TIME_BASE.search(outcome.output), PACKET.findall(outcome.output)
    if outcome.code or not unit or not ends:
        return 0.0
    return int(ends[-1]) * int(unit[1]) / int(unit[2])


def _check_frames(video: Path, frames: list[bytes], outcome: Outcome, form: Form) -> None:
    if outcome.code:
        _check_readable(video)
    if outcome.code == -signal.SIGXFSZ:
        raise VideoError("too_large", "its frames take more room than is allowed")
    if outcome.code and frames and not _is_frame(frames[-1], form):
        # What was being written when it ended.
        frames.pop()
    if not frames:
        raise _without_frames(outcome)
    for number, frame in enumerate(frames, start=1):
        if not _is_frame(frame, form):
            raise VideoError("decode_error", f"frame {number} is no JPEG of {form.size} pixels")


def _is_frame(content: bytes, form: Form) -> bool:
    try:
        with Image.open(BytesIO(content), formats=["JPEG"]) as picture:
            return picture.size == (form.size, form.size) and content.endswith(EOI)
    except OSError:
        return False


def _without_frames(outcome: Outcome) -> VideoError:
    """What is wrong with a video that gives no frame."""
    if outcome.out_of_cpu:
        return VideoError("timeout", "not one frame in the time of the processor that it may take")
    if TOO_MANY_PIXELS.search(outcome.log):
        return VideoError("too_large", f"its pictures have too many pixels: {outcome.reason}")
    if NO_MEMORY.search(outcome.log):
        most = MEMORY_LIMIT_BYTES >> 30
        return VideoError("too_large", f"its pictures take more than {most} GiB of memory")
    reason = outcome.reason if outcome.errors else "there is no picture in it"
    return VideoError("no_frames", f"no frame of it decodes: {reason}")


def _check_readable(video: Path) -> None:
    """Raise UserError where the disk, not the video, is what fails."""
    try:
        with video.open("rb") as stream:
            while stream.read(1024 * 1024):
                pass
    except OSError as error:
        raise UserError(
            f"{video} cannot be read to its end ({error.strerror}): see whether its disk or network"
            " drive answers, then run again"
        ) from None


def _judged(taken_s: float, told_s: float, outcome: Outcome, rules: Rules) -> tuple[str, str]:
    """Status and error of a video that has given `taken_s` seconds of frames; its container tells
    `told_s`. Raises VideoError where too little of it decodes."""
    expected_s = min(told_s, rules.max_seconds)
    ended_early = outcome.code != 0 or CUT_OFF.search(outcome.log)
    in_time = taken_s / expected_s if ended_early and expected_s else 1.0
    decoded, failed = _counts(outcome)
    of_packets = decoded / (decoded + failed) if failed else 1.0
    if min(in_time, of_packets) >= WHOLE and not outcome.code:
        return OK, ""
    if of_packets < in_time:
        status, error = "decode_error", f"{failed} of {decoded + failed} frames do not decode"
    else:
        status, error = "truncated", f"cut off after {taken_s:.1f} of {expected_s:.1f} s"
    if outcome.code:
        status, error = "decode_error", f"ffmpeg gave up after {taken_s:.1f} s: {outcome.reason}"
    if min(in_time, of_packets) < rules.min_decoded:
        raise VideoError(status, error)
    return PARTIAL, error


def _counts(outcome: Outcome) -> tuple[int, int]:
    """How many pictures were decoded, and how many packets did not decode."""
    found = COUNTS.findall(outcome.log)
    return (int(found[-1][0]), int(found[-1][1])) if found else (0, 0)
