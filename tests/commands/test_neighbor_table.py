from io import StringIO

import pytest
from rich.console import Console

from vidrec.commands.neighbor_table import head, table_of
from vidrec.commands.neighbors import ALONE, Answer
from vidrec.commands.terminal import WIDE
from vidrec.recommender.reasons import Neighbor, Reason
from vidrec.vectors.categories import Guess

LONG = "an_id_of_a_video_that_is_rather_longer_than_one_would_wish_it_to_be"
NEIGHBORS = [
    Neighbor(
        1,
        LONG,
        "cars",
        0.98765,
        [
            Reason("bus", 0.5),
            Reason("[red]car", 0.3),
            Reason("cat\x1b[31m", 0.15),
            Reason("dog", 0.05),
        ],
    ),
    Neighbor(10, "b", "helicopters", 0.0, []),
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
    assert second.split() == ["10", "b", "helicopters", "0.000"]


@pytest.mark.parametrize("width", [30, 80, 120])
def test_no_width_cuts_an_id(width: int) -> None:
    text = "\n".join(shown(NEIGHBORS, width))
    for whole in (LONG, "helicopters", "0.988"):
        assert whole in text


def test_no_neighbours_are_a_header() -> None:
    assert len(shown([], 80)) == 1


def test_above_the_table_stands_the_category_or_why_it_is_not_known() -> None:
    known = Answer(NEIGHBORS, Guess("cars\x1b", 0.934))
    assert head("my.mp4", known).splitlines() == [
        "most similar to my.mp4:",
        "category by its objects: cars\ufffd (93%)",
    ]
    assert head("my.mp4", Answer([], None, ALONE)).splitlines()[1] == (
        "category by its objects: not known: it is the only video of its category"
    )
