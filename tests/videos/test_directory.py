"""A user's own files, of any name."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidrec.media import ffmpeg
from vidrec.videos.directory import list_files, name_files, take
from vidrec.videos.manifest import build_manifest
from vidrec.videos.names import safe_names
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import SAFE_NAME


@pytest.fixture(scope="module")
def clip() -> bytes:
    return ffmpeg.encode_clip([bytes(64 * 48 * 3)] * 6, 64, 48, 6)


def fill(directory: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)


def test_good_and_bad_files(
    tmp_path: Path, clip: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(
        tmp_path / "own",
        {
            "pop music/a b.mp4": clip,
            "pop music/-%d:x.MP4": clip,
            "pop music/no suffix": clip,
            "pop music/bad.mp4": b"nonsense",
            "pop music/list.mp4": b"#EXTM3U\nfile:///etc/passwd\n",
            "pop music/notes.csv": b"a,b\n",
            "pop music/.hidden.mp4": clip,
            "pop music/deeper/x.mp4": clip,
            ".git/x.mp4": clip,
            "loose.mp4": clip,
        },
    )
    entries = take(tmp_path / "own", tmp_path / "out")
    table = build_manifest(entries, Path("data/videos"))
    assert dict(zip(table["video_id"], table["status"], strict=True)) == {
        "a_b": "ok",
        "-_d_x": "ok",
        "no_suffix": "ok",
        "bad": "unknown_container",
        "list": "playlist",
    }
    assert set(table["category"]) == {"pop_music"}
    row = table[table["video_id"] == "a_b"].iloc[0]
    assert (row["path"], row["duration_s"]) == ("data/videos/pop_music/a_b.mp4", 1.0)
    assert row["title"] == "a b"
    link = tmp_path / "out/pop_music/a_b.mp4"
    assert link.is_symlink()
    assert link.readlink() == tmp_path / "own/pop music/a b.mp4"
    assert (tmp_path / "out/pop_music/no_suffix.video").is_symlink()
    assert not list((tmp_path / "out").rglob("bad*"))
    told = capsys.readouterr().err
    assert all(name in told for name in ("notes.csv", "deeper", "loose.mp4"))
    assert "hidden" not in told


def test_ids_are_unique_and_do_not_depend_on_what_comes_first(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {"a/1.mp4": b"", "b/1.mp4": b"", "b/2.mp4": b"", "b/X y.mp4": b"", "a/x_Y.mkv": b""},
    )
    files, _ = list_files(tmp_path)
    found = {
        item.file.relative_to(tmp_path).as_posix(): item for item in name_files(tmp_path, files)
    }
    ids = [item.video.video_id for item in found.values()]
    assert len({name.lower() for name in ids}) == len(ids)
    assert found["b/2.mp4"].video.video_id == "2"
    fewer = {item.file: item for item in name_files(tmp_path, files[::-1])}
    assert all(fewer[item.file] == item for item in found.values())


@given(st.lists(st.text(), unique=True))
def test_any_names_become_safe(names: list[str]) -> None:
    safe = safe_names(names, names)
    assert all(SAFE_NAME.fullmatch(name) for name in safe)
    assert len({name.lower() for name in safe}) == len(names)


def test_missing_or_empty(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"download_videos\.directory"):
        take(tmp_path / "none", tmp_path / "out")
    fill(tmp_path, {"own/README.txt": b"put videos here"})
    with pytest.raises(UserError, match="has no videos"):
        take(tmp_path / "own", tmp_path / "out")


def test_dead_link_and_fifo(tmp_path: Path, clip: bytes) -> None:
    fill(tmp_path, {"own/a/good.mp4": clip})
    (tmp_path / "own/a/dead.mp4").symlink_to(tmp_path / "none")
    os.mkfifo(tmp_path / "own/a/fifo.mp4")
    entries = take(tmp_path / "own", tmp_path / "out")
    assert {entry.video.video_id: entry.status for entry in entries} == {
        "good": "ok", "dead": "missing", "fifo": "unreadable",
    }  # fmt: skip


def test_odd_files(real_data: Path, tmp_path: Path) -> None:
    names = ["52_awesome movie.mov", "03_video_init.mp4", "19_5p1_iamf_opus.mp4", "files.csv"]
    (tmp_path / "own").mkdir()
    fill(tmp_path, {f"own/odd/{n}": (real_data / "odd-media" / n).read_bytes() for n in names})
    entries = take(tmp_path / "own", tmp_path / "out")
    assert {entry.video.video_id: entry.status for entry in entries} == {
        "52_awesome_movie": "ok", "03_video_init": "no_frames", "19_5p1_iamf_opus": "no_video",
    }  # fmt: skip
