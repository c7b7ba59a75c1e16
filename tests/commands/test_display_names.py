from pathlib import Path

from vidrec.commands.display_names import DisplayNames, read_display_names
from vidrec.videos.category_names import write_category_names
from vidrec.videos.manifest import Entry, build_manifest, write_manifest
from vidrec.videos.originals import remember
from vidrec.workflow.video import Video

NAMES = DisplayNames(
    {"a": "Título", "b": "", "c": "Ti\u0301tulo"}, {"a": "x/a.mp4"}, {"musica": "música"}
)


def test_what_has_no_other_name_is_called_by_its_own() -> None:
    assert [NAMES.title(each) for each in ("a", "b", "d")] == ["Título", "b", "d"]
    assert [NAMES.category(each) for each in ("musica", "cars")] == ["música", "cars"]
    assert [NAMES.path(each) for each in ("a", "b")] == ["x/a.mp4", ""]
    assert NAMES.heading(Video("musica", "a")) == "Título · música"
    assert NAMES.heading(Video("cars", "c")) == "Título · cars"


def test_a_title_is_the_same_however_its_accents_are_written() -> None:
    assert NAMES.titled("Título") == NAMES.titled("Ti\u0301tulo") == ["a", "c"]
    assert NAMES.titled("titulo") == []


def test_names_are_those_beside_the_videos(tmp_path: Path) -> None:
    assert read_display_names(tmp_path, tmp_path / "link") == DisplayNames()
    entry = Entry(Video("musica", "a"), "directory", "Título", path="música/Título.mp4")
    write_manifest(tmp_path, build_manifest([entry], tmp_path))
    paths = {"a": "música/Título.mp4"}
    assert read_display_names(tmp_path, tmp_path / "link") == DisplayNames({"a": "Título"}, paths)
    (tmp_path / "mine").mkdir()
    remember(tmp_path / "link", tmp_path / "mine")
    found = read_display_names(tmp_path, tmp_path / "link")
    assert found.path("a") == str(tmp_path / "mine/música/Título.mp4")
    write_category_names(tmp_path, {"musica": "música"})
    assert read_display_names(tmp_path, tmp_path / "link").category("musica") == "música"
