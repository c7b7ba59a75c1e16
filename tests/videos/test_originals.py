"""Own videos where their owner keeps them."""

import unicodedata
from pathlib import Path

import pytest

from vidrec.videos.manifest import DIRECTORY, Entry
from vidrec.videos.originals import directory_of, original, remember
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of
from vidrec.workflow.video import Video


def entry(file: Path, sha256: str) -> Entry:
    return Entry(Video("a", "x"), DIRECTORY, file=file, sha256=sha256, path=f"a/{file.name}")


def test_a_link_leads_to_the_directory_until_it_is_told_otherwise(tmp_path: Path) -> None:
    link = tmp_path / ".vidrec/videos"
    assert directory_of(link) is None
    for name in ("first one", "sécond"):
        (tmp_path / name).mkdir()
        remember(link, tmp_path / name)
        assert directory_of(link) == tmp_path / name
    (tmp_path / "sécond").rmdir()
    assert directory_of(link) is None
    assert [path.name for path in link.parent.iterdir()] == ["videos"]


def test_a_file_is_the_one_that_was_listed(tmp_path: Path) -> None:
    file = tmp_path / "x.mp4"
    file.write_bytes(b"video")
    assert original(entry(file, sha256_of(file))) == file
    with pytest.raises(UserError, match=r"a/x\.mp4 has changed .* `vidrec scan`"):
        original(entry(file, "0" * 64))
    with pytest.raises(UserError, match=r"a/none\.mp4, .* `vidrec use DIR`"):
        original(entry(tmp_path / "none.mp4", sha256_of(file)))


def test_an_accent_may_be_written_in_two_ways(tmp_path: Path) -> None:
    file = tmp_path / unicodedata.normalize("NFD", "música.mp4")
    file.write_bytes(b"video")
    composed = tmp_path / unicodedata.normalize("NFC", "música.mp4")
    assert original(entry(composed, sha256_of(file))) == file
