import pytest

from vidrec.settings.finetune_head import parts


@pytest.mark.parametrize(("test_share", "expected"), [(0.25, 4), (0.05, 20), (0.5, 2), (0.4, 2)])
def test_one_part_is_the_share_held_out(test_share: float, expected: int) -> None:
    assert parts(test_share) == expected
