from pathlib import Path

import pytest

from vidrec.commands.output_path import check_output
from vidrec.workflow.errors import UserError


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("list", "--output list: it must be a file that ends in .csv or .m3u"),
        ("list.txt", "it must be a file that ends in .csv or .m3u"),
        ("csv", "it must be a file that ends in .csv or .m3u"),
        (".csv", "it must be a file that ends in .csv or .m3u"),
        ("folder.csv", "it must be a file that ends in .csv or .m3u"),
        ("no/list.csv", "--output no/list.csv: no is not a directory, make it first"),
        ("file/list.csv", "file is not a directory, make it first"),
        ("a" * 197 + ".csv", "a name of more than 200 bytes is too long"),
        ("é" * 99 + ".csv", "a name of more than 200 bytes is too long"),
        ("a" * 300 + ".m3u", "a name of more than 200 bytes is too long"),
        ("a" * 300 + "/list.m3u", "aaa is not a directory, make it first"),
        ("a/" * 3000 + "list.m3u", "a is not a directory, make it first"),
    ],
)
def test_what_no_file_can_be_written_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.csv").mkdir()
    Path("file").touch()
    with pytest.raises(UserError) as refused:
        check_output(Path(name), ".csv", ".m3u")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_can_be_written_is_not_refused(tmp_path: Path) -> None:
    check_output(None, ".csv")
    check_output(tmp_path / ("a" * 196 + ".csv"), ".csv")
    (tmp_path / "THERE.PNG").touch()
    check_output(tmp_path / "THERE.PNG", ".png")
