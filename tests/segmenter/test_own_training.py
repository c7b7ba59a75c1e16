"""The last layers begin as those of the classes that come nearest."""

import torch

from vidrec.segmenter.own_training import for_classes

BOX, MASK = "roi_heads.box_predictor", "roi_heads.mask_predictor"


def test_each_class_begins_as_its_origin_and_one_without_as_the_mean() -> None:
    scores = torch.arange(6.0).reshape(3, 2)
    boxes = torch.arange(24.0).reshape(12, 2)
    tensors = {
        f"{BOX}.cls_score.weight": scores,
        f"{BOX}.bbox_pred.weight": boxes,
        f"{BOX}.bbox_pred.bias": torch.arange(12.0),
        f"{MASK}.mask_fcn_logits.bias": torch.tensor([0.0, 1.0, 5.0]),
        f"{MASK}.conv5_mask.bias": torch.arange(3.0),
        "backbone.cls_score.weight": scores,
    }
    made = for_classes(tensors, 3, [0, 2, 2, None])
    assert made[f"{BOX}.cls_score.weight"].tolist() == [[0, 1], [4, 5], [4, 5], [3, 4]]
    assert torch.equal(made[f"{BOX}.bbox_pred.weight"][4:8], boxes[8:12])
    assert torch.equal(made[f"{BOX}.bbox_pred.bias"][12:], torch.arange(6.0, 10.0))
    assert made[f"{MASK}.mask_fcn_logits.bias"].tolist() == [0, 5, 5, 3]
    assert torch.equal(made[f"{MASK}.conv5_mask.bias"], torch.arange(3.0))
    assert torch.equal(made["backbone.cls_score.weight"], scores)


def test_one_box_for_all_classes_stays() -> None:
    tensors = {f"{BOX}.bbox_pred.weight": torch.ones(4, 2)}
    assert for_classes(tensors, 2, [0, 1, 1])[f"{BOX}.bbox_pred.weight"].shape == (4, 2)
