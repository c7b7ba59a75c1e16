import dataclasses
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models.detection import (
    MaskRCNN_ResNet50_FPN_V2_Weights,
    MaskRCNN_ResNet50_FPN_Weights,
)
from torchvision.ops import FrozenBatchNorm2d

from vidrec.networks import official_weights, weights
from vidrec.networks.image_classifiers import IMAGENET_MEAN, IMAGENET_STD
from vidrec.networks.mask_rcnn import SCORES, build_segmenter
from vidrec.networks.precision import Compute
from vidrec.networks.weights import Card
from vidrec.segmenter import prepare_segmenter
from vidrec.segmenter.object_segmenter import ObjectSegmenter, SegmenterFiles
from vidrec.segmenter.prepare_segmenter import WITHOUT_EPS, prepare, subtract_eps, take_in
from vidrec.settings.prepare_segmenter import Params, SegmenterTraining
from vidrec.settings.segment_objects import SegmenterSettings
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of

ARCH = "maskrcnn_resnet50_fpn_v2"
FILE = Params(
    wanted=True,
    source="file",
    arch=ARCH,
    weights="",
    file="",
    seed=7,
    threads=1,
    precision="fp32",
    resolution=64,
    stills=1,
    steps=1,
    batch_size=1,
    learning_rate=0.001,
)


def test_a_file_of_the_official_shape_gets_cocos_names(
    segmenter_folder: Path, segmenter_file: Path
) -> None:
    kept, card = weights.load(segmenter_folder)
    given = weights.read_state_dict(segmenter_file)
    assert kept.keys() == given.keys()
    assert all(torch.equal(kept[name], given[name]) for name in given)
    assert card.labels == tuple(MaskRCNN_ResNet50_FPN_V2_Weights.COCO_V1.meta["categories"])
    assert len(card.labels) == 91
    assert card.labels[:2] == ("__background__", "person")
    assert card.labels[26:34] == (
        *("N/A", "backpack", "umbrella", "N/A", "N/A", "handbag", "tie", "suitcase"),
    )
    assert (card.arch, card.input_size, card.origin) == (ARCH, 800, "segmenter.pth")
    assert (card.mean, card.std) == (IMAGENET_MEAN, IMAGENET_STD)
    assert card.origin_sha256 == sha256_of(segmenter_file)


def test_both_official_segmenters_name_the_same_classes() -> None:
    first, second = (
        kind.DEFAULT.meta["categories"]
        for kind in (MaskRCNN_ResNet50_FPN_Weights, MaskRCNN_ResNet50_FPN_V2_Weights)
    )
    assert first == second


def test_a_file_of_another_shape_is_refused_and_nothing_kept(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(2, 2)}, tmp_path / "net.pth")
    with pytest.raises(UserError, match=r"net.pth does not fit MaskRCNN") as refused:
        take_in(ARCH, tmp_path / "net.pth", "net.pth", tmp_path / "w")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "w").exists()


def save_segmenter(path: Path, arch: str, classes: int) -> None:
    """A state dict of ones, which takes as little room as its shapes."""
    with torch.device("meta"):
        shapes = build_segmenter(
            arch, classes, resolution=64, proposals=1, threshold=0.5, detections=1
        ).state_dict()
    tensors = {name: torch.ones((), dtype=v.dtype).expand(v.shape) for name, v in shapes.items()}
    torch.save(tensors, path)


def test_own_classes_are_named_by_a_file_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "own.pth"
    save_segmenter(path, ARCH, 3)
    with pytest.raises(
        UserError,
        match=r"^own.pth has 2 classes beside the background, but 90 names are known for them:"
        r" put 2 names, one a line, into .*own.pth.labels.txt$",
    ):
        take_in(ARCH, path, path.name, tmp_path / "w")
    beside = tmp_path / "own.pth.labels.txt"
    beside.write_text("nut\nbolt\nscrew\n")
    with pytest.raises(UserError, match=r"2 classes .* but own.pth.labels.txt has 3 names"):
        take_in(ARCH, path, path.name, tmp_path / "w")
    assert not (tmp_path / "w").exists()
    beside.write_bytes(b"\xef\xbb\xbfnut\r\nbolt\r\n")
    take_in(ARCH, path, path.name, tmp_path / "w")
    kept, card = weights.load(tmp_path / "w")
    assert card.labels == ("__background__", "nut", "bolt")
    assert kept[SCORES].shape == (3, 1024)
    assert kept["roi_heads.mask_predictor.mask_fcn_logits.weight"].shape[0] == 3
    shutil.rmtree(tmp_path / "w")


