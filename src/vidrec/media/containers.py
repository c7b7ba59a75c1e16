"""Which container a video's file is, by its first bytes, and what may be wrong with a video."""

import re
from pathlib import Path
from typing import BinaryIO

from vidrec.media.stills import is_audio, is_photograph

# Bytes that a file begins with are looked at: enough for four packets of a transport stream, be it
# cut in the middle of one.
HEAD_BYTES = 4096

# Offset and bytes by which a container is known, and the ffmpeg demuxer that reads it.
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    *((4, box, "mov") for box in (b"ftyp", b"moov", b"moof", b"mdat", b"styp", b"sidx")),
    *((4, box, "mov") for box in (b"free", b"skip", b"wide", b"pnot", b"uuid", b"emsg")),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (8, b"AVI ", "avi"),
    (0, b"FLV", "flv"),
    (0, b"OggS", "ogg"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"GIF8", "gif"),
    (0, b"\x89PNG\r\n\x1a\n", "apng"),
    (8, b"WEBP", "webp_anim"),
    (0, b"nut/multimedia container\0", "nut"),
    (0, b"DKIF", "ivf"),
    (0, b".RMF", "rm"),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", "mxf"),
    (0, b"YUV4MPEG2 ", "yuv4mpegpipe"),
    (0, b"\x1f\x07\x00", "dv"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
    (0, b"\x00\x00\x01\xb3", "mpegvideo"),
    (0, b"\x00\x00\x01\xb0", "m4v"),
    (0, b"\x00\x00\x01\x00", "m4v"),
    (0, b"\x12\x00\x0a", "obu"),
    # Pictures by JPEG, one after another without a container.
    (0, b"\xff\xd8\xff", "mjpeg"),
)

# Raw H.264 and HEVC: after the start code the header of an access unit, a parameter set or SEI.
START_CODE = re.compile(rb"\x00?\x00\x00\x01")
H264_UNITS = (b"\x09", b"\x06", b"\x67", b"\x47", b"\x27")
HEVC_UNITS = (b"\x40\x01", b"\x42\x01", b"\x46\x01", b"\x4e\x01")

# Bytes from one packet of a transport stream to the next: plain, with a time before, with parity.
TS_STEPS = (188, 192, 204)
TS_PACKETS = 4

# How the texts begin that make ffmpeg read other files, in lower case.
PLAYLISTS = (
    b"#extm3u",
    b"<?xml",
    b"<mpd",
    b"<smil",
    b"ffconcat",
    b"[playlist]",
    b"[reference]",
    b"v=0",
    b"webvtt",
    b"#ext",
    b"#!",
    b"file ",
    b"<asx",
    b"[script info]",
    b"rtsp",
    b"http",
)

# Endings that the names of videos have.
VIDEO_SUFFIXES = frozenset(
    [
        *(".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".gif", ".h264", ".hevc"),
        *(".ivf", ".m1v", ".m2t", ".m2ts", ".m2v", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov"),
        *(".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".obu", ".ogm", ".ogv", ".qt", ".rm"),
        *(".rmvb", ".ts", ".vob", ".webm", ".wmv", ".y4m"),
    ]
)


class VideoError(Exception):
    """What is wrong with one video; `status` names it for a table."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message

    def __str__(self) -> str:
        return self.message


def sniff(path: Path) -> str:
    """The ffmpeg demuxer for the container that the first bytes of `path` show.

    Raises VideoError: `missing`, `unreadable`, `empty`, `playlist`, `photograph`, `audio` or
    `unknown_container`.
    """
    try:
        if not path.exists():
            raise VideoError("missing", "there is no such file")
        if not path.is_file():
            raise VideoError("unreadable", "this is not a plain file")
        with path.open("rb") as stream:
            return _demuxer(stream)
    except OSError as error:
        raise VideoError("unreadable", f"cannot be read: {error.strerror}") from None


def _demuxer(stream: BinaryIO) -> str:
    head = stream.read(HEAD_BYTES)
    if not head:
        raise VideoError("empty", "the file is empty")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(PLAYLISTS):
        raise VideoError("playlist", "a text that names other files, not a video")
    found = _by_signature(head) or _raw(head) or _transport_stream(head)
    if is_audio(head):
        raise VideoError("audio", "a sound without pictures, not a video")
    if is_photograph(stream, found):
        raise VideoError("photograph", "a photograph, not a video")
    if not found:
        raise VideoError("unknown_container", "no container of a video that is known here")
    return found


def _by_signature(head: bytes) -> str:
    found = (name for at, mark, name in SIGNATURES if head[at : at + len(mark)] == mark)
    return next(found, "")


def _raw(head: bytes) -> str:
    """H.264 or HEVC without a container."""
    code = START_CODE.match(head)
    if code is None:
        return ""
    unit = head[code.end() : code.end() + 2]
    if unit.startswith(HEVC_UNITS):
        return "hevc"
    return "h264" if unit.startswith(H264_UNITS) else ""


def _transport_stream(head: bytes) -> str:
    """A transport stream, wherever in its first packet the file begins."""
    for step in TS_STEPS:
        for start in range(step):
            if head[start : start + TS_PACKETS * step : step] == b"G" * TS_PACKETS:
                return "mpegts"
    return ""
