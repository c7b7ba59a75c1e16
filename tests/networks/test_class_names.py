from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidrec.networks.class_names import names_for, read_names, unique_names
from vidrec.workflow.errors import UserError

NAMES = "cat\r\nКот\r\nKäse\r\n"


def test_known_names_are_taken_where_no_file_lies_beside(tmp_path: Path) -> None:
    assert names_for(tmp_path / "net.pth", 2, ("a", "a")) == ("a", "a")
    (tmp_path / "net.pth.labels.txt").write_text("b\nc\n")
    assert names_for(tmp_path / "net.pth", 2, ("a", "a")) == ("b", "c")


@pytest.mark.parametrize(
    "content",
    [
        b"cat\r\ndog\r\nbird\r\n",
        b"\xef\xbb\xbfcat\r\ndog\r\nbird\r\n",
        b"cat \ndog\n bird\n\n \n\r\n",
        b"cat\rdog\rbird",
        "cat\r\ndog\r\nbird\r\n".encode("utf-16"),
        b"\xfe\xff" + "cat\ndog\nbird".encode("utf-16-be"),
    ],
)
def test_names_are_read_as_editors_save_them(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "names.txt").write_bytes(content)
    assert read_names(tmp_path / "names.txt") == ("cat", "dog", "bird")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_names_may_have_any_letters(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "names.txt").write_bytes(NAMES.encode(encoding))
    assert read_names(tmp_path / "names.txt") == ("cat", "Кот", "Käse")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a\nb\n", "net.pth has 3 classes, but net.pth.labels.txt has 2 names for them: put 3"),
        (b"", "has 3 classes, but net.pth.labels.txt has 0 names"),
        (b"a\nb\nc\nd", "has 3 classes, but net.pth.labels.txt has 4 names"),
        (b"K\xe4se\nb\nc", "net.pth.labels.txt is not UTF-8"),
        (b"\xff\xfea", "net.pth.labels.txt is not UTF-8"),
        (b"a\n\nb\n", "net.pth.labels.txt has no name on line 2"),
    ],
)
def test_names_are_refused_unless_they_are_text_and_one_per_class(
    tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "net.pth.labels.txt").write_bytes(content)
    with pytest.raises(UserError, match=said):
        names_for(tmp_path / "net.pth", 3, ())


def test_names_given_twice_are_told_with_their_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "net.pth.labels.txt").write_text("dog\ncrane\ncat\ncrane\n")
    assert names_for(tmp_path / "net.pth", 4, ()) == ("dog", "crane", "cat", "crane (2)")
    assert capsys.readouterr().err == (
        "net.pth.labels.txt: 'crane' is on lines 2 and 4; all but the first get a number\n"
    )


def test_repeated_names_get_a_number() -> None:
    assert unique_names(("crane", "dog", "crane")) == ("crane", "dog", "crane (2)")
    assert unique_names(("a", "a", "a (2)")) == ("a", "a (3)", "a (2)")


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "a (2) (2)"]), max_size=9))
def test_names_are_unique_and_single_ones_stay(names: list[str]) -> None:
    unique = unique_names(tuple(names))
    assert len(set(unique)) == len(names)
    for name, given_name in zip(unique, names, strict=True):
        assert name.startswith(given_name)
        assert name == given_name or names.count(given_name) > 1
