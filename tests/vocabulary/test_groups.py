from collections import Counter
from pathlib import Path
from time import perf_counter
from types import ModuleType

import pytest
from torchvision import models
from torchvision.models import detection, get_model_weights, list_models

from vidrec.drawing.objects import LABELS
from vidrec.vocabulary.groups import ENGLISH, LANGUAGES, SPANISH, Vocabulary, read_vocabulary
from vidrec.vocabulary.words import same
from vidrec.workflow.errors import UserError

# What lists have for the background, for numbers of no class, and beside a person with a pose.
NO_CLASS = {"__background__", "N/A", "no person"}

SMALL = Vocabulary(
    group_of={"beagle": "dog", "dog": "dog", "airliner": "aircraft and kite", "Cardigan": "dog"}
    | {"cardigan": "coat", "tabby": "cat"},
    parent_of={"dog": "animal", "cat": "animal", "aircraft and kite": "vehicle", "coat": "wear"},
    spanish={"dog": "perro", "animal": "animal", "airliner": "avión", "coat": "abrigo"}
    | {"aircraft and kite": "aeronave y cometa", "tabby": "gato atigrado", "cat": "gato"},
)
ALL = ["airliner", "tabby", "cardigan", "beagle", "Cardigan", "robot"]


@pytest.fixture(scope="module")
def built_in() -> Vocabulary:
    return read_vocabulary()


def classes(module: ModuleType) -> set[str]:
    """The names of the classes of all official weights of some of torchvision's networks."""
    every = [weights for name in list_models(module) for weights in get_model_weights(name)]
    return {name for weights in every for name in weights.meta["categories"] or ()} - NO_CLASS


def own(tmp_path: Path, rows: str, header: str = "label,group") -> Vocabulary:
    path = tmp_path / "groups.csv"
    path.write_text(f"{header}\n{rows}\n")
    return read_vocabulary(path)


def words(vocabulary: Vocabulary, name: str) -> set[str]:
    return {vocabulary.shown(name, language) for language in LANGUAGES}


def test_each_class_of_official_weights_and_each_drawing_has_a_group(built_in: Vocabulary) -> None:
    imagenet, coco = classes(models), classes(detection)
    assert (len(imagenet), len(coco)) == (1000, 80)
    assert imagenet | coco | set(LABELS) == set(built_in.group_of)


def test_groups_are_on_two_levels_and_none_is_unused(built_in: Vocabulary) -> None:
    groups, parents = set(built_in.parent_of), set(built_in.parent_of.values())
    assert set(built_in.group_of.values()) == groups
    assert (len(groups), len(parents)) == (114, 18)
    assert not groups & parents
    assert "" not in groups | parents


def test_names_that_say_nothing_are_no_groups(built_in: Vocabulary) -> None:
    empty = {"structure", "equipment", "object", "other", "artifact", "instrumentality"}
    assert not empty & {*built_in.parent_of, *built_in.parent_of.values()}


def test_what_people_must_read_has_a_spanish_name(built_in: Vocabulary) -> None:
    needed = classes(detection) | set(LABELS)
    needed |= set(built_in.parent_of) | set(built_in.parent_of.values())
    assert sorted(needed - set(built_in.spanish)) == []
    assert len(set(built_in.group_of) & set(built_in.spanish)) == 1024


@pytest.mark.parametrize("word", ["airplane", "avión", "aviones"])
def test_a_label_that_is_not_there_stands_for_its_group(word: str) -> None:
    labels = ["airship", "warplane", "seashore"]
    assert read_vocabulary().labels_named(word, labels) == ["airship", "warplane"]
    assert read_vocabulary().labels_named(word, ["seashore"]) == []


def test_no_name_stands_for_two_groups_in_either_language(built_in: Vocabulary) -> None:
    names = [*built_in.parent_of, *dict.fromkeys(built_in.parent_of.values())]
    shared = [
        (one, other)
        for place, one in enumerate(names)
        for other in names[place + 1 :]
        if any(same(a, b) for a in words(built_in, one) for b in words(built_in, other))
    ]
    assert shared == []


def test_a_label_named_as_a_group_is_in_it(built_in: Vocabulary) -> None:
    names = {name: group for group in built_in.parent_of for name in words(built_in, group)}
    namesakes = [
        (label, group)
        for label in built_in.group_of
        for name, group in names.items()
        if any(same(name, word) for word in words(built_in, label))
    ]
    assert ("dog", "dog") in namesakes
    assert [each for each in namesakes if built_in.group(each[0]) != each[1]] == []


def test_each_label_is_found_by_its_name_in_both_languages(built_in: Vocabulary) -> None:
    labels = list(built_in.group_of)
    lost = [
        (label, language)
        for label in labels
        for language in LANGUAGES
        if label not in built_in.labels_named(built_in.shown(label, language), labels)
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("label", "group"),
    [
        *[(label, "aircraft and parachute") for label in ("airship", "warplane", "wing")],
        *[(label, "aircraft and parachute") for label in ("space shuttle", "parachute")],
        *[(label, "bird") for label in ("kite", "crane bird", "vulture")],
        *[(label, "weapon") for label in ("missile", "projectile")],
        *[(label, "shore and harbor") for label in ("lakeside", "sandbar", "promontory", "pier")],
        *[(label, "mountain and volcano") for label in ("alp", "valley", "cliff", "geyser")],
        *[(label, "tower and mast") for label in ("pole", "flagpole", "radio telescope")],
        *[
            ("crane", "industry"),
            ("street sign", "traffic sign"),
            ("amphibian", "military vehicle"),
        ],
        *[("mouse", "computer"), ("hot dog", "meal"), ("monarch", "butterfly"), ("boxer", "dog")],
        *[("drumstick", "percussion"), ("hip", "plant"), ("ear", "vegetable"), ("racer", "car")],
        *[("Madagascar cat", "primate"), ("sea lion", "sea mammal"), ("pick", "string instrument")],
    ],
)
def test_words_of_several_meanings_are_where_networks_mean_them(
    built_in: Vocabulary, label: str, group: str
) -> None:
    assert built_in.group(label) == group


