"""Files that make an unguarded ffmpeg read or call what they name, and the bait that they name."""

import select
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from vidrec.media import ffmpeg

GREEN = b"\x00\xff\x00"
SIDE = 16
PROTOCOLS = "file,crypto,data,concat,subfile,http,tcp,udp,rtp,rtcp,hls,srt,unix"
OPEN = ["-protocol_whitelist", PROTOCOLS]
HLS = ["-f", "hls", "-allowed_extensions", "ALL", "-extension_picky", "0"]
DASH = ["-f", "dash", "-allowed_extensions", "ALL"]
CONCAT = ["-safe", "0"]


@dataclass
class Bait:
    """What no input may reach: green files, a file that is not there yet, and two listeners."""

    folder: Path
    port: int
    called: set[str] = field(default_factory=set)

    @property
    def video(self) -> Path:
        return self.folder / "green.ts"

    @property
    def pixels(self) -> Path:
        return self.folder / "green.bin"

    @property
    def written(self) -> Path:
        return self.folder / "written"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/green.ts"

    def reached(self, pixels: bytes) -> set[str]:
        """Which of it shows, in RGB `pixels`, in the folder, or in what the listeners heard."""
        found = set(self.called)
        if any(_is_green(pixels[at : at + 3]) for at in range(0, len(pixels), 3)):
            found.add("read")
        if self.written.exists():
            found.add("written")
        return found


def _is_green(pixel: bytes) -> bool:
    return len(pixel) == 3 and pixel[0] < 60 and pixel[1] > 180 and pixel[2] < 60


@contextmanager
def baited(folder: Path) -> Iterator[Bait]:
    """A bait in `folder`; all who called while the context was open are noted at its end."""
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        stream.bind(("127.0.0.1", 0))
        stream.listen()
        datagrams.bind(stream.getsockname())
        bait = Bait(folder, stream.getsockname()[1])
        bait.pixels.write_bytes(GREEN * 99_999)
        _green_video(bait.video)
        over = threading.Event()
        thread = threading.Thread(target=_listen, args=(stream, datagrams, bait, over))
        thread.start()
        try:
            yield bait
        finally:
            over.set()
            thread.join()


def _listen(
    stream: socket.socket, datagrams: socket.socket, bait: Bait, over: threading.Event
) -> None:
    while True:
        last = over.is_set()
        ready, _, _ = select.select([stream, datagrams], [], [], 0.05)
        if stream in ready:
            bait.called.add("tcp")
            _serve(stream.accept()[0], bait.video.read_bytes())
        if datagrams in ready:
            bait.called.add("udp")
            datagrams.recv(9999)
        if last and not ready:
            return


def _serve(caller: socket.socket, content: bytes) -> None:
    """Answer a call as a web server does."""
    with caller, suppress(OSError):
        caller.settimeout(5)
        caller.recv(9999)
        head = f"HTTP/1.0 200 OK\r\nContent-Length: {len(content)}\r\n\r\n"
        caller.sendall(head.encode() + content)


def unguarded(*arguments: str) -> None:
    """An ffmpeg without limits, for what this module writes itself."""
    command = [ffmpeg.binary(), "-nostdin", "-v", "error", *arguments]
    subprocess.run(command, check=True, timeout=60)


def _green_video(path: Path) -> None:
    colour = f"color=0x00ff00:s={SIDE}x{SIDE}:r=5:d=1"
    unguarded("-f", "lavfi", "-i", colour, "-c:v", "mpeg2video", "-q:v", "2", str(path))


@dataclass(frozen=True)
class Trap:
    """A file that names the bait: how to write it, with which options ffmpeg follows, and what."""

    name: str
    write: Callable[[Path, Bait], None]
    options: list[str]
    reaches: set[str]


def _text(content: str) -> Callable[[Path, Bait], None]:
    """Writes a text, with the names of the bait filled in."""

    def write(path: Path, bait: Bait) -> None:
        named = {"@VIDEO": str(bait.video), "@URL": bait.url, "@PORT": str(bait.port)}
        text = content
        for word, meaning in named.items():
            text = text.replace(word, meaning)
        path.write_text(text)

    return write


