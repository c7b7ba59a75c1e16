"""Copies of rendered clips, encoded again by ffmpeg, through the stage."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml

from vidrec.detections.copies import Copy, read_copies
from vidrec.media import ffmpeg
from vidrec.media.frames import Frames
from vidrec.media.thumbnails import Thumbnails, take_thumbnails
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos import find_copies, frames_at_hand, sample
from vidrec.videos.find_copies import copies_of, equal_pairs, in_clusters, told
from vidrec.videos.framing import take_frames
from vidrec.videos.sample import Clip, ClipSettings

Run = Callable[..., int]
Write = Callable[[Path, int, int], None]

CLIPS = ClipSettings(seed=5, seconds=6.0, fps=12)
TAKING = FrameSettings(3, 224, "stretch", 3, 60.0, 0.25, ())
ORIGINALS = [Clip("cars", 1), Clip("pets", 2), Clip("music", 3)]
# As ffmpeg is told, and the least share of the shorter video that must be matched.
CHANGES = {
    "lower_quality": (["-crf", "35"], 1.0),
    "half_size": (["-vf", "scale=trunc(iw/4)*2:trunc(ih/4)*2", "-crf", "28"], 1.0),
    # A frame beside the cut may be of the other shot.
    "other_rate": (["-r", "5"], 0.75),
    "middle_half": (["-ss", "1.6", "-t", "3"], 0.8),
    "brighter": (["-vf", "lutyuv=y=clip(val*1.2\\,0\\,255)"], 0.9),
}


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump({"extract_frames": {}}))


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The frames of the originals, by id, and of each of them changed in each way."""
    top = tmp_path_factory.mktemp("clips")
    made = {}
    for clip in ORIGINALS:
        file = top / f"{clip.video.video_id}.mp4"
        file.write_bytes(sample.render(clip, CLIPS).clip)
        made[file.stem] = write(top / file.stem, file)
        for name, (arguments, _) in CHANGES.items():
            changed = top / f"{file.stem}-{name}.mp4"
            encode(file, changed, arguments)
            made[changed.stem] = write(top / changed.stem, changed)
    return made


def encode(file: Path, changed: Path, arguments: Sequence[str]) -> None:
    coding = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-threads", "1"]
    command = [ffmpeg.binary(), "-v", "error", "-i", str(file), *arguments, *coding, str(changed)]
    subprocess.run(command, check=True)


def write(folder: Path, file: Path) -> Path:
    folder.mkdir()
    for number, content in enumerate(take_frames(file, TAKING).frames, start=1):
        (folder / f"{number}.jpg").write_bytes(content)
    return folder


def collect(clips: dict[str, Path], names: Sequence[str]) -> None:
    for name in names:
        Path("frames/all").mkdir(parents=True, exist_ok=True)
        Path("frames/all", name).symlink_to(clips[name])


def found() -> list[Copy]:
    origin = frames_at_hand.Origin(None, Path("params.yaml"))
    return find_copies.find_copies(frames_at_hand.frame_source(Path("frames"), None, origin))


@pytest.mark.parametrize("change", CHANGES)
def test_each_clip_encoded_again_is_a_copy_of_its_original(
    clips: dict[str, Path], change: str
) -> None:
    originals = [clip.video.video_id for clip in ORIGINALS]
    collect(clips, [*originals, *(f"{name}-{change}" for name in originals)])
    copies = found()
    assert [(each.video_id, each.copy_of) for each in copies] == [
        (f"{name}-{change}", name) for name in sorted(originals)
    ]
    assert min(each.share for each in copies) >= CHANGES[change][1]


def test_copies_of_one_video_are_one_group(clips: dict[str, Path]) -> None:
    names = [name for name in clips if name.startswith("cars_001")]
    collect(clips, names)
    assert [(each.video_id, each.copy_of) for each in found()] == [
        (name, "cars_001") for name in sorted(names) if name != "cars_001"
    ]


def test_the_stage_tells_what_it_writes(
    clips: dict[str, Path], run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    collect(clips, ["pets_002", "pets_002-brighter", "cars_001"])
    assert run_stage("find_copies", "--frames", "frames", "--copies", "copies.csv") == 0
    assert read_copies(Path("copies.csv")) == {"pets_002-brighter": "pets_002"}
    assert capsys.readouterr().err.splitlines() == [
        "1 of the videos are copies of others (pets_002-brighter of pets_002): none is in the ten"
        " of its original, nor on the other side of a fold"
    ]


def test_a_further_video_costs_only_itself(
    write_frames: Write, run_stage: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def take(frames: Frames) -> Thumbnails:
        looked.append(Path(frames.name).name)
        return take_thumbnails(frames)

    monkeypatch.setattr(find_copies, "take_thumbnails", take)
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    for seed, name in enumerate("ab"):
        write_frames(Path("frames/cars", name), 5, seed)
    assert found() == []
    write_frames(Path("frames/cars/c"), 5, 2)
    assert found() == []
    assert looked == ["a", "b", "c"]


def test_a_copy_of_the_files_is_one_whatever_the_workers(
    write_frames: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_frames(Path("frames/cars/b"), 6, 1)
    shutil.copytree("frames/cars/b", "frames/pets/a")
    for workers in ("1", "2"):
        monkeypatch.setenv("VIDREC_WORKERS", workers)
        assert found() == [Copy("b", "a", 1.0)]
        shutil.rmtree(".vidrec")


def test_a_damaged_frame_is_one_line(
    write_frames: Write, run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    write_frames(Path("frames/cars/a"), 3, 1)
    Path("frames/cars/a/2.jpg").write_bytes(b"none")
    assert run_stage("find_copies", "--frames", "frames", "--copies", "copies.csv") == 1
    assert capsys.readouterr().err.startswith("error: frames/cars/a/2.jpg cannot be read")


def test_what_is_like_a_copy_only_is_none() -> None:
    shares = {(0, 1): 0.9, (1, 2): 0.8, (2, 3): 0.7, (0, 2): 0.0}
    assert copies_of("abcd", shares) == [Copy("b", "a", 0.9), Copy("d", "c", 0.7)]


def test_a_copy_of_two_firsts_is_with_the_first_of_them() -> None:
    assert copies_of("abc", {(1, 2): 0.9, (0, 2): 0.6}) == [Copy("c", "a", 0.6)]


def test_pairs_come_cluster_by_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [(0, 3), (1, 2), (0, 6), (3, 6), (1, 5)]
    assert in_clusters(pairs, 7) == [(0, 3), (0, 6), (3, 6), (1, 2), (1, 5)]
    monkeypatch.setattr(find_copies, "AT_HAND", 4)
    whole = [(a, b) for a in range(8) for b in range(a + 1, 8)]
    assert in_clusters(whole, 8)[:5] == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3)]
    assert sorted(in_clusters(whole, 8)) == whole
    assert in_clusters([], 0) == []


def test_only_the_first_are_named() -> None:
    assert told([]) is None
    copies = [Copy(f"b{number}", "a", 1.0) for number in range(5)]
    assert str(told(copies)).startswith(
        "5 of the videos are copies of others (b0 of a, b1 of a, b2 of a and 2 more): none is in"
    )


def test_videos_of_the_same_frames_are_copies_though_nothing_moves_in_them() -> None:
    pairs = equal_pairs(["x", "y", "x", "z", "y", "x"])
    assert pairs == [(0, 2), (1, 4), (0, 5)]
    found = copies_of(list("abcdef"), dict.fromkeys(pairs, 1.0))
    assert found == [Copy("c", "a", 1.0), Copy("e", "b", 1.0), Copy("f", "a", 1.0)]
