"""The manifest of YouTube ids: what is wanted of it, and all of it as text, to be changed."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from vidrec.videos.youtube_manifest import (
    COLUMNS,
    read_rows,
    read_wanted,
    with_new,
    without,
    write_ids,
)
from vidrec.workflow.errors import UserError


def test_the_manifest_of_ids(tmp_path: Path) -> None:
    path = tmp_path / "youtube.csv"
    with pytest.raises(UserError, match="vidrec discover"):
        read_wanted(path)
    path.write_text(",".join(COLUMNS) + "\n")
    with pytest.raises(UserError, match="vidrec discover"):
        read_wanted(path)
    path.write_text(",".join(COLUMNS) + "\npets,2,b,,1\npets,1,007,x,1\ncars,1,b,,1\n")
    assert list(read_wanted(path)["video_id"]) == ["b", "007"]
    path.write_text(",".join(COLUMNS) + "\nmúsica,1,b,,1\nmusica,1,c,,1\n_a,1,d,,1\n")
    found = read_wanted(path).set_index("video_id")
    assert found["category_name"].to_dict() == {"b": "música", "c": "musica", "d": "_a"}
    assert found["category"]["c"] == "musica"
    assert found["category"]["d"] == "_a"
    assert found["category"]["b"].startswith("musica-")
    path.write_text(",".join(COLUMNS) + "\n../pets,1,b,,1\n")
    with pytest.raises(UserError, match="category"):
        read_wanted(path)
    path.write_text(",".join(COLUMNS) + "\npets,1,../b,,1\n")
    with pytest.raises(UserError, match="letters"):
        read_wanted(path)


def test_the_shipped_manifest_has_the_header_only() -> None:
    path = Path(__file__).parents[2] / "manifests/youtube.csv"
    assert path.read_text().splitlines()[0] == ",".join(COLUMNS)


def test_what_is_read_to_be_changed_is_written_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "youtube.csv"
    assert read_rows(path).empty
    assert list(read_rows(path).columns) == list(COLUMNS)
    text = ",".join(COLUMNS) + ',note\npets,01,007,NA,1.50,\ncars,2,b,"a, b",,x\n'
    path.write_text(text)
    write_ids(path, read_rows(path))
    assert path.read_text() == text


@pytest.mark.parametrize("read", [read_wanted, read_rows])
def test_a_rank_that_is_no_number_or_no_manifest(
    read: Callable[[Path], pd.DataFrame], tmp_path: Path
) -> None:
    path = tmp_path / "youtube.csv"
    path.write_text(",".join(COLUMNS) + "\npets,first,a,,1\n")
    with pytest.raises(UserError, match=r"youtube\.csv, row 2: rank is 'first'"):
        read(path)
    path.write_text("category,video_id\npets,a\n")
    with pytest.raises(UserError, match=r"youtube\.csv"):
        read(path)


def test_titles_and_categories_are_no_formulas_and_come_back(tmp_path: Path) -> None:
    path = tmp_path / "youtube.csv"
    row = {"category": "=pets", "rank": "1", "video_id": "-abc_1", "title": "+1+1"}
    write_ids(path, pd.DataFrame([{**row, "duration_s": "1.50"}]))
    text = path.read_text()
    assert text.splitlines()[1] == "'=pets,1,-abc_1,'+1+1,1.50"
    assert read_rows(path).to_dict("records") == [{**row, "duration_s": "1.50"}]
    write_ids(path, read_rows(path))
    assert path.read_text() == text
    wanted = read_wanted(path).iloc[0]
    assert list(wanted[["category_name", "category", "title"]]) == ["=pets", "pets", "+1+1"]


@pytest.mark.parametrize("name", ["/etc", "", ".", "x" * 201])
def test_an_id_that_no_file_can_be_named_by_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "youtube.csv"
    path.write_text(",".join(COLUMNS) + f"\npets,1,{name},,1\n")
    with pytest.raises(UserError, match=r"youtube\.csv, row 2: video_id '.* must be of letters"):
        read_wanted(path)


def test_new_ids_come_after_all_others_of_their_category(tmp_path: Path) -> None:
    path = tmp_path / "youtube.csv"
    path.write_text(",".join(COLUMNS) + ",note\npets,9,a,NA,1.50,mine\npets,2,b,,,\ncars,1,c,,,\n")
    found = [("d", "=x", 61.0), ("c", "in cars", 5.0), ("e", "é, é", 2.5)]
    write_ids(path, with_new(read_rows(path), "pets", found))
    assert path.read_text() == (
        ",".join(COLUMNS)
        + ",note\npets,9,a,NA,1.50,mine\npets,2,b,,,\npets,10,d,'=x,61.0,\n"
        + 'pets,11,e,"é, é",2.5,\ncars,1,c,,,\n'
    )
    write_ids(path, with_new(without(read_rows(path), "pets"), "boats", [("f", "", 3.0)]))
    assert path.read_text() == ",".join(COLUMNS) + ",note\ncars,1,c,,,\nboats,1,f,,3.0,\n"


def test_new_ids_in_no_manifest_yet(tmp_path: Path) -> None:
    path = tmp_path / "youtube.csv"
    write_ids(path, with_new(read_rows(path), "pets", [("a", "b", 1.0)]))
    assert path.read_text() == ",".join(COLUMNS) + "\npets,1,a,b,1.0\n"
