"""What each stage has done, a line for each video: a night's failure is understood by it.

A file for each stage, in `.vidrec/logs`, and beside it one for each other machine that works on it:
no file system of a network appends in one piece. Workers write into it as they go, so that it is
true at the moment of a kill. A line has columns apart by tabs: see `Line`.
"""

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vidrec.workflow import state
from vidrec.workflow.errors import NO_ROOM, UserError, readable
from vidrec.workflow.files import placing
from vidrec.workflow.processes import machine

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

# By so much may the clock of another machine be late.
LATE = timedelta(minutes=1)


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
    machine: str = field(default_factory=machine)

    def note(
        self, what: str, video: str = "", begun: float | None = None, status: str = ""
    ) -> None:
        """Add a line; `begun` is what `time.monotonic` was when it began."""
        seconds = "" if begun is None else f"{time.monotonic() - begun:.2f}"
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        values = (now, self.run, what, video, seconds, status)
        line = "\t".join(readable(value) for value in values) + "\n"
        with _where_there_is_room():
            _append(self._own(), line.encode(errors="replace"))

    def _own(self) -> Path:
        """The file that this machine writes into."""
        here = machine()
        return self.path if here == self.machine else self.path.with_suffix(f".on-{here}.log")

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
    for path in (kept.path, *_of_others(kept.path)):
        if path.is_file() and path.stat().st_size > LONGEST_BYTES:
            path.replace(path.with_suffix(".old.log"))
    begun = time.monotonic()
    kept.note(BEGINS)
    with kept.telling():
        yield
    kept.note(ENDS, begun=begun, status="done")


def last_run(stage: str, root: Path = Path()) -> Sequence[Line]:
    """The lines of the run of `stage` that began last, those of other machines after those of its
    own; none where it never ran."""
    path = state.logs(root) / f"{stage}.log"
    if not path.is_file():
        return []
    lines = _lines(path)
    starts = [at for at, line in enumerate(lines) if line.what == BEGINS]
    if not starts:
        return []
    first = lines[starts[-1]]
    since = (datetime.fromisoformat(first.time) - LATE).isoformat(timespec="microseconds")
    others = (line for each in _of_others(path) for line in _lines(each) if line.time >= since)
    return [line for line in (*lines[starts[-1] :], *others) if line.run == first.run]


def _of_others(path: Path) -> list[Path]:
    """The files beside that at `path` that other machines have written into."""
    return [each for each in path.parent.glob(f"{path.stem}.on-*.log") if ".old" not in each.name]


def _lines(path: Path) -> list[Line]:
    found = map(SOUND.fullmatch, path.read_text(encoding="utf-8", errors="replace").split("\n"))
    return [Line(*line.groups()) for line in found if line]
