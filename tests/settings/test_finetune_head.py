import pytest

from vidrec.settings.finetune_head import held_out_of, least_sources


@pytest.mark.parametrize(
    ("sources", "test_share", "expected"),
    [
        *((100, 0.25, 25), (100, 0.4, 40), (100, 0.05, 5), (100, 0.5, 50), (10, 0.33, 3)),
        *((4, 0.25, 1), (2, 0.5, 1), (3, 0.5, 2), (3, 0.4, 1), (20, 0.05, 1)),
    ],
)
def test_the_share_is_held_out_to_the_nearest_source(
    sources: int, test_share: float, expected: int
) -> None:
    assert held_out_of(sources, test_share) == expected


@pytest.mark.parametrize("sources", range(2, 12))
@pytest.mark.parametrize("test_share", [0.05, 0.2, 0.5])
def test_there_is_one_on_each_side(sources: int, test_share: float) -> None:
    assert 1 <= held_out_of(sources, test_share) <= sources - 1


@pytest.mark.parametrize(
    ("test_share", "expected"),
    [(0.25, 4), (0.05, 20), (0.5, 2), (0.4, 3), (0.1, 10), (0.15, 7), (0.3, 4)],
)
def test_one_source_is_no_more_than_the_share(test_share: float, expected: int) -> None:
    assert least_sources(test_share) == expected
