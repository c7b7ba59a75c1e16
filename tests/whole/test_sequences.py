"""Whatever is changed, and killed on the way: the result is that of a run from nothing.

`make sequences` tries 100 sequences.
"""

from tests import sequences
from tests.runs import SCAN, STAGES

# Of the 100; always the same ones.
TRIED = 25


def test_all_is_as_from_nothing_and_nothing_is_computed_again() -> None:
    counts = sequences.hold(TRIED)
    assert counts.sequences == TRIED
    assert set(counts.changes) == set(sequences.MAKE)
    assert set(counts.kills) <= {SCAN, *STAGES}
    assert counts.kills.total() >= TRIED
    assert min(counts.computed.values()) > 2 * TRIED
