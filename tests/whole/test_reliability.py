"""docs/reliability.md promises nothing that no test holds."""

import re

from tests.projects import ROOT

PAGE = ROOT / "docs/reliability.md"
HOLDS = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
PROMISE = re.compile(r"^\| (?!What is promised|---)", re.MULTILINE)


def test_each_test_that_is_named_exists() -> None:
    named = HOLDS.findall(PAGE.read_text())
    assert named
    lost = [f"{path}::{name}" for path, name in named if f"def {name}(" not in _text(path)]
    assert lost == []


def _text(path: str) -> str:
    return (ROOT / path).read_text() if (ROOT / path).is_file() else ""


def test_each_promise_names_a_test() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if PROMISE.match(line)]
    assert rows
    assert [row for row in rows if not HOLDS.search(row)] == []


def test_the_page_is_read_in_five_minutes() -> None:
    # The bars of tables are no words.
    assert len(PAGE.read_text().replace("|", " ").split()) <= 900
