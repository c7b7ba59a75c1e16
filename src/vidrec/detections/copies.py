"""Which videos are copies of others: data/copies.csv.

One row for each video that is a copy, with the first video of its group, which is none, and the
share of the shorter one's frames that are matched. A video without a copy has no row.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_names, check_numbers, read_table, shown, write_table

COLUMNS = ("video_id", "copy_of", "share")
DECIMALS = 4
# Finds all copies again.
ANEW = "`dvc repro -s -f find_copies`"


@dataclass(frozen=True)
class Copy:
    """A video, the one that stands for its group, and the `share` of frames matched, 0..1."""

    video_id: str
    copy_of: str
    share: float


def write_copies(path: Path, rows: Sequence[Copy]) -> None:
    """Write a row for each copy, in the order given; without any only the header."""
    cells = [(each.video_id, each.copy_of, round(each.share, DECIMALS)) for each in rows]
    write_table(path, pd.DataFrame(cells, columns=list(COLUMNS)))


def read_copies(path: Path) -> dict[str, str]:
    """For each copy in the CSV file `path`, the id of the video that stands for its group.

    Raises UserError where the file is missing or no such table.
    """
    table = read_table(path, COLUMNS, as_text=True)
    unknown = [name for name in table.columns if name not in COLUMNS]
    if unknown:
        raise UserError(f"{path} has a column {shown(unknown[0])} that is not known: run {ANEW}")
    check_names(path, table, "video_id", "copy_of")
    check_numbers(path, table, "share", 0, 1)
    copies = dict(zip(table["video_id"], table["copy_of"], strict=True))
    _check_groups(path, table["video_id"].tolist(), copies)
    return copies


def _check_groups(path: Path, ids: Sequence[str], copies: Mapping[str, str]) -> None:
    if len(copies) < len(ids):
        twice = next(each for each in copies if ids.count(each) > 1)
        raise UserError(f"{path} has video_id {shown(twice)} twice: run {ANEW}")
    for video_id, first in copies.items():
        if first in copies:
            whose = "itself" if first == video_id else f"{shown(first)}, which is a copy too"
            raise UserError(f"{path} has {shown(video_id)} as a copy of {whose}: run {ANEW}")


def others(ids: Sequence[str], copies: Mapping[str, str]) -> dict[str, list[str]]:
    """For each of `ids` that has copies among them these, sorted; the others are left out."""
    members = defaultdict[str, list[str]](list)
    for each, first in zip(ids, groups(ids, copies), strict=True):
        members[first].append(each)
    return {
        each: sorted({*group} - {each})
        for group in members.values()
        if len(group) > 1
        for each in group
    }


def groups(ids: Sequence[str], copies: Mapping[str, str]) -> list[str]:
    """For each of `ids` the video that stands for its group: for one without copies itself."""
    return [copies.get(each, each) for each in ids]
