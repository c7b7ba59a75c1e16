"""Categories as people write them."""

from pathlib import Path

from vidrec.videos.category_names import read_category_names, write_category_names


def test_names_are_read_back_and_no_names_are_no_file(tmp_path: Path) -> None:
    write_category_names(tmp_path, {})
    assert list(tmp_path.iterdir()) == []
    assert read_category_names(tmp_path) == {}
    names = {"musica": "música", "Mao": "猫", "2024": "2024!"}
    write_category_names(tmp_path, names)
    assert read_category_names(tmp_path) == names
