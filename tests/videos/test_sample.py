"""The rendered clips and the truth about them."""

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from tests.projects import ROOT

from vidrec.drawing.objects import DRAWINGS, LABELS
from vidrec.drawing.scenes import TYPICAL_HEIGHT
from vidrec.media.extraction import Rules, look
from vidrec.videos import sample
from vidrec.videos.sample import (
    THEMES,
    Clip,
    ClipSettings,
    Drawn,
    Plan,
    all_clips,
    paint_some,
    plan,
)

SETTINGS = ClipSettings(seed=5, seconds=2.0, fps=6)


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_each_clip_is_a_file_of_its_length() -> None:
    entries = sample.take(Path("videos"), SETTINGS, 1)
    assert {entry.video.video_id for entry in entries} == {f"{name}_001" for name in THEMES}
    for entry in entries:
        assert entry.file is not None
        assert look(entry.file, Rules(60, 1)).duration_s == entry.duration_s == 2.0


def test_a_clip_is_a_function_of_its_id_and_the_settings() -> None:
    clip = Clip("pets", 3)
    assert sample.render(clip, SETTINGS) == sample.render(clip, SETTINGS)
    assert plan(clip, SETTINGS) != plan(clip, replace(SETTINGS, seed=6))
    assert plan(clip, SETTINGS) != plan(Clip("pets", 4), SETTINGS)


def test_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = []
    for workers in ("1", "2"):
        monkeypatch.setenv("VIDREC_WORKERS", workers)
        folder = Path(f"videos{workers}")
        sample.take(folder, SETTINGS, 1)
        contents.append({p.name: p.read_bytes() for p in sorted(folder.rglob("*.mp4"))})
        shutil.rmtree(".vidrec")
    assert contents[0] == contents[1]


def test_a_killed_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    render, made = sample.render, list[str]()

    def render_some(clip: Clip, settings: ClipSettings) -> Drawn:
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(clip.video.video_id)
        return render(clip, settings)

    monkeypatch.setattr(sample, "render", render_some)
    with pytest.raises(KeyboardInterrupt):
        sample.take(Path("videos"), SETTINGS, 1)
    again: list[str] = []

    def note(clip: Clip, settings: ClipSettings) -> Drawn:
        again.append(clip.video.video_id)
        return render(clip, settings)

    monkeypatch.setattr(sample, "render", note)
    assert len(sample.take(Path("videos"), SETTINGS, 1)) == 4
    assert len(made) == len(again) == 2
    assert not set(made) & set(again)


def all_plans(settings: ClipSettings, per_category: int) -> list[Plan]:
    return [plan(clip, settings) for clip in all_clips(per_category)]


@pytest.mark.parametrize("seconds", [1.0, 2.0, 60.0])
def test_shots_follow_each_other_from_the_first_second_to_the_last(seconds: float) -> None:
    for planned in all_plans(replace(SETTINGS, seconds=seconds), 5):
        begins = [shot.begin for shot in planned.shots]
        ends = [shot.end for shot in planned.shots]
        assert [*begins, seconds] == [0.0, *ends]
        assert len(planned.shots) == 2
        assert 0.3 * seconds <= ends[0] <= 0.5 * seconds
        for shot in planned.shots:
            for track in shot.scene.tracks:
                assert shot.begin <= track.enter < track.leave <= shot.end


def test_a_cut_is_hard_and_a_shot_is_not() -> None:
    settings = replace(SETTINGS, fps=12)
    for planned in all_plans(settings, 2):
        numbers = [planned.at(index / settings.fps) for index in range(settings.pictures)]
        painted = paint_some(planned, settings, range(settings.pictures))
        corners = [np.asarray(picture, dtype=float)[:12, :12] for picture, _ in painted]
        changes = np.abs(np.diff(corners, axis=0)).mean(axis=(1, 2, 3))
        cuts = np.diff(numbers) == 1
        assert sorted(set(numbers)) == list(range(len(planned.shots)))
        assert changes[cuts].min() > np.median(changes[~cuts])


def test_objects_are_in_sight() -> None:
    counts: Counter[int] = Counter()
    for planned in all_plans(SETTINGS, 5):
        for _, objects in paint_some(planned, SETTINGS, (0, 5, 11)):
            counts[len(objects)] += 1
    assert sum(counts[n] for n in range(1, 5)) >= 0.9 * counts.total()


def shown(per_category: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Roughly how much of each label each video shows (area times time), and its category."""
    plans = all_plans(SETTINGS, per_category)
    rows = np.zeros((len(plans), len(LABELS)))
    for row, planned in zip(rows, plans, strict=True):
        for track in (track for shot in planned.shots for track in shot.scene.tracks):
            scale = (track.scale_start + track.scale_end) / 2
            area = (TYPICAL_HEIGHT[track.label] * scale) ** 2 * DRAWINGS[track.label].aspect
            row[LABELS.index(track.label)] += area * (track.leave - track.enter)
    return rows, np.repeat(np.arange(len(THEMES)), per_category)


def test_categories_are_confusable_but_can_be_told_apart() -> None:
    vectors, category = shown(100)
    vectors = np.sqrt(vectors)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, -1)
    nearest = np.argsort(-similar, axis=1)[:, :10]
    precision = (category[nearest] == category[:, None]).mean()
    assert 0.85 <= precision <= 0.97


def test_what_is_reported_is_of_clips_that_no_default_was_chosen_on() -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    assert params["download_videos"]["seed"] >= 100
