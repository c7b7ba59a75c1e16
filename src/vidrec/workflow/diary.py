"""What each stage has done, a line for each video: a night's failure is understood by it.

A file for each stage, in `.vidrec/logs`. Workers write into it as they go, so that it is true at
the moment of a kill. A line has columns apart by tabs: see `Line`.
"""

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vidrec.workflow import state
from vidrec.workflow.errors import NO_ROOM, UserError, readable
from vidrec.workflow.files import placing

# What a line may tell of a whole run: `video` is then empty.
BEGINS, ENDS = "begins", "ends"
SKIPPED = "skipped"
# And of a video: that it is in hand, that it is made, that it was there already, that it failed.
TAKEN, MADE, KEPT, FAILED = "taken", "made", "kept", "failed"

# A line; one that a full disk has cut short, or damaged, is passed over.
SOUND = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00)\t(\d{1,9})\t(\w+)\t([^\t]*)\t"
    r"((?:\d+\.\d\d)?)\t([^\t]*)"
)

# A file that is longer begins anew: the one before is kept beside it.
LONGEST_BYTES = 20_000_000


@dataclass(frozen=True)
class Line:
    """`run` is the process of the stage; `seconds` since the video, or the run, was begun."""

    time: str
    run: str
    what: str
    video: str = ""
    seconds: str = ""
    status: str = ""


@dataclass(frozen=True)
class Diary:
    """The diary of a run of a stage. It is handed to workers, who write into it too."""

    path: Path
    run: str = field(default_factory=lambda: str(os.getpid()))

    def note(
        self, what: str, video: str = "", begun: float | None = None, status: str = ""
    ) -> None:
        """Add a line; `begun` is what `time.monotonic` was when it began."""
        seconds = "" if begun is None else f"{time.monotonic() - begun:.2f}"
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        values = (now, self.run, what, video, seconds, status)
        line = "\t".join(readable(value) for value in values) + "\n"
        with _where_there_is_room():
            _append(self.path, line.encode(errors="replace"))

    @contextmanager
    def telling(self, video: str = "") -> Iterator[None]:
        """Within it, that an error ends the work on `video`, or the run, is noted."""
        begun = time.monotonic()
        try:
            yield
        except BaseException as error:
            what = FAILED if video else ENDS
            self.note(what, video, begun, _told(error))
            raise


def _told(error: BaseException) -> str:
    """What ended the work, as a reader of the diary would call it."""
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return "stopped"
    return f"failed: {error}" if isinstance(error, UserError) else f"failed: {error!r}"


@contextmanager
def _where_there_is_room() -> Iterator[None]:
    """On a full disk a line is lost: the work that has no room says so itself, and by name."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise


def _append(path: Path, line: bytes) -> None:
    """At the end in one piece, whoever else writes: lines of workers do not mix."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(handle, line)
    finally:
        os.close(handle)


def diary(stage: str, root: Path = Path()) -> Diary:
    """The diary of `stage` for this process."""
    path = state.logs(root).absolute() / f"{stage}.log"
    with placing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    return Diary(path)


@contextmanager
def run(stage: str) -> Iterator[None]:
    """Note when a run of `stage` begins and how it ends."""
    kept = diary(stage)
    if kept.path.is_file() and kept.path.stat().st_size > LONGEST_BYTES:
        kept.path.replace(kept.path.with_suffix(".old.log"))
    begun = time.monotonic()
    kept.note(BEGINS)
    with kept.telling():
        yield
    kept.note(ENDS, begun=begun, status="done")


def last_run(stage: str, root: Path = Path()) -> Sequence[Line]:
    """The lines of the run of `stage` that began last; none where it never ran."""
    path = state.logs(root) / f"{stage}.log"
    if not path.is_file():
        return []
    found = map(SOUND.fullmatch, path.read_text(encoding="utf-8", errors="replace").split("\n"))
    lines = [Line(*line.groups()) for line in found if line]
    starts = [at for at, line in enumerate(lines) if line.what == BEGINS]
    if not starts:
        return []
    first = lines[starts[-1]]
    return [line for line in lines[starts[-1] :] if line.run == first.run]
