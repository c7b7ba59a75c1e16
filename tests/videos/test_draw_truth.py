"""What was drawn in the sample, held against the frames that are extracted."""

import csv
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco

from vidrec.drawing.objects import LABELS
from vidrec.media.extraction import Form, Rules, extract_frames
from vidrec.settings.draw_truth import Params
from vidrec.videos import draw_truth, sample
from vidrec.videos.draw_truth import FrameSettings, draw, draw_all, fit_mask, frame_count, shown_in
from vidrec.videos.sample import Clip, ClipSettings, all_clips, paint_some, plan

ROOT = Path(__file__).parents[2]
CLIPS = ClipSettings(seed=5, seconds=2.0, fps=6)
FRAMES = FrameSettings(fps=3, size=224, fit="stretch")
PARAMS = Params("sample", 5, 1, 2.0, 6, 3, 224, "stretch")


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIDREC_WORKERS", "1")


def test_areas_and_masks_agree() -> None:
    truth = draw(PARAMS)
    assert set(truth.areas["video_id"]) == {clip.video.video_id for clip in all_clips(1)}
    assert len(truth.areas) == len(truth.masks)
    assert truth.areas["frame"].between(1, 6).all()
    assert set(truth.areas["label"]) <= set(LABELS)
    for area, mask in zip(truth.areas.itertuples(), truth.masks.itertuples(), strict=True):
        assert (area.video_id, area.frame, area.label) == (mask.video_id, mask.frame, mask.label)
        rle = {"size": [mask.size, mask.size], "counts": mask.counts}
        assert 100 * coco.area(rle) / 224**2 == pytest.approx(area.area_pct, abs=0.5)


@pytest.mark.parametrize("source", ["youtube", "directory"])
def test_of_videos_that_are_not_drawn_there_is_no_truth(source: str) -> None:
    truth = draw(replace(PARAMS, source=source))
    assert truth.areas.empty
    assert list(truth.areas.columns) == ["video_id", "frame", "label", "area_pct"]
    assert list(truth.masks.columns) == ["video_id", "frame", "label", "size", "counts"]


def test_masks_survive_a_csv_file() -> None:
    masks = draw(PARAMS).masks
    masks.to_csv("masks.csv", index=False)
    with Path("masks.csv").open(encoding="utf-8", newline="") as stream:
        counts = [row["counts"] for row in csv.DictReader(stream)]
    assert counts == list(masks["counts"])


@pytest.mark.parametrize("clip_fps", [6, 10, 25])
def test_truth_is_about_the_frame_that_is_extracted(clip_fps: int, tmp_path: Path) -> None:
    settings = replace(CLIPS, fps=clip_fps)
    clip = Clip("cars", 1)
    video = tmp_path / "a.mp4"
    video.write_bytes(sample.render(clip, settings).clip)
    frames = extract_frames(video, Form(3, 192, "crop", 2), Rules(60, 1)).frames
    assert len(frames) == frame_count(settings, FRAMES)
    every = paint_some(plan(clip, settings), settings, range(settings.pictures))
    cropped = [pixels(image.crop((32, 0, 224, 192))) for image, _ in every]
    for number, content in enumerate(frames, start=1):
        frame = pixels(Image.open(BytesIO(content)))
        errors = [np.abs(frame - picture).mean() for picture in cropped]
        assert errors[shown_in(number, settings, FRAMES)] <= min(errors) + 0.3


def pixels(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image.convert("RGB"), dtype=np.float64)


def test_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = []
    for workers in ("1", "2"):
        monkeypatch.setenv("VIDREC_WORKERS", workers)
        truth = draw_all(all_clips(1), CLIPS, FRAMES)
        contents.append((truth.areas.to_csv(), truth.masks.to_csv()))
        shutil.rmtree(".vidrec")
    assert contents[0] == contents[1]


def test_a_killed_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draw(PARAMS)
    made: list[Clip] = []
    monkeypatch.setattr(draw_truth, "truth_rows", lambda clip, **_: made.append(clip))
    again = draw(PARAMS)
    assert made == []
    assert again.areas.equals(whole.areas)
    assert again.masks.equals(whole.masks)


@pytest.mark.parametrize(("fit", "share"), [("stretch", 0.5), ("crop", 2 / 3), ("pad", 0.375)])
def test_masks_follow_the_fit(fit: str, share: float) -> None:
    mask = np.zeros((192, 256), np.bool_)
    mask[:, 64:192] = True
    assert fit_mask(mask, fit).mean() == pytest.approx(share)
