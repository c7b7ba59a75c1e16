"""How far the downloads are: a bar in a terminal, elsewhere a line a minute."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

from vidrec.workflow.errors import tell

LINE_S = 60.0


class Progress:
    """Counts the videos that are there, of `total`; `show` is told each time, or lines are."""

    def __init__(
        self,
        total: int,
        show: Callable[[int], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total, self._show, self._clock = total, show, clock
        self._there = self._fetched = 0
        self._begun = self._told = clock()

    def add(self, counts: bool, fetched: bool) -> None:
        """One more id is done with: whether it counts, and whether it was fetched just now."""
        self._there += counts
        self._fetched += counts and fetched
        if self._show is not None:
            self._show(int(counts))
        elif self._clock() - self._told >= LINE_S:
            self._told = self._clock()
            tell(self.line())

    def line(self) -> str:
        """How many videos are there, and how long the others will take at the pace so far."""
        told = f"downloading: {self._there} of {self._total} videos are there"
        if not self._fetched:
            return told
        left_s = (self._total - self._there) * (self._clock() - self._begun) / self._fetched
        return f"{told}, about {max(1, round(left_s / 60))} min left"


@contextmanager
def progress_of(total: int) -> Iterator[Progress]:
    """A count of up to `total` videos, shown until the block ends."""
    if not sys.stderr.isatty():
        yield Progress(total)
        return
    with tqdm(total=total, desc="downloading", unit="video") as bar:
        yield Progress(total, bar.update)
