"""The neighbours of a video as a table that a person reads at a glance."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from vidrec.commands.neighbors import Answer, Neighbor
from vidrec.recommender.ranking import similarity_text
from vidrec.recommender.reasons import Reason
from vidrec.workflow.errors import readable

REASONS_SHOWN = 3
COPIES_SHOWN = 5
# A terminal with less room for titles gets longer lines.
TITLE_LEAST = 12
# Title, justification and style of the columns that no terminal is too narrow for.
COLUMNS: tuple[tuple[str, JustifyMethod, str], ...] = (
    ("rank", "right", ""),
    ("video", "left", "bold cyan"),
    ("category", "left", ""),
    ("similarity", "right", "green"),
)
NOTHING = "no video of the index has an object in common with it"
CORRECTED = (
    "ranked by similarity less half of what each has to its own nearest: what is near to everything"
    " comes later"
)


class _Title(Text):
    """A title in one line, cut where its column ends."""

    def __init__(self, title: str) -> None:
        super().__init__(readable(title), no_wrap=True, overflow="ellipsis")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        width = min(self.cell_len, options.max_width)
        return Measurement(min(width, TITLE_LEAST), width)


def head(name: str, answer: Answer) -> str:
    """What stands above the table: whose neighbours they are, and the category it would get."""
    category = answer.category
    if category is None:
        said = f"not known: {answer.unknown}"
    else:
        shown = answer.names.category(category.name)
        said = f"{readable(shown)} ({category.probability:.0%})"
    nothing = "" if answer.neighbors else f" {NOTHING}"
    lines = [f"most similar to {name}:{nothing}", f"category by its objects: {said}"]
    if answer.copies:
        lines.append(_copies(answer))
    if answer.corrected:
        lines.append(CORRECTED)
    return "\n".join(lines)


def _copies(answer: Answer) -> str:
    titles = [readable(answer.names.title(each)) for each in answer.copies[:COPIES_SHOWN]]
    more = len(answer.copies) - len(titles)
    return f"copies of it, left out: {', '.join(titles)}{f' and {more} more' if more else ''}"


def table_of(neighbors: Sequence[Neighbor]) -> Table:
    """A row for each neighbour: rank, id, category, similarity, and its three largest reasons.

    Before the reasons stands its title, if any title says more than the id.
    """
    rows = [_cells(neighbor) for neighbor in neighbors]
    table = Table(box=None, pad_edge=False, header_style="dim")
    for index, (title, justify, style) in enumerate(COLUMNS):
        widest = max(cell_len(text) for text in (title, *(row[index] for row in rows)))
        table.add_column(title, justify=justify, style=style, no_wrap=True, min_width=widest)
    titled = any(neighbor.title != neighbor.video_id for neighbor in neighbors)
    if titled:
        table.add_column("title")
    table.add_column("objects in both")
    for row, neighbor in zip(rows, neighbors, strict=True):
        named = [_Title(neighbor.title)] if titled else []
        table.add_row(*map(Text, row), *named, _reasons(neighbor.reasons))
    return table


def _cells(neighbor: Neighbor) -> tuple[str, str, str, str]:
    names = readable(neighbor.video_id), readable(neighbor.category_name)
    return str(neighbor.rank), *names, similarity_text(neighbor.similarity)


def _reasons(reasons: Sequence[Reason]) -> Text:
    parts = Text()
    for place, reason in enumerate(reasons[:REASONS_SHOWN]):
        parts.append(", " if place else "").append(readable(reason.label))
        parts.append(f" {reason.share:.0%}", style="dim")
    return parts
