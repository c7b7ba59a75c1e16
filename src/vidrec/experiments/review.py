"""What a change does to params, metrics and plots, as Markdown for the review of the change.

The tables of `dvc params diff` and `dvc metrics diff` come first; then what a number alone does
not say: whether a figure changed by more than noise, where categories are mixed up, precision by k.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from vidrec.metrics.by_video import FIGURES, known
from vidrec.metrics.intervals import difference, mean_interval, with_interval

# Figures by name, from the metrics files; empty where there are none, None for one not known.
Metrics = Mapping[str, Any]

NOISE = "0 is in the interval: may be noise"
CERTAIN = "more than noise"
GONE = "There are no results here to compare: `dvc repro` makes them."


def report(base: str, sections: Mapping[str, str]) -> str:
    """The whole report against the revision `base`: each title with its text.

    No text, or the head of a table alone, says that there is no change.
    """
    parts = [
        f"## {title}\n\n{'No change.' if _is_empty(text) else text.strip()}"
        for title, text in sections.items()
    ]
    return "\n\n".join([f"# Against {base}", *parts]) + "\n"


def _is_empty(text: str) -> bool:
    lines = text.strip().splitlines()
    return not lines or (lines[0].startswith("|") and len(lines) <= 2)


def intervals(
    base: str, before: Metrics, now: Metrics, old: pd.DataFrame | None, new: pd.DataFrame | None
) -> str:
    """Per figure both values and the change with their 95 % intervals, and what to make of it.

    `old` and `new` have the figures by video (index), so that each video is compared with itself.
    """
    rows = [
        {"figure": name, base: _figure(name, before, old), "now": _figure(name, now, new)}
        | _change(name, old, new)
        for name in FIGURES
        if before.get(name) is not None or now.get(name) is not None
    ]
    return _table(pd.DataFrame(rows))


def _figure(name: str, metrics: Metrics, scores: pd.DataFrame | None) -> str:
    """A figure, with its interval where it is known by video."""
    if metrics.get(name) is None:
        return "none"
    if scores is None or not len(known(scores, name)):
        return f"{metrics[name]:.3f}"
    return with_interval(metrics[name], *mean_interval(known(scores, name)))


def _change(name: str, old: pd.DataFrame | None, new: pd.DataFrame | None) -> dict[str, str]:
    nothing = {"change": "", "": "nothing to compare with"}
    if old is None or new is None:
        return nothing
    found = difference(old[name], new[name])
    if found is None:
        return nothing
    change = with_interval(found.mean, found.low, found.high, "+")
    if found.videos < max(len(old), len(new)):
        change += f", in the {found.videos} videos of both"
    same = found.low == found.high == 0
    return {"change": change, "": "no change" if same else CERTAIN if found.certain else NOISE}


def confusion(base: str, before: pd.DataFrame | None, now: pd.DataFrame | None) -> str:
    """How many videos of each actual category (row) were taken for which (column)."""
    if now is None:
        return GONE if before is not None else ""
    old, new = _counts(before), _counts(now)
    if old.equals(new):
        return ""
    names = sorted({*old.index, *old.columns, *new.index, *new.columns})
    old, new = (counts.reindex(index=names, columns=names, fill_value=0) for counts in (old, new))
    cells = {
        f"→ {column}": [_count(*pair) for pair in zip(old[column], new[column], strict=True)]
        for column in names
    }
    return f"Actual → predicted; {base} → now.\n\n" + _table(pd.DataFrame({"": names, **cells}))


def _counts(table: pd.DataFrame | None) -> pd.DataFrame:
    return pd.DataFrame() if table is None else pd.crosstab(table["actual"], table["predicted"])


def _count(old: int, new: int) -> str:
    return str(new) if old == new else f"{old} → **{new}**"


def precision_at_k(base: str, before: pd.DataFrame | None, now: pd.DataFrame | None) -> str:
    """The precision of the first k recommendations in both revisions, one column per k."""
    if now is None:
        return GONE if before is not None else ""
    if before is not None and before.equals(now):
        return ""
    both = {base: before, "now": now}
    named = {name: table for name, table in both.items() if table is not None and len(table)}
    if not named:
        return ""
    rows = [
        {"k": name} | {f"{k}": f"{share:.3f}" for k, share in table.itertuples(index=False)}
        for name, table in named.items()
    ]
    return f"{_chart(named)}\n\n{_table(pd.DataFrame(rows).fillna(''))}"


def _chart(named: Mapping[str, pd.DataFrame]) -> str:
    """Lines that GitHub draws: https://mermaid.js.org/syntax/xyChart.html."""
    places = max((table["k"].tolist() for table in named.values()), key=len)
    lines = [f"    line {table['precision'].tolist()}" for table in named.values()]
    axes = f'    x-axis "first k" {places}', '    y-axis "precision" 0 --> 1'
    return "\n".join(["```mermaid", "xychart-beta", *axes, *lines, "```"])


def _table(table: pd.DataFrame) -> str:
    return "" if table.empty else str(table.to_markdown(index=False, disable_numparse=True))