def _moved(path: Path, bait: Bait) -> None:
    """A QuickTime film whose pictures lie in another file, named by an alias."""
    black = f"color=black:s={SIDE}x{SIDE}:r=5:d=1"
    unguarded(
        "-f", "lavfi", "-i", black, "-c:v", "rawvideo", "-pix_fmt", "rgb24", "-f", "mov", str(path)
    )
    film = path.read_bytes()
    path.write_bytes(_with_reference(film, _alias(str(bait.pixels))))


def _alias(target: str) -> bytes:
    """A data reference of QuickTime to the file at an absolute path."""
    named = target.replace("/", ":").encode()
    record = bytes(10) + b"\x00" + bytes(27 + 12) + b"\x00" + bytes(63 + 16 + 4 + 16)
    record += struct.pack(">HH", 2, len(named)) + named + bytes(len(named) % 2)
    record += struct.pack(">HH", 0xFFFF, 0)
    return struct.pack(">I4sI", 12 + len(record), b"alis", 0) + record


def _with_reference(film: bytes, reference: bytes) -> bytes:
    """`film` with its last data reference (to itself) replaced, the boxes around it made to fit."""
    own = film.rindex(b"url \x00\x00\x00\x01") - 4
    grown = len(reference) - 12
    patched = bytearray(film)
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = film.rindex(box, 0, own) - 4
        (size,) = struct.unpack(">I", film[at : at + 4])
        patched[at : at + 4] = struct.pack(">I", size + grown)
    return bytes(patched[:own]) + reference + bytes(patched[own + 12 :])


def _attached(path: Path, bait: Bait) -> None:
    """A film with a file attached that calls itself by a path elsewhere."""
    black = f"color=black:s={SIDE}x{SIDE}:r=5:d=1"
    attached = ["-attach", str(bait.pixels), "-metadata:s:t", "mimetype=text/plain"]
    named = ["-metadata:s:t", f"filename={bait.written}"]
    unguarded("-f", "lavfi", "-i", black, *attached, *named, "-f", "matroska", str(path))


_DASH = """<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S"
 profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp2t">
<Representation id="1" bandwidth="9"><BaseURL>%s</BaseURL></Representation>
</AdaptationSet></Period></MPD>
"""
_HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n%s\n#EXT-X-ENDLIST\n"
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="16" height="16"><image width="16" height="16" xlink:href="%s"/></svg>
"""
_SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=video @PORT RTP/AVP 33\n"
_ASS = "[Script Info]\nScriptType: v4.00+\n\n[Fonts]\nfontname: @VIDEO\n\n[Events]\n"

TRAPS = (
    Trap("hls-file", _text(_HLS % "file://@VIDEO"), HLS, {"read"}),
    Trap("hls-http", _text(_HLS % "@URL"), HLS, {"read", "tcp"}),
    Trap("concat-file", _text("ffconcat version 1.0\nfile '@VIDEO'\n"), CONCAT, {"read"}),
    Trap("concat-http", _text("ffconcat version 1.0\nfile '@URL'\n"), CONCAT, {"read", "tcp"}),
    Trap(
        "concat-srt",
        _text("ffconcat version 1.0\nfile 'srt://127.0.0.1:@PORT?connect_timeout=300'\n"),
        CONCAT,
        {"udp"},
    ),
    Trap("dash-file", _text(_DASH % "file://@VIDEO"), DASH, {"read"}),
    Trap("dash-http", _text(_DASH % "@URL"), DASH, {"read", "tcp"}),
    Trap("mov-alias", _moved, ["-enable_drefs", "1", "-use_absolute_path", "1"], {"read"}),
    # What today's ffmpeg does not follow, or finds nothing to follow in.
    Trap("mkv-attachment", _attached, ["-dump_attachment:t", ""], set()),
    Trap("svg-file", _text(_SVG % "file://@VIDEO"), ["-f", "svg_pipe"], set()),
    Trap("svg-http", _text(_SVG % "@URL"), ["-f", "svg_pipe"], set()),
    Trap("sdp", _text(_SDP), ["-listen_timeout", "1"], set()),
    Trap("subtitles", _text(_ASS), [], set()),
)
