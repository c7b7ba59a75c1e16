from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidrec.recommender import steering
from vidrec.recommender.build_index import compare_all
from vidrec.recommender.ranking import Candidates, similarities
from vidrec.recommender.reasons import recommend
from vidrec.recommender.steering import (
    POOL,
    Steering,
    allowed_rows,
    diverse,
    query_of,
    similarity_to_all,
    steered,
)
from vidrec.vectors.sparse import as_sparse
from vidrec.vectors.vectors import Vectors, unit_rows
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.video import pair

LABELS = [f"label {number}" for number in range(9)]


def corpus(seed: int, count: int = 40) -> Vectors:
    """Random vectors with some zeros, ids in no order, in three categories."""
    random = np.random.default_rng(seed)
    values = random.random((count, len(LABELS))) * (random.random((count, len(LABELS))) < 0.5)
    names = [f"v{number:02}" for number in random.permutation(count)]
    return Vectors(pair([f"c{n % 3}" for n in range(count)], names), LABELS, values.round(8))


def candidates_of(vectors: Vectors, seed: int) -> Candidates:
    """Of which every fifth is a copy of the one before it, and some are hubs."""
    ids = vectors.ids
    copies = {ids[row]: ids[row - 1] for row in range(1, len(ids), 5)}
    hubness = np.random.default_rng(seed).random(len(ids)).round(6)
    return Candidates.of(ids, copies, hubness)


def reference(
    vectors: Vectors, query: FloatArray, count: int, candidates: Candidates, asked: Steering
) -> list[int]:
    """The rows of the answer, worked out one by one."""
    unit = unit_rows(vectors.values)
    length = float(np.sqrt(query @ query)) or 1.0
    assert candidates.hubness is not None
    own = {candidates.groups[row] for row in asked.own}
    scores: dict[int, float] = {}
    for row in range(len(unit)) if asked.rows is None else asked.rows.tolist():
        alike = round(float(unit[row] @ query) / length, 6)
        hub = float(candidates.hubness[row])
        if candidates.groups[row] not in own:
            scores[row] = round(alike - hub / 2 if alike > 0 else alike - 1, 6)
    taken: set[int] = set()
    ranked = []
    for row in sorted(scores, key=lambda row: (-scores[row], vectors.ids[row])):
        if candidates.groups[row] not in taken:
            taken.add(int(candidates.groups[row]))
            ranked.append(row)
    if not asked.diverse:
        return ranked[:count]
    left, chosen = ranked[: POOL * count], list[int]()
    while left and len(chosen) < count:

        def value(row: int) -> float:
            if not chosen:
                return scores[row]
            nearest = max(round(float(unit[row] @ unit[other]), 6) for other in chosen)
            return round(0.7 * scores[row] - 0.3 * nearest, 6)

        best = max(map(value, left))
        chosen.append(left.pop([value(row) for row in left].index(best)))
    return chosen


@given(st.integers(0, 10_000), st.booleans(), st.integers(1, 12))
def test_the_answer_is_what_the_rules_say(seed: int, varied: bool, count: int) -> None:
    random = np.random.default_rng(seed)
    vectors = corpus(seed)
    candidates = candidates_of(vectors, seed)
    own = random.choice(40, random.integers(0, 4), replace=False).tolist()
    rows = [None, np.arange(0, 40, 2), np.flatnonzero(random.random(40) < 0.3)][seed % 3]
    asked = Steering(own, rows, varied)
    query = query_of(vectors.values[own], [[0, 3], [5]], len(LABELS))
    query *= random.choice([0.0, 0.5, 1.0, 2.0], len(LABELS))
    found = steered(vectors, query, count, candidates, asked)
    assert found.order.tolist() == reference(vectors, query, count, candidates, asked)


@given(st.integers(0, 10_000))
def test_shares_are_exact(seed: int) -> None:
    vectors = corpus(seed)
    weights = np.random.default_rng(seed).choice([0.0, 0.5, 1.0, 2.0], len(LABELS))
    query = query_of(vectors.values[[0, 1]], [[2, 4]], len(LABELS)) * weights
    for each in recommend(vectors, query, 10, Steering((0, 1))):
        row = vectors.values[vectors.ids.index(each.video_id)]
        products = dict(zip(LABELS, query * row, strict=True))
        lengths = np.sqrt(query @ query) * np.sqrt(row @ row) or 1.0
        assert each.similarity == pytest.approx(query @ row / lengths, abs=5e-7)
        assert sum(reason.share for reason in each.reasons) == pytest.approx(
            1 if each.similarity else 0
        )
        for reason in each.reasons:
            assert reason.share * lengths * (query @ row) / lengths == pytest.approx(
                products[reason.label]
            )


def test_a_plain_question_is_answered_as_the_index_is_built() -> None:
    vectors = corpus(1)
    candidates = candidates_of(vectors, 1)
    for row, (nearest, _) in enumerate(compare_all(vectors, 10, candidates)):
        asked = Steering((row,))
        found = steered(vectors, vectors.values[row], 10, candidates, asked)
        assert found.order.tolist() == nearest.first(10).order.tolist()
        assert found.score.tolist() == nearest.first(10).score.tolist()


def test_the_order_of_the_videos_asked_about_is_nothing() -> None:
    vectors = corpus(2)
    answers = [
        steered(
            vectors, query_of(vectors.values[rows], [], 9), 10, Candidates.of(vectors.ids), each
        )
        for rows in ([3, 7, 9], [9, 3, 7])
        for each in [Steering(rows)]
    ]
    assert answers[0].order.tolist() == answers[1].order.tolist()


def test_videos_and_objects_add_as_much_each() -> None:
    query = query_of([np.array([3.0, 4.0, 0.0])], [[1, 2]], 3)
    assert query.round(9).tolist() == [0.6, round(0.8 + np.sqrt(0.5), 9), round(np.sqrt(0.5), 9)]
    assert query_of([np.zeros(3)], [], 3).tolist() == [0, 0, 0]


@pytest.mark.parametrize("cells", [1, 50, 10**6])
def test_blocks_and_zeros_that_are_not_kept_change_nothing(
    monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    vectors = corpus(3)
    query = vectors.values[0]
    expected = similarities(query[np.newaxis], unit_rows(vectors.values))[0]
    monkeypatch.setattr(steering, "BLOCK_CELLS", cells)
    for each in (vectors, as_sparse(vectors)):
        assert similarity_to_all(each, query).tolist() == expected.tolist()


def test_of_nothing_nothing_is_chosen() -> None:
    vectors = corpus(4)
    asked = Steering((), np.array([], np.int64), diverse=True)
    found = steered(vectors, vectors.values[0], 5, Candidates.of(vectors.ids), asked)
    assert found.order.tolist() == []
    assert diverse(vectors, found, 5).order.tolist() == []


@pytest.mark.parametrize(
    ("only", "never", "rows"),
    [
        ([], [], None),
        (["a"], [], [0, 2]),
        ([], ["a"], [1, 3]),
        (["a", "b"], ["b"], [0, 2]),
        (["c", "a"], [], [0, 2, 3]),
        (["d"], [], []),
    ],
)
def test_categories_say_which_may_be_named(
    only: list[str], never: list[str], rows: Sequence[int] | None
) -> None:
    found = allowed_rows(["a", "b", "a", "c"], only, never)
    assert (None if found is None else found.tolist()) == rows


def test_what_is_plain_asks_for_nothing_more() -> None:
    assert Steering().plain
    assert Steering((3,)).plain
    assert not Steering((3, 4)).plain
    assert not Steering((3,), np.array([1])).plain
    assert not Steering((3,), diverse=True).plain
