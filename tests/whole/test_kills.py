"""Runs that are killed, at four of the moments of `make kills`: each stage, each victim."""

from pathlib import Path

import pytest
from tests.kills import (
    KILLS,
    STAGES,
    VICTIMS,
    VIDEOS,
    Kill,
    Miniature,
    after_end,
    attempt,
    digests_of,
    hold,
    made_again,
    make,
)
from tests.projects import commit, succeed

TRIED = [Kill(0, number) for number in (0, 5, 10, 15)]


@pytest.fixture(scope="module")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Miniature:
    return make(tmp_path_factory.mktemp("kills"))


@pytest.mark.parametrize("kill", TRIED, ids=str)
def test_the_next_run_gives_the_same_and_makes_nothing_again(mini: Miniature, kill: Kill) -> None:
    done = attempt(mini, kill)
    assert done.hit
    assert not done.faults


def test_each_stage_and_each_victim_is_tried() -> None:
    assert {kill.stage for kill in TRIED} == set(STAGES)
    assert {kill.victim for kill in TRIED} == set(VICTIMS)
    every = [Kill(0, number) for number in range(KILLS)]
    assert {kill.finished for kill in every} == set(range(VIDEOS + 1))
    pairs = [(kill.stage, kill.victim) for kill in every]
    assert {pairs.count(each) for each in pairs} == {KILLS // len(STAGES) // len(VICTIMS)}


def test_a_seed_chooses_the_same_moments() -> None:
    assert str(Kill(1, 7)) == str(Kill(1, 7)) != str(Kill(2, 7))


# That the harness sees what it is there for.


@pytest.fixture
def small(tmp_path: Path) -> Miniature:
    """A repository with one finished video, and one file of data."""
    for name in ("data/x", "dvc.lock", ".vidrec/checkpoints/extract_frames/0a"):
        (tmp_path / "vidrec" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "vidrec" / name).write_text("1")
    (tmp_path / "vidrec/.gitignore").write_text("/.vidrec/\n")
    succeed(tmp_path / "vidrec", "git", "init", "--quiet")
    commit(tmp_path / "vidrec", "All")
    return Miniature(tmp_path / "vidrec", digests_of(tmp_path / "vidrec"))


def test_a_video_that_is_made_again_is_noticed(small: Miniature, tmp_path: Path) -> None:
    hold(small, "extract_frames", tmp_path / "held")
    kept = small.kept("extract_frames")["0a"]
    assert made_again(small, "extract_frames", tmp_path / "held") == []
    kept.unlink()
    kept.write_text("1")
    assert made_again(small, "extract_frames", tmp_path / "held") == ["0a"]


@pytest.mark.parametrize("name", ["data/x", "data/left", "dvc.lock"])
def test_other_bytes_are_noticed(small: Miniature, name: str) -> None:
    assert list(after_end(small)) == []
    (small.path / name).write_text("2")
    assert "not as undisturbed" in next(after_end(small))
