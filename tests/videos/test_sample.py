"""The rendered clips and the truth about them."""

import csv
import shutil
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco

from vidrec.drawing.objects import DRAWINGS, LABELS
from vidrec.drawing.scenes import TYPICAL_HEIGHT, paint, paint_backdrop
from vidrec.media import ffmpeg
from vidrec.videos import sample
from vidrec.videos.sample import THEMES, Clip, Drawn, Settings, fit_mask, plan

SETTINGS = Settings(seed=5, seconds=2.0, clip_fps=6, frames_fps=3, frame_size=224, fit="stretch")


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_files_truth_and_masks_agree() -> None:
    entries, truth = sample.take(Path("videos"), SETTINGS, 1)
    assert {entry.video.video_id for entry in entries} == {f"{name}_001" for name in THEMES}
    assert len(truth.areas) == len(truth.masks)
    assert truth.areas["frame"].between(1, 6).all()
    assert set(truth.areas["label"]) <= set(LABELS)
    for area, mask in zip(truth.areas.itertuples(), truth.masks.itertuples(), strict=True):
        assert (area.video_id, area.frame, area.label) == (mask.video_id, mask.frame, mask.label)
        rle = {"size": [mask.size, mask.size], "counts": mask.counts}
        assert 100 * coco.area(rle) / 224**2 == pytest.approx(area.area_pct, abs=0.5)
    for entry in entries:
        assert entry.file is not None
        assert ffmpeg.probe_duration(entry.file) == entry.duration_s == 2.0


def test_masks_survive_a_csv_file() -> None:
    masks = sample.take(Path("videos"), SETTINGS, 1)[1].masks
    masks.to_csv("masks.csv", index=False)
    with Path("masks.csv").open(encoding="utf-8", newline="") as stream:
        counts = [row["counts"] for row in csv.DictReader(stream)]
    assert counts == list(masks["counts"])


@pytest.mark.parametrize("clip_fps", [6, 10, 25])
def test_truth_is_about_the_frame_that_is_extracted(clip_fps: int, tmp_path: Path) -> None:
    settings = replace(SETTINGS, clip_fps=clip_fps)
    clip = Clip("cars", 1)
    video = tmp_path / "a.mp4"
    video.write_bytes(sample.render(clip, settings).clip)
    frames = ffmpeg.extract_frames(video, fps=3, size=192, fit="crop", quality=2, max_seconds=60)
    assert len(frames) == settings.extracted_frames
    drawn = [image for image, _ in sample._paint_all(plan(clip, settings), settings)]
    cropped = [pixels(image.crop((32, 0, 224, 192))) for image in drawn]
    for number, content in enumerate(frames, start=1):
        frame = pixels(Image.open(BytesIO(content)))
        errors = [np.abs(frame - picture).mean() for picture in cropped]
        assert errors[settings.shown_in(number)] <= min(errors) + 0.3


def pixels(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image.convert("RGB"), dtype=np.float64)


def test_a_clip_is_a_function_of_its_id_and_the_settings() -> None:
    clip = Clip("pets", 3)
    assert sample.render(clip, SETTINGS) == sample.render(clip, SETTINGS)
    assert plan(clip, SETTINGS) != plan(clip, replace(SETTINGS, seed=6))
    assert plan(clip, SETTINGS) != plan(Clip("pets", 4), SETTINGS)


def test_a_clip_survives_being_packed() -> None:
    drawn = sample.render(Clip("pets", 3), SETTINGS)
    assert sample._unpack(sample._pack(drawn)) == drawn


def test_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = []
    for workers in ("1", "2"):
        monkeypatch.setenv("VIDREC_WORKERS", workers)
        folder = Path(f"videos{workers}")
        _, truth = sample.take(folder, SETTINGS, 1)
        files = {p.name: p.read_bytes() for p in sorted(folder.rglob("*.mp4"))}
        contents.append((files, truth.areas.to_csv(), truth.masks.to_csv()))
        shutil.rmtree(".vidrec")
    assert contents[0] == contents[1]


def test_a_killed_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    render, made = sample.render, list[str]()

    def render_some(clip: Clip, settings: Settings) -> Drawn:
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(clip.video.video_id)
        return render(clip, settings)

    monkeypatch.setattr(sample, "render", render_some)
    with pytest.raises(KeyboardInterrupt):
        sample.take(Path("videos"), SETTINGS, 1)
    again: list[str] = []

    def note(clip: Clip, settings: Settings) -> Drawn:
        again.append(clip.video.video_id)
        return render(clip, settings)

    monkeypatch.setattr(sample, "render", note)
    assert len(sample.take(Path("videos"), SETTINGS, 1)[0]) == 4
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


@pytest.mark.parametrize(("fit", "share"), [("stretch", 0.5), ("crop", 2 / 3), ("pad", 0.375)])
def test_masks_follow_the_fit(fit: str, share: float) -> None:
    mask = np.zeros((192, 256), np.bool_)
    mask[:, 64:192] = True
    assert fit_mask(mask, fit).mean() == pytest.approx(share)