def test_a_label_without_a_group_is_its_own(built_in: Vocabulary) -> None:
    assert built_in.group("quadcopter") == "quadcopter"
    assert built_in.parent("quadcopter") == ""
    assert built_in.group("Dog") == "dog"
    assert built_in.parent("dog") == "animal"


def test_names_are_shown_in_a_language() -> None:
    assert [SMALL.shown(name, ENGLISH) for name in ("dog", "beagle")] == ["dog", "beagle"]
    assert [SMALL.shown(name, SPANISH) for name in ("dog", "beagle")] == ["perro", "beagle"]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("animal", ["tabby", "beagle", "Cardigan"]),
        ("Animales", ["tabby", "beagle", "Cardigan"]),
        ("dogs", ["beagle", "Cardigan"]),
        ("PERROS", ["beagle", "Cardigan"]),
        ("tabbies", ["tabby"]),
        ("gatos_atigrados", ["tabby"]),
        ("avion", ["airliner"]),
        ("Aviones", ["airliner"]),
        ("cardigan", ["cardigan"]),
        ("Cardigan", ["Cardigan"]),
        ("CARDIGANS", ["cardigan", "Cardigan"]),
        ("Robots", ["robot"]),
        ("aircraft", ["airliner"]),
        ("cometas", ["airliner"]),
        ("airplane", []),
        ("", []),
    ],
)
def test_a_word_stands_for_labels(word: str, found: list[str]) -> None:
    assert SMALL.labels_named(word, ALL) == found


def test_a_group_of_which_nothing_is_there_gives_way_to_a_label() -> None:
    vocabulary = Vocabulary({"dog": "pet", "beagle": "dog"}, {"dog": "animal"}, {})
    assert vocabulary.labels_named("dog", ["dog", "beagle"]) == ["beagle"]
    assert vocabulary.labels_named("dog", ["dog"]) == ["dog"]


def test_an_own_label_named_as_a_parent_is_in_it() -> None:
    assert SMALL.labels_named("vehicle", ["vehicle", "airliner", "beagle"]) == [
        "vehicle",
        "airliner",
    ]


def test_what_can_be_asked_for_is_named_once() -> None:
    labels = ["beagle", "dog", "airliner", "robot"]
    assert SMALL.names(labels, ENGLISH) == [
        *("animal", "vehicle", "aircraft and kite", "dog", "robot", "beagle", "airliner")
    ]
    assert SMALL.names(labels, SPANISH) == [
        *("animal", "vehicle", "aeronave y cometa", "perro", "robot", "beagle", "avión")
    ]


def test_own_groups_go_over_the_built_in_ones(tmp_path: Path, built_in: Vocabulary) -> None:
    rows = "quadcopter,drone,cuadricóptero,dron\nkite,toy and game,cometa,\nFelix,CAT,,\nx,drone,,"
    vocabulary = own(tmp_path, rows, "label,group,label_es,group_es")
    groups = [vocabulary.group(label) for label in ("quadcopter", "x", "kite", "Felix", "beagle")]
    assert groups == ["drone", "drone", "toy and game", "cat", "dog"]
    assert vocabulary.shown("kite", SPANISH) == "cometa"
    assert vocabulary.labels_named("drones", ["x", "beagle", "quadcopter"]) == ["x", "quadcopter"]
    assert vocabulary.labels_named("dron", ["quadcopter"]) == ["quadcopter"]
    assert Counter(vocabulary.group_of.values())["bird"] == 59
    assert Counter(built_in.group_of.values())["bird"] == 60


def test_a_label_that_an_own_group_is_named_by_is_in_it(tmp_path: Path) -> None:
    vocabulary = own(tmp_path, "spotted beagle,beagle\nbunny,rabbit")
    assert vocabulary.labels_named("beagle", ["beagle", "spotted beagle", "bunny"]) == [
        *("beagle", "spotted beagle")
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,Animal,", "row 2: the group 'Animal' is a wider group of the built-in ones: name it"),
        ("a,b,c\nd,b,e", "row 3: the group 'b' has two Spanish names, 'c' and 'e': leave one"),
        ("a,b,Perro", "row 2: the group 'b' would be 'Perro' in Spanish, as 'dog' is: write that"),
        ("a,perro,", "row 2: the group 'perro' would be 'perro' in Spanish, as 'dog' is"),
        ("a,b,ropa", "row 2: the group 'b' would be 'ropa' in Spanish, as 'clothing' is"),
        ("a,b,x\nc,d,x", "row 3: the group 'd' would be 'x' in Spanish, as 'b' is"),
    ],
)
def test_own_groups_that_would_be_mistaken_are_refused(
    tmp_path: Path, rows: str, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        own(tmp_path, rows, "label,group,group_es")


def test_an_own_group_may_rename_the_built_in_one_in_spanish(tmp_path: Path) -> None:
    vocabulary = own(tmp_path, "van,car,carro\ntaxi,Car,", "label,group,group_es")
    assert vocabulary.group("taxi") == "car"
    assert vocabulary.shown("car", SPANISH) == "carro"
    assert vocabulary.labels_named("carros", ["taxi", "tabby"]) == ["taxi"]


def test_reading_takes_no_time() -> None:
    times = []
    for _ in range(5):
        start = perf_counter()
        read_vocabulary()
        times.append(perf_counter() - start)
    assert min(times) < 0.02
