from pathlib import Path

import pytest

from vidrec.vectors.categories import Guess, read_categories, write_categories
from vidrec.workflow.errors import UserError


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "categories.csv"
    write_categories(path, {"b": Guess("cars", 1 / 3), "007": Guess("pets", 1.0)})
    assert path.read_text() == ("video_id,category,probability\nb,cars,0.333333\n007,pets,1.0\n")
    found = read_categories(path)
    assert found == {"b": Guess("cars", 0.333333), "007": Guess("pets", 1.0)}
    assert list(found) == ["b", "007"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,cars,1.5\n", "probability is 1.5"),
        ("a,cars,much\n", "probability is 'much'"),
        ("a,cars,0.5\na,pets,0.5\n", "video_id 'a' twice"),
    ],
)
def test_what_is_not_allowed_is_refused(tmp_path: Path, rows: str, said: str) -> None:
    path = tmp_path / "categories.csv"
    path.write_text("video_id,category,probability\n" + rows)
    with pytest.raises(UserError, match=said):
        read_categories(path)
