import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfTransformer

from vidrec.detections.distributions import Distribution
from vidrec.detections.tree import VideoDetections
from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.vectors import vectors, weigh_objects
from vidrec.vectors.sparse import SparseVectors, as_dense
from vidrec.vectors.vectors import Vectors, column_of, label_of, read_vectors, write_vectors
from vidrec.vectors.weigh_objects import (
    Seen,
    label_sums,
    weigh_video,
    weigh_videos,
    zero_vectors,
)
from vidrec.vectors.weighting import read_weighting, write_weighting
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video, pair

PLAIN = WeightingSettings("segmented", "count", "linear", False, False, "none", 0.0)
Row = tuple[int, str, float, float]


def video(rows: list[Row], name: str = "v", category: str = "pets") -> VideoDetections:
    table = pd.DataFrame(rows, columns=["frame", "label", "confidence", "area_pct"])
    kinds = {"frame": "int64", "label": "str", "confidence": "float64", "area_pct": "float64"}
    return VideoDetections(Video(category, name), table.astype(kinds))


def watched(
    probability: list[list[float]], labels: tuple[str, ...] = ("cat", "dog"), name: str = "v"
) -> VideoDetections:
    distribution = Distribution(labels, np.array(probability, np.float16))
    return dataclasses.replace(video([], name), distribution=distribution)


def totals(found: VideoDetections, **changed: object) -> dict[str, float]:
    params = dataclasses.replace(PLAIN, **changed)  # type: ignore[arg-type]  # any field
    sums = label_sums(found, params)
    pairs = zip(sums.labels, sums.total.tolist(), strict=True)
    return {label: round(total, 9) for label, total in pairs}


TWO_FRAMES = video(
    [(1, "cat", 0.5, 60.0), (1, "cat", 0.8, 70.0), (1, "dog", 0.9, 10.0), (2, "cat", 0.2, 20.0)]
)


@pytest.mark.parametrize(
    ("term", "cat", "dog"),
    [
        ("count", 2.0, 1.0),
        ("confidence", 0.8 + 0.2, 0.9),
        ("area", 1.0 + 0.2, 0.1),
        ("confidence_area", 0.3 + 0.56 + 0.04, 0.09),
    ],
)
def test_a_frame_adds_to_a_label_once_and_at_most_1(term: str, cat: float, dog: float) -> None:
    assert totals(TWO_FRAMES, term=term) == pytest.approx({"cat": cat, "dog": dog})


def test_detections_below_the_confidence_are_left_out() -> None:
    assert totals(TWO_FRAMES, min_confidence=0.5) == {"cat": 1.0, "dog": 1.0}
    assert totals(TWO_FRAMES, min_confidence=0.95) == {}


def test_probability_adds_the_whole_distribution() -> None:
    found = watched([[0.75, 0.25], [0.5, 0.5]])
    assert totals(found, detector="classified", term="probability") == {"cat": 1.25, "dog": 0.75}
    above = totals(found, detector="classified", term="probability", min_confidence=0.5)
    assert above == {"cat": 1.25, "dog": 0.5}


def test_classes_of_one_name_are_one_label() -> None:
    found = watched([[0.25, 0.5, 0.25]], ("crane", "dog", "crane"))
    assert totals(found, detector="classified", term="probability") == {"crane": 0.5, "dog": 0.5}


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [("linear", 4.0), ("sqrt", 2.0), ("log", float(np.log(5))), ("binary", 1.0)],
)
def test_scaling_is_of_the_sum(scaling: str, expected: float) -> None:
    found = video([(frame, "cat", 1.0, 1.0) for frame in range(1, 5)])
    vectors, _ = weigh_videos([found], dataclasses.replace(PLAIN, scaling=scaling))
    assert vectors.values[0, 0] == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_the_idf_is_that_of_scikit_learn(norm: str) -> None:
    params = dataclasses.replace(PLAIN, idf=True, norm=norm)
    videos = [
        TWO_FRAMES,
        video([(1, "cat", 1.0, 1.0), (1, "bird", 1.0, 1.0)], "w"),
        video([(1, "bird", 1.0, 1.0), (2, "bird", 1.0, 1.0)], "x"),
    ]
    counts = np.array([[0, 2, 1], [1, 1, 0], [2, 0, 0]])
    vectors, _ = weigh_videos(videos, params)
    expected = TfidfTransformer(norm=norm, smooth_idf=True).fit_transform(counts).toarray()
    assert vectors.labels == ["bird", "cat", "dog"]
    np.testing.assert_allclose(vectors.values, expected, atol=1e-8)


