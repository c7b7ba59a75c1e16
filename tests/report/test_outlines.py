from pathlib import Path

import numpy as np
import pandas as pd

from vidrec.detections.masks import COLUMNS, Segments, write_segments
from vidrec.detections.rle import encode_mask
from vidrec.detections.tree import write_detections
from vidrec.report.filmstrips import Filmstrip
from vidrec.report.outlines import SIDE, Outline, outlines, outlines_of_all, runs
from vidrec.workflow.video import Video


def half() -> np.ndarray:
    """The lower half of a frame, and of it the left."""
    mask = np.zeros((224, 224), bool)
    mask[112:, :112] = True
    return mask


def drawn(text: str) -> np.ndarray:
    """The mask that runs tell of, as the page draws it."""
    lengths = [int(length, 36) for length in text.split(".")]
    inside = np.arange(len(lengths)) % 2 == 1
    return np.repeat(inside, lengths).reshape(SIDE, SIDE)


def test_runs_are_of_a_smaller_mask_row_by_row() -> None:
    found = drawn(runs(half()))
    assert found[28:, :28].all()
    assert found.sum() == 28 * 28


def test_a_mask_that_begins_inside_has_a_run_of_none_before() -> None:
    assert runs(np.ones((10, 10), bool)) == "0.2f4"
    assert runs(np.zeros((10, 10), bool)) == "2f4"


def test_only_frames_that_are_shown_have_outlines(tmp_path: Path) -> None:
    rows = [(1, "dog", 0.91234, 25.04), (7, "cat", 0.8, 25.0), (1, "ball", 0.7, 25.0)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    found = Segments([1, 4, 7], table, [encode_mask(half())] * 3)
    told = outlines(found, [1, 4])
    assert list(told) == [1]
    assert told[1][0] == Outline("dog", 0.912, 25.0, runs(half()))
    assert [each.label for each in told[1]] == ["dog", "ball"]
    video, other = Video("pets", "a"), Video("pets", "b")
    write_segments(tmp_path, video, found)
    write_detections(tmp_path, other, table)
    strips = dict.fromkeys((video, other), Filmstrip(9, [1, 4], b"", b""))
    assert outlines_of_all(tmp_path, strips) == {video: told}
