"""What files that are broken by chance do: of the 1,000 of `make mutations`, every 17th."""

from pathlib import Path
from random import Random

import pytest
from tests.formats import FORM
from tests.mutations import (
    GOOD,
    KINDS,
    MUTATIONS,
    RULES,
    Attempt,
    Mutation,
    attempts,
    write_good,
)

from vidrec.media.extraction import extract_frames
from vidrec.media.status import OK

TRIED = [Mutation(0, number) for number in range(0, MUTATIONS, 17)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mutations")
    write_good(made)
    return made


@pytest.fixture(scope="module")
def attempted(folder: Path) -> list[Attempt]:
    return list(attempts(TRIED, folder, 1))


@pytest.mark.parametrize("name", GOOD)
def test_a_file_is_good_before_it_is_broken(name: str, folder: Path) -> None:
    assert extract_frames(folder / name, FORM, RULES).status == OK


def test_a_broken_file_gives_frames_or_a_status(attempted: list[Attempt]) -> None:
    assert not [f"{each.mutation}: {each.faults}" for each in attempted if each.faults]


def test_what_is_tried_is_spread_over_files_and_kinds(attempted: list[Attempt]) -> None:
    assert {each.mutation.file for each in attempted} == set(GOOD)
    assert {each.mutation.kind for each in attempted} == set(KINDS)
    assert len({each.status for each in attempted}) > 3


@pytest.mark.parametrize("number", range(0, len(KINDS) * len(GOOD), len(GOOD)))
def test_a_seed_breaks_a_file_in_one_way(number: int) -> None:
    content = Random(0).randbytes(5000)
    broken = Mutation(1, number).of(content)
    assert broken == Mutation(1, number).of(content)
    assert content != broken != Mutation(2, number).of(content)
