"""Own classes for the segmenter: from marked pictures to weights and figures."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from PIL import Image, ImageDraw
from torch import Tensor

from vidrec.detections.masks import COLUMNS, Segments
from vidrec.detections.rle import encode_mask
from vidrec.networks import weights
from vidrec.networks.mask_rcnn import SLIM, build_segmenter
from vidrec.networks.weights import Card
from vidrec.segmenter import finetune_segmenter
from vidrec.segmenter.annotated import Marked
from vidrec.segmenter.annotated_images import OwnImage
from vidrec.segmenter.finetune_segmenter import Finetuned, measure
from vidrec.segmenter.mask_scores import Picture
from vidrec.segmenter.own_stills import own_stills
from vidrec.settings.finetune_segmenter import Params
from vidrec.workflow import params
from vidrec.workflow.absent import absent_reason, write_absent

ROOT = Path(__file__).parents[2]
HALF = (0.5, 0.5, 0.5)
CARD = Card(SLIM, ("__background__", "car", "dog"), 64, HALF, HALF, "made", "", sha256="d")
FROZEN = ("backbone.", "rpn.")
Run = Callable[..., int]


@pytest.fixture(scope="module")
def tensors() -> Mapping[str, Tensor]:
    """A small network of two classes, untrained, yet of various answers."""
    torch.manual_seed(0)
    limits: dict[str, Any] = {"resolution": 64, "proposals": 10, "threshold": 0.05, "detections": 3}
    tensors: Mapping[str, Tensor] = build_segmenter(SLIM, 3, **limits).state_dict()
    return tensors


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tensors: Mapping[str, Tensor]) -> Path:
    """The working directory, with params that make it quick, and weights in `w`."""
    monkeypatch.chdir(tmp_path)
    content = yaml.safe_load((ROOT / "params.yaml").read_text())
    content["finetune_segmenter"] |= {"stills": 8, "steps": 2, "batch_size": 2, "precision": "fp32"}
    content["segment_objects"] |= {"resolution": 64, "proposals": 10, "detections": 3}
    content["extract_frames"]["size"] = 64
    Path("params.yaml").write_text(yaml.safe_dump(content))
    weights.save(tmp_path / "w", tensors, CARD)
    return tmp_path


def change(section: str, **values: Any) -> None:
    content = yaml.safe_load(Path("params.yaml").read_text())
    content[section] |= values
    Path("params.yaml").write_text(yaml.safe_dump(content))


OUTS = ("--weights", "w", "--finetuned", "f", "--metrics", "m.json", "--by-class", "c.csv")


def draw_set(root: Path, count: int) -> None:
    """Pictures of 80 x 40 pixels with a nut, a square of 16, and a bolt of 8 x 24 in all but the
    first two."""
    root.mkdir()
    images, annotations = list[dict[str, Any]](), list[dict[str, Any]]()
    for number in range(count):
        noise = np.random.default_rng(number).integers(0, 255, (5, 10, 3), dtype=np.uint8)
        picture = Image.fromarray(noise).resize((80, 40))
        for category, (left, top, right, bottom) in ((1, (4, 8, 20, 24)), (2, (50, 10, 58, 34))):
            if category == 2 and number < 2:
                continue
            ImageDraw.Draw(picture).rectangle((left, top, right - 1, bottom - 1), "white")
            outline = [left, top, right, top, right, bottom, left, bottom]
            annotations.append(
                {"id": len(annotations) + 1, "image_id": number, "category_id": category}
                | {"segmentation": [outline], "iscrowd": 0}
            )
        picture.save(root / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "width": 80, "height": 40})
    names = [{"id": 1, "name": "nut"}, {"id": 2, "name": "bolt"}]
    content = {"images": images, "annotations": annotations, "categories": names}
    (root / "annotations.json").write_text(json.dumps(content))


def test_two_classes_of_a_coco_json(project: Path, run_stage: Run, torch_as_before: None) -> None:
    draw_set(project / "own", 8)
    change("finetune_segmenter", images="own")
    assert run_stage("finetune_segmenter", *OUTS) == 0
    made, card = weights.load(Path("f"))
    assert (card.arch, card.labels) == (SLIM, ("__background__", "bolt", "nut"))
    before, old = weights.load(Path("w"))
    assert card.origin_sha256 == old.sha256
    frozen = [name for name in before if name.startswith(FROZEN)]
    assert all(torch.equal(made[name], before[name]) for name in frozen)
    moved = "roi_heads.box_head.fc6.weight"
    assert not torch.equal(made[moved], before[moved])
    table: Any = pd.read_csv("c.csv", index_col="class")
    assert list(table.index) == ["all", "bolt", "nut"]
    assert table["images_trained_on"].tolist() == [6, 4, 6]
    assert table["images_held_out"].tolist() == [2, 2, 2]
    assert table.loc["all", "objects_held_out"] == table["objects_held_out"][1:].sum() == 4
    metrics = json.loads(Path("m.json").read_text())
    assert metrics == {"mask_ap": table.loc["all", "ap_after"]}
    first = {path.name: path.read_bytes() for path in Path("f").iterdir()}
    assert run_stage("finetune_segmenter", *OUTS) == 0
    assert {path.name: path.read_bytes() for path in Path("f").iterdir()} == first


def test_only_the_last_layers_where_heads_stay(
    project: Path, run_stage: Run, torch_as_before: None
) -> None:
    change("finetune_segmenter", heads=False)
    assert run_stage("finetune_segmenter", *OUTS) == 0
    (made, card), (before, _) = weights.load(Path("f")), weights.load(Path("w"))
    assert set(card.labels[1:]) <= {"car", "dog", "taxi", "white dog"}
    changed = {
        x for x in before if made[x].shape != before[x].shape or (made[x] != before[x]).any()
    }
    assert changed
    assert all(".box_predictor." in name or ".mask_predictor." in name for name in changed)


def test_more_steps_tell_more_of_the_background(
    project: Path, tensors: Mapping[str, Tensor], torch_as_before: None
) -> None:
    """Most regions show none of the classes: that is the first that is learnt."""
    settings = params.load(Params, Path("params.yaml"))
    images = list(own_stills(1, 8, 64))
    held_out = np.arange(8) > 5
    scores = []
    for steps in (1, 40):
        made = finetune_segmenter.finetune(
            tensors, CARD, images, held_out, replace(settings, steps=steps, learning_rate=0.01)
        )
        scores.append(made.tensors["roi_heads.box_predictor.cls_score.bias"])
    assert scores[1][0] - scores[1][1:].max() > scores[0][0] - scores[0][1:].max()


def corner(place: int) -> Any:
    mask = np.zeros((20, 20), dtype=np.bool_)
    mask[:10, 10 * place : 10 * place + 10] = True
    return mask


def seen(found: Sequence[tuple[str, float, Any]], marked: Sequence[tuple[str, Any]]) -> Picture:
    rows = [(1, label, score, 0.0) for label, score, _ in found]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    masks = [encode_mask(mask) for *_, mask in found]
    true = tuple(Marked(label, encode_mask(mask)) for label, mask in marked)
    return Picture(Segments([1], table, masks), true)


def test_every_figure_before_and_after() -> None:
    """Of two pictures with a nut and a bolt: before, each nut is found and each bolt taken for a
    nut; after, all are found, the second bolt with a mask that is half too large."""
    nut, bolt, large = corner(0), corner(1), corner(1)
    large[10:15, 10:] = True
    marked = [("nut", nut), ("bolt", bolt)]
    before = [seen([("nut", 0.9, nut), ("nut", 0.8, bolt)], marked)] * 2
    after = [
        seen([("nut", 0.9, nut), ("bolt", 0.8, bolt)], marked),
        seen([("nut", 0.9, nut), ("bolt", 0.75, large), ("bolt", 0.3, nut)], marked),
    ]
    blank = np.zeros((20, 20, 3), np.uint8)
    images = [OwnImage(str(n), str(n), blank, before[0].marked) for n in range(5)]
    card = Card(SLIM, ("__background__", "bolt", "nut"), 64, HALF, HALF, "made", "")
    held_out = np.array([False, True, False, True, False])
    metrics, table = measure(images, held_out, Finetuned({}, card, before, after), 0.7)
    rows: Any = table.set_index("class")
    assert rows["images_trained_on"].tolist() == [3, 3, 3]
    assert rows["images_held_out"].tolist() == [2, 2, 2]
    assert rows["objects_held_out"].tolist() == [4, 2, 2]
    # An IoU of 2/3 is right at four of ten; at the others one of two bolts is.
    half = (4 * 1 + 6 * 51 / 101) / 10
    assert rows["ap_before"].tolist() == [0.5, 0.0, 1.0]
    assert rows["ap_after"].tolist() == pytest.approx([(1 + half) / 2, half, 1], abs=1e-4)
    assert rows["precision_before"].tolist()[2] == 0.5
    assert pd.isna(rows["precision_before"]["bolt"])
    assert rows["precision_after"].tolist() == [1.0, 1.0, 1.0]
    assert rows["recall_before"].tolist() == [0.5, 0.0, 1.0]
    assert rows["recall_after"].tolist() == [1.0, 1.0, 1.0]
    # 50 pixels of 400 too many, in one of two.
    assert rows["area_error_points_after"].tolist() == [3.125, 6.25, 0.0]
    assert rows["ap_gain_low"]["bolt"] == pytest.approx(0.4, abs=1e-4)
    assert rows["ap_gain_high"]["bolt"] == 1.0
    assert metrics == {"mask_ap": rows["ap_after"]["all"]}


def test_what_is_not_called_for_is_skipped(
    project: Path, run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    change("prepare_weights", source="torchvision")
    assert run_stage("finetune_segmenter", *OUTS) == 0
    assert "finetune_segmenter.images is empty" in capsys.readouterr().err
    assert json.loads(Path("m.json").read_text())["mask_ap"] is None
    assert pd.read_csv("c.csv").empty
    change("run", finetuned_segmenter=False)
    assert run_stage("finetune_segmenter", *OUTS) == 0
    assert str(absent_reason(Path("f"))).startswith("run.finetuned_segmenter is false")
    change("run", finetuned_segmenter=True)
    change("prepare_weights", source="sample")
    write_absent(Path("w"), "no weights: make some")
    assert run_stage("finetune_segmenter", *OUTS) == 0
    assert absent_reason(Path("f")) == "no weights: make some"


def test_photographs_of_coco_are_learnt_from(
    project: Path,
    real_data: Path,
    run_stage: Run,
    capsys: pytest.CaptureFixture[str],
    torch_as_before: None,
) -> None:
    folder = real_data / "coco-tiny"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here: it holds real files that the project does not ship")
    change("finetune_segmenter", images=str(folder), steps=4)
    assert run_stage("finetune_segmenter", *OUTS) == 0
    assert capsys.readouterr().err == ""
    table: Any = pd.read_csv("c.csv", index_col="class")
    assert table.loc["all", "images_trained_on"] + table.loc["all", "images_held_out"] == 41
    assert table.loc["person", "objects_held_out"] > 0
    assert len(weights.read_card(Path("f")).labels) == len(table)
    assert 0 <= json.loads(Path("m.json").read_text())["mask_ap"] <= 1


def test_segment_objects_takes_the_weights_that_are_chosen(
    project: Path, run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    write_absent(Path("w"), "no weights")
    write_absent(Path("f"), "no own classes")
    Path("frames/a/v").mkdir(parents=True)
    given = ("--frames", "frames", "--weights", "w", "--finetuned", "f", "--detections", "d")
    for chosen, reason in (("pretrained", "no weights"), ("finetuned", "no own classes")):
        change("segment_objects", weights=chosen)
        assert run_stage("segment_objects", *given) == 0
        assert absent_reason(Path("d")) == reason
        assert reason in capsys.readouterr().err
