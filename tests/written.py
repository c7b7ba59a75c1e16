"""Clips written as files of many formats, whole and broken."""

import io
import shlex
import struct
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image
from tests.patterns import Clip

from vidrec.media import ffmpeg

# Writes a clip as a file of some format, and gives its bytes.
Writer = Callable[[Clip], bytes]


class NoEncoderError(Exception):
    """The ffmpeg at hand cannot write a format."""


def colours(matrix: str, levels: str = "tv", form: str = "yuv420p", tagged: bool = True) -> str:
    """The filters that turn RGB into YUV, and say so in the file or not."""
    tags = f"colorspace={matrix}:range={levels}" if tagged else "colorspace=unknown:range=unknown"
    return (
        f"scale=out_color_matrix={matrix}:out_range={levels}:flags=accurate_rnd+full_chroma_int,"
        f"format={form},setparams={tags}:color_primaries=unknown:color_trc=unknown"
    )


def wide_gamut(primaries: str, matrix: str) -> str:
    """The filters that turn RGB into 10 bit with other primaries."""
    return (
        f"zscale=pin=bt709:tin=bt709:rin=full:p={primaries}:t=bt709:m={matrix}:r=limited,"
        "format=yuv420p10le"
    )


def high_dynamic_range(curve: str) -> str:
    """The filters that turn RGB into 10 bit for a screen of that curve: white is 203 nits."""
    return (
        f"zscale=pin=bt709:tin=iec61966-2-1:rin=full:p=bt2020:t={curve}:m=bt2020nc:r=limited"
        ":npl=203:agamma=0,format=yuv420p10le"
    )


UNTAGGED = colours("smpte170m", tagged=False)


def encoded(suffix: str, options: str, filters: str = UNTAGGED, beside: str = "") -> Writer:
    """Writes a clip with ffmpeg: `options` are the output's, `beside` are further inputs."""
    maps = "" if "-map" in options else "-map [v]"

    def write(clip: Clip) -> bytes:
        source = f"-f rawvideo -pix_fmt rgb24 -s {clip.width}x{clip.height} -r {clip.fps} -i pipe:0"
        graph = ["-filter_complex", f"[0:v]{filters}[v]"]
        ends = shlex.split(f"{maps} {options} -threads 1")
        return run_ffmpeg([*shlex.split(f"{source} {beside}"), *graph, *ends], suffix, clip.raw())

    return write


def run_ffmpeg(arguments: list[str], suffix: str, *files: bytes) -> bytes:
    """What ffmpeg writes; `files` lie before it by the names 0, 1, …, and 0 is its input too."""
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(files):
            (Path(folder) / str(number)).write_bytes(content)
        made = Path(folder) / f"made{suffix}"
        command = [ffmpeg.binary(), "-v", "error", *arguments, "-fflags", "+bitexact", made.name]
        done = subprocess.run(
            command, cwd=folder, input=files[0], capture_output=True, check=False, timeout=60
        )
        log = done.stderr.decode(errors="replace")
        if "Unknown encoder" in log:
            raise NoEncoderError(log.strip())
        assert done.returncode == 0, log
        return made.read_bytes()


def remuxed(write: Writer, suffix: str, before: str) -> Writer:
    """Puts what `write` writes into a new file; `before` are options for reading it."""
    arguments = shlex.split(f"{before} -i 0 -c copy")
    return lambda clip: run_ffmpeg(arguments, suffix, write(clip))


def changed(write: Writer, change: Callable[[bytes], bytes]) -> Writer:
    """Changes the bytes that `write` writes."""
    return lambda clip: change(write(clip))


def resized(write: Writer, width: int, height: int) -> Writer:
    return lambda clip: write(replace(clip, width=width, height=height))


def joined(first: Writer, second: Writer) -> Writer:
    """The halves of a clip as two recordings, one put behind the other as `cat` does."""

    def write(clip: Clip) -> bytes:
        early, late = halves(clip)
        return first(early) + second(late)

    return write


def concatenated(first: Writer, second: Writer, suffix: str) -> Writer:
    """The halves of a clip, made one file by ffmpeg without decoding them."""
    arguments = shlex.split("-f concat -i 0 -c copy")

    def write(clip: Clip) -> bytes:
        early, late = halves(clip)
        listed = b"ffconcat version 1.0\nfile 1\nfile 2\n"
        return run_ffmpeg(arguments, suffix, listed, first(early), second(late))

    return write


def halves(clip: Clip) -> tuple[Clip, Clip]:
    count = clip.count // 2
    return replace(clip, count=count), replace(clip, count=count, first=clip.first + count)


def with_chapters(write: Writer, suffix: str, count: int) -> Writer:
    """As many chapters, each of which ffmpeg prints."""
    chapter = "[CHAPTER]\nTIMEBASE=1/1000\nSTART={0}\nEND={0}\ntitle=A chapter with a name, {0}\n"
    told = ";FFMETADATA1\n" + "".join(chapter.format(number) for number in range(count))
    arguments = shlex.split("-i 0 -f ffmetadata -i 1 -map_metadata 1 -map_chapters 1 -c copy")
    return lambda clip: run_ffmpeg(arguments, suffix, write(clip), told.encode())


def with_cover(write: Writer, suffix: str, options: str) -> Writer:
    """A picture beside a video, larger than it is; `options` put it there as file 1."""
    cover = io.BytesIO()
    Image.new("RGB", (640, 640), "gray").save(cover, "JPEG")
    arguments = shlex.split(f"-i 0 {options} -c copy")
    return lambda clip: run_ffmpeg(arguments, suffix, write(clip), cover.getvalue())


def cut_in_packet(stream: bytes) -> bytes:
    return stream[100:]


def packets_of_204(stream: bytes) -> bytes:
    """A transport stream with the 16 bytes of error correction that broadcasts have."""
    return b"".join(stream[at : at + 188] + bytes(16) for at in range(0, len(stream), 188))


def matroska_length(milliseconds: float) -> Callable[[bytes], bytes]:
    return lambda content: overwritten(content, b"\x44\x89\x88", 0, struct.pack(">d", milliseconds))


def flash_length(content: bytes) -> bytes:
    """Says 1 s."""
    return overwritten(content, b"\x00\x08duration\x00", 0, struct.pack(">d", 1))


def avi_length(content: bytes) -> bytes:
    """Says 25 pictures, in the header of the file and in that of the stream."""
    said = overwritten(content, b"avih", 20, struct.pack("<I", 25))
    return overwritten(said, b"strh", 36, struct.pack("<I", 25))


def movie_length(content: bytes) -> bytes:
    """Says 1 s in the header of the movie, in its unit of 1/1000 s."""
    return overwritten(content, b"mvhd", 16, struct.pack(">I", 1000))


def overwritten(content: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    """Content with `value` written `offset` bytes behind the first `mark`."""
    at = content.index(mark) + len(mark) + offset
    return content[:at] + value + content[at + len(value) :]
