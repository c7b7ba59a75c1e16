from pathlib import Path

import pandas as pd
import pytest

from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import SAFE_NAME, check_numbers, read_table, write_table


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
