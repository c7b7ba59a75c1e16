from collections.abc import Sequence

import numpy as np
import pytest

from vidrec.commands.display_names import DisplayNames
from vidrec.commands.question import Question, Words, rows_of
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.errors import UserError

# A parent of two groups, a group of several things, and a label that is its own group.
VOCABULARY = Vocabulary(
    group_of={
        "beagle": "dog",
        "German shepherd": "dog",
        "tabby": "cat",
        "television": "television, screen and radio",
        "radio set": "television, screen and radio",
    },
    parent_of={"dog": "animal", "cat": "animal", "television, screen and radio": "household"},
    spanish={
        "dog": "perro",
        "cat": "gato",
        "tabby": "gato atigrado",
        "animal": "animal",
        "household": "casa",
        "television, screen and radio": "televisor, pantalla y radio",
    },
)
LABELS = ["beagle", "German shepherd", "tabby", "television", "radio set", "my thing", "salt, fine"]
WORDS = Words(VOCABULARY, LABELS)
CATEGORIES = ["pets", "cars", "pets", "music", "odd_name"]
NAMES = DisplayNames(categories={"pets": "Mascotas", "odd_name": "Odd, name"})


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("animal", [0, 1, 2]),
        ("Animals", [0, 1, 2]),
        ("dog", [0, 1]),
        ("dogs", [0, 1]),
        ("perro", [0, 1]),
        ("PERROS", [0, 1]),
        ("gato", [2]),
        ("gato-atigrado", [2]),
        ("german_shepherd", [1]),
        ("television, screen and radio", [3, 4]),
        ("televisor, pantalla y radio", [3, 4]),
        ("screen", [3, 4]),
        ("pantalla", [3, 4]),
        ("television", [3]),
        ("my thing", [5]),
    ],
)
def test_a_word_stands_for_labels_in_both_languages(word: str, expected: list[int]) -> None:
    assert WORDS.numbers(word) == expected


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("beagel", "no object of the index is called 'beagel': did you mean beagle?"),
        ("perrro", "no object of the index is called 'perrro': did you mean perro?"),
        ("zzzzz", "'zzzzz': `vidrec recommend VIDEO --json` tells the objects of a video"),
        ("", "no object of the index is called ''"),
        # The vocabulary has it, but the index has none of it.
        ("dog", "no object of the index is called 'dog'"),
    ],
)
def test_an_unknown_word_is_a_hint(word: str, said: str) -> None:
    labels = ["my thing"] if word == "dog" else LABELS
    with pytest.raises(UserError) as refused:
        Words(VOCABULARY, labels).numbers(word)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dog", ["dog"]),
        ("dog, cat", ["dog", "cat"]),
        (" dog ,,cat,", ["dog", "cat"]),
        ("salt, fine", ["salt, fine"]),
        ("Salt, Fine", ["Salt, Fine"]),
        ("salt, fine, dog", ["salt", "fine", "dog"]),
        ("television, screen and radio", ["television, screen and radio"]),
        ("", []),
        (" , ", []),
    ],
)
def test_commas_part_words_unless_they_are_of_a_name(text: str, expected: list[str]) -> None:
    assert WORDS.split(text) == expected
    assert WORDS.objects(Question(objects=[text, "cat"])) == [*expected, "cat"]


def test_a_question_has_a_word_for_each_object() -> None:
    asked = WORDS.parted(Question(objects=["dog, cat", "salt, fine", ","], more=["dog, cat"]))
    assert asked == Question(objects=["dog", "cat", "salt, fine"], more=["dog, cat"])
    assert WORDS.parted(asked) == asked


def weights(
    *,
    objects: Sequence[str] = (),
    without: Sequence[str] = (),
    less: Sequence[str] = (),
    more: Sequence[str] = (),
) -> list[float]:
    return list(WORDS.weights(Question(objects, without, less, more)))


def test_what_is_named_counts_not_half_or_double() -> None:
    assert weights() == [1, 1, 1, 1, 1, 1, 1]
    assert weights(without=["dog"], less=["gato"], more=["my thing, radio set"]) == [
        *(0, 0, 0.5),
        *(1, 2, 2, 1),
    ]
    assert weights(objects=["dog"]) == [1, 1, 1, 1, 1, 1, 1]


def test_the_narrowest_word_wins_in_any_order() -> None:
    expected = [2, 0, 0.5, 1, 1, 1, 1]
    assert weights(more=["beagle"], without=["dog"], less=["animal"]) == expected
    assert weights(without=["animal"], less=["dog"], more=["beagle"]) == [2, 0.5, 0, 1, 1, 1, 1]
    assert weights(more=["animal"], less=["dog"], without=["beagle"]) == [0, 0.5, 2, 1, 1, 1, 1]
    assert weights(more=["animal", "dog"], without=["tabby"]) == [2, 2, 0, 1, 1, 1, 1]


