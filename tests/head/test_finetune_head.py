import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from vidrec.detections.features import write_features
from vidrec.detections.tree import read_videos
from vidrec.head.embedded_images import read_embedded, write_embedded
from vidrec.head.finetune_head import (
    COLUMNS,
    Head,
    _gain,
    load_head,
    measure,
    pretrained_guess,
    save_head,
    split_by_source,
    train_head,
)
from vidrec.networks import weights
from vidrec.networks.weights import Card
from vidrec.settings.finetune_head import Params
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json
from vidrec.workflow.video import Video

PARAMS = Params(test_share=0.25, c=0.5, max_iter=2000, seed=0)


def table_of(rows: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "image": [f"{label}/{number}" for number, (label, _) in enumerate(rows)],
            "class": [label for label, _ in rows],
            "source": [source for _, source in rows],
            "pretrained_label": "cat",
        }
    )


@st.composite
def image_sets(draw: st.DrawFn) -> pd.DataFrame:
    """Two to four classes of 4 to 9 sources, one to three images each."""
    rows = []
    for label in "abcd"[: draw(st.integers(2, 4))]:
        for source in range(draw(st.integers(4, 9))):
            rows += [(label, f"{label}{source}")] * draw(st.integers(1, 3))
    return table_of(draw(st.permutations(rows)))


@settings(max_examples=40, deadline=None)
@given(image_sets(), st.integers(0, 9))
def test_no_source_is_on_both_sides_and_every_class_on_each(table: pd.DataFrame, seed: int) -> None:
    held_out = split_by_source(table, Params(0.25, 1.0, 100, seed))
    assert not set(table["source"][held_out]) & set(table["source"][~held_out])
    assert set(table["class"][held_out]) == set(table["class"][~held_out]) == set(table["class"])


@settings(max_examples=40, deadline=None)
@given(image_sets(), st.sampled_from([0.25, 0.3, 0.4, 0.5]), st.integers(0, 9))
def test_of_each_class_the_share_of_sources_is_held_out(
    table: pd.DataFrame, share: float, seed: int
) -> None:
    held_out = split_by_source(table, Params(share, 1.0, 100, seed))
    sources = table.groupby("class")["source"].nunique()
    held = table[held_out].groupby("class")["source"].nunique()
    assert ((held - sources * share).abs() <= 0.5).all()
    assert held.index.tolist() == sources.index.tolist()


def test_the_order_of_the_images_changes_nothing() -> None:
    table = table_of([(label, f"{label}{n}") for label in "ab" for n in range(9)])
    turned = table[::-1]
    held_out = [set(each["source"][split_by_source(each, PARAMS)]) for each in (table, turned)]
    assert held_out[0] == held_out[1]


def test_a_class_of_images_that_another_has_too_is_refused() -> None:
    shared = [(label, f"s{number}") for label in "ab" for number in range(8)]
    held_out = split_by_source(table_of(shared), PARAMS)
    assert held_out.sum() == 4


@pytest.mark.parametrize("seed", range(6))
def test_a_class_of_which_none_can_be_held_out_is_named(seed: int) -> None:
    """Whichever image is taken first fills two of the classes, and the third has none alone."""
    pairs = ("ab", "ac", "bc")
    rows = [(label, f"{pair}{number}") for pair in pairs for label in pair for number in (1, 2)]
    with pytest.raises(UserError, match=r"class '[abc]' shares its images with other classes"):
        split_by_source(table_of(rows), Params(0.25, 1.0, 100, seed))


def test_copies_of_an_image_in_two_classes_stay_on_one_side() -> None:
    rows = [(label, f"{label}{number}") for label in "ab" for number in range(6)]
    table = table_of([*rows, ("a", "shared"), ("b", "shared"), ("b", "shared")])
    for seed in range(8):
        held_out = split_by_source(table, Params(0.25, 1.0, 100, seed))
        assert held_out[-3:].all() or not held_out[-3:].any()


def test_the_seed_decides_the_split() -> None:
    table = table_of([(label, f"{label}{n}") for label in "ab" for n in range(20)])
    splits = [split_by_source(table, Params(0.25, 1.0, 100, seed)) for seed in (0, 0, 1)]
    assert (splits[0] == splits[1]).all()
    assert (splits[0] != splits[2]).any()


