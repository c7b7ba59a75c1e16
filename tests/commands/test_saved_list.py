import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from vidrec.commands.display_names import DisplayNames
from vidrec.commands.neighbors import Answer, Neighbor
from vidrec.commands.saved_list import COLUMNS, check_list, write_list
from vidrec.recommender.group_shares import GroupReason
from vidrec.recommender.reasons import Reason
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.errors import UserError

GROUPS = [
    GroupReason(name, share, [Reason(name, share)]) for name, share in (("car", 0.6), ("dog", 0.4))
]
FIRST = Neighbor(1, "a", "cars", "=1+1", 0.5, 0.5, [], "videos/a b.mp4", "coches", GROUPS)
SECOND = Neighbor(2, "b", "cars", 'Two "lines",\nof text', 0.25, 0.25, [], "", "coches", [])
NAMES = DisplayNames(seconds={"a": 12.6})
ANSWER = Answer([FIRST, SECOND], None, names=NAMES, vocabulary=Vocabulary({}, {}, {"dog": "perro"}))


def test_a_table_has_a_row_for_each(tmp_path: Path) -> None:
    write_list(tmp_path / "list.csv", ANSWER, "es")
    first, second = csv.DictReader((tmp_path / "list.csv").read_text().splitlines(keepends=True))
    assert tuple(first) == COLUMNS
    assert first == {
        "rank": "1",
        "video_id": "a",
        "category": "coches",
        "title": "'=1+1",
        "similarity": "0.500000",
        "path": str(Path("videos/a b.mp4").absolute()),
        "reasons": "car 60%; perro 40%",
    }
    assert (second["title"], second["path"], second["reasons"]) == (SECOND.title, "", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(tmp_path: Path, start: str) -> None:
    bad = replace(FIRST, video_id=f"{start}x", title=f"{start}HYPERLINK()", category_name=start)
    write_list(tmp_path / "l.csv", replace(ANSWER, neighbors=[bad]), "en")
    with (tmp_path / "l.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert [cell for row in rows for cell in row if cell.startswith(start)] == []


def test_a_playlist_has_what_can_be_played(tmp_path: Path) -> None:
    titled = replace(FIRST, title="A title\nof two lines")
    unknown = replace(FIRST, video_id="c", path="c.mp4")
    answer = replace(ANSWER, neighbors=[titled, SECOND, unknown])
    write_list(tmp_path / "list.M3U", answer, "en")
    assert (tmp_path / "list.M3U").read_text().splitlines() == [
        "#EXTM3U",
        "#EXTINF:13,A title of two lines",
        str(Path("videos/a b.mp4").absolute()),
        "#EXTINF:-1,=1+1",
        str(Path("c.mp4").absolute()),
    ]


def test_a_path_that_is_no_utf_8_is_written_as_it_is(tmp_path: Path) -> None:
    odd = replace(FIRST, path=b"/v/\xff.mp4".decode(errors="surrogateescape"))
    write_list(tmp_path / "l.m3u", replace(ANSWER, neighbors=[odd]), "en")
    assert b"\n/v/\xff.mp4\n" in (tmp_path / "l.m3u").read_bytes()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("list.txt", "must be a file that ends in .csv or .m3u"),
        ("list", "must be a file that ends in .csv or .m3u"),
        ("folder.csv", "must be a file that ends in .csv or .m3u"),
        ("nowhere/list.csv", "nowhere is not a directory"),
        ("é" * 120 + ".csv", "is too long"),
    ],
)
def test_what_cannot_be_written_is_told_first(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UserError) as error:
        check_list(tmp_path / name)
    assert said in str(error.value)
    check_list(None)
    check_list(tmp_path / "list.csv")


def test_nothing_is_looked_up_for_a_list_that_cannot_be(
    index: Path, vidrec: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert vidrec("recommend", "clip_0", "--output", "list.txt") == 1
    assert capsys.readouterr().err.startswith("error: --output list.txt: it must be a file")
    assert vidrec("recommend", "clip_0", "--output", "list.csv") == 0
    assert capsys.readouterr().out == "list.csv\n"
    assert (index / "list.csv").read_text().startswith("rank,video_id,")
