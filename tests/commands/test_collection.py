"""Adding videos to a source, and taking them out of it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from vidrec.commands.collection import add, add_file, add_id, remove, remove_file, remove_id
from vidrec.media import ffmpeg
from vidrec.settings.download_videos import Params
from vidrec.videos.directory import list_files, name_files
from vidrec.videos.youtube_manifest import COLUMNS, read_wanted
from vidrec.workflow import params
from vidrec.workflow.errors import UserError

ROOT = Path(__file__).parents[2]
OWN, MANIFEST = Path("own"), Path("youtube.csv")
HEADER = ",".join(COLUMNS)
ID, OTHER = "-a_bCdE12Fg", "bbbbbbbbbbb"


@pytest.fixture(scope="module")
def clips() -> list[bytes]:
    """Three videos of different content."""
    return [ffmpeg.encode_clip([bytes([80 * n]) * 64 * 48 * 3] * 6, 64, 48, 6) for n in range(3)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    OWN.mkdir()


def settings(source: str) -> Params:
    document = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    changes = {"source": source, "directory": "own", "youtube_manifest": "youtube.csv"}
    document["download_videos"] |= changes | {"youtube_min_videos_per_category": 2}
    Path("params.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return params.load(Params, Path("params.yaml"))


def write(path: str, content: bytes) -> Path:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content)
    return Path(path)


def in_source() -> dict[str, str]:
    """The files of the directory, and the id that the workflow gives each."""
    found = name_files(OWN, list_files(OWN)[0])
    return {item.file.relative_to(OWN.absolute()).as_posix(): item.video.video_id for item in found}


def test_a_file_is_copied_and_can_be_removed_again(clips: list[bytes]) -> None:
    video = write("some where/My clip.MP4", clips[0])
    told = add(str(video), "cars", settings("directory"))
    assert told == [
        "added own/cars/My clip.MP4",
        "its id is My_clip, its category cars",
        "next: dvc repro",
    ]
    assert Path("own/cars/My clip.MP4").read_bytes() == clips[0] == video.read_bytes()
    assert [path.name for path in Path("own/cars").iterdir()] == ["My clip.MP4"]
    told = remove("My_clip", settings("directory"))
    assert told[0].endswith("the file is now .vidrec/removed/cars/My clip.MP4")
    assert told[-1] == "next: dvc repro"
    assert Path(".vidrec/removed/cars/My clip.MP4").read_bytes() == clips[0]
    assert in_source() == {}


def test_nothing_is_overwritten(clips: list[bytes]) -> None:
    add_file(OWN, write("a/x.mp4", clips[0]), "cars")
    with pytest.raises(UserError, match=r"own/cars/x\.mp4 is there already, another file"):
        add_file(OWN, write("b/x.mp4", clips[1]), "cars")
    assert Path("own/cars/x.mp4").read_bytes() == clips[0]
    Path("own/cars/dead.mp4").symlink_to("nowhere")
    with pytest.raises(UserError, match="is there already"):
        add_file(OWN, write("b/dead.mp4", clips[1]), "cars")
    write("own/pets", b"")
    with pytest.raises(UserError, match="own/pets is not a directory"):
        add_file(OWN, write("b/x.mp4", clips[1]), "pets")


def test_a_video_is_added_once(clips: list[bytes]) -> None:
    add_file(OWN, write("x.mp4", clips[0]), "cars")
    before = sorted(OWN.rglob("*"))
    assert add_file(OWN, write("y.mp4", clips[0]), "cars") == [
        "y.mp4 is there already, as x: nothing was changed"
    ]
    with pytest.raises(UserError, match=r"in category cars already, as x: .*`vidrec remove x`"):
        add_file(OWN, Path("y.mp4"), "pets")
    assert add_file(OWN, Path("own/cars/x.mp4"), "cars")[0].endswith("nothing was changed")
    assert sorted(OWN.rglob("*")) == before


def test_another_id_that_changes_is_told(clips: list[bytes]) -> None:
    add_file(OWN, write("a/x.mp4", clips[0]), "cars")
    told = add_file(OWN, write("b/x.mp4", clips[1]), "pets")
    ids = in_source()
    assert f"x is called {ids['cars/x.mp4']} from now on" in told
    assert f"its id is {ids['pets/x.mp4']}, its category pets" in told
    told = remove_file(OWN, ids["cars/x.mp4"])
    assert f"{ids['pets/x.mp4']} is called x from now on" in told


def test_a_folder_of_another_name_may_make_up_the_category(clips: list[bytes]) -> None:
    write("own/pop music/a.mp4", clips[0])
    add_file(OWN, write("b.mp4", clips[1]), "pop_music")
    assert in_source() == {"pop music/a.mp4": "a", "pop music/b.mp4": "b"}
    add_file(OWN, write("c.mp4", clips[2]), "Pop_Music")
    assert len(list(OWN.iterdir())) == 1


@pytest.mark.parametrize("category", ["", "../up", "a/b", "pop music", "ü", "x" * 101, ".hidden"])
@pytest.mark.parametrize("source", ["directory", "youtube"])
def test_a_category_is_a_safe_name(category: str, source: str) -> None:
    with pytest.raises(UserError, match="use letters, digits, _ and -"):
        add(ID, category, settings(source))
    assert not MANIFEST.exists()
    assert not list(OWN.iterdir())


def test_a_name_that_is_no_utf_8_is_no_hindrance(clips: list[bytes]) -> None:
    name = os.fsdecode(b"caf\xe9.mp4")
    add_file(OWN, write(name, clips[0]), "cars")
    assert in_source() == {f"cars/{name}": "caf"}
    remove_file(OWN, "caf")
    assert in_source() == {}


def test_what_is_no_video_is_not_added(clips: list[bytes]) -> None:
    os.mkfifo("fifo.mp4")
    for video, said in (
        (write("a.mp4", b"hello"), "unknown_container"),
        (write("b.mp4", b"#EXTM3U\n"), "playlist"),
        (write("c.mp4", clips[0][:200]), "cannot be added"),
        (write(".d.mp4", clips[0]), "begins with a dot"),
        (write("e" * 220 + ".mp4", clips[0]), "too long"),
        (Path("none.mp4"), "missing"),
        (Path("fifo.mp4"), "unreadable"),
        (OWN, "not a plain file"),
    ):
        with pytest.raises(UserError, match=said):
            add_file(OWN, video, "cars")
    assert not list(OWN.iterdir())


def test_a_directory_that_is_not_there(clips: list[bytes]) -> None:
    video = write("a.mp4", clips[0])
    with pytest.raises(UserError, match=r"none is not a directory: .*download_videos\.directory"):
        add_file(Path("none"), video, "cars")
    with pytest.raises(UserError, match="none is not a directory"):
        remove_file(Path("none"), "a")


def test_an_unknown_id_is_not_removed(clips: list[bytes]) -> None:
    write("own/cars/cars_1.mp4", clips[0])
    with pytest.raises(UserError, match="no video 'car_1' in own: did you mean cars_1"):
        remove_file(OWN, "car_1")
    with pytest.raises(UserError, match=r"no video '\.\./x' in own"):
        remove_file(OWN, "../x")
    assert in_source() == {"cars/cars_1.mp4": "cars_1"}


def test_what_was_removed_before_is_kept(clips: list[bytes]) -> None:
    for content in clips:
        write("own/cars/x.mp4", content)
        remove_file(OWN, "x")
    kept = [Path(f".vidrec/removed/cars/{name}.mp4") for name in ("x", "x-2", "x-3")]
    assert [path.read_bytes() for path in kept] == clips


def test_a_link_is_removed_its_file_stays(clips: list[bytes]) -> None:
    write("videos/x.mp4", clips[0])
    Path("own/cars").mkdir()
    Path("own/cars/x.mp4").symlink_to("../../videos/x.mp4")
    remove_file(OWN, "x")
    assert Path(".vidrec/removed/cars/x.mp4").read_bytes() == clips[0]
    assert Path("videos/x.mp4").is_file()
    assert in_source() == {}


def test_an_id_is_appended_and_taken_out_again() -> None:
    before = f'{HEADER}\ncars,1,aaaaaaaaaaa,"A, b",12\npets,7,ccccccccccc,NA,1.50\n'
    MANIFEST.write_text(before, encoding="utf-8")
    told = add(f"https://www.youtube.com/watch?v={ID}&t=3", "pets", settings("youtube"))
    assert told == [
        f"added {ID} to youtube.csv as number 8 of pets: commit the file",
        "next: dvc repro",
    ]
    assert MANIFEST.read_text(encoding="utf-8") == f"{before}pets,8,{ID},,\n"
    assert list(read_wanted(MANIFEST)["video_id"]) == ["aaaaaaaaaaa", "ccccccccccc", ID]
    with pytest.raises(UserError, match=r"is in youtube\.csv already, number 8 of pets"):
        add(ID, "cars", settings("youtube"))
    assert remove(ID, settings("youtube"))[-1] == "next: dvc repro"
    assert MANIFEST.read_text(encoding="utf-8") == before
    with pytest.raises(UserError, match=f"no video '{ID}' in youtube.csv"):
        remove(ID, settings("youtube"))


@pytest.mark.parametrize("before", [None, HEADER + "\n"])
def test_the_first_id(before: str | None) -> None:
    if before:
        MANIFEST.write_text(before, encoding="utf-8")
    add_id(MANIFEST, ID, "pets")
    assert MANIFEST.read_text(encoding="utf-8") == f"{HEADER}\npets,1,{ID},,\n"
    remove_id(MANIFEST, ID)
    assert MANIFEST.read_text(encoding="utf-8") == f"{HEADER}\n"


def test_who_comes_after_all_that_are_taken_is_told_so() -> None:
    few = replace(
        settings("youtube"), youtube_videos_per_category=1, youtube_min_videos_per_category=1
    )
    assert add(ID, "pets", few)[1:] == ["next: dvc repro"]
    told = add(OTHER, "pets", few)
    assert "this one is a reserve" in told[1]
    assert "youtube_videos_per_category" in told[1]


def test_a_category_with_too_few_videos_cannot_be_run_yet() -> None:
    told = add(ID, "pets", settings("youtube"))
    assert told[1].startswith("pets has 1 videos and needs 2: add more")
    assert "next: dvc repro" not in told


def test_what_is_no_youtube_video() -> None:
    with pytest.raises(UserError, match="neither an id nor a URL of YouTube"):
        add_id(MANIFEST, "https://example.org/a.mp4", "pets")
    with pytest.raises(UserError, match=r"no video 'x' in youtube\.csv"):
        remove_id(MANIFEST, "x")
    MANIFEST.write_text(f"{HEADER}\npets,first,{OTHER},,\n", encoding="utf-8")
    with pytest.raises(UserError, match="row 2: rank is 'first'"):
        add_id(MANIFEST, ID, "pets")


def test_the_sample_is_drawn(clips: list[bytes]) -> None:
    video = write("a.mp4", clips[0])
    with pytest.raises(UserError, match=r"sample.*download_videos\.source"):
        add(str(video), "cars", settings("sample"))
    with pytest.raises(UserError, match=r"sample.*download_videos\.source"):
        remove("cars_001", settings("sample"))