def test_a_class_with_too_few_images_is_refused_by_name() -> None:
    rows = [("many", f"m{number}") for number in range(8)]
    table = table_of([*rows, *[("few", f"f{number}") for number in (1, 2, 3, 3, 3)]])
    with pytest.raises(UserError, match=r"class 'few' has 3 different images: .* at least 4"):
        split_by_source(table, PARAMS)


def blobs(classes: list[str], width: int = 6) -> tuple[pd.Series, np.ndarray]:
    """Ten rows per class around a place of its own, one feature the same in all rows."""
    random = np.random.default_rng(0)
    labels = pd.Series([label for label in classes for _ in range(10)])
    centers = random.normal(0, 2, (len(classes), width))
    features = centers.repeat(10, axis=0) + random.normal(0, 2, (len(labels), width))
    features = features * random.uniform(0.01, 100, width) + 50
    features[:, 0] = 3.5
    return labels, features.astype(np.float32)


@pytest.mark.parametrize("classes", [["cat", "dog"], ["cat", "dog", "other"]])
def test_the_folded_head_predicts_what_scaling_and_model_predict(classes: list[str]) -> None:
    labels, features = blobs(classes)
    head = train_head(labels, features, PARAMS)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.5, max_iter=2000))
    model.fit(features, labels)
    assert head.labels == tuple(classes)
    assert head.weight.shape == (len(classes), features.shape[1])
    expected = model.predict_proba(features)
    np.testing.assert_allclose(head.distributions(features), expected, atol=2e-3)


def test_distributions_of_a_head_sum_to_one() -> None:
    labels, features = blobs(["a", "b", "c"])
    found = train_head(labels, features, PARAMS).distributions(features.astype(np.float16))
    assert found.dtype == np.float16
    np.testing.assert_allclose(found.sum(axis=1, dtype=float), 1, atol=3e-3)


def test_classes_with_numbers_for_names_stay_names(tmp_path: Path) -> None:
    labels, features = blobs(["0", "1", "2"])
    table = table_of([(label, str(number)) for number, label in enumerate(labels)])
    write_embedded(tmp_path / "embedded", table, features.astype(np.float16))
    read, features = read_embedded(tmp_path / "embedded")
    held_out = split_by_source(read, PARAMS)
    head = train_head(read["class"][~held_out], features[~held_out], PARAMS)
    assert head.labels == ("0", "1", "2")
    metrics, by_class = measure(read, features, held_out, head)
    assert metrics["head_accuracy"] > 0.6
    assert list(by_class["class"]) == ["all", "0", "1", "2"]


def test_an_old_label_stands_for_the_class_it_was_seen_with_most() -> None:
    train = pd.DataFrame(
        {
            "class": ["pet", "pet", "car", "car", "car", "tie", "pet"],
            "pretrained_label": ["cat", "cat", "cat", "bus", "bus", "oak", "oak"],
        }
    )
    test = pd.DataFrame({"pretrained_label": ["bus", "cat", "oak", "never seen"]})
    assert pretrained_guess(train, test).tolist() == ["car", "pet", "pet", "car"]


def test_accuracy_by_hand() -> None:
    table = table_of([("a", "1"), ("b", "2"), ("a", "3"), ("a", "4"), ("b", "5")])
    table["pretrained_label"] = ["x", "y", "x", "y", "x"]
    held_out = np.array([False, False, True, True, True])
    head = Head(("a", "b"), np.array([[1.0], [-1.0]], np.float32), np.zeros(2, np.float32))
    features = np.array([[0.0], [0.0], [1.0], [-1.0], [-1.0]], np.float32)
    metrics, by_class = measure(table, features, held_out, head)
    assert metrics == {"head_accuracy": 0.6667}
    assert tuple(by_class.columns) == COLUMNS
    assert list(by_class.itertuples(index=False, name=None)) == [
        ("all", 2, 3, 0.3333, 0.6667, 0.3333, 0.0, 1.0),
        ("a", 1, 2, 0.5, 0.5, 0.0, 0.0, 0.0),
        ("b", 1, 1, 0.0, 1.0, 1.0, 1.0, 1.0),
    ]


def gains(before: str, after: str, sources: str) -> dict[str, Any]:
    """The gain from what is right (1) and wrong (0), an image each letter."""
    guesses = pd.DataFrame({"before": list(before), "after": list(after)}) == "1"
    return _gain(guesses.assign(source=list(sources)))


