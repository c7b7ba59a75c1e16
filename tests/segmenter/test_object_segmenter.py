from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision.models.detection import MaskRCNN_ResNet50_FPN_V2_Weights

from vidrec.detections.masks import COLUMNS, Segments
from vidrec.detections.rle import area_pct
from vidrec.media.frames import read_frames
from vidrec.networks.weights import Card
from vidrec.segmenter.object_segmenter import (
    ObjectSegmenter,
    SegmenterFiles,
    load_segmenter,
    segment_frames,
    segment_video,
)
from vidrec.segmenter.torch_finder import TorchFinder
from vidrec.settings.segment_objects import SegmenterSettings
from vidrec.workflow.errors import UserError

CATEGORIES = tuple(MaskRCNN_ResNet50_FPN_V2_Weights.COCO_V1.meta["categories"])
HALF = (0.5, 0.5, 0.5)


class Found(nn.Module):
    """Stands for a network that finds the same objects, of whole-frame boxes, in each picture."""

    def __init__(self, *objects: tuple[int, float, Tensor]) -> None:
        super().__init__()
        self.objects = objects

    def forward(self, pictures: list[Tensor]) -> list[dict[str, Tensor]]:
        height, width = pictures[0].shape[1:]
        boxes = [[0.0, 0.0, float(width), float(height)]] * len(self.objects)
        return [
            {
                "boxes": torch.tensor(boxes).reshape(-1, 4),
                "labels": torch.tensor([label for label, _, _ in self.objects], dtype=torch.int64),
                "scores": torch.tensor([score for _, score, _ in self.objects]),
                "masks": torch.stack([mask for _, _, mask in self.objects])[:, None]
                if self.objects
                else torch.zeros(0, 1, height, width),
            }
        ]


def settings(threshold: float, max_overlap: float = 1.0) -> SegmenterSettings:
    return SegmenterSettings(
        64,
        proposals=1,
        threshold=threshold,
        detections=4,
        max_overlap=max_overlap,
        precision="fp32",
        fps=1.0,
        frame_fps=3,
    )


def segment(*objects: tuple[int, float, Tensor], max_overlap: float = 1.0) -> Segments:
    card = Card("made", CATEGORIES, 64, HALF, HALF, "", "")
    segmenter = ObjectSegmenter(TorchFinder(Found(*objects), "fp32"), card, max_overlap)
    return segmenter.segment(np.zeros((10, 20, 3), dtype=np.uint8), 3)


def test_the_area_is_of_the_mask_at_one_half_and_not_of_the_box() -> None:
    probability = torch.full((10, 20), 0.499)
    probability[:5, :4] = 0.5
    found = segment((1, 0.9, probability))
    assert found.table.to_dict("list") == {
        "frame": [3],
        "label": ["person"],
        "confidence": [0.9],
        "area_pct": [10.0],
    }
    assert area_pct(found.masks).tolist() == [10.0]


def test_an_area_is_never_over_a_hundred() -> None:
    found = segment((1, 0.9, torch.ones(10, 20)), (1, 0.8, torch.ones(10, 20)))
    assert found.table["area_pct"].tolist() == [100.0, 100.0]


def test_an_object_without_a_pixel_is_none() -> None:
    found = segment((1, 0.9, torch.full((10, 20), 0.4)), (17, 0.8, torch.ones(10, 20)))
    assert found.table["label"].tolist() == ["cat"]
    assert len(found.masks) == 1
    assert found.frames == [3]


@pytest.mark.parametrize(
    ("number", "name"),
    [(1, "person"), (27, "backpack"), (31, "handbag"), (32, "tie"), (90, "toothbrush")],
)
def test_classes_keep_cocos_numbers_with_their_holes(number: int, name: str) -> None:
    assert len(CATEGORIES) == 91
    assert segment((number, 0.9, torch.ones(10, 20))).table["label"].tolist() == [name]


def test_a_score_above_one_by_rounding_is_one() -> None:
    assert segment((1, 1.0000001, torch.ones(10, 20))).table["confidence"].tolist() == [1.0]


