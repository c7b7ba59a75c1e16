"""The neighbours of a video as a table that a person reads at a glance."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from vidrec.commands.neighbors import Answer
from vidrec.recommender.reasons import Neighbor, Reason
from vidrec.workflow.errors import readable

REASONS_SHOWN = 3
# Title, justification and style of the columns that no terminal is too narrow for.
COLUMNS: tuple[tuple[str, JustifyMethod, str], ...] = (
    ("rank", "right", ""),
    ("video", "left", "bold cyan"),
    ("category", "left", ""),
    ("similarity", "right", "green"),
)


def head(name: str, answer: Answer) -> str:
    """What stands above the table: whose neighbours they are, and the category it would get."""
    category = answer.category
    if category is None:
        said = f"not known: {answer.unknown}"
    else:
        said = f"{readable(category.name)} ({category.probability:.0%})"
    return f"most similar to {name}:\ncategory by its objects: {said}"


def table_of(neighbors: Sequence[Neighbor]) -> Table:
    """A row for each neighbour: rank, id, category, similarity, and its three largest reasons."""
    rows = [_cells(neighbor) for neighbor in neighbors]
    table = Table(box=None, pad_edge=False, header_style="dim")
    for index, (title, justify, style) in enumerate(COLUMNS):
        widest = max(cell_len(text) for text in (title, *(row[index] for row in rows)))
        table.add_column(title, justify=justify, style=style, no_wrap=True, min_width=widest)
    table.add_column("objects in both")
    for row, neighbor in zip(rows, neighbors, strict=True):
        table.add_row(*map(Text, row), _reasons(neighbor.reasons))
    return table


def _cells(neighbor: Neighbor) -> tuple[str, str, str, str]:
    names = readable(neighbor.video_id), readable(neighbor.category)
    return str(neighbor.rank), *names, f"{neighbor.similarity:.3f}"


def _reasons(reasons: Sequence[Reason]) -> Text:
    parts = Text()
    for place, reason in enumerate(reasons[:REASONS_SHOWN]):
        parts.append(", " if place else "").append(readable(reason.label))
        parts.append(f" {reason.share:.0%}", style="dim")
    return parts