def test_the_gain_is_that_of_the_images_whatever_their_sources() -> None:
    assert gains("0010", "1110", "aabc")["gain"] == 0.5
    assert gains("0010", "1110", "abcd")["gain"] == 0.5


def test_views_of_one_scene_make_the_interval_no_narrower() -> None:
    before, after = "0011" * 8, "1011" * 8
    alone = gains(before, after, "".join(map(chr, range(48, 80))))
    doubled = gains(before * 2, after * 2, "".join(map(chr, range(48, 80))) * 2)
    assert doubled == alone
    assert alone["gain_low"] < alone["gain"] == 0.25 < alone["gain_high"]


def test_what_both_get_right_says_nothing_of_the_gain() -> None:
    """Two figures that are far from sure each, and a difference that is."""
    assert gains("01" * 20, "01" * 20, "".join(map(chr, range(48, 88)))) == {
        "gain": 0.0,
        "gain_low": 0.0,
        "gain_high": 0.0,
    }


def test_a_head_is_kept_with_the_trunk_it_belongs_to(tmp_path: Path) -> None:
    head = train_head(*blobs(["a", "b", "c"]), PARAMS)
    trunk = Card("resnet50", ("x",), 128, (0.5,) * 3, (0.2,) * 3, "sample", "", sha256="12ab")
    save_head(tmp_path / "head", head, trunk)
    again = load_head(tmp_path / "head")
    assert again.labels == head.labels
    assert (again.weight == head.weight).all()
    assert (again.bias == head.bias).all()
    card = weights.read_card(tmp_path / "head")
    assert (card.arch, card.origin_sha256) == ("linear head on resnet50", "12ab")


@pytest.mark.parametrize("labels", [("a", "b"), ("a", "b", "c", "d")])
def test_a_head_with_other_names_than_classes_is_refused(
    tmp_path: Path, labels: tuple[str, ...]
) -> None:
    head = dataclasses.replace(train_head(*blobs(["a", "b", "c"]), PARAMS), labels=labels)
    trunk = Card("resnet50", ("x",), 128, (0.5,) * 3, (0.2,) * 3, "sample", "", sha256="12ab")
    save_head(tmp_path / "head", head, trunk)
    with pytest.raises(UserError, match=rf"has {len(labels)} names for 3 classes"):
        load_head(tmp_path / "head")


def test_from_images_to_detections_of_the_new_head(
    tmp_path: Path,
    classifier_folder: Path,
    run_stage: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    content = {
        "embed_images": {"seed": 7, "sample_scenes": 4},
        "finetune_head": {"images": "", "test_share": 0.25, "c": 0.1, "max_iter": 2000, "seed": 0},
        "extract_frames": {"size": 64, "fit": "stretch"},
        "classify_frames": {"precision": "fp32", "batch_size": 16},
        "run": {"finetuned": True},
    }
    Path("params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    network = str(classifier_folder)
    assert run_stage("embed_images", "--weights", network, "--embedded", "embedded") == 0
    made = ["--head", "head", "--metrics", "metrics.json"]
    arguments = ["--embedded", "embedded", "--weights", network, *made]
    assert run_stage("finetune_head", *arguments) == 0
    metrics = read_json(Path("metrics.json"))
    assert list(metrics) == ["head_accuracy"]
    assert run_stage("finetune_head", *arguments, "--by-class", "by_class.csv") == 0
    by_class = pd.read_csv("by_class.csv")
    assert tuple(by_class.columns) == COLUMNS
    first = by_class.iloc[0]
    assert (first["class"], first["accuracy_after"]) == ("all", metrics["head_accuracy"])
    assert first["images_trained_on"] + first["images_held_out"] == 64
    assert by_class["images_held_out"][1:].sum() == first["images_held_out"]
    _, features = read_embedded(Path("embedded"))
    some, numbers = features[:7].astype(np.float16), np.arange(1, 14, 2)
    write_features(Path("features"), Video("pets", "a"), some, numbers)
    applied = ["--features", "features", "--head", "head", "--detections", "out"]
    assert run_stage("apply_head", *applied) == 0
    (video,) = read_videos(Path("out"), with_distribution=True)
    assert video.table["frame"].tolist() == numbers.tolist()
    assert video.distribution is not None
    assert video.distribution.labels == load_head(Path("head")).labels
