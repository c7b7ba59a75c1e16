"""The diaries of the stages, as people read them the next morning."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from vidrec.workflow import state
from vidrec.workflow.diary import BEGINS, ENDS, FAILED, KEPT, MADE, SKIPPED, TAKEN, Line, last_run
from vidrec.workflow.errors import UserError
from vidrec.workflow.processes import is_running

# How many videos are named of those that are not as they should be.
SHOWN = 10


def tell_runs(root: Path) -> Iterator[str]:
    """The last run of each stage of the project at `root`, by lines, in the order of their starts.

    Raises UserError where none ever ran.
    """
    stages = (path.stem for path in state.logs(root).glob("*.log"))
    runs = {stage: last_run(stage, root) for stage in stages if "." not in stage}
    begun = sorted((lines[0].time, stage) for stage, lines in runs.items() if lines)
    if not begun:
        raise UserError(f"{state.logs(root)} tells of no run yet: start one with `dvc repro`")
    for _, stage in begun:
        yield from _of_run(stage, runs[stage])


def _of_run(stage: str, lines: Sequence[Line]) -> Iterator[str]:
    start = datetime.fromisoformat(lines[0].time).astimezone()
    counts = Counter(line.what for line in lines)
    told = [f"{counts[what]} {what}" for what in (KEPT, MADE, FAILED) if counts[what]]
    yield f"{start:%Y-%m-%d %H:%M:%S}  {stage}: {', '.join([*told, _outcome(lines)])}"
    yield from _shortened([f"{line.video}: {line.status}" for line in lines if _is_odd(line)])


def _outcome(lines: Sequence[Line]) -> str:
    """How a run ended, and if it has not by itself, which videos were in hand."""
    skipped = [line for line in lines if line.what == SKIPPED]
    if skipped:
        return f"skipped: {skipped[-1].status}"
    ends = [line for line in lines if line.what == ENDS]
    if ends:
        word, _, reason = ends[-1].status.partition(": ")
        told = f"{word} after {float(ends[-1].seconds or 0):.0f} s"
        return f"{told}: {reason}" if reason else told
    over = {line.video for line in lines if line.what in (MADE, FAILED)}
    taken = [line.video for line in lines if line.what == TAKEN and line.video not in over]
    at_work = is_running(int(lines[0].run))
    state_now = "is running" if at_work else "was killed"
    return f"{state_now}, in hand: {', '.join(taken) or 'nothing'}"


def _is_odd(line: Line) -> bool:
    return line.what not in (BEGINS, ENDS, SKIPPED, TAKEN) and line.status != "ok"


def _shortened(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"    {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"    and {len(lines) - SHOWN} more"
