"""The rendered clips and the truth about them."""

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vidrec.drawing.objects import DRAWINGS, LABELS
from vidrec.drawing.scenes import TYPICAL_HEIGHT, paint, paint_backdrop
from vidrec.media.extraction import Rules, look
from vidrec.videos import sample
from vidrec.videos.sample import THEMES, Clip, ClipSettings, Drawn, plan

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


def test_objects_are_in_sight() -> None:
    counts: Counter[int] = Counter()
    for name in THEMES:
        for number in range(1, 6):
            planned = plan(Clip(name, number), SETTINGS)
            backdrop = paint_backdrop(planned.scene.background_seed)
            counts.update(len(paint(planned.scene, backdrop, time)[1]) for time in (0.0, 0.9, 1.8))
    assert sum(counts[n] for n in range(1, 5)) >= 0.9 * counts.total()


def mixtures(per_category: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Roughly how much of each label each video shows (area times time), and its category."""
    rows, categories = [], []
    for category, name in enumerate(THEMES):
        for number in range(1, per_category + 1):
            row = np.zeros(len(LABELS))
            for track in plan(Clip(name, number), SETTINGS).scene.tracks:
                height = TYPICAL_HEIGHT[track.label] * (track.scale_start + track.scale_end) / 2
                area = height**2 * DRAWINGS[track.label].aspect
                row[LABELS.index(track.label)] += area * (track.leave - track.enter)
            rows.append(row)
            categories.append(category)
    return np.array(rows), np.array(categories)


def test_categories_are_confusable_but_can_be_told_apart() -> None:
    vectors, category = mixtures(100)
    vectors = np.sqrt(vectors)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, -1)
    nearest = np.argsort(-similar, axis=1)[:, :10]
    precision = (category[nearest] == category[:, None]).mean()
    assert 0.85 <= precision <= 0.97
