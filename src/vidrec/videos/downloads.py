"""The folder of downloads, one of a repository, and what is known of each file in it.

`<name>.<ext>` is a finished download; yt-dlp keeps parts of unfinished ones beside it, with the
number of the stream in their names. Nothing in
it is ever deleted: a file that is broken by its own fault is moved into `set_aside`.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from vidrec.media import extraction, ffmpeg
from vidrec.media.containers import VideoError
from vidrec.videos.youtube_status import Status, of_file
from vidrec.workflow.checkpoints import Checkpoints
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import placing, sha256_of

UNFINISHED = re.compile(r"\.(part|ytdl|temp)\b")
SET_ASIDE = "set_aside"
LOCK = ".lock"


@dataclass(frozen=True)
class Known:
    """What a file is: its length is that which was found when it was decoded, in seconds."""

    sha256: str
    status: str
    error: str
    duration_s: float

    @property
    def broken(self) -> bool:
        return self.status not in (Status.OK, Status.PARTIAL)


class Downloads:
    """The downloads in `folder`, as `decoding` has them."""

    def __init__(self, folder: Path, decoding: extraction.Rules) -> None:
        self.folder = folder
        self._decoding = decoding
        # An ffmpeg that cannot run says so here, before it makes any file look broken.
        self._known: Checkpoints[Known] = Checkpoints(
            "download_videos",
            [extraction],
            [asdict(decoding), ffmpeg.version()],
            pack=_pack,
            unpack=_unpack,
        )

    def find(self, name: str) -> Path | None:
        """The finished download of `name`, be it set aside; None where there is none."""
        return finished(self.folder, name) or finished(self.folder / SET_ASIDE, name)

    def has(self, name: str) -> bool:
        """Whether there is a finished download of `name` that was not set aside."""
        return finished(self.folder, name) is not None

    def known(self, file: Path) -> Known:
        """What `file` is, decoded once for each content.

        Raises UserError or OSError for what is not the fault of the file.
        """
        try:
            digest = sha256_of(file)
        except OSError as error:
            raise UserError(
                f"{file} cannot be read ({error.strerror}): see whether its disk answers, then run"
                " again"
            ) from None
        return self._known.once(self._known.key(digest), partial(self._look, file, digest))

    def _look(self, file: Path, digest: str) -> Known:
        try:
            found = extraction.look(file, self._decoding)
        except VideoError as error:
            return Known(digest, of_file(error.status), str(error), 0.0)
        return Known(digest, found.status, found.error, found.duration_s)

    def place(self, file: Path, known: Known) -> Path:
        """`file` where it belongs: one that is broken among what is set aside, any other not."""
        folder = self.folder / SET_ASIDE if known.broken else self.folder
        if file.parent == folder:
            return file
        folder.mkdir(exist_ok=True)
        return file.rename(folder / file.name)


def finished(folder: Path, name: str) -> Path | None:
    """The finished download of `name` in `folder`, None where there is none yet."""
    found = filter(Path.is_file, sorted(folder.glob(f"{name}.*")))
    return next((path for path in found if not UNFINISHED.search(path.name)), None)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Within it, no other run downloads into `folder`, also none of another workspace.

    Raises UserError where one does.
    """
    with placing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    held = FileLock(folder / LOCK)
    try:
        held.acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"another run downloads into {folder}: wait until it ends, or end that process"
        ) from None
    try:
        yield
    finally:
        held.release()


def _pack(known: Known) -> bytes:
    return json.dumps(asdict(known)).encode()


def _unpack(content: bytes) -> Known:
    return Known(**json.loads(content))
