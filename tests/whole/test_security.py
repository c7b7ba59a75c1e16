"""SECURITY.md promises nothing that is not tested: each defence names its tests."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
DEFENDED, NOT_DEFENDED = PAGE.split("\n## Not defended against\n")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DEFENDED.splitlines()
    if line.startswith("|") and not line.startswith("|---")
]
DEFENCES = [row for row in ROWS if row[-1] != "Tests"]
NAMED = re.compile(r"`(tests/[\w/]+\.py)`")


@pytest.mark.parametrize("row", DEFENCES, ids=lambda row: row[0][:40])
def test_each_defence_names_its_tests(row: list[str]) -> None:
    assert len(row) == 3
    assert all(row)
    assert NAMED.sub("", row[2]).replace(",", "").strip() == ""
    assert NAMED.search(row[2])


@pytest.mark.parametrize("name", sorted(set(NAMED.findall(PAGE))))
def test_a_file_of_tests_that_is_named_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_it_says_what_is_not_defended_against_and_how_to_report() -> None:
    assert NOT_DEFENDED.count("\n- **") >= 5
    assert "\n## Reporting\n" in NOT_DEFENDED
    for word in ("dvc.yaml", "params.yaml", "sandbox"):
        assert word in NOT_DEFENDED.partition("## Reporting")[0]