def test_certain_probabilities_have_the_idf_of_counts() -> None:
    params = WeightingSettings("classified", "probability", "linear", True, False, "none", 0.0)
    _, soft = weigh_videos([watched([[1, 0], [1, 0]]), watched([[0.5, 0.5]], name="w")], params)
    # cat is expected in 1 + 0.5 of the two videos, dog in 0.5.
    np.testing.assert_allclose(soft.idf, np.log([3 / 2.5, 3 / 1.5]) + 1, atol=1e-8)


def test_a_video_without_objects_is_a_zero_vector_and_is_named() -> None:
    vectors, _ = weigh_videos([TWO_FRAMES, video([], "empty")], PLAIN)
    assert not vectors.values[1].any()
    assert (len(vectors.ids), len(vectors.labels)) == (2, 2)
    assert zero_vectors(vectors).to_dict("records") == [{"video_id": "empty", "category": "pets"}]


def test_where_every_video_has_objects_none_is_named() -> None:
    vectors, _ = weigh_videos([TWO_FRAMES], PLAIN)
    assert zero_vectors(vectors).empty
    assert zero_vectors(vectors).columns.tolist() == ["video_id", "category"]


def test_no_object_in_any_video_is_an_error() -> None:
    with pytest.raises(UserError, match="min_confidence"):
        weigh_videos([video([])], PLAIN)


def test_an_ignored_label_has_no_dimension_and_counts_for_none() -> None:
    videos = [video([(1, "cat", 0.5, 1.0), (1, "other", 0.9, 1.0)], "a")]
    videos += [video([(1, "other", 0.9, 1.0)], "b")]
    vectors, weighting = weigh_videos(videos, dataclasses.replace(PLAIN, norm="l2"), ["other"])
    assert vectors.labels == weighting.labels == ["cat"]
    assert vectors.values.tolist() == [[1.0], [0.0]]
    with pytest.raises(UserError, match="ignore_labels"):
        weigh_videos(videos[1:], PLAIN, ["other"])


def test_what_a_term_needs_is_asked_for() -> None:
    table = TWO_FRAMES.table.drop(columns="area_pct")
    plain = dataclasses.replace(TWO_FRAMES, table=table)
    with pytest.raises(UserError, match=r"pets/v\.csv has no area_pct.*segmented"):
        label_sums(plain, dataclasses.replace(PLAIN, term="area"))
    with pytest.raises(UserError, match=r"pets/v\.safetensors is missing.*confidence"):
        label_sums(plain, dataclasses.replace(PLAIN, detector="finetuned", term="probability"))
    with pytest.raises(UserError, match="term is probability, for which segmented"):
        dataclasses.replace(PLAIN, term="probability")


CLASHING = ["video_id", "category", "video_id (label)", 'a, "b"', "label", "frame", "NA", "1", "ä"]


def test_labels_of_any_name_survive_the_file(tmp_path: Path) -> None:
    vectors = Vectors(pair(["pets", "NA"], ["007", "b"]), CLASHING, np.arange(18.0).reshape(2, 9))
    write_vectors(tmp_path / "v.csv", vectors)
    back = read_vectors(tmp_path / "v.csv")
    assert (back.ids, back.categories, back.labels) == (["007", "b"], ["pets", "NA"], CLASHING)
    np.testing.assert_array_equal(back.values, vectors.values)


