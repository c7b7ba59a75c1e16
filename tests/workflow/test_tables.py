import csv
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import (
    SAFE_NAME,
    check_names,
    check_numbers,
    read_table,
    write_table,
    write_tables,
)


def test_a_table_is_csv_with_a_header_and_unix_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_table(path, pd.DataFrame({"label": ["traffic light", 'a "b", c'], "frame": [1, 2]}))
    assert path.read_bytes() == b'label,frame\ntraffic light,1\n"a ""b"", c",2\n'
    read = read_table(path, ("label", "frame"))
    assert read["label"].tolist() == ["traffic light", 'a "b", c']
    assert read["frame"].tolist() == [1, 2]


@pytest.mark.parametrize(
    "column",
    ["video_id", "category", "label", "class", "source", "image", "pretrained_label", "counts"],
)
@pytest.mark.parametrize("values", [["007", "08"], ["NA", "null"], ["1e5", "100000"], ["True", ""]])
def test_names_stay_the_text_they_are(tmp_path: Path, column: str, values: list[str]) -> None:
    path = tmp_path / "a.csv"
    write_table(path, pd.DataFrame({column: values, "n": [1, 2]}))
    assert read_table(path, (column,))[column].tolist() == values


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is missing"),
        (b"", "is not a CSV file"),
        (b"\xff\xfe", "is not a CSV file"),
        (b"frame,label\n1,a\n1,a,b,c\n", "is not a CSV file"),
        (b"frame\n1\n", "lacks the column 'label': it needs frame, label"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "a.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=said) as refused:
        read_table(path, ("frame", "label"))
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_directory_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not a CSV file .*[Dd]irectory"):
        read_table(tmp_path, ("frame",))


@pytest.mark.parametrize("value", ["1.01", "-0.1", "much", "", "nan", "inf"])
def test_what_is_no_number_in_range_is_refused_with_its_row(tmp_path: Path, value: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"frame,confidence\n1,0.5\n2,{value}\n")
    with pytest.raises(UserError, match=r"row 3: confidence is .* from 0 to 1"):
        check_numbers(path, read_table(path, ("confidence",)), "confidence", 0, 1)


def test_the_ends_of_a_range_are_in_it(tmp_path: Path) -> None:
    check_numbers(tmp_path / "a.csv", pd.DataFrame({"area_pct": [0, 100]}), "area_pct", 0, 100)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "..", "é", "a\n", "a.b"])
def test_unsafe_names_do_not_match(name: str) -> None:
    assert SAFE_NAME.fullmatch(name) is None


def test_a_video_id_matches() -> None:
    assert SAFE_NAME.fullmatch("-dQw4w9WgXcQ_")


@pytest.mark.parametrize("row", ["q,1,x,7", "1,x,0.5,", "q,1,x,0.5"])
def test_a_row_with_a_value_too_many_is_refused(tmp_path: Path, row: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"frame,label,confidence\n{row}\n")
    with pytest.raises(UserError, match="more values than it has columns"):
        read_table(path, ["frame", "label", "confidence"])


FORMULAS = (
    *('=cmd|"/C calc"!A0', "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1", "\r=1", "\n=1", "＝1+1", "－1"),
    *("'=1", "''=1", "-1", "-abc", '=HYPERLINK("http://x/"&A1)'),
)
HARMLESS = ("'tis", "a=b", " =1", "it's", "'", "", "'a", "007", "NA", "😀", "_=1")


@pytest.mark.parametrize("column", ["title", "error", "label", "class", "category_name", "note"])
@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS])
def test_no_text_is_a_formula_and_all_comes_back(tmp_path: Path, column: str, text: str) -> None:
    path = tmp_path / "a.csv"
    write_table(path, pd.DataFrame({column: [text, "x"], "n": [-0.5, 1.0]}))
    (_, first, _) = csv.reader(StringIO(path.read_bytes().decode(), newline=""))
    number = column == "note" and text == "-1"
    assert first[0] == (f"'{text}" if text in FORMULAS and not number else text)
    assert first[1] == "-0.5"
    read = read_table(path, (column, "n"), as_text=number)
    assert read[column].tolist() == [text, "x"]
    if not number:
        assert read["n"].tolist() == [-0.5, 1.0]


