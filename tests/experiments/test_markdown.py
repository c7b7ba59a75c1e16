"""Text of strangers in Markdown: a parser of it must give back what went in, and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from vidrec.experiments.markdown import LONGEST, MOST, code, joined, listed, table
from vidrec.workflow.errors import readable

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")


def cells(text: str) -> list[list[Token]]:
    """What stands in each cell of a table, row by row from the head."""
    return [token.children or [] for token in PARSER.parse(text) if token.type == "inline"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cars_001", "`cars_001`"),
        ("a|b", "`a¦b`"),
        ("a\\|b", "`a\\¦b`"),
        ("<b>@ada</b> #12", "`<b>@ada</b> #12`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("``x", "``` ``x ```"),
        ("a\nb\rc", "`a\ufffdb\ufffdc`"),
        ("\u202eevil\x1b[31m", "`\ufffdevil\ufffd[31m`"),
        ("", '`""`'),
        ("x" * 32, f"`{'x' * 32}`"),
        ("x" * 33, f"`{'x' * 31}…`"),
    ],
)
def test_text_becomes_a_code_span(text: str, shown: str) -> None:
    assert code(text) == shown


@given(st.text(alphabet=st.sampled_from("a|`\\<>@#*_[]()!&;~$\n\r\t -:"), max_size=50))
def test_nothing_in_a_cell_is_more_than_text(text: str) -> None:
    made = table(["a", code(text), "b"], [["1", code(text), "2"]])
    parsed = cells(made)
    assert len(parsed) == 6
    for place in (1, 4):
        (span,) = parsed[place]
        assert span.type == "code_inline"
        # A span of which both ends are spaces is shown without one of each.
        line = (readable(text).replace("|", "¦") or '""')[: LONGEST - 1]
        assert line.strip() in span.content
    assert [part.content for part in parsed[3] + parsed[5]] == ["1", "2"]


def test_of_many_names_the_first_are_given() -> None:
    assert listed(["a", "b"], 2) == "`a` and `b`"
    assert listed(["a", "b", "c", "d"], 2) == "`a`, `b` and 2 more"
    assert listed(["a"], 3) == "`a`"
    assert listed([], 3) == ""


def test_parts_are_joined_as_in_a_sentence() -> None:
    assert [joined(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_table_of_no_rows_is_empty() -> None:
    assert table(["a"], []) == ""


def test_ten_rows_are_seen_and_the_rest_is_folded() -> None:
    assert "<details>" not in table(["n"], [[f"{n}"] for n in range(10)])
    text = table(["n"], [[f"{n}"] for n in range(12)])
    before, after = text.split("\n\n<details>\n<summary>2 more</summary>\n\n")
    assert re.findall(r"\d+", before) == [f"{n}" for n in range(10)]
    assert after == "| n   |\n|:----|\n| 10  |\n| 11  |\n\n</details>"
    # Between tags and table is an empty line: it is a table, and no text within HTML.
    assert [token.type for token in PARSER.parse(text)].count("table_open") == 2


def test_a_table_has_an_end() -> None:
    text = table(["n"], [["x"]] * (MOST + 3))
    assert text.count("| x ") == MOST
    assert text.endswith("</details>\n\nAnother 3 are not shown.")
    assert "not shown" not in table(["n"], [["x"]] * MOST)