@settings(max_examples=30)
@given(st.text() | st.sampled_from(CLASHING))
def test_a_column_gives_its_label_back(label: str) -> None:
    assert label_of(column_of(label)) == label
    assert column_of(label) not in ("video_id", "category")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("video_id,category,cat\n", "no row"),
        ("video_id,category\na,pets\n", "no label"),
        ("video_id,cat\na,1\n", "'category'"),
        ("video_id,category,cat\na,pets,1\na,cars,1\n", "'a' twice"),
        ("video_id,category,cat\na,pets,1\nb,pets,x\n", "row 3: 'cat'"),
        ("video_id,category,cat\na,pets,inf\n", "row 2: 'cat'"),
    ],
)
def test_vectors_that_are_none_are_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "v.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read_vectors(tmp_path / "v.csv")


rows = st.tuples(
    st.integers(1, 4),
    st.sampled_from(["cat", "dog", "car", "bird"]),
    st.floats(0.01, 1),
    st.floats(0.5, 100),
)
corpora = st.lists(st.lists(rows, max_size=8), min_size=1, max_size=5)
params = st.builds(
    WeightingSettings,
    st.just("segmented"),
    st.sampled_from(["count", "confidence", "area", "confidence_area"]),
    st.sampled_from(["linear", "sqrt", "log", "binary"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["l2", "l1", "none"]),
    st.sampled_from([0.0, 0.3]),
)


@settings(max_examples=25, deadline=None)
@given(corpora, params)
def test_the_order_of_videos_and_rows_changes_no_vector(
    corpus: list[list[Row]], chosen: WeightingSettings
) -> None:
    videos = [video(found, f"v{i}") for i, found in enumerate([*corpus, [(1, "cat", 1.0, 50.0)]])]
    vectors, _ = weigh_videos(videos, chosen)
    turned, _ = weigh_videos(videos[::-1], chosen)
    assert turned.labels == vectors.labels
    np.testing.assert_allclose(turned.values[::-1], vectors.values, atol=2e-8)
    mixed = [dataclasses.replace(v, table=v.table.iloc[::-1]) for v in videos]
    np.testing.assert_allclose(weigh_videos(mixed, chosen)[0].values, vectors.values, atol=2e-8)


@settings(max_examples=25, deadline=None)
@given(corpora, params)
def test_one_video_weighed_later_gets_its_own_row(
    corpus: list[list[Row]], chosen: WeightingSettings
) -> None:
    videos = [video(found, f"v{i}") for i, found in enumerate([*corpus, [(1, "cat", 1.0, 50.0)]])]
    vectors, weighting = weigh_videos(videos, chosen)
    for row, found in zip(vectors.values, videos, strict=True):
        np.testing.assert_array_equal(weigh_video(found, weighting), row)


def test_a_weighting_read_back_weighs_the_same(tmp_path: Path) -> None:
    chosen = WeightingSettings("classified", "probability", "sqrt", True, False, "l2", 0.01)
    random = np.random.default_rng(0)
    videos = [watched(random.dirichlet([1, 1], 5).tolist(), name=f"v{i}") for i in range(4)]
    vectors, weighting = weigh_videos(videos, chosen)
    write_weighting(tmp_path / "w.json", weighting)
    back = read_weighting(tmp_path / "w.json")
    assert dataclasses.asdict(back.params) == dataclasses.asdict(chosen)
    assert json.loads((tmp_path / "w.json").read_text())["labels"] == ["cat", "dog"]
    for row, found in zip(vectors.values, videos, strict=True):
        np.testing.assert_array_equal(weigh_video(found, back), row)


def test_an_object_that_the_weighting_does_not_know_is_left_out() -> None:
    _, weighting = weigh_videos([TWO_FRAMES], PLAIN)
    found = video([(1, "zebra", 1.0, 1.0), (1, "dog", 1.0, 1.0)])
    assert weigh_video(found, weighting).tolist() == [0.0, 1.0]


def test_of_each_video_only_numbers_are_held() -> None:
    params = dataclasses.replace(PLAIN, detector="classified", term="probability")
    seen = Seen({}, {})
    first = seen.add(label_sums(watched([[0.25, 0.75]], ("cat", "dog")), params))
    second = seen.add(label_sums(watched([[0.5, 0.5], [1.0, 0.0]], ("bird", "cat")), params))
    assert seen.numbers == {"cat": 0, "dog": 1, "bird": 2}
    assert seen.presence == {"cat": 0.25 + 0.5, "dog": 0.75, "bird": 1.0}
    assert (first.numbers.tolist(), first.amounts.tolist()) == ([0, 1], [0.25, 0.75])
    assert (second.numbers.tolist(), second.amounts.tolist()) == ([2, 0], [1.5, 0.5])
    # A table with the labels themselves takes ten times as much.
    assert second.numbers.nbytes + second.amounts.nbytes == 2 * 12


def test_where_there_are_too_many_values_zeros_are_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    videos = [video([(1, "cat", 0.5, 9)], "a"), video([], "b"), video([(1, "dog", 0.5, 9)], "c")]
    dense, _ = weigh_videos(videos, PLAIN)
    monkeypatch.setattr(weigh_objects, "DENSE_CELLS", 5)
    sparse, _ = weigh_videos(videos, PLAIN)
    assert isinstance(sparse, SparseVectors)
    np.testing.assert_array_equal(sparse.values.toarray(), dense.values)
    assert zero_vectors(sparse)["video_id"].tolist() == ["b"]
    write_vectors(tmp_path / "dense.csv", dense)
    monkeypatch.setattr(vectors, "BLOCK_CELLS", 4)
    write_vectors(tmp_path / "sparse.csv", sparse)
    assert (tmp_path / "sparse.csv").read_bytes() == (tmp_path / "dense.csv").read_bytes()


def test_a_long_video_is_summed_in_blocks_to_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(0)
    probability = random.dirichlet(np.full(30, 0.1), 100).tolist()
    found = watched(probability, tuple(f"label {n % 29}" for n in range(30)))
    params = dataclasses.replace(
        PLAIN, detector="classified", term="probability", min_confidence=0.01
    )
    whole = label_sums(found, params)
    monkeypatch.setattr(weigh_objects, "BLOCK_FRAMES", 7)
    parts = label_sums(found, params)
    assert (parts.labels, parts.total.tobytes()) == (whole.labels, whole.total.tobytes())
    assert parts.presence.tobytes() == whole.presence.tobytes()


def test_with_contrast_only_what_is_more_than_usual_counts() -> None:
    """Two videos of length 1: (1, 0) and (.6, .8), whose mean is (.8, .4)."""
    params = dataclasses.replace(PLAIN, contrast=True, norm="l2")
    tables = [
        pd.DataFrame({"frame": [1], "label": ["a"], "confidence": [1.0]}),
        pd.DataFrame({"frame": [1, 2, 3, 1, 2, 3, 4], "label": list("aaabbbb"), "confidence": 1.0}),
        pd.DataFrame({"frame": [], "label": [], "confidence": []}),
    ]
    videos = [
        VideoDetections(Video("c", f"v{number}"), table) for number, table in enumerate(tables)
    ]
    vectors, weighting = weigh_videos(videos, params)
    assert weighting.usual is not None
    np.testing.assert_allclose(weighting.usual, [0.8, 0.4])
    np.testing.assert_allclose(as_dense(vectors).values, [[1, 0], [0, 1], [0, 0]])
    np.testing.assert_array_equal(weigh_video(videos[1], weighting), [0, 1])


def test_what_masks_cover_together_counts_once() -> None:
    table = pd.DataFrame(
        {"frame": 1, "label": "cat", "confidence": [0.5, 1.0], "area_pct": [50.0, 50.0]}
    )
    found = VideoDetections(Video("c", "v"), table)
    joined = VideoDetections(Video("c", "v"), table.assign(added_pct=[10.0, 50.0]))
    assert totals(joined, term="area") == pytest.approx({"cat": 0.6})
    assert totals(joined, term="confidence_area") == pytest.approx({"cat": 0.55})
    assert totals(found, term="area") == {"cat": 1.0}


def test_with_contrast_what_is_as_usual_is_nothing() -> None:
    """And not what rounding has left of it."""
    table = pd.DataFrame({"frame": range(1, 13), "label": list("aaabbbbbbbcc"), "confidence": 1.0})
    videos = [VideoDetections(Video("c", f"v{number}"), table) for number in range(3)]
    found, _ = weigh_videos(videos, dataclasses.replace(PLAIN, contrast=True, norm="l2"))
    assert not as_dense(found).values.any()
