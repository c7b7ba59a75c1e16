from pathlib import Path
from typing import Any

import pytest
import yaml

from vidrec.settings.pairs import DOUBTS, MISFITS, Rule, broken

ROOT = Path(__file__).parents[2]


@pytest.fixture
def values() -> dict[str, Any]:
    """The values of the project's params.yaml, by dotted name."""
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    return {
        f"{section}.{key}": content[section][key] for section in content for key in content[section]
    }


def test_the_committed_params_go_together(values: dict[str, Any]) -> None:
    assert list(broken([*MISFITS, *DOUBTS], values)) == []


def test_a_rule_waits_for_all_of_its_params() -> None:
    def unequal(a: int, b: int) -> str | None:
        return None if a == b else f"{a} is not {b}"

    rules = [Rule(unequal, ("a", "b")), Rule(unequal, ("b", "c"))]
    assert list(broken(rules, {"a": 1, "b": 2})) == ["1 is not 2"]
    assert list(broken(rules, {"a": 1, "b": 1, "c": 1})) == []


def set_all(values: dict[str, Any], changed: str) -> dict[str, Any]:
    """`values` with those of `changed`, written as `name=value name=value`, as YAML."""
    pairs = (each.partition("=") for each in changed.split())
    return {**values, **{name: yaml.safe_load(value or '""') for name, _, value in pairs}}


TOLD = {
    "prepare_weights.classifier_arch=resnet51": "classifier_arch is 'resnet51', no torchvision",
    "prepare_weights.classifier_arch=mobilenet_v2 run.segmented=false": "can train ResNets only",
    "prepare_weights.classifier_arch=mobilenet_v2": "can train ResNets only",
    "prepare_weights.classifier_arch=resnet18": "starts from a resnet50, and prepare_weights.class",
    "prepare_weights.source=torchvision prepare_weights.classifier_weights=V9": (
        "prepare_weights.classifier_weights: there are no weights 'V9' of resnet50: choose from I"
    ),
    "prepare_weights.source=torchvision prepare_weights.segmenter_weights=V9": (
        "prepare_weights.segmenter_weights: there are no weights 'V9' of maskrcnn_resnet50_fpn_v2"
    ),
    "weigh_objects.term=area": "term is area, for which classified detections have no numbers: set"
    " weigh_objects.detector to segmented, or term to confidence",
    "weigh_objects.term=confidence_area weigh_objects.detector=finetuned": "confidence_area, for",
    "weigh_objects.term=probability weigh_objects.detector=segmented": (
        "detector to classified or finetuned"
    ),
    "weigh_objects.term=probability weigh_objects.scaling=binary": "set scaling to sqrt",
    "weigh_objects.detector=segmented run.segmented=false": "run.segmented is false: set that to",
    "segment_objects.weights=finetuned run.finetuned_segmenter=false": (
        "segment_objects.weights is finetuned, but run.finetuned_segmenter is false: set that to"
    ),
    "segment_objects.weights=finetuned prepare_weights.source=torchvision": (
        "but finetune_segmenter.images is empty: name a directory"
    ),
    "weigh_objects.detector=finetuned run.finetuned=false": "run.finetuned is false: set that to",
    "run.classified=false run.finetuned=false": "run.classified is false: set that to true, or",
    "weigh_objects.detector=segmented run.classified=false": "run.finetuned to false",
    "prepare_weights.source=file": "prepare_weights.classifier_file is empty: name a state dict",
    "prepare_weights.source=file prepare_weights.classifier_file=a"
    " weigh_objects.detector=segmented": "prepare_weights.segmenter_file is empty: name a state",
    "segment_objects.fps=3.5": "fps is 3.5, more than extract_frames.fps, which is 3",
    "download_videos.youtube_min_videos_per_category=101": "is 101, more than",
    "embed_images.sample_scenes=3": "each class needs at least 4: raise either",
}


@pytest.mark.parametrize(("changed", "said"), TOLD.items())
def test_each_misfit_is_told_once_with_the_remedy(
    values: dict[str, Any], changed: str, said: str
) -> None:
    [told] = broken(MISFITS, set_all(values, changed))
    assert said in told
    assert "\n" not in told


FINE = [
    "weigh_objects.term=probability",
    "weigh_objects.detector=segmented weigh_objects.term=area",
    "weigh_objects.term=count weigh_objects.scaling=binary",
    "prepare_weights.classifier_arch=resnet18 run.segmented=false",
    "prepare_weights.source=torchvision prepare_weights.classifier_arch=convnext_tiny",
    "prepare_weights.source=torchvision prepare_weights.classifier_weights=IMAGENET1K_V1",
    "prepare_weights.source=file prepare_weights.classifier_file=a run.segmented=false",
    "run.segmented=false run.finetuned=false",
    "segment_objects.fps=3.0",
    "embed_images.sample_scenes=4",
    "embed_images.sample_scenes=3 finetune_head.images=own",
    "download_videos.sample_fps=7",
]


@pytest.mark.parametrize("changed", FINE)
def test_what_goes_together_is_left_alone(values: dict[str, Any], changed: str) -> None:
    assert list(broken([*MISFITS, *DOUBTS], set_all(values, changed))) == []


DOUBTED = {
    "download_videos.source=youtube": "know drawn objects only",
    "download_videos.source=directory prepare_weights.source=torchvision"
    " weigh_objects.detector=finetuned": "finetune_head.images is empty",
    "prepare_weights.classifier_file=a": "prepare_weights.classifier_file: not read while"
    " prepare_weights.source is sample; set that to file",
    "prepare_weights.source=file prepare_weights.segmenter_weights=COCO_V1": "to torchvision if",
}


@pytest.mark.parametrize(("changed", "said"), DOUBTED.items())
def test_what_is_hardly_meant_is_told(values: dict[str, Any], changed: str, said: str) -> None:
    [told] = broken(DOUBTS, set_all(values, changed))
    assert said in told


@pytest.mark.parametrize("rules", [MISFITS, DOUBTS])
def test_rules_ask_for_params_that_there_are(
    values: dict[str, Any], rules: tuple[Rule, ...]
) -> None:
    for rule in rules:
        assert set(rule.of) <= set(values)
