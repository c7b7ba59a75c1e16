"""The answer as a file: a table for a spreadsheet (CSV), or a list for a player (M3U)."""

import csv
import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from vidrec.commands.answer_texts import percent
from vidrec.commands.display_names import DisplayNames
from vidrec.commands.neighbors import Answer, Neighbor
from vidrec.recommender.group_shares import REASONS_SHOWN
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import LONGEST_FILE_NAME, write_bytes

COLUMNS = ("rank", "video_id", "category", "title", "similarity", "path", "reasons")
# A spreadsheet takes what begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
ENDINGS = (".csv", ".m3u")


def check_list(output: Path | None) -> None:
    """Raise UserError for a path that no list can be written to, before any time is spent."""
    if output is None:
        return
    if output.suffix.lower() not in ENDINGS or output.is_dir():
        raise UserError(f"--output {output}: it must be a file that ends in .csv or .m3u")
    if len(output.name.encode(errors="surrogateescape")) > LONGEST_FILE_NAME:
        raise UserError(f"--output: a name of more than {LONGEST_FILE_NAME} bytes is too long")
    if not output.parent.is_dir():
        raise UserError(f"--output {output}: {output.parent} is not a directory, make it first")


def write_list(output: Path, answer: Answer, language: str) -> None:
    """Write the neighbours of an answer to a file, in the form that its name ends with."""
    if output.suffix.lower() == ".csv":
        text = as_csv(answer.neighbors, partial(answer.vocabulary.shown, language=language))
    else:
        text = as_playlist(answer.neighbors, answer.names)
    write_bytes(output, text.encode(errors="surrogateescape"))


def as_csv(neighbors: Sequence[Neighbor], shown: Callable[[str], str]) -> str:
    """The table COLUMNS; what a spreadsheet would take for a formula has a ' before it."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(COLUMNS)
    for each in neighbors:
        row = (each.category_name, each.title, f"{each.similarity:.6f}")
        cells = (str(each.rank), each.video_id, *row, address(each), _reasons(each, shown))
        table.writerow([_defused(cell) for cell in cells])
    return stream.getvalue()


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _reasons(neighbor: Neighbor, shown: Callable[[str], str]) -> str:
    groups = neighbor.groups[:REASONS_SHOWN]
    return "; ".join(f"{shown(each.group)} {percent(each.share)}" for each in groups)


def as_playlist(neighbors: Sequence[Neighbor], names: DisplayNames) -> str:
    """The videos that can be played, in their order, with their whole seconds; -1 is not known."""
    lines = ["#EXTM3U"]
    for each in neighbors:
        if address(each):
            seconds = round(names.seconds.get(each.video_id, -1))
            lines += [f"#EXTINF:{seconds},{' '.join(each.title.split())}", address(each)]
    return "\n".join(lines) + "\n"


def address(neighbor: Neighbor) -> str:
    """The absolute path of the file of a video; empty where it has none."""
    return str(Path(neighbor.path).absolute()) if neighbor.path else ""
