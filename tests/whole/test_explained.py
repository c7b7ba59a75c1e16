import sys
from pathlib import Path

import numpy as np
import pytest
from tools import explained

from vidrec.vectors.vectors import Vectors, write_vectors
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video

LABELS = ["airliner", "airship", "beagle", "cliff", "corn", "sock", "piano"]
VALUES = np.array([[1.0, 1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 1]])
VIDEOS = [Video("c", name) for name in "abd"]
VECTORS = Vectors(VIDEOS, LABELS, VALUES)


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str) -> None:
    write_vectors(tmp_path / "vectors.csv", VECTORS)
    (tmp_path / "found.csv").write_text(f"video_id,rank,neighbor_id,similarity\n{rows}")
    paths = [str(tmp_path / name) for name in ("vectors.csv", "found.csv")]
    monkeypatch.setattr(sys, "argv", ["explained.py", *paths])
    explained.main()


def test_the_first_four_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, monkeypatch, "a,1,b,1.0\nb,1,a,1.0\nd,1,a,0.0\n")
    assert capsys.readouterr().out.splitlines() == [
        "2 recommendations; quantiles 0.05 0.25 0.5 0.75 0.95",
        "first 4 labels: mean 0.6667, quantiles 0.667 0.667 0.667 0.667 0.667",
        "first 4 groups: mean 0.8333, quantiles 0.833 0.833 0.833 0.833 0.833",
        "most often first: aircraft and parachute 2",
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [("", "has no recommendation"), ("d,1,a,0.0\n", "have a label in common")],
)
def test_nothing_to_explain_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        run(tmp_path, monkeypatch, rows)
