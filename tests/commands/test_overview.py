"""How the videos of the collection stand, and how that is told."""

import shutil
from pathlib import Path

import pytest

from vidrec.commands import overview
from vidrec.commands.params_file import change
from vidrec.project import ProjectPaths
from vidrec.videos.listing import REMOVED, Listed, write_listing

ROOT = Path(__file__).parents[2]
TROUBLE = "cut off after 5.1 of 10 s"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project of own videos, as the working directory, of which `a` and `b` are in the index."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(overview, "stale_outputs", lambda _: [])
    shutil.copy(ROOT / "params.yaml", ".")
    change(Path("params.yaml"), {"download_videos.source": "directory"})
    Path("data").mkdir()
    Path("data/vectors.csv").write_text("video_id,category,cat\na,cars,1.0\nb,cars,1.0\n")


def write(**statuses: str) -> None:
    """The list of own videos, of these statuses; of one that is not ok the error is `TROUBLE`."""
    listed = [
        Listed(
            f"cars/{name}.mkv", "cars", "cars", name,
            status, sha256=name, title=name,
            error="" if status == "ok" else TROUBLE,
        )
        for name, status in statuses.items()
    ]  # fmt: skip
    write_listing(Path("manifests/directory.csv"), listed)


def states() -> dict[str, str]:
    rows = overview.lines(overview.collection_of(ProjectPaths()), {})
    return {name: state for _, name, state, _ in rows}


def test_a_partial_video_is_in_the_index_or_waits_and_the_list_says_why() -> None:
    write(a="ok", b="partial", c="partial", d="truncated")
    assert states() == {
        "a": "in the index",
        "b": f"in the index, partial: {TROUBLE}",
        "c": f"waiting, partial: {TROUBLE}",
        "d": f"truncated: {TROUBLE}",
    }
    seen = overview.collection_of(ProjectPaths())
    assert overview.totals(seen) == "2 in the index, 1 waiting, 1 truncated, 2 of these partial"


def test_a_partial_video_that_gives_no_frames_is_told_as_such() -> None:
    write(a="ok", b="partial")
    Path("metrics/plots").mkdir(parents=True)
    Path("metrics/plots/failed_videos.csv").write_text(
        "video_id,category,status\nb,cars,no_frames\n"
    )
    assert states()["b"] == "no_frames: no frames could be taken of it"


def test_of_a_partial_video_that_was_taken_out_nothing_is_wrong() -> None:
    write(a="ok", b=REMOVED, c=REMOVED)
    assert states() == {
        "a": "in the index",
        "b": "removed: in the index until the next run",
        "c": "removed",
    }


def test_the_status_names_partial_videos_and_why() -> None:
    write(a="ok", b="partial")
    assert f"           partial: b: {TROUBLE}; what decodes of it counts" in list(
        overview.status_of(ProjectPaths())
    )
    write(a="ok")
    assert not [line for line in overview.status_of(ProjectPaths()) if "partial" in line]


def test_the_status_names_no_more_than_a_few() -> None:
    write(**dict.fromkeys("abcdef", "partial"))
    told = list(overview.partial_ones(overview.collection_of(ProjectPaths())))
    assert [line.split(": ")[1] for line in told] == ["a", "b", "c", "3 more, see `vidrec list`"]


def test_the_status_tells_of_videos_whose_frames_are_not_here() -> None:
    write(a="ok", b="ok")
    rows = f"a,cars,2,{'0' * 64}\nb,cars,1,{'1' * 64}\n"
    Path("data/frames.csv").write_text(f"video_id,category,frames,sha256\n{rows}")
    for frame in ("a/1.jpg", "a/2.jpg", "b/1.jpg"):
        path = Path("data/frames/cars", frame)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert not [line for line in overview.status_of(ProjectPaths()) if "frames" in line]
    Path("data/frames/cars/a/1.jpg").unlink()
    assert [line for line in overview.status_of(ProjectPaths()) if "frames" in line] == [
        "frames:    those of 1 of 2 videos are not here: made again when needed, or all by"
        " `dvc repro -s -f extract_frames`"
    ]
