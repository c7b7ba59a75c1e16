from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.corpora import corpus

from vidrec.recommender.hubness import hubness, read_hubness, write_hubness
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, write_json

VECTORS = corpus(np.eye(2))


def test_it_is_the_mean_of_the_highest() -> None:
    similarity = np.array([0.1, 0.9, 0.5, 0.7])
    assert hubness(similarity, 2) == 0.8
    assert hubness(similarity, 9) == 0.55
    assert hubness(np.empty(0), 3) == 0


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_hubness(tmp_path / "h.json", VECTORS, np.array([0.25, 1.0]))
    found = read_hubness(tmp_path / "h.json", VECTORS)
    assert found is not None
    assert found.tolist() == [0.25, 1.0]


def test_where_it_does_not_count_there_is_none(tmp_path: Path) -> None:
    write_hubness(tmp_path / "h.json", VECTORS, None)
    assert read_hubness(tmp_path / "h.json", VECTORS) is None


def test_that_of_other_vectors_is_refused(tmp_path: Path) -> None:
    """Also of the same videos: they may have been weighed anew."""
    write_hubness(tmp_path / "h.json", VECTORS, np.array([0.25, 1.0]))
    with pytest.raises(UserError, match="of different runs: run `dvc repro`"):
        read_hubness(tmp_path / "h.json", corpus(np.array([[1.0, 0], [0.5, 1]])))


@pytest.mark.parametrize("wrong", [[0.5], [0.5, "x"], [0.5, 7], {}, "no"])
def test_what_is_none_is_refused(tmp_path: Path, wrong: Any) -> None:
    write_hubness(tmp_path / "h.json", VECTORS, np.array([0.25, 1.0]))
    content = read_json(tmp_path / "h.json")
    write_json(tmp_path / "h.json", {**content, "hubness": wrong})
    with pytest.raises(UserError, match=r"h\.json does not hold a hubness from -1 to 1"):
        read_hubness(tmp_path / "h.json", VECTORS)
    write_json(tmp_path / "h.json", wrong)
    with pytest.raises(UserError, match=r"h\.json does not hold the hubness"):
        read_hubness(tmp_path / "h.json", VECTORS)
