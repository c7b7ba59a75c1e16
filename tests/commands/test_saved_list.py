import csv
import os
from io import StringIO
from pathlib import Path

import pytest

from vidrec.commands.display_names import DisplayNames
from vidrec.commands.neighbors import Answer, Neighbor
from vidrec.commands.saved_list import address, as_playlist, table_of, write_list
from vidrec.recommender.group_shares import GroupReason
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.tables import as_csv

VOCABULARY = Vocabulary({}, {}, {"dog": "perro"})
GROUPS = [
    GroupReason("dog", 0.5, []),
    GroupReason("cat", 0.3, []),
    GroupReason("boat", 0.15, []),
    GroupReason("tree", 0.049, []),
    GroupReason("car", 0.001, []),
]
HEADER = "rank,video_id,category,title,similarity,path,reasons"


def neighbor(
    title: str = "A dog",
    path: str = "/videos/a.mp4",
    *,
    rank: int = 1,
    video_id: str = "a",
    category: str = "pets",
    groups: list[GroupReason] | None = None,
) -> Neighbor:
    return Neighbor(rank, video_id, category, title, 0.5, 0.5, [], path, category, groups or [])


def csv_of(*neighbors: Neighbor) -> str:
    return as_csv(table_of(neighbors, VOCABULARY.shown))


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline="")))


def test_a_row_says_what_is_known_and_the_first_reasons() -> None:
    assert csv_of(neighbor(groups=GROUPS), neighbor("B", "", rank=2, video_id="b")) == (
        f"{HEADER}\n"
        "1,a,pets,A dog,0.500000,/videos/a.mp4,dog 50%; cat 30%; boat 15%; tree 5%\n"
        "2,b,pets,B,0.500000,,\n"
    )
    assert csv_of() == f"{HEADER}\n"


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_nothing_is_a_formula(begin: str) -> None:
    """But an id in safe characters, which may begin with -, stays what it is."""
    odd = f"{begin}cmd()"
    groups = [GroupReason(odd, 1.0, [])]
    text = csv_of(neighbor(odd, category=odd, video_id="-abc", groups=groups))
    (cells,) = rows_of(text)[1:]
    assert cells == ["1", "-abc", f"'{odd}", f"'{odd}", "0.500000", "/videos/a.mp4", f"'{odd} 100%"]


@pytest.mark.parametrize(
    "title", ['say "hi", then', "two\nlines", "two\rlines", "two\r\nlines", '"']
)
def test_quotes_and_line_breaks_stay_in_their_cell(title: str) -> None:
    header, row = rows_of(csv_of(neighbor(title)))
    assert header == HEADER.split(",")
    assert row[3:5] == [title, "0.500000"]


def test_a_playlist_has_seconds_title_and_path_of_what_can_be_played() -> None:
    names = DisplayNames(seconds={"a": 61.5, "c": 0.4})
    several = [
        neighbor("A dog"),
        neighbor("Gone", "", video_id="b"),
        neighbor("Ñandú,\n#EXTINF \r\n two", "/videos/c.mp4", video_id="c"),
        neighbor("d", "/videos/d.mp4", video_id="d"),
        neighbor("e", "/videos/e\n/etc/passwd", video_id="e"),
        neighbor("f", "/videos/f\r.mp4", video_id="f"),
    ]
    assert as_playlist(several, names) == (
        "#EXTM3U\n"
        "#EXTINF:62,A dog\n/videos/a.mp4\n"
        "#EXTINF:0,Ñandú, #EXTINF two\n/videos/c.mp4\n"
        "#EXTINF:-1,d\n/videos/d.mp4\n"
    )
    assert as_playlist([], names) == "#EXTM3U\n"


def test_a_path_is_from_the_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert address(neighbor(path="data/a.mp4")) == str(tmp_path / "data/a.mp4")
    assert address(neighbor(path="")) == ""


@pytest.mark.parametrize("name", ["list.csv", "list.m3u", "LIST.CSV", "list.M3U"])
def test_the_ending_says_what_is_written(tmp_path: Path, name: str) -> None:
    answer = Answer([neighbor(groups=GROUPS[:1])], None, vocabulary=VOCABULARY)
    write_list(tmp_path / name, answer, "es")
    table = f"{HEADER}\n1,a,pets,A dog,0.500000,/videos/a.mp4,perro 50%\n"
    playlist = "#EXTM3U\n#EXTINF:-1,A dog\n/videos/a.mp4\n"
    text = (tmp_path / name).read_bytes().decode()
    assert text == (table if name.lower().endswith("csv") else playlist)
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["list.csv", "list.m3u"])
def test_a_path_that_is_no_utf8_stays_what_it_is(tmp_path: Path, name: str) -> None:
    path = os.fsdecode(b"/videos/\xff\xe9.mp4")
    write_list(tmp_path / name, Answer([neighbor(path=path)], None), "en")
    assert b"/videos/\xff\xe9.mp4" in (tmp_path / name).read_bytes()
