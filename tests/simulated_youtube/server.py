"""The server: pages, player responses and files of simulated videos, and a count of what is asked.

Videos are as their `Video` says, for good. An event happens once, when its video is next asked for.
"""

import json
import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.simulated_youtube.answers import BOT_CHECK, FILES, Answer, stream

# What a request is for.
PAGE, PLAYER, MEDIA, SCRIPT = "page", "player", "media", "script"
PLAYER_SCRIPT = "/s/player/01234567/player_ias.vflset/en_US/base.js"
# How long a server that has gone silent keeps the connection, in seconds, at most.
SILENCE_S = 300
# The variable of the environment that tells the plugin its address.
ADDRESS = "SIMULATED_YOUTUBE"
# The state of the whole server: how it answers every request.
OPEN, PAUSED, SUSPICIOUS, GONE = "open", "too many requests", "bot check", "gone"
# Events: states of the server begin, or one file is not sent to its end.
CUT, STALL, KILL = "cut", "stall", "kill"


@dataclass(frozen=True)
class Video:
    """A simulated video: its file, and how it differs from one that can be had.

    `answer` is merged into the player response. Of the file `share` is sent, never the rest;
    `refusal` is the HTTP status that asking for it gives instead. The page of one that is `bare`
    does not name the player's script; that of one that is `gone` does not come.
    """

    content: bytes
    answer: Answer = field(default_factory=dict)
    share: float = 1.0
    refusal: int = 0
    gone: bool = False
    bare: bool = False


@dataclass(frozen=True)
class Asked:
    """One request: the first byte asked for, and how many were sent."""

    kind: str
    video_id: str
    start: int = 0
    sent: int = 0


@dataclass
class Youtube:
    """Videos and events by id, what was asked, and where it is."""

    videos: dict[str, Video]
    events: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    state: str = OPEN
    address: str = ""
    closing: threading.Event = field(default_factory=threading.Event)

    def count(self, kind: str) -> Counter[str]:
        """How many requests of a kind there were, by id."""
        return Counter(each.video_id for each in self.asked if each.kind == kind)

    def media(self, video_id: str) -> list[Asked]:
        """The requests for the file of a video, in their order."""
        return [each for each in self.asked if (each.kind, each.video_id) == (MEDIA, video_id)]

    def player_response(self, video_id: str) -> str:
        """What YouTube's player is told of a video, as JSON."""
        video = self.videos[video_id]
        answer = BOT_CHECK if self.state == SUSPICIOUS else video.answer
        told = json.dumps(response_of(video_id, len(video.content), answer))
        return told.replace(FILES, self.address)


def response_of(video_id: str, size: int, answer: Answer) -> Answer:
    """A player response for a video of three seconds in one size, as `answer` changes it."""
    details = {
        "videoId": video_id,
        "title": f"title of {video_id}",
        "lengthSeconds": "3",
        "channelId": "UC0123456789012345678901",
        "author": "somebody",
    }
    fitting: dict[str, Any] = {
        "playabilityStatus": {"status": "OK"},
        "streamingData": {"adaptiveFormats": [stream(video_id, size)]},
    }
    return {**fitting, **answer, "videoDetails": details | answer.get("videoDetails", {})}


def page_of(response: str, *, bare: bool = False) -> bytes:
    """The page of a video: what yt-dlp looks for in it, and no more."""
    client = {"clientName": "WEB", "clientVersion": "2.20260101.00.00"}
    settings: Answer = {
        **({} if bare else {"PLAYER_JS_URL": PLAYER_SCRIPT}),
        "VISITOR_DATA": "CgtzaW11bGF0ZWQ%3D",
        "INNERTUBE_CONTEXT": {"client": client},
    }
    found: Answer = {"contents": {"twoColumnWatchNextResults": {}}}
    return (
        f"<html><script>ytcfg.set({json.dumps(settings)});</script>"
        f"<script>var ytInitialPlayerResponse = {response};</script>"
        f"<script>var ytInitialData = {json.dumps(found)};</script></html>"
    ).encode()


@contextmanager
def serving(youtube: Youtube, port: int = 0) -> Iterator[Youtube]:
    """Let `youtube` answer on this machine as long as the block lasts."""

    class Handler(_Handler):
        simulated = youtube

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    youtube.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield youtube
    finally:
        youtube.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    simulated: Youtube
    # Who asks is told with each request for a page; a file is asked for by the same process.
    processes: dict[str, int] = {}  # noqa: RUF012

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if parts.path == "/videoplayback":
            self._media(query["id"][0])
        elif parts.path == "/watch":
            self._page(query["v"][0])
        elif parts.path == PLAYER_SCRIPT:
            self._note(SCRIPT, "")
            self._send(b"({signatureTimestamp:20000});", "text/javascript")
        else:
            # The settings that each kind of player has.
            self._send(page_of("{}", bare=True), "text/html")

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._player(asked["videoId"])

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _page(self, video_id: str) -> None:
        youtube = self.simulated
        self._note(PAGE, video_id)
        self.processes[video_id] = int(self.headers["X-Process"])
        if youtube.events.get(video_id) in (PAUSED, SUSPICIOUS, GONE):
            youtube.state = youtube.events.pop(video_id)
        if not self._is_kept_off(video_id):
            bare = youtube.videos[video_id].bare
            self._send(page_of(youtube.player_response(video_id), bare=bare), "text/html")

    def _player(self, video_id: str) -> None:
        self._note(PLAYER, video_id)
        if not self._is_kept_off(video_id):
            self._send(self.simulated.player_response(video_id).encode(), "application/json")

    def _is_kept_off(self, video_id: str) -> bool:
        """Whether nothing is told of a video now; then the request has its answer."""
        if self.simulated.state == PAUSED:
            self.send_error(429)
            return True
        if self.simulated.state == GONE or self.simulated.videos[video_id].gone:
            self.close_connection = True
            return True
        return False

    def _media(self, video_id: str) -> None:
        video = self.simulated.videos[video_id]
        event = self.simulated.events.pop(video_id, "")
        size = len(video.content)
        start, last = self._range(size)
        if video.refusal:
            self._note(MEDIA, video_id, start)
            self.send_error(video.refusal)
            return
        if start >= size:
            self._note(MEDIA, video_id, start)
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(last + 1 - start))
        self.send_header("Content-Range", f"bytes {start}-{last}/{size}")
        self.end_headers()
        half = size // 2 if event else int(size * video.share)
        content = video.content[start : min(last + 1, half) if half < size else last + 1]
        # Noted first: the client may have ended before this thread goes on.
        self._note(MEDIA, video_id, start, len(content))
        try:
            self.wfile.write(content)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        self._end(video_id, event)

    def _end(self, video_id: str, event: str) -> None:
        """Do what is to happen in the middle of a file."""
        self.close_connection = True
        if event == STALL:
            self.simulated.closing.wait(SILENCE_S)
        elif event == KILL:
            # What was sent is on its way: let it be taken.
            self.simulated.closing.wait(0.5)
            os.kill(self.processes[video_id], signal.SIGKILL)

    def _range(self, size: int) -> tuple[int, int]:
        """The first and the last byte asked for."""
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "bytes=0-"))
        assert found is not None
        return int(found[1]), min(int(found[2] or size), size - 1)

    def _note(self, kind: str, video_id: str, start: int = 0, sent: int = 0) -> None:
        self.simulated.asked.append(Asked(kind, video_id, start, sent))

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
