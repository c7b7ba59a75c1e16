from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.corpora import corpus, random_corpus

from vidrec.vectors import sparse
from vidrec.vectors.sparse import (
    SparseVectors,
    as_dense,
    as_sparse,
    load_vectors,
    read_sparse,
    write_sparse,
)
from vidrec.vectors.vectors import Vectors, write_vectors
from vidrec.workflow.errors import UserError

SOME = corpus(np.array([[0.0, 0.5, 0.25], [0, 0, 0], [1 / 3, 0, 0]]), ["b", "a", "b"])


def write(path: Path, **changed: Any) -> None:
    """The file of SOME with some of its arrays changed."""
    write_sparse(path, SOME)
    with np.load(path) as stored:
        arrays = dict(stored) | {name: np.array(value) for name, value in changed.items()}
    np.savez(path, **arrays)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_sparse(tmp_path / "v.npz", SOME)
    found = read_sparse(tmp_path / "v.npz")
    assert (found.videos, found.labels) == (SOME.videos, SOME.labels)
    assert (found.ids, found.categories) == (SOME.ids, SOME.categories)
    np.testing.assert_array_equal(found.values.toarray(), SOME.values)
    np.testing.assert_array_equal(found.rows(1, 3), SOME.values[1:])
    np.testing.assert_array_equal(as_dense(found).values, SOME.values)


def test_the_same_vectors_have_the_same_bytes(tmp_path: Path) -> None:
    write_sparse(tmp_path / "one.npz", SOME)
    write_sparse(tmp_path / "two.npz", as_sparse(SOME))
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_few_vectors_are_the_same_from_either_file(tmp_path: Path) -> None:
    rounded = random_corpus()
    write_vectors(tmp_path / "v.csv", rounded)
    write_sparse(tmp_path / "v.npz", rounded)
    table, arrays = load_vectors(tmp_path / "v.csv"), load_vectors(tmp_path / "v.npz")
    assert isinstance(arrays, Vectors)
    assert (arrays.videos, arrays.labels) == (table.videos, table.labels)
    np.testing.assert_array_equal(arrays.values, table.values)


def test_many_vectors_stay_sparse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sparse(tmp_path / "v.npz", SOME)
    monkeypatch.setattr(sparse, "DENSE_CELLS", 8)
    assert isinstance(load_vectors(tmp_path / "v.npz"), SparseVectors)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"data": [1.0, np.nan, 1]}, "not a finite number"),
        ({"indices": [1, 2, 3]}, "a value is of no label"),
        ({"indptr": [0, 2, 1, 3]}, "its rows do not fit its values"),
        ({"indptr": [0, 2, 3]}, "not one row for each video"),
        ({"label": np.array([{}], object)}, "is not a file of vectors"),
        ({"label": ["car", "car", "dog"]}, "a label is there twice"),
        ({"indices": [1, 1, 0]}, "a label is there twice"),
        ({"video_id": "a"}, "its arrays are of other kinds"),
        ({"video_id": [1, 2, 3]}, "its arrays are of other kinds"),
        ({"data": ["1", "2", "3"]}, "its arrays are of other kinds"),
        ({"data": [[1.0], [2.0], [3.0]]}, "its arrays are of other kinds"),
        ({"indices": [0.0, 1.0, 0.0]}, "its arrays are of other kinds"),
        ({"video_id": ["a", "b", "a"]}, "has video_id 'a' twice"),
        ({"category": ["a", "b", "../c"]}, "must be of letters, digits"),
    ],
)
def test_what_is_no_file_of_vectors(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    write(tmp_path / "v.npz", **changed)
    with pytest.raises(UserError, match=said):
        read_sparse(tmp_path / "v.npz")


def test_files_that_are_missing_or_something_else(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is missing"):
        read_sparse(tmp_path / "v.npz")
    (tmp_path / "v.npz").write_bytes(b"video_id,category,car\n")
    with pytest.raises(UserError, match="is not a file of vectors"):
        read_sparse(tmp_path / "v.npz")
    with (tmp_path / "v.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(UserError, match="is not a file of vectors"):
        read_sparse(tmp_path / "v.npz")


def test_the_digest_is_of_all_that_they_are(tmp_path: Path) -> None:
    write_sparse(tmp_path / "v.npz", SOME)
    digest = as_sparse(SOME).digest
    assert read_sparse(tmp_path / "v.npz").digest == digest
    others = [
        corpus(SOME.values * 2, ["b", "a", "b"]),
        corpus(SOME.values, ["b", "b", "b"]),
        corpus(SOME.values[::-1], ["b", "a", "b"]),
    ]
    assert digest not in {as_sparse(each).digest for each in others}
