"""A user's own files, of any name: which are listed, how each is called, and what becomes of it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.clips import looks

from vidrec.media import ffmpeg
from vidrec.videos.directory import entries_of, in_many_categories, scan, tell_left_out
from vidrec.videos.listing import Listed, read_listing, write_listing
from vidrec.workflow.errors import UserError


@pytest.fixture(scope="module")
def clip() -> bytes:
    return clip_of(0)


def clip_of(shade: int) -> bytes:
    return ffmpeg.encode_clip([bytes([shade]) * (64 * 48 * 3)] * 6, 64, 48, 6)


def fill(directory: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)


def statuses(listed: list[Listed]) -> dict[str, str]:
    return {each.video_id: each.status for each in listed}


def test_good_and_bad_files(
    tmp_path: Path, clip: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(
        tmp_path / "own",
        {
            "pop music/a b.mp4": clip,
            "pop music/-%d:x.MP4": clip_of(90),
            "pop music/no suffix": clip_of(150),
            "pop music/bad.mp4": b"nonsense",
            "pop music/empty.mp4": b"",
            "pop music/list.mp4": b"#EXTM3U\nfile:///etc/passwd\n",
            "pop music/notes.csv": b"a,b\n",
            "pop music/.hidden.mp4": clip,
            "pop music/deeper/x.mp4": clip,
            ".git/x.mp4": clip,
            "loose.mp4": clip,
        },
    )
    before = {path: path.stat() for path in (tmp_path / "own").rglob("*")}
    scanned = scan(tmp_path / "own", [], looks)
    assert statuses(scanned.listed) == {
        "a_b": "ok",
        "-_d_x": "ok",
        "no_suffix": "ok",
        "bad": "unknown_container",
        "empty": "empty",
        "list": "playlist",
        "deeper": "folder",
    }
    assert {each.category for each in scanned.listed} == {"pop_music"}
    (item,) = [each for each in scanned.listed if each.video_id == "a_b"]
    assert (item.path, item.duration_s, item.title) == ("pop music/a b.mp4", 1.0, "a b")
    assert item.size == len(clip)
    tell_left_out(scanned.left_out)
    told = capsys.readouterr().err
    assert all(name in told for name in ("notes.csv", "loose.mp4"))
    assert "hidden" not in told
    assert {path: path.stat() for path in (tmp_path / "own").rglob("*")} == before


def test_names_of_any_script_can_be_told_apart(tmp_path: Path, clip: bytes) -> None:
    fill(tmp_path, {f"{name}/1.mov": clip for name in ("música", "кошки", "犬", "猫")})
    listed = scan(tmp_path, [], looks).listed
    assert {each.category_name: each.category for each in listed} == {
        "música": "musica", "кошки": "koshki", "犬": "Quan", "猫": "Mao",
    }  # fmt: skip
    assert len({each.video_id for each in listed}) == 4
    assert {each.status for each in listed} == {"ok"}
    (told,) = in_many_categories(listed)
    assert told.startswith("one file in 4 categories")
    entries = entries_of(listed)
    assert {each.category_name for each in entries} == {"música", "кошки", "犬", "猫"}


def test_ids_are_unique_and_do_not_depend_on_what_comes_first(tmp_path: Path) -> None:
    names = ("a/1.mp4", "b/1.mp4", "b/2.mp4", "b/X y.mp4", "a/x_Y.mkv")
    fill(tmp_path, {name: name.encode() for name in names})
    found = {each.path: each.video_id for each in scan(tmp_path, [], looks).listed}
    assert len({name.lower() for name in found.values()}) == len(found)
    assert found["b/2.mp4"] == "2"


def test_a_known_video_keeps_its_id_whatever_comes_later(tmp_path: Path) -> None:
    fill(tmp_path, {"a/x.mp4": clip_of(10)})
    first = scan(tmp_path, [], looks).listed
    fill(tmp_path, {"b/x.mp4": clip_of(60), "a/X.mkv": clip_of(99)})
    second = scan(tmp_path, first, looks).listed
    ids = {each.path: each.video_id for each in second}
    assert ids["a/x.mp4"] == "x"
    assert len({name.lower() for name in ids.values()}) == 3
    assert scan(tmp_path, second, looks).listed == second
    (tmp_path / "a/x.mp4").rename(tmp_path / "a/renamed.mp4")
    assert {each.path: each.video_id for each in scan(tmp_path, second, looks).listed} == {
        "a/renamed.mp4": "x", "b/x.mp4": ids["b/x.mp4"], "a/X.mkv": ids["a/X.mkv"],
    }  # fmt: skip


def test_a_video_that_was_moved_keeps_its_length_and_gets_its_new_title(tmp_path: Path) -> None:
    fill(tmp_path, {"a/x.mp4": clip_of(10), "b/z.mp4": clip_of(30)})
    first = scan(tmp_path, [], looks).listed
    (tmp_path / "a/x.mp4").rename(tmp_path / "b/y.mp4")
    (tmp_path / "b/z.mp4").rename(tmp_path / "b/other.mp4")
    listed = {each.path: each for each in scan(tmp_path, first, looks).listed}
    assert {name: each.title for name, each in listed.items()} == {
        "b/y.mp4": "y", "b/other.mp4": "other",
    }  # fmt: skip
    assert all(each.duration_s == 1.0 and each.size > 0 for each in listed.values())
    (tmp_path / "b/y.mp4").rename(tmp_path / "a/x.mp4")
    (tmp_path / "b/other.mp4").rename(tmp_path / "b/z.mp4")
    assert scan(tmp_path, list(listed.values()), looks).listed == first


def test_what_changed_is_checked_anew_and_what_is_gone_leaves_the_list(tmp_path: Path) -> None:
    fill(tmp_path, {"a/x.mp4": clip_of(10), "a/y.mp4": clip_of(20)})
    first = scan(tmp_path, [], looks).listed
    fill(tmp_path, {"a/x.mp4": b"nonsense"})
    (tmp_path / "a/y.mp4").unlink()
    (item,) = scan(tmp_path, first, looks).listed
    assert (item.video_id, item.status) == ("x", "unknown_container")


def test_copies_in_a_category_are_one_video(tmp_path: Path, clip: bytes) -> None:
    fill(tmp_path, {"a/2.mp4": clip, "a/3.mp4": clip, "b/other.mp4": clip})
    listed = scan(tmp_path, [], looks).listed
    assert statuses(listed) == {"2": "ok", "3": "duplicate", "other": "ok"}
    assert [each.error for each in listed] == ["", "a copy of a/2.mp4, which is 2", ""]
    fill(tmp_path, {"a/1.mp4": clip})
    again = scan(tmp_path, listed, looks).listed
    assert statuses(again) == {"1": "duplicate", "2": "ok", "3": "duplicate", "other": "ok"}
    taken_out = [replace(x, status="removed") if x.video_id == "2" else x for x in again]
    assert statuses(scan(tmp_path, taken_out, looks).listed) == {
        "1": "duplicate", "2": "removed", "3": "duplicate", "other": "ok",
    }  # fmt: skip
    (tmp_path / "a/2.mp4").unlink()
    assert sorted(statuses(scan(tmp_path, again, looks).listed).values()) == [
        "duplicate",
        "ok",
        "ok",
    ]


def test_a_name_that_breaks_lines_is_listed_on_one(tmp_path: Path, clip: bytes) -> None:
    fill(tmp_path, {"a\rb/x\ny\r\x1bz.mp4": clip})
    (item,) = scan(tmp_path, [], looks).listed
    assert (item.category_name, item.title) == ("a b", "x y  z")
    write_listing(tmp_path / "own.csv", [item])
    assert read_listing(tmp_path / "own.csv") == [item]
    assert scan(tmp_path, [item], looks).listed == [item]


def test_photographs_in_the_container_of_a_video_are_left_out(tmp_path: Path, clip: bytes) -> None:
    still = b"\0\0\0\x18ftypheic" + bytes(200)
    fill(tmp_path, {"a/IMG_1.MOV": clip, "a/IMG_1.HEIC": still})
    fill(tmp_path, {"a/IMG_2.avif": still.replace(b"heic", b"avif"), "a/IMG_2.JPG": b"\xff\xd8"})
    scanned = scan(tmp_path, [], looks)
    assert statuses(scanned.listed) == {"IMG_1": "ok"}
    assert {path.name for path in scanned.left_out} == {"IMG_1.HEIC", "IMG_2.avif", "IMG_2.JPG"}


def test_a_category_may_be_a_link_to_a_folder(tmp_path: Path, clip: bytes) -> None:
    fill(tmp_path, {"elsewhere/x.mp4": clip, "own/b/y.mp4": clip_of(80)})
    (tmp_path / "own/a").symlink_to(tmp_path / "elsewhere")
    listed = scan(tmp_path / "own", [], looks).listed
    assert [(each.category, each.video_id, each.status) for each in listed] == [
        ("a", "x", "ok"), ("b", "y", "ok"),
    ]  # fmt: skip


def test_missing_or_empty(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"download_videos\.directory"):
        scan(tmp_path / "none", [], looks)
    fill(tmp_path, {"own/README.txt": b"put videos here"})
    with pytest.raises(UserError, match="has no videos"):
        scan(tmp_path / "own", [], looks)


def test_dead_link_and_fifo(tmp_path: Path, clip: bytes) -> None:
    fill(tmp_path, {"own/a/good.mp4": clip})
    (tmp_path / "own/a/dead.mp4").symlink_to(tmp_path / "none")
    (tmp_path / "own/a/dead link").symlink_to("nowhere")
    os.mkfifo(tmp_path / "own/a/fifo.mp4")
    listed = scan(tmp_path / "own", [], looks).listed
    assert statuses(listed) == {
        "good": "ok", "dead": "missing", "dead_link": "missing", "fifo": "unreadable",
    }  # fmt: skip


def test_odd_files(real_data: Path, tmp_path: Path) -> None:
    names = ["52_awesome movie.mov", "03_video_init.mp4", "19_5p1_iamf_opus.mp4", "files.csv"]
    (tmp_path / "own").mkdir()
    fill(tmp_path, {f"own/odd/{n}": (real_data / "odd-media" / n).read_bytes() for n in names})
    assert statuses(scan(tmp_path / "own", [], looks).listed) == {
        "52_awesome_movie": "ok", "03_video_init": "no_frames", "19_5p1_iamf_opus": "no_video",
    }  # fmt: skip


def test_what_is_left_out_is_said_without_what_a_terminal_obeys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    odd = (
        "a\x1b[31m.txt",
        "b\u202e.txt",
        os.fsdecode(b"\xff.txt"),
        "\U0001f469\u200d\U0001f692.txt",
    )
    tell_left_out([Path(name) for name in odd])
    assert capsys.readouterr().err == (
        "left out, not <category>/<video>: 'a\ufffd[31m.txt', 'b\ufffd.txt', '\ufffd.txt',"
        " '\U0001f469\u200d\U0001f692.txt'\n"
    )
