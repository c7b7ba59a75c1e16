"""What a person sees in a terminal: tables on standard output, progress on standard error."""

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from vidrec.workflow.errors import readable

# Columns of an output that is not a terminal: whoever reads it wants whole lines.
WIDE = 10_000

# Takes what is being done from now on.
Progress = Callable[[str], None]


def print_table(title: str, table: Table) -> None:
    """Print `table` under `title`, in colours and as wide as the terminal where there is one.

    No column gets narrower than its `min_width`, however narrow the terminal is.
    """
    console = Console(width=WIDE, highlight=False, emoji=False)
    for line in title.split("\n"):
        console.print(readable(line), style="bold", markup=False, crop=False)
    if console.is_terminal:
        least = console.measure(table).minimum
        console.print(table, width=max(least, shutil.get_terminal_size().columns), crop=False)
    else:
        console.print(table, crop=False)


def has_room(columns: int) -> bool:
    """Whether lines of so many columns fit: what is no terminal takes any."""
    return not sys.stdout.isatty() or shutil.get_terminal_size().columns >= columns


def plain_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table whose cells are shown whole, wherever their names come from."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in titles:
        table.add_column(title, no_wrap=True)
    for row in rows:
        table.add_row(*(Text(readable(cell)) for cell in row))
    return table


@contextmanager
def progress() -> Iterator[Progress]:
    """Shows on standard error, if it is a terminal, what is being done and for how long."""
    console = Console(stderr=True, emoji=False)
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("starting")
        yield lambda doing: shown.update(task, description=readable(doing))
