from pathlib import Path

import numpy as np
import pytest

from vidrec.recommender.recommendations import Ranked, read_recommendations
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import pair

VECTORS = Vectors(
    pair(["bikes", "autos", "bikes"], ["b2", "a1", "b1"]), ["bus", "car", "wheel"], np.eye(3)
)


def test_neighbours_come_in_order(tmp_path: Path) -> None:
    path = tmp_path / "recommendations.csv"
    path.write_text("video_id,rank,neighbor_id,similarity\na1,2,b1,0\na1,11,b2,0\na1,1,b2,0.5\n")
    found = read_recommendations(path, VECTORS)
    assert found[1] == [Ranked(0, 0.5), Ranked(2, 0.0)]
    assert found[0] == found[2] == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a1,1,other,0.5", "names the video 'other', which has no vector"),
        ("other,1,a1,0.5", "names the video 'other', which has no vector"),
        ("a1,1,b1,2", "similarity is"),
        ("a1,0,b1,0.5", "rank is"),
    ],
)
def test_recommendations_of_another_run_are_refused(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "recommendations.csv"
    path.write_text(f"video_id,rank,neighbor_id,similarity\n{row}\n")
    with pytest.raises(UserError, match=said):
        read_recommendations(path, VECTORS)
