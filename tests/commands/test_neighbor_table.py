import re
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from vidrec.commands.answer_texts import TEXTS, language_of, percent
from vidrec.commands.display_names import DisplayNames
from vidrec.commands.neighbor_table import head, names_of, table_of
from vidrec.commands.neighbors import ALONE, Answer, Neighbor
from vidrec.commands.question import Question
from vidrec.commands.terminal import WIDE
from vidrec.recommender.group_shares import GroupReason
from vidrec.recommender.reasons import Reason
from vidrec.recommender.usual import Doubt
from vidrec.vectors.categories import Guess
from vidrec.vocabulary.groups import Vocabulary

LONG = "an_id_of_a_video_that_is_rather_longer_than_one_would_wish_it_to_be"
REASONS = [
    Reason("bus", 0.5),
    Reason("[red]car", 0.3),
    Reason("cat\x1b[31m", 0.15),
    Reason("dog", 0.05),
]
# Of two groups, one has the name of its only label.
GROUPS = [
    GroupReason("vehicle", 0.8, REASONS[:2]),
    GroupReason("cat\x1b[31m", 0.15, REASONS[2:3]),
    GroupReason("pet", 0.05, REASONS[3:]),
]
NEIGHBORS = [
    Neighbor(1, LONG, "cars", LONG, 0.98765, 0.98765, REASONS, "", "cars", GROUPS),
    Neighbor(10, "b", "helicopteros", "b", 0.0004, 0.0004, [], "", "helicópteros"),
]
TITLED = [
    replace(NEIGHBORS[0], title="A bus, [bold]a car\x1b and whatever else there is on this road"),
    NEIGHBORS[1],
]


def shown(neighbors: list[Neighbor], width: int, language: str = "en") -> list[str]:
    console = Console(file=StringIO(), width=WIDE)
    table = table_of(Answer(neighbors, None), language)
    console.print(table, width=max(width, console.measure(table).minimum), crop=False)
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_a_row_says_rank_video_category_similarity_and_reasons_by_group() -> None:
    header, first, second = shown(NEIGHBORS, 200)
    assert header.split()[:4] == ["rank", "video", "category", "similarity"]
    assert first.split()[:4] == ["1", LONG, "cars", "0.988"]
    assert first.endswith("vehicle 80% (bus 50, [red]car 30), cat\ufffd[31m 15%, pet 5% (dog 5)")
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
    long = replace(
        TITLED[0], video_id="a", title="x" * 500, groups=[GroupReason("bus", 0.5, REASONS[:1])]
    )
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
    assert head(["my.mp4"], known).splitlines() == [
        "most similar to my.mp4:",
        "category by its objects: coches\ufffd (93%)",
    ]


def test_that_nothing_is_like_it_is_one_line() -> None:
    assert head(["my.mp4"], Answer([], None, ALONE)).splitlines() == [
        "most similar to my.mp4: no video of the index has an object in common with it",
        "category by its objects: not known: it is the only video of its category",
    ]


def test_copies_and_what_ranks_are_told_above_the_table() -> None:
    names = DisplayNames(titles={"b": "Take two"})
    answer = Answer(NEIGHBORS, None, ALONE, names=names, copies=["b", "c"], corrected=True)
    first, _, copies, why = head(["a"], answer).splitlines()
    assert first == "most similar to a:"
    assert copies == "copies of it, left out: Take two, c"
    assert why.startswith("ranked by similarity less half of what each has to its own nearest")
    many = replace(answer, copies=[str(n) for n in range(9)], corrected=False)
    assert head(["a"], many).splitlines()[-1] == "copies of it, left out: 0, 1, 2, 3, 4 and 4 more"


def test_what_is_not_listed_is_told_with_its_number_and_share() -> None:
    names = [f"g{number}" for number in range(9)]
    groups = [GroupReason(name, 1 / 9, [Reason(name, 1 / 9)]) for name in names]
    _, line = shown([replace(NEIGHBORS[0], groups=groups)], 300)
    assert line.endswith("g0 11%, g1 11%, g2 11%, g3 11%, and 5 more 56%")
    _, line = shown([replace(NEIGHBORS[0], groups=groups)], 300, "es")
    assert line.endswith("g3 11%, y 5 más 56%")


