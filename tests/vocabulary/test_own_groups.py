from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidrec.vocabulary.own_groups import OwnRow, read_own_groups
from vidrec.workflow.errors import UserError


def test_names_are_read_without_gaps_and_spanish_ones_may_lack(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("group,label,group_es\n drone ,quadcopter,dron\ndrone,NA\n007,x,\n")
    assert read_own_groups(path) == [
        OwnRow("quadcopter", "drone", "", "dron"),
        OwnRow("NA", "drone", "", ""),
        OwnRow("x", "007", "", ""),
    ]


def test_a_table_as_spreadsheets_save_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_bytes(b"\xef\xbb\xbflabel,group,label_es\r\nrana,frog,\xc3\xb1u\r\n")
    assert read_own_groups(path) == [OwnRow("rana", "frog", "ñu", "")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a CSV file"),
        (b"\xff\xfea\x00", "is not a CSV file"),
        (b"label;group\na;b\n", "lacks the column 'label'"),
        (b"label\na\n", "lacks the column 'group'"),
        (b"label,group\na,b,c\n", "is not a CSV file"),
        (b'label,group\n"a,b\n', "is not a CSV file"),
        (b"<<<<<<< ours\nlabel,group\n", "has the marks of a git conflict in line 1"),
        (b"label,group\na\n", "row 2: the group is empty: give it a name"),
        (b"label,group\na,b\n , c\n", "row 3: the label is empty: give it a name"),
        (b'label,group\n"a\nb",c\n', r"row 2: label is 'a\\nb', it must be a name on one line"),
        (b"label,group\na,\x1b[31m\n", "row 2: group is .*, it must be a name on one line"),
        (b"label,group\na," + b"b" * 101 + b"\n", "row 2: group is 'b*…', it must be a name"),
        (
            b"label,group,label_es\na,b,\x00\n",
            "row 2: label_es is .*, it must be a name|is not a CSV file",
        ),
        (b"label,group\na,b\nc,d\na,e\n", "row 4: the label 'a' is in row 2 too: a label has one"),
    ],
)
def test_what_is_not_of_that_form_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "groups.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=said):
        read_own_groups(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(UserError, match=r"is not a file: put a CSV file label,group there"):
            read_own_groups(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=80), st.text('ab,"\n\r;\t\0é', max_size=40).map(str.encode)))
def test_no_content_ends_otherwise(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "groups.csv"
    path.write_bytes(b"label,group\n" + content)
    try:
        rows = read_own_groups(path)
    except UserError as error:
        assert "\n" not in str(error)
    else:
        assert all(row.label.strip() and row.group.strip() for row in rows)
