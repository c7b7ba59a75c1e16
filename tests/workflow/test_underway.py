import pytest

from vidrec.workflow import underway
from vidrec.workflow.parallel import map_items


def test_what_is_open_is_closed_once_the_youngest_first() -> None:
    closed: list[str] = []
    with underway.opened() as first, underway.opened() as second:
        first.callback(closed.append, "first")
        second.callback(closed.append, "second")
        underway.end_all()
        assert closed == ["second", "first"]
    underway.end_all()
    assert closed == ["second", "first"]


def test_the_count_is_of_a_run_that_keeps_what_it_has_finished() -> None:
    kept = map_items(abs, [-1, -2, -3], title="make", workers=1, keeps=True)
    next(kept)
    list(map_items(abs, range(5), title="look"))
    count = underway.kept()
    assert count is not None
    assert (count.done, count.total, count.unit) == (1, 3, "video")
    kept.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("workers", [1, 2])
def test_all_are_counted_however_many_workers(workers: int) -> None:
    list(map_items(abs, [-1, -2, -3], title="make", workers=workers, keeps=True))
    count = underway.kept()
    assert count is not None
    assert count.done == 3