def test_own_names_are_what_is_found(tmp_path: Path, segmenter_file: Path) -> None:
    tensors = weights.read_state_dict(segmenter_file)
    for name, value in tensors.items():
        if value.ndim and len(value) in (91, 4 * 91):
            rows = 3 if len(value) == 91 else 4 * 3
            tensors[name] = value[-rows:].clone()
    scores = "roi_heads.box_predictor.cls_score.bias"
    logits = "roi_heads.mask_predictor.mask_fcn_logits"
    tensors[scores] = torch.tensor([0.0, 0.0, 10.0])
    tensors[f"{logits}.bias"] = torch.full((3,), 10.0)
    path = tmp_path / "own.pth"
    torch.save(tensors, path)
    path.with_name("own.pth.labels.txt").write_text("nut\nbolt\n")
    take_in(ARCH, path, path.name, tmp_path / "w")
    settings = SegmenterSettings(64, 10, 0.5, 5, 1.0, "fp32", 1.0, 3)
    frame = np.zeros((64, 64, 3), np.uint8)
    files = SegmenterFiles(tmp_path / "w", tmp_path)
    found = ObjectSegmenter.load(files, settings).segment(frame, 1)
    assert set(found.table["label"]) == {"bolt"}
    shutil.rmtree(tmp_path)


def test_a_file_of_the_other_segmenter_is_told(tmp_path: Path) -> None:
    save_segmenter(tmp_path / "own.pth", WITHOUT_EPS, 3)
    with pytest.raises(UserError, match=f"does not fit MaskRCNN: missing .* {WITHOUT_EPS}: name"):
        take_in(ARCH, tmp_path / "own.pth", "own.pth", tmp_path / "w")


def test_without_a_file_the_weights_are_absent(tmp_path: Path) -> None:
    with pytest.raises(AbsentError, match=r"_file is empty; name a state dict there"):
        prepare(FILE, tmp_path / "trunk", tmp_path / "w")


def test_a_missing_file_and_unknown_weights_are_refused(tmp_path: Path) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"file": "nowhere.pth"}, "nowhere.pth is missing"),
        ({"source": "torchvision", "weights": "COCO_V2"}, "choose from COCO_V1"),
    ]
    for changed, said in cases:
        with pytest.raises(UserError, match=said):
            prepare(dataclasses.replace(FILE, **changed), tmp_path / "trunk", tmp_path / "w")


def test_an_official_file_that_is_another_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    name = MaskRCNN_ResNet50_FPN_V2_Weights.DEFAULT.url.rpartition("/")[2]
    path = tmp_path / "hub" / "checkpoints" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"cut short")
    with pytest.raises(UserError, match=f"{name} does not have the SHA-256"):
        prepare(dataclasses.replace(FILE, source="torchvision"), tmp_path / "t", tmp_path / "w")
    assert not (tmp_path / "w").exists()


def test_the_samples_segmenter_needs_the_trunk_of_a_resnet50(
    classifier_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"starts from a resnet50, but .* is shufflenet_v2_x0_5"):
        prepare(dataclasses.replace(FILE, source="sample"), classifier_folder, tmp_path / "w")


def test_the_first_versions_batch_norm_computes_as_without_eps() -> None:
    generator = torch.Generator().manual_seed(0)
    without, ours = FrozenBatchNorm2d(4, eps=0.0), nn.BatchNorm2d(4).eval()
    tensors = {name: torch.rand(4, generator=generator) for name in without.state_dict()}
    tensors["running_var"] = torch.tensor([1e-5, 1e-4, 0.01, 1.0])
    without.load_state_dict(tensors)
    ours.load_state_dict(subtract_eps(tensors), strict=False)
    pictures = torch.rand(2, 4, 3, 3, generator=generator)
    torch.testing.assert_close(ours(pictures), without(pictures))
    assert not torch.allclose(FrozenBatchNorm2d(4)(pictures), without(pictures)), (
        "with eps it would be another result"
    )


@pytest.mark.parametrize("official", [True, False])
def test_only_the_official_file_is_taken_to_be_without_eps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, official: bool
) -> None:
    save_segmenter(tmp_path / "net.pth", WITHOUT_EPS, 91)
    digest = sha256_of(tmp_path / "net.pth") if official else "0" * 64
    monkeypatch.setattr(official_weights, "hash_prefix", lambda _: digest[:8])
    take_in(WITHOUT_EPS, tmp_path / "net.pth", "net.pth", tmp_path / "w")
    kept, _ = weights.load(tmp_path / "w")
    variances = [value for name, value in kept.items() if name.endswith("running_var")]
    assert len(variances) == 53
    for value in variances:
        assert (value < 1).all() == official
    shutil.rmtree(tmp_path / "w")


@pytest.mark.usefixtures("torch_as_before")
def test_auto_trains_in_what_the_machine_is_fast_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = Card("resnet50", ("car",), 64, IMAGENET_MEAN, IMAGENET_STD, "sample", "")
    weights.save(tmp_path / "trunk", {"weight": torch.zeros(1)}, card)
    trained: list[str] = []

    def train(_: Any, given: SegmenterTraining) -> nn.Module:
        trained.append(given.precision)
        return nn.Linear(1, 1)

    bf16 = Compute("torch", "cpu", "bf16")
    monkeypatch.setattr(prepare_segmenter, "resolve", {"auto": bf16}.__getitem__)
    monkeypatch.setattr(prepare_segmenter, "train", train)
    given = dataclasses.replace(FILE, source="sample", precision="auto")
    prepare(given, tmp_path / "trunk", tmp_path / "w")
    assert trained == ["bf16"]
    assert weights.read_card(tmp_path / "w").trained_in == "bf16"