def test_without_room_groups_are_told_alone() -> None:
    console = Console(file=StringIO(), width=300)
    console.print(table_of(Answer(NEIGHBORS, None), labels=False))
    assert isinstance(console.file, StringIO)
    assert "vehicle 80%, cat\ufffd[31m 15%, pet 5%" in console.file.getvalue()


def test_of_many_labels_of_a_group_three_are_told() -> None:
    labels = [Reason(f"dog {number}", 0.25) for number in range(4)]
    _, line = shown([replace(NEIGHBORS[0], groups=[GroupReason("dog", 1.0, labels)])], 300)
    assert line.endswith("dog 100% (dog 0 25, dog 1 25, dog 2 25 …)")


def test_no_label_is_rounded_to_nothing_or_all() -> None:
    groups = [
        GroupReason("dog", 0.996, [Reason("beagle", 0.996)]),
        GroupReason("cat", 0.004, [Reason("tabby", 0.004)]),
    ]
    _, line = shown([replace(NEIGHBORS[0], groups=groups)], 300)
    assert line.endswith("dog >99% (beagle >99), cat <1%")


def test_names_are_in_the_language_asked_for() -> None:
    vocabulary = Vocabulary({}, {}, {"vehicle": "vehículo", "bus": "autobús"})
    question = Question(objects=["vehicle"])
    answer = replace(Answer(NEIGHBORS, None), vocabulary=vocabulary, question=question)
    assert names_of(["a"], answer, "es") == ["a", "vehículo"]
    several = replace(answer, single=False)
    assert head(["a", "b", "vehículo"], several, "es") == "los más parecidos a a, b y vehículo:"
    console = Console(file=StringIO(), width=300)
    console.print(table_of(answer, "es"))
    assert isinstance(console.file, StringIO)
    header, first, _ = console.file.getvalue().splitlines()
    assert header.split() == ["puesto", "vídeo", "categoría", "similitud", "objetos", "en", "ambos"]
    assert "vehículo 80% (autobús 50, [red]car 30)" in first


def test_what_makes_it_unsure_stands_first() -> None:
    doubts = [Doubt("confidence", 0.123, 0.31), Doubt("match", 0.4, 0.5), Doubt("blank")]
    answer = replace(Answer(NEIGHBORS, None, ALONE), unsure=doubts)
    assert head(["a"], answer).splitlines()[1:4] == [
        "unsure: nothing in it is recognised with confidence (0.12; 95 of 100 videos of the index"
        " have more than 0.31)",
        "unsure: its best match is less alike than usual (0.400; 95 of 100 videos of the index have"
        " one of more than 0.500)",
        "unsure: its frames show nothing, all of one colour",
    ]


def test_of_several_videos_the_one_that_is_unsure_is_named() -> None:
    found = {"b\x1b.mp4": [Doubt("blank")]}
    answer = replace(Answer(NEIGHBORS, None), single=False, unsure_of=found)
    assert head(["a", "b\x1b.mp4"], answer).splitlines() == [
        "most similar to a and b\ufffd.mp4:",
        "b\ufffd.mp4: unsure: its frames show nothing, all of one colour",
    ]


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0%"), (0.004, "<1%"), (0.006, "1%"), (0.996, ">99%"), (1.0, "100%"), (0.5, "50%")],
)
def test_shares_are_not_rounded_to_nothing_or_all(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LC_ALL": "", "LC_MESSAGES": "de_DE", "LANG": "es"}, "en"),
        ({"LC_ALL": "es_MX", "LANG": "en_US"}, "es"),
        ({"LANG": "C"}, "en"),
    ],
)
def test_the_language_is_the_locale_s(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_both_languages_have_the_same_texts() -> None:
    english, spanish = (
        {key: sorted(re.findall(r"{(\w+)", text)) for key, text in TEXTS[each].items()}
        for each in ("en", "es")
    )
    assert english == spanish
