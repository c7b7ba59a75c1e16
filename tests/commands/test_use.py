"""Pointing a project at videos and weights, and back."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
import yaml
from tests.clips import looks

from vidrec.commands import collection, estimate, overview, use
from vidrec.commands.params_file import change
from vidrec.commands.use import Choice, use_directory, use_sample, use_youtube
from vidrec.media import ffmpeg
from vidrec.project import ProjectPaths
from vidrec.settings.download_videos import Params
from vidrec.videos import directory as own
from vidrec.videos.listing import read_listing, write_listing
from vidrec.workflow import params
from vidrec.workflow.errors import UserError

ROOT = Path(__file__).parents[2]
TOP = Path()
LOCK = {
    "schema": "2.0",
    "stages": {"prepare_weights": {"cmd": "a"}, "build_index": {"cmd": "b"}},
}


def git(*arguments: str) -> str:
    who = "-c", "user.name=a", "-c", "user.email=a@b.c"
    done = subprocess.run(["git", *who, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tracked files of a project that has run on the sample, as the working directory."""
    made = tmp_path / "project"
    (made / "metrics/plots").mkdir(parents=True)
    (made / "manifests").mkdir()
    monkeypatch.chdir(made)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, made)
    for name in ("directory.csv", "youtube.csv"):
        shutil.copy(ROOT / "manifests" / name, made / "manifests")
    Path("dvc.lock").write_text(yaml.safe_dump(LOCK))
    Path("metrics/build_index.json").write_text("of the sample\n")
    Path("metrics/plots/weightings.csv").write_text("name,idf\nof the sample,True\n")
    Path(".gitignore").write_text("/.vidrec/\n")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "sample")
    monkeypatch.setattr(estimate, "frames_per_second", lambda *_: 10.0)
    monkeypatch.setattr(use, "dvc", lambda *_: "")
    return made


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Four videos in two categories, and an empty file."""
    folder = tmp_path / "mis vídeos"
    for number, name in enumerate(("pájaros/1.mp4", "pájaros/2.mp4", "cars/a.mp4", "cars/b.mp4")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        grey = bytes([50 * number]) * (64 * 48 * 3)
        (folder / name).write_bytes(ffmpeg.encode_clip([grey] * 6, 64, 48, 6))
    (folder / "cars/empty.mp4").touch()
    return folder


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "my weights.pth"
    network = torchvision.models.get_model("shufflenet_v2_x0_5", weights=None, num_classes=3)
    torch.save({"state_dict": network.state_dict()}, path)
    return path


def settings() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path("params.yaml").read_text())
    return found


def run(lines: Iterator[str]) -> list[str]:
    return list(lines)


def test_a_directory_with_weights_from_a_file(clips: Path, weights: Path) -> None:
    before = {path: path.read_bytes() for path in clips.rglob("*") if path.is_file()}
    told = run(use_directory(clips, Choice([str(weights)]), TOP))
    now = settings()
    assert (
        now["download_videos"] | {"source": "directory", "directory": str(clips)}
        == now["download_videos"]
    )
    named = {"classifier_file": str(weights), "classifier_arch": "shufflenet_v2_x0_5"}
    assert (
        now["prepare_weights"] | {"source": "file", "segmenter_file": "", **named}
        == now["prepare_weights"]
    )
    assert now["weigh_objects"]["term"] == "probability"
    assert now["run"] == dict.fromkeys(now["run"], False) | {"classified": True}
    assert [each.video_id for each in read_listing(Path("manifests/directory.csv"))] == [
        "a", "b", "empty", "1", "2",
    ]  # fmt: skip
    assert "4 videos in 2 categories: cars 2, pájaros 2" in told
    assert "empty: cars/empty.mp4: the file is empty" in told
    assert any(line.startswith("12 frames, 10 a second") for line in told)
    assert told[-1] == "next: dvc repro"
    assert not Path("dvc.lock").exists()
    (left,) = (path for path in Path("metrics").rglob("*") if path.is_file())
    assert left.read_text() == "name,idf\n"
    assert Path(".vidrec/videos").resolve() == clips
    assert {path: path.read_bytes() for path in clips.rglob("*") if path.is_file()} == before


def test_once_more_changes_nothing_but_the_list(clips: Path, weights: Path) -> None:
    run(use_directory(clips, Choice([str(weights)]), TOP))
    Path("dvc.lock").write_text(yaml.safe_dump(LOCK))
    Path("metrics/build_index.json").write_text("of these videos\n")
    git("add", ".")
    git("commit", "--quiet", "--message", "own")
    for choice in (Choice([str(weights)]), Choice()):
        assert "params.yaml says so already" in run(use_directory(clips, choice, TOP))
    assert git("status", "--porcelain") == ""
    change(Path("params.yaml"), {"weigh_objects.term": "count"})
    run(use_directory(clips, Choice(), TOP))
    assert settings()["weigh_objects"]["term"] == "count"
    git("checkout", "--quiet", ".")
    (clips / "cars/a.mp4").rename(clips / "cars/c.mp4")
    run(use_directory(clips, Choice(), TOP))
    assert git("status", "--porcelain").split() == ["M", "manifests/directory.csv"]


def test_the_sample_again_exactly(clips: Path, weights: Path) -> None:
    run(use_directory(clips, Choice([str(weights)]), TOP))
    assert git("status", "--porcelain")
    told = run(use_sample(Choice(), TOP))
    assert git("status", "--porcelain") == ""
    assert told[-1] == "next: dvc repro"
    aside = Path(".vidrec/set_aside/directory-2/manifests/directory.csv")
    assert "pájaros/1.mp4" in aside.read_text()


def test_the_sample_as_it_was_run_here(clips: Path, weights: Path) -> None:
    """Hashes and figures of another machine than that of the commit come back as they were."""
    Path("metrics/build_index.json").write_text("of this machine\n")
    run(use_directory(clips, Choice([str(weights)]), TOP))
    git("add", ".")
    git("commit", "--quiet", "--message", "own")
    run(use_sample(Choice(), TOP))
    assert Path("metrics/build_index.json").read_text() == "of this machine\n"
    assert settings()["download_videos"]["source"] == "sample"


def test_without_a_commit_of_the_sample_git_is_named(clips: Path, weights: Path) -> None:
    shutil.rmtree(".git")
    git("init", "--quiet")
    with pytest.raises(UserError, match="git has no commit in which"):
        run(use_sample(Choice(), TOP))


def test_other_videos_keep_what_was_made_of_the_weights(clips: Path, tmp_path: Path) -> None:
    document = settings()
    document["prepare_weights"] |= {"source": "file", "classifier_file": "x.pth"}
    Path("params.yaml").write_text(yaml.safe_dump(document))
    run(use_directory(clips, Choice(), TOP))
    assert set(yaml.safe_load(Path("dvc.lock").read_text())["stages"]) == {"prepare_weights"}


def test_the_samples_weights_give_way_to_the_official_ones(clips: Path) -> None:
    run(use_directory(clips, Choice(arch="resnet18"), TOP))
    assert settings()["prepare_weights"]["source"] == "torchvision"
    assert settings()["prepare_weights"]["classifier_arch"] == "resnet18"


def test_a_colleague_finds_the_videos_elsewhere(clips: Path, weights: Path, tmp_path: Path) -> None:
    run(use_directory(clips, Choice([str(weights)]), TOP))
    Path("dvc.lock").write_text("of the results\n")
    git("add", ".")
    git("commit", "--quiet", "--message", "own")
    shutil.rmtree(".vidrec")
    clips.rename(tmp_path / "elsewhere")
    place = tmp_path / "elsewhere"
    told = run(use_directory(place, Choice(), TOP))
    assert told[0] == f"4 of the 4 videos of the list are in {place}: taken from there"
    assert git("status", "--porcelain") == ""
    assert Path(".vidrec/videos").resolve() == tmp_path / "elsewhere"


def test_partial_videos_are_used_and_told_of(
    clips: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned = own.scan(clips, [], looks)
    broken = [
        replace(each, status="partial", error="cut off after 0.5 of 1 s", duration_s=0.5)
        for each in scanned.listed
        if each.counts
    ]
    monkeypatch.setattr(own, "scan", lambda *_: replace(scanned, listed=broken))
    told = run(use_directory(clips, Choice([str(weights)]), TOP))
    assert "4 videos in 2 categories: cars 2, pájaros 2" in told
    assert "partial: cars/a.mp4: cut off after 0.5 of 1 s; what decodes of it counts" in told
    assert any(line.startswith("8 frames, 10 a second") for line in told)


def test_a_colleague_has_partial_videos_too(clips: Path, weights: Path, tmp_path: Path) -> None:
    run(use_directory(clips, Choice([str(weights)]), TOP))
    listing = Path("manifests/directory.csv")
    first, *others = read_listing(listing)
    write_listing(listing, [replace(first, status="partial", error="cut off"), *others])
    shutil.rmtree(".vidrec")
    place = clips.rename(tmp_path / "elsewhere")
    told = run(use_directory(place, Choice(), TOP))
    assert told[0] == f"4 of the 4 videos of the list are in {place}: taken from there"


@pytest.mark.parametrize(
    ("place", "given", "said"),
    [
        ("nowhere", (), "nowhere is not a directory: name one, or else youtube or sample"),
        ("clips", ("none.pth",), "none.pth is missing"),
        ("clips", ("params.yaml",), "params.yaml"),
    ],
)
def test_what_cannot_be_used_changes_nothing(
    clips: Path, place: str, given: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        run(use_directory(clips if place == "clips" else Path(place), Choice(given), TOP))
    assert git("status", "--porcelain") == ""


def test_a_network_that_the_weights_are_not_of_changes_nothing(
    clips: Path, weights: Path, tmp_path: Path
) -> None:
    own = [str(weights)]
    for choice, said in (
        (Choice(own, "resnet18"), "is of shufflenet_v2_x0_5, not of resnet18: leave --arch out"),
        (Choice(own, "resnet51"), "did you mean"),
        (Choice(["torchvision"], "resnet51"), "did you mean"),
    ):
        with pytest.raises(UserError, match=said):
            run(use_directory(clips, choice, TOP))
    with pytest.raises(UserError, match="lie in no category: name the directory above"):
        run(use_directory(clips / "cars", Choice(own), TOP))
    assert git("status", "--porcelain") == ""


@pytest.mark.parametrize("place", ["data/videos", "metrics", ".", "..", ""])
def test_videos_where_a_run_deletes_are_refused(clips: Path, weights: Path, place: str) -> None:
    Path("data").mkdir()
    shutil.copytree(clips, "data/videos")
    with pytest.raises(UserError, match="keep the videos elsewhere"):
        run(use_directory(Path(place), Choice([str(weights)]), TOP))
    assert len(list(Path("data/videos").rglob("*.mp4"))) == 5


def test_own_files_beside_the_figures_stay(clips: Path, weights: Path) -> None:
    for name in ("metrics/notes.md", "metrics/my_table.csv"):
        Path(name).write_text("a,b\n1,2\n")
    run(use_directory(clips, Choice([str(weights)]), TOP))
    run(use_sample(Choice(), TOP))
    for name in ("metrics/notes.md", "metrics/my_table.csv"):
        assert Path(name).read_text() == "a,b\n1,2\n"


def test_on_the_sample_use_sample_is_the_commit(clips: Path) -> None:
    Path("metrics/build_index.json").write_text("edited\n")
    Path("params.yaml").write_text("<<<<<<< HEAD\n")
    run(use_sample(Choice(), TOP))
    assert git("status", "--porcelain") == ""


def test_what_was_put_aside_stays(clips: Path, weights: Path, tmp_path: Path) -> None:
    run(use_directory(clips, Choice([str(weights)]), TOP))
    run(use_youtube(Choice(), TOP))
    run(use_sample(Choice(), TOP))
    assert sorted(path.name for path in Path(".vidrec/set_aside").iterdir()) == [
        "directory-2", "sample-1", "youtube-3",
    ]  # fmt: skip


def test_youtube_without_ids_says_how_to_find_some() -> None:
    assert run(use_youtube(Choice(), TOP))[-1].startswith("next: vidrec discover")
    Path("manifests/youtube.csv").write_text(
        "category,rank,video_id,title,duration_s\npets,1,aaaaaaaaaaa,A,12\n"
    )
    told = run(use_youtube(Choice(), TOP))
    assert "1 ids in 1 categories: pets 1" in told[-2]
    assert settings()["download_videos"]["source"] == "youtube"
    with pytest.raises(UserError, match="leave --weights out"):
        run(use_sample(Choice(["torchvision"]), TOP))


def test_a_video_waits_until_it_is_in_the_index(clips: Path, weights: Path) -> None:
    run(use_directory(clips, Choice([str(weights)]), TOP))
    settings_now = params.load(Params, Path("params.yaml"))
    collection.remove("2", TOP, settings_now)
    Path("data").mkdir()
    Path("data/vectors.csv").write_text(
        "video_id,category,cat\na,cars,1.0\nold,cars,1.0\n2,pajaros,1\n"
    )
    Path("metrics/plots").mkdir(exist_ok=True)
    Path("metrics/plots/failed_videos.csv").write_text(
        "video_id,category,status\nb,cars,no_frames\n"
    )
    seen = overview.collection_of(ProjectPaths())
    assert {each.video.video_id: each.state for each in seen} == {
        "a": "in the index", "b": "no_frames", "empty": "empty", "old": "leaving", "1": "waiting",
        "2": "removed",
    }  # fmt: skip
    assert overview.totals(seen) == (
        "1 in the index, 1 waiting, 1 leaving, 1 empty, 1 no_frames, 1 removed"
    )
    rows = list(overview.lines(seen, overview.names_of(TOP)))
    assert ("pájaros", "1", "waiting", "1") in rows


CONFLICT = "<<<<<<< HEAD\nrun:\n=======\nrun:\n>>>>>>> other\n"


@pytest.mark.parametrize("broken", ["params.yaml has no run.", "params.yaml is not valid YAML"])
def test_params_that_lack_a_section_or_are_in_conflict_are_one_line(
    clips: Path, broken: str
) -> None:
    text = Path("params.yaml").read_text()
    Path("params.yaml").write_text(
        text.replace("\nrun:\n", "\nran:\n") if "run" in broken else CONFLICT + text
    )
    for told in (
        overview.status_of(ProjectPaths(TOP)),
        use_directory(clips, Choice(), TOP),
        use_youtube(Choice(), TOP),
    ):
        with pytest.raises(UserError) as refused:
            list(told)
        assert str(refused.value).startswith(broken)
        assert "\n" not in str(refused.value)
    assert not Path(".vidrec/set_aside").exists()


def test_a_user_that_there_is_not_has_no_directory() -> None:
    with pytest.raises(UserError, match=r"^~nosuchuser is not a directory: name one"):
        list(use_directory(Path("~nosuchuser"), Choice(), TOP))
    with pytest.raises(UserError, match=r"~nosuchuser/a\.pth is missing"):
        list(use_youtube(Choice(["~nosuchuser/a.pth"]), TOP))


def test_what_is_put_aside_stays_in_its_folder() -> None:
    change(Path("params.yaml"), {"download_videos.source": "../../outside"})
    list(use_sample(Choice(), TOP))
    assert [path.name for path in Path(".vidrec/set_aside").iterdir()] == ["broken-1"]


def test_a_commit_with_the_marks_of_a_conflict_is_passed_over() -> None:
    whole = Path("params.yaml").read_text()
    Path("params.yaml").write_text(CONFLICT)
    git("commit", "--quiet", "--all", "--message", "broken")
    list(use_sample(Choice(), TOP))
    assert Path("params.yaml").read_text() == whole
