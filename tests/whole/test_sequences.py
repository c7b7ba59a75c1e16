"""Whatever is changed, and killed on the way: the result is that of a run from nothing.

`make sequences` tries 100 sequences.
"""

from collections import Counter
from pathlib import Path

from tests import sequences
from tests.runs import SCAN, STAGES, Host

# Of the 100; always the same ones.
TRIED = 15


def test_all_is_as_from_nothing_and_nothing_is_computed_again() -> None:
    counts = sequences.hold(TRIED)
    assert counts.sequences == TRIED
    assert set(counts.changes) == set(sequences.MAKE)
    assert set(counts.kills) <= {SCAN, *STAGES}
    assert counts.kills.total() >= TRIED
    assert min(counts.computed.values()) > 2 * TRIED


def test_params_that_come_back_cost_the_new_videos_alone(tmp_path: Path) -> None:
    counts = sequences.Counts()
    with Host() as host:
        project = sequences.Project(host, tmp_path)
        for fps in (3, 2):
            project.set("extract_frames", "fps", fps)
            project.run(None, counts)
        project.set("extract_frames", "fps", 3)
        project.put("cars/a.mp4", 2)
        project.put("cars/b.mp4", 3)
        before = Counter(counts.computed)
        project.run(None, counts)
    assert counts.computed - before == {"extract": 2, "classify": 2, "segment": 2}
