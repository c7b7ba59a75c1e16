"""The answer as a file: a table for a spreadsheet (CSV), or a list for a player (M3U)."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from vidrec.commands.answer_texts import percent
from vidrec.commands.display_names import DisplayNames
from vidrec.commands.neighbors import Answer, Neighbor
from vidrec.recommender.group_shares import REASONS_SHOWN
from vidrec.workflow.files import write_bytes
from vidrec.workflow.tables import as_csv

COLUMNS = ("rank", "video_id", "category", "title", "similarity", "path", "reasons")
ENDINGS = (".csv", ".m3u")


def write_list(output: Path, answer: Answer, language: str) -> None:
    """Write the neighbours of an answer to a file, in the form that its name ends with."""
    if output.suffix.lower() == ".csv":
        shown = partial(answer.vocabulary.shown, language=language)
        text = as_csv(table_of(answer.neighbors, shown))
    else:
        text = as_playlist(answer.neighbors, answer.names)
    write_bytes(output, text.encode(errors="surrogateescape"))


def table_of(neighbors: Sequence[Neighbor], shown: Callable[[str], str]) -> pd.DataFrame:
    """The table COLUMNS, a row for each; `shown` says what to call a group of objects."""
    rows = [
        (
            *(each.rank, each.video_id, each.category_name, each.title),
            *(f"{each.similarity:.6f}", address(each), _reasons(each, shown)),
        )
        for each in neighbors
    ]
    # A path that is not UTF-8 is no text for what pandas takes by itself.
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _reasons(neighbor: Neighbor, shown: Callable[[str], str]) -> str:
    groups = neighbor.groups[:REASONS_SHOWN]
    return "; ".join(f"{shown(each.group)} {percent(each.share)}" for each in groups)


def as_playlist(neighbors: Sequence[Neighbor], names: DisplayNames) -> str:
    """The videos that can be played, in their order, with their whole seconds; -1 is not known.

    A file with a line break in its path is none of them: a playlist has no way to name it.
    """
    lines = ["#EXTM3U"]
    for each in neighbors:
        if each.path and not {*each.path} & {*"\r\n"}:
            seconds = round(names.seconds.get(each.video_id, -1))
            lines += [f"#EXTINF:{seconds},{' '.join(each.title.split())}", address(each)]
    return "\n".join(lines) + "\n"


def address(neighbor: Neighbor) -> str:
    """The absolute path of the file of a video; empty where it has none."""
    return str(Path(neighbor.path).absolute()) if neighbor.path else ""