def test_segments_survive_being_stored() -> None:
    for found in (segment(), segment((1, 0.9, torch.ones(10, 20)), (17, 0.5, torch.eye(20)[:10]))):
        again = Segments.unpack(found.pack())
        assert again.frames == found.frames
        assert again.masks == found.masks
        assert list(again.table.columns) == list(COLUMNS)
        assert again.table.to_dict("list") == found.table.to_dict("list")


class Brightness(Found):
    """Stands for a network that sees one object, the more surely the brighter the picture."""

    def forward(self, pictures: list[Tensor]) -> list[dict[str, Tensor]]:
        self.objects = ((1, float(pictures[0].mean()), torch.ones(8, 8)),)
        return super().forward(pictures)


def test_one_thing_is_one_object() -> None:
    whole, most, half = (torch.zeros(10, 20) for _ in range(3))
    whole[:], most[:, :15], half[:, :10] = 1.0, 1.0, 1.0
    found = segment((1, 0.9, whole), (2, 0.8, most), (3, 0.7, half), max_overlap=0.6)
    assert found.table["confidence"].tolist() == pytest.approx([0.9, 0.7])


def test_each_frame_looked_at_is_the_one_of_its_number(tmp_path: Path) -> None:
    for number in range(1, 12):
        Image.new("L", (8, 8), 20 * number).save(tmp_path / f"{number}.jpg")
    card = Card("", CATEGORIES, 0, HALF, HALF, "", "")
    segmenter = ObjectSegmenter(TorchFinder(Brightness(), "fp32"), card, 1.0)
    table = segment_frames(read_frames(tmp_path), segmenter, frame_fps=3, fps=1.5).table
    assert table["frame"].tolist() == [1, 3, 5, 7, 9, 11]
    np.testing.assert_allclose(table["confidence"], 20 * table["frame"] / 255, atol=0.01)


Write = Callable[[Path, int, int], None]


def test_mask_rcnn_over_the_frames_of_a_video(
    segmenter_files: SegmenterFiles, tmp_path: Path, write_frames: Write
) -> None:
    write_frames(tmp_path / "v", 11, 0)
    segmenter = ObjectSegmenter.load(segmenter_files, settings(threshold=0.05))
    found = segment_frames(read_frames(tmp_path / "v"), segmenter, frame_fps=10, fps=1)
    assert found.frames == [1, 11]
    assert found.table["frame"].tolist() == [1, 1, 11, 11]
    assert found.table["label"].tolist() == ["handbag", "person"] * 2
    np.testing.assert_allclose(area_pct(found.masks), found.table["area_pct"], atol=1e-4)
    striped, full = found.table["area_pct"][:2]
    assert 0 < full <= 100
    assert 0.3 < striped / full < 0.7
    assert (found.table["confidence"].diff().dropna().to_numpy()[[0, 2]] < 0).all()


def test_a_video_without_objects_and_one_with_a_bad_frame(
    segmenter_files: SegmenterFiles, tmp_path: Path, write_frames: Write
) -> None:
    write_frames(tmp_path / "v", 2, 0)
    segmenter = ObjectSegmenter.load(segmenter_files, settings(threshold=0.9))
    found = segment_frames(read_frames(tmp_path / "v"), segmenter, 3, 3)
    assert (found.frames, found.masks) == ([1, 2], [])
    assert (list(found.table.columns), len(found.table)) == (list(COLUMNS), 0)
    (tmp_path / "v" / "2.jpg").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"2.jpg cannot be read"):
        segment_frames(read_frames(tmp_path / "v"), segmenter, 3, 3)


def test_a_video_is_segmented_by_the_segmenter_that_is_loaded_once(
    segmenter_files: SegmenterFiles, tmp_path: Path, write_frames: Write
) -> None:
    write_frames(tmp_path / "v", 3, 0)
    frames, chosen = read_frames(tmp_path / "v"), settings(threshold=0.05)
    load_segmenter.cache_clear()
    found = segment_video(segmenter_files, chosen, frames)
    segmenter = load_segmenter(segmenter_files, chosen)
    assert load_segmenter.cache_info().hits == 1
    load_segmenter.cache_clear()
    same = segment_frames(frames, segmenter, 3, 1)
    assert found.frames == same.frames == [1]
    assert found.masks == same.masks
    assert found.table.equals(same.table)
