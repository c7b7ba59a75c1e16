import pytest

from vidrec.vocabulary.words import same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dog", "DOGS"),
        ("avión", "Aviones"),
        ("pez", "peces"),
        ("luz", "luces"),
        ("berry", "berries"),
        ("wolf", "wolves"),
        ("bus", "buses"),
        ("church", "churches"),
        ("horse", "horses"),
        ("tie", "ties"),
        ("traffic light", "traffic_lights"),
        ("oso polar", "osos polares"),
        ("bicycle-built-for-two", "bicycle built for two"),
        ("hot dog", "hotdogs"),
        ("sunglass", "sunglasses"),
        ("ski", "skis"),
        ("Käse", "kase"),
        ("Кот", "кот"),
    ],
)
def test_case_accents_hyphens_and_plurals_make_no_other_word(one: str, other: str) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cap", "cape"),
        ("cap", "capes"),
        ("bus", "bu"),
        ("car", "cart"),
        ("dog", "hot dog"),
        ("gas", "ga"),
        ("", ""),
        ("-", "_"),
        ("", "dog"),
    ],
)
def test_other_words_are_others(one: str, other: str) -> None:
    assert not same(one, other)
    assert not same(other, one)
