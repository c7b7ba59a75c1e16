from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.corpora import corpus

from vidrec.detections.tree import VideoDetections
from vidrec.recommender.usual import (
    LEAST,
    QUANTILES,
    Doubt,
    Usual,
    confidence_of,
    doubts,
    read_usual,
    usual_of,
    write_usual,
)
from vidrec.vectors.sparse import as_sparse
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, write_json
from vidrec.workflow.video import Video

VECTORS = corpus(np.eye(2))
# Of 0, 0.01, 0.02 … 1 the quantiles are the shares themselves.
EVEN = tuple(each / 100 for each in QUANTILES)
USUAL = Usual(EVEN, tuple(each / 2 for each in EVEN))
VIDEO = Video("pets", "007")


def found(*rows: tuple[int, float], looked_at: list[int] | None = None) -> VideoDetections:
    cells = [(frame, "cat", confidence) for frame, confidence in rows]
    table = pd.DataFrame(cells, columns=["frame", "label", "confidence"])
    return VideoDetections(VIDEO, table, looked_at=looked_at)


def test_quantiles_are_those_by_hand() -> None:
    even = np.arange(100, -1, -1) / 100
    assert usual_of(even, even / 2) == USUAL
    few = usual_of(None, np.array([0.5, 0.25, 1.0]))
    # Between three values: the one in the middle, and straight lines.
    expected = (0.25, 0.255, 0.275, 0.3, 0.375, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
    assert few == Usual(None, expected)
    assert usual_of(np.array([1 / 3]), np.empty(0)) == Usual((0.333333,) * 11, None)


def test_confidence_is_the_mean_of_the_highest_of_each_frame() -> None:
    assert confidence_of(found((1, 0.5), (1, 0.9), (4, 0.3))) == 0.6
    assert confidence_of(found((1, 1.0), (2, 0.0), (3, 0.0))) == 0.333333


def test_a_frame_in_which_nothing_was_found_counts_as_0() -> None:
    assert confidence_of(found((1, 0.5), (1, 0.9), (4, 0.3), looked_at=[1, 4, 7, 10])) == 0.3
    assert confidence_of(found(looked_at=[1, 4])) == 0.0
    assert confidence_of(found(looked_at=[])) == 0.0
    assert confidence_of(found()) == 0.0


def test_an_answer_is_unsure_below_the_least_that_is_usual() -> None:
    assert LEAST == 5
    assert doubts(USUAL, 0.049999, 0.024999) == [
        Doubt("confidence", 0.049999, 0.05),
        Doubt("match", 0.024999, 0.025),
    ]
    assert doubts(USUAL, 0.05, 0.025) == []
    assert doubts(USUAL, 0.9, 0.0) == [Doubt("match", 0.0, 0.025)]
    assert doubts(USUAL, 0.0, 0.9) == [Doubt("confidence", 0.0, 0.05)]


def test_what_is_not_known_makes_nothing_unsure() -> None:
    assert doubts(USUAL, None, None) == []
    assert doubts(Usual(None, None), 0.0, 0.0) == []
    assert doubts(Usual(None, EVEN), 0.0, 0.0) == [Doubt("match", 0.0, 0.05)]


@pytest.mark.parametrize("usual", [USUAL, Usual(None, EVEN), Usual(None, None)])
def test_what_is_written_is_read(tmp_path: Path, usual: Usual) -> None:
    write_usual(tmp_path / "u.json", VECTORS, usual)
    assert read_usual(tmp_path / "u.json", VECTORS) == usual
    assert read_usual(tmp_path / "u.json", as_sparse(VECTORS)) == usual
    write_usual(tmp_path / "sparse.json", as_sparse(VECTORS), usual)
    assert (tmp_path / "sparse.json").read_bytes() == (tmp_path / "u.json").read_bytes()


def test_that_of_other_vectors_is_refused(tmp_path: Path) -> None:
    """Also of the same videos: they may have been weighed anew."""
    write_usual(tmp_path / "u.json", VECTORS, USUAL)
    with pytest.raises(UserError, match="of different runs: run `dvc repro`"):
        read_usual(tmp_path / "u.json", corpus(np.array([[1.0, 0], [0.5, 1]])))


@pytest.mark.parametrize("name", ["confidence", "match"])
@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [0.5],
        [*EVEN, 1.0],
        [*EVEN[:-1], 1.5],
        [-2.0, *EVEN[1:]],
        [*EVEN[1:], 0.0],
        [*EVEN[:-1], None],
        [*EVEN[:-1], "x"],
        [*EVEN[:-1], [1.0]],
        [*EVEN[:-1], 10**400],
        [list(EVEN)],
        {},
        "no",
        0.5,
        True,
    ],
)
def test_quantiles_that_are_none_are_refused(tmp_path: Path, name: str, wrong: Any) -> None:
    path = tmp_path / "u.json"
    write_usual(path, VECTORS, USUAL)
    write_json(path, {**read_json(path), name: wrong})
    with pytest.raises(UserError, match=r"u\.json does not hold 11 quantiles from -1 to 1: run"):
        read_usual(path, VECTORS)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_refused(tmp_path: Path, number: str) -> None:
    path = tmp_path / "u.json"
    write_usual(path, VECTORS, USUAL)
    path.write_text(path.read_text("utf-8").replace("0.005", number), "utf-8")
    with pytest.raises(UserError, match=r"u\.json does not hold 11 quantiles from -1 to 1: run"):
        read_usual(path, VECTORS)


@pytest.mark.parametrize(
    "content", ["null", "[]", '"no"', "7", "{}", '{"quantiles": [1]}', '{"quantiles": "no"}']
)
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "u.json").write_text(content, "utf-8")
    with pytest.raises(UserError, match=r"u\.json does not hold what is usual in the index: run"):
        read_usual(tmp_path / "u.json", VECTORS)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000, b'{"quantiles": [0,'])
def test_what_is_no_json_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "u.json").write_bytes(content)
    with pytest.raises(UserError, match=r"u\.json is not valid JSON") as refused:
        read_usual(tmp_path / "u.json", VECTORS)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"u\.json is missing: run `dvc repro`"):
        read_usual(tmp_path / "u.json", VECTORS)