def test_a_word_for_all_labels_counts() -> None:
    words = Words(VOCABULARY, LABELS[:2])
    assert words.weights(Question(less=["dog"])).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            Question(without=["dog"], more=["perro"]),
            "'dog' and 'perro' give 'beagle' different weights: leave one",
        ),
        (
            Question(less=["cat"], more=["tabby"]),
            "'cat' and 'tabby' give 'tabby' different weights: leave one",
        ),
        (
            Question(without=["dog, my thing"], less=["my thing"]),
            "'my thing' and 'my thing' give 'my thing' different weights: leave one",
        ),
    ],
)
def test_words_as_narrow_that_differ_are_refused(asked: Question, said: str) -> None:
    with pytest.raises(UserError) as refused:
        WORDS.weights(asked)
    assert str(refused.value) == said


def test_words_as_narrow_that_agree_are_not_refused() -> None:
    assert weights(less=["dog", "perro", "dogs"]) == [0.5, 0.5, 1, 1, 1, 1, 1]


def test_an_unknown_word_is_refused_wherever_it_stands() -> None:
    for asked in (Question(without=["x1"]), Question(less=["x1"]), Question(more=["dog, x1"])):
        with pytest.raises(UserError, match="no object of the index is called 'x1'"):
            WORDS.weights(asked)


def test_words_of_no_effect_are_those_of_which_nothing_is_asked() -> None:
    query = np.array([0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
    asked = Question(without=["cat"], less=["dog, beagle"], more=["animal", "my thing"])
    assert WORDS.without_effect(asked, query) == ["cat", "beagle", "my thing"]
    assert WORDS.without_effect(Question(objects=["cat"]), query) == []


@pytest.mark.parametrize(
    ("category", "not_in_category", "expected"),
    [
        (["pets"], [], [0, 2]),
        (["Mascotas"], [], [0, 2]),
        (["Odd, name", "cars"], [], [1, 4]),
        (["cars, Mascotas ,"], [], [0, 1, 2]),
        ([], ["pets,music", "Odd, name"], [1]),
        ([], ["Mascotas", "music"], [1, 4]),
        (["cars", "music"], ["pets"], [1, 3]),
    ],
)
def test_a_category_is_known_by_either_name(
    category: list[str], not_in_category: list[str], expected: list[int]
) -> None:
    asked = Question(category=category, not_in_category=not_in_category)
    rows = rows_of(asked, CATEGORIES, NAMES)
    assert rows is not None
    assert rows.tolist() == expected


def test_without_a_category_all_may_be_named() -> None:
    assert rows_of(Question(objects=["dog"], diverse=True), CATEGORIES, NAMES) is None


def test_a_name_of_its_own_comes_before_what_another_is_shown_as() -> None:
    names = DisplayNames(categories={"pets": "cars"})
    rows = rows_of(Question(category=["cars"]), CATEGORIES, names)
    assert rows is not None
    assert rows.tolist() == [1]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Question(category=["Pets"]), "no category 'Pets' in the index: did you mean pets?"),
        (
            Question(not_in_category=["mascota"]),
            "no category 'mascota' in the index: did you mean Mascotas or music?",
        ),
        (
            Question(category=["zzz"]),
            "no category 'zzz' in the index: there are Mascotas, Odd, name, cars, music, odd_name",
        ),
        (
            Question(category=["pets, zzz"]),
            "no category 'zzz' in the index: there are Mascotas, Odd, name, cars, music, odd_name",
        ),
        (
            Question(not_in_category=[" , "]),
            "no category ' , ' in the index: there are Mascotas, Odd, name, cars, music, odd_name",
        ),
        (
            Question(category=["pets"], not_in_category=["cars", "Mascotas"]),
            "the category 'pets' is asked for and left out: leave one",
        ),
    ],
)
def test_a_category_that_cannot_be_is_one_line(asked: Question, said: str) -> None:
    with pytest.raises(UserError) as refused:
        rows_of(asked, CATEGORIES, NAMES)
    assert str(refused.value) == said


def test_what_is_asked_is_told_without_the_rest() -> None:
    assert Question().asked == {}
    asked = Question(objects=("dog",), more=["cat"], diverse=True)
    assert asked.asked == {"objects": ["dog"], "more": ["cat"], "diverse": True}
