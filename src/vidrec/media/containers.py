"""Which container a video's file is, by its first bytes, and what may be wrong with a video."""

from pathlib import Path

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
    (0, b"\x00\x00\x01\xba", "mpeg"),
    (0, b"\x00\x00\x01\xb3", "mpegvideo"),
)

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
        ".3g2",
        ".3gp",
        ".asf",
        ".avi",
        ".flv",
        ".gif",
        ".m2ts",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".ogv",
        ".ts",
        ".webm",
        ".wmv",
    ]
)


# Of the container that photographs share with videos: the brands of stills (HEIF and AVIF).
STILL_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif")


class VideoError(Exception):
    """What is wrong with one video; `status` names it for a table."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message

    def __str__(self) -> str:
        return self.message


def is_still(path: Path) -> bool:
    """Whether the first bytes of a file are those of a photograph in a video's container."""
    try:
        with path.open("rb") as stream:
            head = stream.read(12)
    except OSError:
        return False
    return head[4:8] == b"ftyp" and head[8:12] in STILL_BRANDS


def sniff(path: Path) -> str:
    """The ffmpeg demuxer for the container that the first bytes of `path` show.

    Raises VideoError: `missing`, `unreadable`, `empty`, `playlist` or `unknown_container`.
    """
    try:
        if not path.exists():
            raise VideoError("missing", "there is no such file")
        if not path.is_file():
            raise VideoError("unreadable", "this is not a plain file")
        with path.open("rb") as stream:
            head = stream.read(1024)
    except OSError as error:
        raise VideoError("unreadable", f"cannot be read: {error.strerror}") from None
    if not head:
        raise VideoError("empty", "the file is empty")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(PLAYLISTS):
        raise VideoError("playlist", "a text that names other files, not a video")
    return _container(head)


def _container(head: bytes) -> str:
    for offset, mark, demuxer in SIGNATURES:
        if head[offset : offset + len(mark)] == mark:
            return demuxer
    if any(head[start : 3 * step : step] == b"GGG" for start, step in ((0, 188), (4, 192))):
        return "mpegts"
    raise VideoError("unknown_container", "no container of a video that is known here")
