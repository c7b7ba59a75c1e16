from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.corpora import Values, corpus, rank_all

from vidrec.recommender import build_index, clusters
from vidrec.recommender.build_index import Ranking, build_and_rank, clusters_in
from vidrec.recommender.clusters import build, find, read, write
from vidrec.recommender.reasons import recommend
from vidrec.vectors.sparse import as_dense, as_sparse
from vidrec.workflow.errors import UserError


def grouped_values(count: int = 400) -> Values:
    """Vectors of 40 groups, each with labels of its own beside those that all may have."""
    random = np.random.default_rng(0)
    group = np.arange(count) % 40
    values = random.random((count, 60)) * (random.random((count, 60)) < 0.2)
    values[np.arange(count), group] += 2
    values[np.arange(count), (group * 7 + 3) % 40] += 1
    return values


VECTORS = as_sparse(corpus(grouped_values(200)))
INDEX = build(VECTORS)


def sparse_values(count: int = 60, seed: int = 0) -> Values:
    """Vectors of few labels each, so that many have no similarity; the first is zero."""
    random = np.random.default_rng(seed)
    values = random.random((count, 12)) * (random.random((count, 12)) < 0.15)
    values[0] = 0
    return values


def ranked(values: Values, count: int, folder: Path) -> Ranking:
    return build_and_rank(as_sparse(corpus(values)), count, folder)[0]


@pytest.mark.parametrize("count", [1, 10, 59, 99])
def test_what_looks_at_all_clusters_ranks_as_a_full_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(clusters, "SHARES", (0.0,))
    found = ranked(sparse_values(), count, tmp_path)
    wanted = rank_all(corpus(sparse_values()), count)
    np.testing.assert_array_equal(found.order, wanted.order)
    np.testing.assert_array_equal(found.similarity, wanted.similarity)


def test_hardly_any_neighbour_is_missed(tmp_path: Path) -> None:
    found, metrics = build_and_rank(VECTORS, 10, tmp_path)
    good = found.similarity >= rank_all(as_dense(VECTORS), 10).similarity[:, -1:]
    assert good.mean() >= 0.99
    assert metrics["recall_at_10"] == pytest.approx(good.mean(), abs=0.01)


def test_a_query_looks_at_few_videos_where_that_is_enough() -> None:
    values = np.eye(30).repeat(40, axis=0) * np.linspace(1, 2, 1200)[:, np.newaxis]
    index = build(as_sparse(corpus(values)))
    assert index.tuned.tolist() == [0.5, 1.0]
    places, _ = clusters._looked_at(index, values[0], 11)
    assert len(places) <= 40 * clusters.COPIES


def test_similarities_are_exact(tmp_path: Path) -> None:
    found, _ = build_and_rank(VECTORS, 10, tmp_path)
    whole = as_dense(VECTORS)
    for row in range(0, len(VECTORS.ids), 100):
        every = {
            each.video_id: each.similarity for each in recommend(whole, whole.values[row], 3000)
        }
        ids = [VECTORS.ids[other] for other in found.order[row]]
        assert found.similarity[row].tolist() == [every[each] for each in ids]
        assert VECTORS.ids[row] not in ids
        assert len(set(ids)) == 10


def test_workers_and_blocks_change_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = build_and_rank(VECTORS, 10, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setenv("VIDREC_WORKERS", "2")
    monkeypatch.setattr(build_index, "BLOCK_VIDEOS", 90)
    two, _ = build_and_rank(VECTORS, 10, tmp_path)
    np.testing.assert_array_equal(one.order, two.order)
    np.testing.assert_array_equal(one.similarity, two.similarity)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_unseen_vector_finds_what_the_stored_one_does(tmp_path: Path) -> None:
    write(tmp_path, INDEX)
    query = VECTORS.rows(7, 8)[0] * 3
    found = recommend(VECTORS, query, 5, index=read(tmp_path))
    assert found == recommend(as_dense(VECTORS), query, 5)
    assert found[0].video_id == VECTORS.ids[7]
    assert found[0].similarity == 1.0


def test_nothing_is_found_in_nothing_but_the_first_by_id() -> None:
    found = find(INDEX, np.zeros(len(VECTORS.labels)), 3, excluded=1)
    assert found.order.tolist() == [0, 2, 3]
    assert found.similarity.tolist() == [0, 0, 0]


def test_no_index_is_made_where_none_is_wanted(tmp_path: Path) -> None:
    with clusters_in(tmp_path / "index"):
        pass
    assert list((tmp_path / "index").iterdir()) == []
    with clusters_in(None) as folder:
        write(folder, INDEX)
    assert not folder.exists()


def test_what_is_no_index(tmp_path: Path) -> None:
    write(tmp_path, INDEX)
    np.save(tmp_path / "rows.npy", INDEX.rows[1:])
    with pytest.raises(UserError, match="its arrays do not fit each other"):
        read(tmp_path)
    (tmp_path / "rows.npy").unlink()
    with pytest.raises(UserError, match="is not an index of videos"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        ("rows", INDEX.rows + 1, "has a video that is none"),
        ("rows", INDEX.rows.astype(float), "of other kinds"),
        ("tuned", INDEX.tuned[:0], "do not follow each other"),
        ("begins", np.int64(0), "of other kinds"),
        ("begins", INDEX.begins + 1, "do not"),
    ],
)
def test_arrays_that_cannot_be(tmp_path: Path, name: str, changed: NDArray[Any], said: str) -> None:
    write(tmp_path, INDEX)
    np.save(tmp_path / f"{name}.npy", changed)
    with pytest.raises(UserError, match=said):
        read(tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        {"labels": np.full_like(INDEX.labels, 255)},
        {"values": INDEX.values * 7},
        {"values": np.full_like(INDEX.values, np.nan)},
    ],
)
def test_values_that_cannot_be_are_told_by_a_query(changed: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="is damaged: run `dvc repro -s -f build_index`"):
        find(replace(INDEX, **changed), VECTORS.rows(7, 8)[0], 10)


def test_few_alike_in_the_nearest_clusters_are_looked_for_in_all() -> None:
    values = np.zeros((400, 40))
    values[np.arange(400), np.arange(400) % 40] = 1
    # What is like the video asked for in little lies far away.
    values[1:4] = values[0]
    values[20:30, 0] = 0.1
    vectors = as_sparse(corpus(values))
    index = replace(build(vectors), tuned=np.array([0.99, 1.0]))
    wanted = rank_all(as_dense(vectors), 20)
    found = find(index, vectors.rows(0, 1)[0], 20, 0)
    assert found.order.tolist() == wanted.order[0].tolist()
    assert found.similarity.tolist() == wanted.similarity[0].tolist()


def test_one_video_alone_is_an_index() -> None:
    index = build(as_sparse(corpus(np.ones((1, 2)))))
    assert index.recall == 1.0
    assert find(index, np.ones(2), 10, 0).order.tolist() == []


@pytest.mark.parametrize(("value", "said"), [(0.0, "no video has an object"), (-1.0, "below 0")])
def test_vectors_that_are_no_importance(value: float, said: str) -> None:
    with pytest.raises(UserError, match=said):
        build(as_sparse(corpus(np.full((3, 2), value))))
