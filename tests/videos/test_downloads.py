"""The folder of downloads: nothing in it is deleted, and each file is decoded once."""

from pathlib import Path

import pytest

from vidrec.media import extraction, ffmpeg
from vidrec.videos.downloads import Downloads, finished, locked
from vidrec.workflow.errors import UserError

DECODING = extraction.Rules(600, 0.25)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "downloads"
    made.mkdir()
    return made


@pytest.fixture(scope="module")
def clip() -> bytes:
    return ffmpeg.encode_clip([bytes(64 * 48 * 3)] * 60, 64, 48, 6)


def test_parts_are_not_finished(folder: Path) -> None:
    for name in ("a.mp4.part", "a.mp4.ytdl", "a.mp4.part-Frag3", "a.temp.mp4", "ab.mp4"):
        (folder / name).touch()
    assert finished(folder, "a") is None
    (folder / "a.webm").touch()
    assert finished(folder, "a") == folder / "a.webm"


def test_a_broken_file_is_set_aside_and_comes_back_by_other_rules(
    folder: Path, clip: bytes
) -> None:
    whole = folder / "whole.mp4"
    whole.write_bytes(clip)
    cut = folder / "cut.mp4"
    # Its header says ten seconds.
    cut.write_bytes(clip[: len(clip) - len(clip) // 8])
    strict = Downloads(folder, extraction.Rules(600, 1.0))
    assert strict.place(whole, strict.known(whole)) == whole
    known = strict.known(cut)
    assert known.broken
    aside = strict.place(cut, known)
    assert aside == strict.find("cut") == folder / "set_aside/cut.mp4"
    lenient = Downloads(folder, extraction.Rules(600, 0.1))
    known = lenient.known(aside)
    assert known.status == "partial"
    assert lenient.place(aside, known) == lenient.find("cut") == cut


def test_a_file_is_decoded_once_for_each_content(
    folder: Path, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "a.mp4"
    file.write_bytes(clip)
    junk = folder / "junk.mp4"
    junk.write_bytes(b"junk" * 99)
    kept = Downloads(folder, DECODING)
    first = [kept.known(each) for each in (file, junk)]
    assert [each.status for each in first] == ["ok", "corrupt"]
    assert first[0].duration_s == 10.0
    monkeypatch.setattr(extraction, "look", None)
    kept = Downloads(folder, DECODING)
    assert [kept.known(each) for each in (file, junk)] == first
    file.write_bytes(clip + b"\0")
    with pytest.raises(TypeError):
        kept.known(file)


def test_a_file_that_cannot_be_read_stays(folder: Path) -> None:
    (folder / "a.mp4").symlink_to(folder)
    with pytest.raises(UserError, match=r"a\.mp4 cannot be read"):
        Downloads(folder, DECODING).known(folder / "a.mp4")


def test_one_run_at_a_time(folder: Path) -> None:
    with locked(folder), pytest.raises(UserError, match="wait until it ends"), locked(folder):
        pass
    with locked(folder):
        pass
