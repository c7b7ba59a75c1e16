"""The manifest of YouTube ids by category, with ranked reserves: a CSV file that is kept in git."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from vidrec.videos.names import check_category, safe_categories
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_names, check_numbers, read_table, write_table

COLUMNS = ("category", "rank", "video_id", "title", "duration_s")


def write_ids(path: Path, rows: pd.DataFrame) -> None:
    """Write the manifest, rows as they are, whole or not at all."""
    write_table(path, rows)


def read_wanted(path: Path) -> pd.DataFrame:
    """The manifest of ids, by category and rank; an id that comes twice counts once.

    `category` is in safe characters, `category_name` as the manifest has it. Raises UserError
    where it is missing, has no rows, or has a bad name in it.
    """
    if not path.is_file():
        raise UserError(f"{path} is missing: run `vidrec discover` to make it, then commit it")
    table = _checked(path)
    if table.empty:
        raise UserError(f"{path} names no videos: run `vidrec discover` to search for some")
    check_names(path, table, "video_id")
    for name in table["category"].unique():
        check_category(name)
    names = table["category"]
    table = table.assign(category_name=names, category=names.map(safe_categories(set(names))))
    ordered = table.sort_values(["category", "rank"], kind="stable")
    return ordered.drop_duplicates("video_id", ignore_index=True)


def read_rows(path: Path) -> pd.DataFrame:
    """All of the manifest as the text that it is, to be changed; no rows where there is no file.

    Raises UserError where it is not such a manifest.
    """
    if not path.exists():
        return pd.DataFrame(columns=list(COLUMNS))
    return _checked(path, as_text=True)


def _checked(path: Path, *, as_text: bool = False) -> pd.DataFrame:
    table = read_table(path, COLUMNS, as_text=as_text)
    check_numbers(path, table, "rank", 1, 1e9)
    return table


def put_back(rows: pd.DataFrame, row: pd.DataFrame) -> pd.DataFrame:
    """`rows`, as `read_rows` gives them, with `row` after all of its category of a lower rank."""
    category, rank = row["category"].iloc[0], float(row["rank"].iloc[0])
    lower = (rows["category"] == category) & (rows["rank"].astype(float) <= rank)
    place = int(lower.to_numpy().nonzero()[0].max()) + 1 if lower.any() else len(rows)
    return pd.concat([rows[:place], row, rows[place:]], ignore_index=True)


def without(rows: pd.DataFrame, category: str) -> pd.DataFrame:
    """`rows`, as `read_rows` gives them, without those of `category`."""
    return rows[rows["category"] != category].reset_index(drop=True)


def with_new(
    rows: pd.DataFrame, category: str, found: Iterable[tuple[str, str, float]]
) -> pd.DataFrame:
    """`rows`, as `read_rows` gives them, with the ids `found` (id, title, seconds) in `category`.

    They come after all others of it, by rank and by place. An id that is there already, in
    whatever category, stays as it is.
    """
    of_category = rows["category"] == category
    known, last = set(rows["video_id"]), rows.loc[of_category, "rank"].astype(float).max()
    fresh = [each for each in found if each[0] not in known]
    first = 1 if pd.isna(last) else int(last) + 1
    blank = dict.fromkeys(rows.columns, "") | {"category": category}
    new = [
        blank | {"rank": str(rank), "video_id": name, "title": title, "duration_s": str(duration_s)}
        for rank, (name, title, duration_s) in enumerate(fresh, first)
    ]
    place = int(of_category.to_numpy().nonzero()[0].max()) + 1 if of_category.any() else len(rows)
    old = rows.to_dict("records")
    return pd.DataFrame([*old[:place], *new, *old[place:]], columns=rows.columns)
