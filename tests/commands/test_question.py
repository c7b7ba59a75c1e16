import numpy as np
import pytest

from vidrec.commands.display_names import DisplayNames
from vidrec.commands.question import Question, Words, rows_of
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.errors import UserError

LABELS = ["airliner", "airship", "lakeside", "salt, pepper"]
VOCABULARY = Vocabulary(
    {"airliner": "aircraft", "airship": "aircraft", "lakeside": "shore"},
    {"aircraft": "vehicle", "shore": "nature"},
    {"aircraft": "aeronave", "airship": "dirigible"},
)
WORDS = Words(VOCABULARY, LABELS)
NAMES = DisplayNames(categories={"musica": "música"})


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("vehicle", [0, 1]),
        ("Aircraft", [0, 1]),
        ("aeronaves", [0, 1]),
        ("dirigible", [1]),
        ("salt, pepper", [3]),
    ],
)
def test_a_word_stands_for_labels(word: str, numbers: list[int]) -> None:
    assert WORDS.numbers(word) == numbers


def test_commas_part_words_but_not_a_name() -> None:
    assert WORDS.split("airship,  lakeside ,") == ["airship", "lakeside"]
    assert WORDS.split("salt, pepper") == ["salt, pepper"]
    assert WORDS.objects(Question(objects=["airship, shore", "salt, pepper"])) == [
        *("airship", "shore"),
        "salt, pepper",
    ]


def test_an_unknown_word_is_told_with_what_is_near() -> None:
    with pytest.raises(UserError, match="no object of the index is called 'airchip': did you mean"):
        WORDS.numbers("airchip")
    with pytest.raises(UserError, match="airship"):
        WORDS.weights(Question(without=["airchip"]))


def test_the_narrowest_word_counts() -> None:
    assert WORDS.weights(Question()).tolist() == [1, 1, 1, 1]
    asked = Question(without=["vehicle"], more=["airship"], less=["shore"])
    assert WORDS.weights(asked).tolist() == [0, 2, 0.5, 1]
    assert WORDS.weights(Question(without=["airship"], more=["vehicle"])).tolist() == [2, 0, 1, 1]


def test_two_words_as_narrow_may_not_differ() -> None:
    with pytest.raises(UserError, match="'aircraft' and 'vehicle' give 'airliner' different"):
        WORDS.weights(Question(without=["aircraft"], more=["vehicle"]))
    same = Question(more=["aircraft", "vehicle"])
    assert WORDS.weights(same).tolist() == [2, 2, 1, 1]


def test_words_of_what_is_not_there_have_no_effect() -> None:
    query = np.array([0.0, 1.0, 0.0, 0.0])
    asked = Question(without=["airliner", "aircraft"], less=["shore"])
    assert WORDS.without_effect(asked, query) == ["airliner", "shore"]


def test_what_is_asked_is_told_by_name() -> None:
    asked = Question(objects=("dog",), diverse=True)
    assert asked.asked == {"objects": ["dog"], "diverse": True}
    assert Question().asked == {}


def test_categories_are_named_as_people_write_them() -> None:
    categories = ["musica", "cars", "musica"]
    assert rows_of(Question(), categories, NAMES) is None
    for name in ("musica", "música"):
        found = rows_of(Question(category=[name]), categories, NAMES)
        assert found is not None
        assert found.tolist() == [0, 2]
    found = rows_of(Question(not_in_category=["música"]), categories, NAMES)
    assert found is not None
    assert found.tolist() == [1]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Question(category=["musika"]), "no category 'musika' in the index: did you mean"),
        (Question(not_in_category=["zzz"]), "no category 'zzz' in the index: there are cars, "),
        (
            Question(category=["musica"], not_in_category=["música"]),
            "the category 'musica' is asked for and left out: leave one",
        ),
    ],
)
def test_categories_that_cannot_be_are_one_line(asked: Question, said: str) -> None:
    with pytest.raises(UserError) as error:
        rows_of(asked, ["musica", "cars"], NAMES)
    assert str(error.value).startswith(said)
