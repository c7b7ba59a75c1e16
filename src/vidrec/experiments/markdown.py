"""Markdown as GitHub shows it, whatever strangers have named: videos, categories, values of params.

Their text stands in code spans, in which nothing is a tag, a link, a mention or a reference
(GitHub Flavored Markdown, github.github.com/gfm, 6.3).
"""

import re
from collections.abc import Sequence

import pandas as pd

from vidrec.workflow.errors import readable

# Characters of a name or value that are shown: three columns of these fit the 900 pixels of a
# comment.
LONGEST = 32
# Rows of a table that are seen at once, and that are in the text at all.
SEEN, MOST = 10, 200


def code(text: str) -> str:
    """`text` as a code span that breaks neither a line nor a table.

    A bar ends a cell within a code span too, and a backslash before it has two meanings: it is
    shown broken.
    """
    line = readable(text).replace("|", "¦") or '""'
    cut = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    ticks = "`" * (1 + max(map(len, re.findall("`+", cut)), default=0))
    # A span may begin or end with a backtick only behind a space, which is not shown.
    space = " " if cut[0] == "`" or cut[-1] == "`" else ""
    return f"{ticks}{space}{cut}{space}{ticks}"


def listed(names: Sequence[str], most: int) -> str:
    """The first `most` of `names` as code spans, and how many more there are."""
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return joined([*map(code, names[:most]), *more])


def joined(parts: Sequence[str]) -> str:
    """`parts` as one enumerates in a sentence: `a, b and c`."""
    *first, last = parts or [""]
    return f"{', '.join(first)} and {last}" if first else last


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are Markdown, all beyond the first SEEN rows folded; empty of none."""
    parts = [_grid(columns, rows[:SEEN])] if rows else []
    if len(rows) > SEEN:
        rest = rows[SEEN:MOST]
        parts.append(folded(f"{len(rest)} more", _grid(columns, rest)))
    if len(rows) > MOST:
        parts.append(f"Another {len(rows) - MOST} are not shown.")
    return "\n\n".join(parts)


def _grid(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    made = pd.DataFrame(rows, columns=pd.Index(columns))
    return str(made.to_markdown(index=False, disable_numparse=True))


def folded(summary: str, text: str) -> str:
    """`text` behind a line that opens it. Between tags and Markdown is an empty line, or GitHub
    takes all for HTML."""
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>"
