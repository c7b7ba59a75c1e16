"""How far a run over many items is: a bar in a terminal, elsewhere a line a minute."""

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from vidrec.workflow.errors import tell

LINE_S = 60.0
# The pace is that of the last lines only: what was kept from before is quick.
LINES_OF_PACE = 10


@dataclass
class Progress:
    """How many items are done, whether or not anyone has their results yet."""

    title: str
    unit: str
    total: int
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    _begun: float = field(init=False)
    _marks: deque[tuple[float, int]] = field(init=False)

    def __post_init__(self) -> None:
        self._begun = self.clock()
        self._marks = deque([(self._begun, 0)], maxlen=LINES_OF_PACE)

    def line(self) -> str:
        """Where it is: how many of all, per cent, and the time left where that can be said."""
        now, done = self.clock(), self.done
        then, before = self._marks[0]
        self._marks.append((now, done))
        told = f"{self.title}: {done} of {self.total} {self.unit}s, {100 * done // self.total} %"
        if done == before:
            return told
        left = (self.total - done) * (now - then) / (done - before)
        return f"{told}, about {duration(left)} left"

    def end(self) -> str | None:
        """That all is done, and how long it took; None where that is less than one line apart."""
        took = self.clock() - self._begun
        if took < LINE_S:
            return None
        return f"{self.title}: all {self.total} {self.unit}s in {duration(took)}"


def duration(seconds: float) -> str:
    """A length of time as people say it: to the minute, or to the tenth of an hour."""
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def show(progress: Progress, stack: ExitStack) -> Callable[[], object]:
    """Show `progress` until `stack` is closed; call what this gives with each result.

    In a terminal that is a bar. Elsewhere it would only stand between the lines of a log.
    """
    if not sys.stderr.isatty():
        stack.enter_context(_telling(progress, threading.Event()))
        return int
    # Loads slowly: a command line is to be quick.
    from tqdm import tqdm

    bar = tqdm(desc=progress.title, total=progress.total, unit=progress.unit, mininterval=1.0)
    return stack.enter_context(bar).update


@contextmanager
def _telling(progress: Progress, ended: threading.Event) -> Iterator[None]:
    """Within it, say where `progress` is every `LINE_S`, even while not one item gets done."""

    def tell_on() -> None:
        while not ended.wait(LINE_S):
            tell(progress.line())

    threading.Thread(target=tell_on, daemon=True).start()
    try:
        yield
    finally:
        ended.set()
