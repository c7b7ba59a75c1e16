from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from vidrec.commands.display_names import DisplayNames
from vidrec.commands.neighbor_table import head, table_of
from vidrec.commands.neighbors import ALONE, Answer, Neighbor
from vidrec.commands.terminal import WIDE
from vidrec.recommender.reasons import Reason
from vidrec.vectors.categories import Guess

LONG = "an_id_of_a_video_that_is_rather_longer_than_one_would_wish_it_to_be"
REASONS = [
    Reason("bus", 0.5),
    Reason("[red]car", 0.3),
    Reason("cat\x1b[31m", 0.15),
    Reason("dog", 0.05),
]
NEIGHBORS = [
    Neighbor(1, LONG, "cars", LONG, 0.98765, 0.98765, REASONS, "", "cars"),
    Neighbor(10, "b", "helicopteros", "b", 0.0004, 0.0004, [], "", "helicópteros"),
]
TITLED = [
    replace(NEIGHBORS[0], title="A bus, [bold]a car\x1b and whatever else there is on this road"),
    NEIGHBORS[1],
]


def shown(neighbors: list[Neighbor], width: int) -> list[str]:
    console = Console(file=StringIO(), width=WIDE)
    table = table_of(neighbors)
    console.print(table, width=max(width, console.measure(table).minimum), crop=False)
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_a_row_says_rank_video_category_similarity_and_three_reasons() -> None:
    header, first, second = shown(NEIGHBORS, 200)
    assert header.split()[:4] == ["rank", "video", "category", "similarity"]
    assert first.split()[:4] == ["1", LONG, "cars", "0.988"]
    assert first.endswith("bus 50%, [red]car 30%, cat\ufffd[31m 15%")
    assert second.split() == ["10", "b", "helicópteros", "0.000"]


@pytest.mark.parametrize("width", [30, 80, 120])
def test_no_width_cuts_an_id(width: int) -> None:
    text = "\n".join(shown(NEIGHBORS, width))
    for whole in (LONG, "helicópteros", "0.988"):
        assert whole in text


def test_titles_are_shown_where_any_says_more_than_the_id() -> None:
    assert "title" not in shown(NEIGHBORS, 300)[0]
    header, first, second = shown(TITLED, 300)
    assert header.split()[:5] == ["rank", "video", "category", "similarity", "title"]
    assert f"0.988  {TITLED[0].title}".replace("\x1b", "\ufffd") in first
    assert second.split() == ["10", "b", "helicópteros", "0.000", "b"]


def test_a_title_is_cut_to_the_terminal_in_one_line() -> None:
    long = replace(TITLED[0], video_id="a", title="x" * 500, reasons=REASONS[:1])
    for title in ("x" * 500, "word " * 100):
        lines = shown([replace(long, title=title)], 80)
        assert len(lines) == 2
        assert len(lines[1]) <= 80
        assert "…" in lines[1]
        assert lines[1].endswith("bus 50%")


def test_no_neighbours_are_a_header() -> None:
    assert len(shown([], 80)) == 1


def test_above_the_table_stands_the_category_or_why_it_is_not_known() -> None:
    names = DisplayNames(categories={"cars": "coches\x1b"})
    known = Answer(NEIGHBORS, Guess("cars", 0.934), names=names)
    assert head("my.mp4", known).splitlines() == [
        "most similar to my.mp4:",
        "category by its objects: coches\ufffd (93%)",
    ]


def test_that_nothing_is_like_it_is_one_line() -> None:
    assert head("my.mp4", Answer([], None, ALONE)).splitlines() == [
        "most similar to my.mp4: no video of the index has an object in common with it",
        "category by its objects: not known: it is the only video of its category",
    ]


def test_copies_and_what_ranks_are_told_above_the_table() -> None:
    names = DisplayNames(titles={"b": "Take two"})
    answer = Answer(NEIGHBORS, None, ALONE, names=names, copies=["b", "c"], corrected=True)
    first, _, copies, why = head("a", answer).splitlines()
    assert first == "most similar to a:"
    assert copies == "copies of it, left out: Take two, c"
    assert why.startswith("ranked by similarity less half of what each has to its own nearest")
    many = replace(answer, copies=[str(n) for n in range(9)], corrected=False)
    assert head("a", many).splitlines()[-1] == "copies of it, left out: 0, 1, 2, 3, 4 and 4 more"
