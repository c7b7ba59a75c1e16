"""Adding videos to a source, and taking them out of it."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from vidrec.commands import collection
from vidrec.commands.collection import add_id, directory_source, remove_id, restore_id
from vidrec.media import ffmpeg
from vidrec.settings.download_videos import Params
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos.listing import Listed, read_listing, write_listing
from vidrec.videos.originals import remember
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
    changes = {"source": source, "directory": "own", "directory_manifest": "own.csv"}
    document["download_videos"] |= changes | {
        "youtube_manifest": "youtube.csv",
        "youtube_min_videos_per_category": 2,
    }
    Path("params.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return params.load(Params, Path("params.yaml"))


def write(path: str, content: bytes) -> Path:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content)
    return Path(path)


def frame_settings() -> FrameSettings:
    return params.load(FrameSettings, ROOT / "params.yaml")


TOP = Path()
LISTING = Path("own.csv")


def add(video: object, category: str = "cars", source: str = "directory") -> list[str]:
    return collection.add(str(video), category, TOP, settings(source), frame_settings())


def remove(name: str, source: str = "directory") -> list[str]:
    return collection.remove(name, TOP, settings(source))


def undo(name: str, source: str = "directory") -> list[str]:
    return collection.undo_remove(name, TOP, settings(source))


def in_source() -> dict[str, str]:
    """The files of the list that are videos, and the id of each."""
    return {each.path: each.video_id for each in read_listing(LISTING) if each.status == "ok"}


def test_a_file_is_copied_and_listed_and_can_be_removed_again(clips: list[bytes]) -> None:
    video = write("some where/My clip.MP4", clips[0])
    assert add(video) == [
        "added own/cars/My clip.MP4",
        "its id is My_clip, its category cars",
        "next: dvc repro",
    ]
    assert Path("own/cars/My clip.MP4").read_bytes() == clips[0] == video.read_bytes()
    assert [path.name for path in Path("own/cars").iterdir()] == ["My clip.MP4"]
    assert in_source() == {"cars/My clip.MP4": "My_clip"}
    assert remove("My_clip") == [
        "removed My_clip from own.csv; its file stays where it is",
        "undo: vidrec remove --undo My_clip",
        "next: dvc repro",
    ]
    assert Path("own/cars/My clip.MP4").read_bytes() == clips[0]
    assert in_source() == {}
    assert collection.scan(TOP, settings("directory"), frame_settings())[0].startswith("0 videos")
    assert undo("My_clip") == ["My_clip is in own.csv again", "next: dvc repro"]
    assert in_source() == {"cars/My clip.MP4": "My_clip"}
    with pytest.raises(UserError, match=r"My_clip was not removed: it is in own\.csv"):
        undo("My_clip")


def test_a_removed_video_that_is_added_again_is_back(clips: list[bytes]) -> None:
    video = write("x.mp4", clips[0])
    add(video)
    remove("x")
    assert add(video) == ["x is in own.csv again", "next: dvc repro"]
    assert in_source() == {"cars/x.mp4": "x"}


PARTIAL = Listed(
    "cars/x.mkv", "cars", "cars", "x", "partial", "ab", 9, 5.1, "x", "cut off after 5.1 of 10 s"
)  # fmt: skip


def test_a_partial_video_that_was_removed_is_partial_again() -> None:
    write_listing(LISTING, [PARTIAL])
    remove("x")
    (gone,) = read_listing(LISTING)
    assert gone.status == "removed"
    undo("x")
    assert read_listing(LISTING) == [PARTIAL]


def test_a_summary_counts_partial_videos_and_says_what_is_wrong() -> None:
    broken = replace(PARTIAL, path="cars/y.mkv", video_id="y", status="truncated")
    assert list(collection.summary([PARTIAL, broken])) == [
        "1 video in 1 category: cars 1",
        "partial: cars/x.mkv: cut off after 5.1 of 10 s; what decodes of it counts",
        "truncated: cars/y.mkv: cut off after 5.1 of 10 s",
    ]


def test_who_adds_a_partial_video_is_told_what_is_wrong() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (24, 48, 64, 3), np.uint8)
    content = ffmpeg.encode_clip((frame.tobytes() for frame in noise), 64, 48, 6)
    video = write("x.mp4", content[: len(content) // 2])
    told = add(video)
    assert told[2].startswith("it is partial: cut off after ")
    assert told == [
        "added own/cars/x.mp4",
        "its id is x, its category cars",
        f"it is partial: {read_listing(LISTING)[0].error}; what decodes of it counts",
        "next: dvc repro",
    ]
    with pytest.raises(UserError, match="is in category cars already, as x"):
        add(video, "pets")


def test_names_are_taken_as_people_write_them(clips: list[bytes]) -> None:
    add(write("Füße.mp4", clips[0]), "música")
    (item,) = read_listing(LISTING)
    assert (item.path, item.category, item.category_name) == ("música/Füße.mp4", "musica", "música")
    assert (item.video_id, item.title) == ("Fusse", "Füße")
    add(write("b.mp4", clips[1]), "musica")
    assert in_source() == {"música/Füße.mp4": "Fusse", "música/b.mp4": "b"}
    remove("Füße")
    assert in_source() == {"música/b.mp4": "b"}


def test_nothing_is_overwritten(clips: list[bytes]) -> None:
    add(write("a/x.mp4", clips[0]))
    with pytest.raises(UserError, match=r"own/cars/x\.mp4 is there already, another file"):
        add(write("b/x.mp4", clips[1]))
    assert Path("own/cars/x.mp4").read_bytes() == clips[0]
    Path("own/cars/dead.mp4").symlink_to("nowhere")
    with pytest.raises(UserError, match="is there already"):
        add(write("b/dead.mp4", clips[1]))
    write("own/pets", b"")
    with pytest.raises(UserError, match="own/pets is not a directory"):
        add(write("b/x.mp4", clips[1]), "pets")


def test_a_video_is_added_once(clips: list[bytes]) -> None:
    add(write("x.mp4", clips[0]))
    before = sorted(OWN.rglob("*"))
    assert add(write("y.mp4", clips[0])) == ["y.mp4 is there already, as x: nothing was changed"]
    with pytest.raises(UserError, match=r"in category cars already, as x: .*`vidrec remove x`"):
        add("y.mp4", "pets")
    assert add("own/cars/x.mp4")[0].endswith("nothing was changed")
    assert sorted(OWN.rglob("*")) == before


def test_a_file_that_lies_there_already_is_only_listed(clips: list[bytes]) -> None:
    add(write("own/cars/x.mp4", clips[0]))
    assert in_source() == {"cars/x.mp4": "x"}
    assert [path.name for path in Path("own/cars").iterdir()] == ["x.mp4"]


def test_no_other_id_changes(clips: list[bytes]) -> None:
    add(write("a/x.mp4", clips[0]))
    add(write("b/x.mp4", clips[1]), "pets")
    ids = in_source()
    assert ids["cars/x.mp4"] == "x"
    assert ids["pets/x.mp4"].startswith("x-")
    remove("x")
    assert in_source() == {"pets/x.mp4": ids["pets/x.mp4"]}


def test_a_folder_of_another_name_may_make_up_the_category(clips: list[bytes]) -> None:
    write("own/pop music/a.mp4", clips[0])
    collection.scan(TOP, settings("directory"), frame_settings())
    add(write("b.mp4", clips[1]), "pop_music")
    assert in_source() == {"pop music/a.mp4": "a", "pop music/b.mp4": "b"}
    add(write("c.mp4", clips[2]), "Pop_Music")
    assert len(list(OWN.iterdir())) == 1


@pytest.mark.parametrize("category", ["", "../up", "a/b", "x" * 101, ".hidden", "a\nb", "…"])
@pytest.mark.parametrize("source", ["directory", "youtube"])
def test_a_category_is_the_name_of_a_folder(category: str, source: str) -> None:
    with pytest.raises(UserError, match="give a name of letters or digits"):
        add(ID, category, source)
    assert not MANIFEST.exists()
    assert not list(OWN.iterdir())


def test_a_name_that_is_no_utf_8_is_no_hindrance(clips: list[bytes]) -> None:
    name = os.fsdecode(b"caf\xe9.mp4")
    add(write(name, clips[0]))
    assert in_source() == {"cars/caf%E9.mp4": "caf"}
    remove("caf")
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
        ("https://example.org/a.mp4", "address of a page"),
    ):
        with pytest.raises(UserError, match=said):
            add(video)
    assert not list(OWN.iterdir())
    assert not LISTING.exists()


def test_a_directory_that_is_not_there_but_its_list_is(clips: list[bytes]) -> None:
    add(write("a.mp4", clips[0]))
    shutil.move("own", "moved")
    with pytest.raises(UserError, match=r"not on this machine: .*`vidrec use DIR`"):
        add(write("b.mp4", clips[1]))
    remove("a")
    assert in_source() == {}
    remember(Path(".vidrec/videos"), Path("moved"))
    assert directory_source(TOP, settings("directory")).at_hand == Path("moved").resolve()
    add("b.mp4")
    assert Path("moved/cars/b.mp4").read_bytes() == clips[1]


def test_an_unknown_name_is_not_removed(clips: list[bytes]) -> None:
    add(write("cars_1.mp4", clips[0]))
    with pytest.raises(UserError, match=r"no video 'car_1' in own\.csv: did you mean cars_1"):
        remove("car_1")
    with pytest.raises(UserError, match=r"no video '\.\./x' in own\.csv"):
        remove("../x")
    assert in_source() == {"cars/cars_1.mp4": "cars_1"}


def test_a_scan_says_what_is_new_gone_and_no_video(clips: list[bytes]) -> None:
    add(write("x.mp4", clips[0]))
    add(write("y.mp4", clips[1]))
    Path("own/cars/x.mp4").unlink()
    write("own/cars/y.mp4", clips[2])
    write("own/pets/z.mp4", b"nonsense")
    assert collection.scan(TOP, settings("directory"), frame_settings()) == [
        "new: z, pets/z.mp4",
        "gone: x, cars/x.mp4",
        "changed: y, cars/y.mp4",
        "1 video in 1 category: cars 1",
        "unknown_container: pets/z.mp4: no container of a video that is known here",
        "next: dvc repro",
    ]
    with pytest.raises(UserError, match="only a directory of own videos is scanned"):
        collection.scan(TOP, settings("youtube"), frame_settings())


def test_an_id_is_appended_and_taken_out_again() -> None:
    before = f'{HEADER}\ncars,1,aaaaaaaaaaa,"A, b",12\npets,7,ccccccccccc,NA,1.50\n'
    MANIFEST.write_text(before, encoding="utf-8")
    told = add(f"https://www.youtube.com/watch?v={ID}&t=3", "pets", "youtube")
    assert told == [
        f"added {ID} to youtube.csv as number 8 of pets: commit the file",
        "next: dvc repro",
    ]
    assert MANIFEST.read_text(encoding="utf-8") == f"{before}pets,8,{ID},,\n"
    assert list(read_wanted(MANIFEST)["video_id"]) == ["aaaaaaaaaaa", "ccccccccccc", ID]
    with pytest.raises(UserError, match=r"is in youtube\.csv already, number 8 of pets"):
        add(ID, "cars", "youtube")
    assert remove(ID, "youtube")[-1] == "next: dvc repro"
    assert MANIFEST.read_text(encoding="utf-8") == before
    with pytest.raises(UserError, match=f"no video '{ID}' in youtube.csv"):
        remove(ID, "youtube")


def test_an_id_that_was_removed_comes_back_to_its_place() -> None:
    before = f"{HEADER}\ncars,1,aaaaaaaaaaa,A,12\npets,1,{ID},P,3\npets,2,{OTHER},Q,1.50\n"
    MANIFEST.write_text(before, encoding="utf-8")
    told = remove(ID, "youtube")
    assert told[1] == f"undo: vidrec remove --undo {ID}"
    undo(ID, "youtube")
    assert sorted(MANIFEST.read_text(encoding="utf-8").splitlines()) == sorted(before.splitlines())
    with pytest.raises(UserError, match="was removed here"):
        restore_id(MANIFEST, Path(".vidrec/removed_from_youtube.csv"), ID)


def test_a_row_is_put_back_after_those_of_lower_rank() -> None:
    before = f"{HEADER}\npets,1,{OTHER},Q,1\npets,2,{ID},P,3\ncars,1,aaaaaaaaaaa,A,12\n"
    MANIFEST.write_text(before, encoding="utf-8")
    remove(ID, "youtube")
    undo(ID, "youtube")
    assert MANIFEST.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("before", [None, HEADER + "\n"])
def test_the_first_id(before: str | None) -> None:
    if before:
        MANIFEST.write_text(before, encoding="utf-8")
    add_id(MANIFEST, ID, "pets")
    assert MANIFEST.read_text(encoding="utf-8") == f"{HEADER}\npets,1,{ID},,\n"
    remove_id(MANIFEST, Path("gone.csv"), ID)
    assert MANIFEST.read_text(encoding="utf-8") == f"{HEADER}\n"


def test_who_comes_after_all_that_are_taken_is_told_so() -> None:
    few = replace(
        settings("youtube"), youtube_videos_per_category=1, youtube_min_videos_per_category=1
    )
    assert collection.add(ID, "pets", TOP, few, frame_settings())[1:] == ["next: dvc repro"]
    told = collection.add(OTHER, "pets", TOP, few, frame_settings())
    assert "this one is a reserve" in told[1]
    assert "youtube_videos_per_category" in told[1]


def test_a_category_with_too_few_videos_cannot_be_run_yet() -> None:
    told = add(ID, "pets", "youtube")
    assert told[1].startswith("pets has 1 videos and needs 2: add more")
    assert "next: dvc repro" not in told


def test_what_is_no_youtube_video() -> None:
    with pytest.raises(UserError, match="neither an id nor a URL of YouTube"):
        add_id(MANIFEST, "https://example.org/a.mp4", "pets")
    with pytest.raises(UserError, match=r"no video 'x' in youtube\.csv"):
        remove_id(MANIFEST, Path("gone.csv"), "x")
    MANIFEST.write_text(f"{HEADER}\npets,first,{OTHER},,\n", encoding="utf-8")
    with pytest.raises(UserError, match="row 2: rank is 'first'"):
        add_id(MANIFEST, ID, "pets")


def test_the_sample_is_drawn(clips: list[bytes]) -> None:
    video = write("a.mp4", clips[0])
    with pytest.raises(UserError, match=r"sample.*`vidrec use DIR`"):
        add(video, "cars", "sample")
    with pytest.raises(UserError, match=r"sample.*`vidrec use DIR`"):
        remove("cars_001", "sample")