@given(st.lists(st.text("=+-@'\t\r\n,\";ab1") | st.text(), min_size=1))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    texts = [text.encode(errors="replace").decode().replace("\0", "") for text in texts]
    write_table(path, pd.DataFrame({"title": texts, "n": range(len(texts))}))
    assert read_table(path, ("title", "n"))["title"].tolist() == texts


@pytest.mark.parametrize("column", ["video_id", "category", "neighbor_id"])
def test_an_id_stays_as_it_is(tmp_path: Path, column: str) -> None:
    write_table(tmp_path / "a.csv", pd.DataFrame({column: ["-abc_1", "-1", "-dQw4w9WgXcQ"]}))
    assert (tmp_path / "a.csv").read_text() == f"{column}\n-abc_1\n-1\n-dQw4w9WgXcQ\n"
    write_table(tmp_path / "a.csv", pd.DataFrame({column: ["-a b"]}))
    assert (tmp_path / "a.csv").read_text() == f"{column}\n'-a b\n"


def test_a_label_as_a_column_is_no_formula_either(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_table(path, pd.DataFrame({"video_id": ["a"], "=1+1": [-0.5], "dog": [1.0]}))
    assert path.read_text() == "video_id,'=1+1,dog\na,-0.5,1.0\n"
    assert list(read_table(path, ["=1+1"]).columns) == ["video_id", "=1+1", "dog"]


def test_what_is_not_text_is_written_as_it_was_beside_a_formula(tmp_path: Path) -> None:
    table = pd.DataFrame({"x": [1, None, "=1", 2.5, -3]}, dtype=object)
    write_table(tmp_path / "a.csv", table)
    assert (tmp_path / "a.csv").read_text() == 'x\n1\n""\n\'=1\n2.5\n-3\n'
    assert "=1" in table["x"].tolist()


@pytest.mark.parametrize(
    "name", ["../../outside", "/etc", "", ".", "..", "a\nb", "a/b", "é", "x" * 201, "a.b", "=1"]
)
@pytest.mark.parametrize("column", ["video_id", "category"])
def test_what_is_no_safe_name_is_refused_with_its_row(
    tmp_path: Path, column: str, name: str
) -> None:
    path = tmp_path / "a.csv"
    write_table(path, pd.DataFrame({column: ["a", name], "n": [1, 2]}))
    with pytest.raises(UserError) as refused:
        check_names(path, read_table(path, (column,)), column)
    said = str(refused.value)
    assert said.startswith(f"{path}, row 3: {column} {name[:60]!r}"[:-1])
    assert said.endswith("must be of letters, digits, _ and -, 200 at most")
    assert "\n" not in said
    assert len(said) < len(str(path)) + 160


def test_safe_names_are_let_through(tmp_path: Path) -> None:
    table = pd.DataFrame({"video_id": ["-dQw4w9WgXcQ_", "x" * 200, "007"]})
    check_names(tmp_path / "a.csv", table, "video_id")


def test_a_conflict_of_git_is_told_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("path,size\na,1\n<<<<<<< HEAD\nb,2\n=======\nc,3\n>>>>>>> other\n")
    with pytest.raises(UserError) as refused:
        read_table(path, ("path", "size"))
    assert str(refused.value) == f"{path} has the marks of a git conflict in line 3: take one side"


@pytest.mark.parametrize("column", ["car", "a,b", 'a "b"', "two\nlines", "half\rline", "=1+1"])
def test_a_table_in_parts_is_the_same_file(tmp_path: Path, column: str) -> None:
    table = pd.DataFrame({"video_id": ["a", "-b", "c"], column: [0.5, 1.0, 1e-8]})
    write_table(tmp_path / "whole.csv", table)
    write_tables(tmp_path / "parts.csv", [table[:2], table[2:]])
    assert (tmp_path / "parts.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
