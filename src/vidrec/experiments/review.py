"""What a change does to params, metrics and recommendations, as Markdown for its review.

The verdict comes first, in words. Then the videos that tell most of it, and the tables: what
`dvc params diff` and `dvc metrics diff` say, where categories are mixed up, precision by k. What
another revision is called, `base`, is Markdown.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from vidrec.experiments.markdown import LONGEST, code, listed, table
from vidrec.experiments.verdict import Side, Verdict, headline
from vidrec.metrics.by_video import FIGURES, known
from vidrec.metrics.intervals import mean_interval, with_interval
from vidrec.project import PARAMS

# What `dvc params diff --json` and `dvc metrics diff --json` print: by file, by name, what was
# `old` and is `new`.
Diff = Mapping[str, Mapping[str, Mapping[str, Any]]]
# The ids of the first ten of each video.
Tens = Mapping[str, Sequence[str]]

# Videos that are named, and of what came to one and went, so many.
VIDEOS, NAMED = 5, 3

HOW = "each video is compared with itself, and in brackets are 95 % intervals"


def report(
    base: str, verdicts: Sequence[Verdict], notes: Sequence[str], sections: Mapping[str, str]
) -> str:
    """The whole report: the verdicts, what is to be said of them, and each title with its text.

    A section without text is one without a change.
    """
    parts = [f"# {headline(verdicts)}", *notes]
    if verdicts:
        parts.append("\n".join(f"- {each}" for each in verdicts))
    parts.append(f"Against {base}: {HOW}.")
    parts += [f"## {title}\n\n{text or 'No change.'}" for title, text in sections.items()]
    return "\n\n".join(parts) + "\n"


@dataclass(frozen=True)
class Changed:
    """Whether params, the code and the results are others than in the base."""

    params: bool
    code: bool
    results: bool


def notes(changed: Changed, not_run: Sequence[str]) -> list[str]:
    """What does not go together; `not_run` are params that the results are not of."""
    if not_run:
        return [
            "The results are not of these params: `dvc repro` has not been run since"
            f" {listed(not_run, NAMED)} changed."
        ]
    if changed.params and not changed.results:
        return ["Params changed and no result did: they matter to nothing that is measured."]
    if changed.results and not changed.params and not changed.code:
        return [
            "Results changed, and no param and no code did: they are of other videos or weights,"
            " or of another machine."
        ]
    return []


def tens(base: str, before: Tens | None, now: Tens | None, indexed: int | None) -> str:
    """The VIDEOS whose first ten changed most, by how many are new.

    `indexed` videos are in the index, None where that is not known: of many the tens are kept of
    some only.
    """
    missing = _missing(base, "metrics/first_ten.csv", before, now)
    if missing or before is None or now is None:
        return missing
    both = sorted(before.keys() & now.keys())
    changed = [each for each in both if set(before[each]) != set(now[each])]
    if not both or not changed:
        return "" if both else f"No video is here and in {base}."
    changed.sort(key=lambda each: (-_count_others(before[each], now[each]), each))
    rows = [_changed_ten(each, before[each], now[each]) for each in changed[:VIDEOS]]
    sampled = f" (a sample of the {indexed} here)" if indexed and indexed > len(now) else ""
    return (
        f"Other videos than in {base} are among the ten of {len(changed)} of {len(both)} videos"
        f"{sampled}; of most in:\n\n{table(['video', 'new', 'came', 'went'], rows)}"
    )


def _count_others(before: Sequence[str], now: Sequence[str]) -> int:
    return len(set(before) ^ set(now))


def _changed_ten(video_id: str, before: Sequence[str], now: Sequence[str]) -> list[str]:
    came = [each for each in now if each not in before]
    went = [each for each in before if each not in now]
    new = f"{len(came)} of {len(now)}"
    return [code(video_id), new, listed(came, NAMED), listed(went, NAMED)]


def _missing(base: str, what: str, before: object | None, now: object | None) -> str:
    """Why nothing is known where a side has not `what`; empty where both have it."""
    if before is not None and now is not None:
        return ""
    if before is None and now is None:
        where = f"neither {base} nor this tree has"
    else:
        where = f"{base} has not" if before is None else "this tree has not"
    return f"Not known: {where} `{what}`, which `dvc repro` makes."


def params(base: str, diff: Diff) -> str:
    """The params that changed, by name; of another file than params.yaml with its path."""
    rows = [
        [
            code(name if path == PARAMS else f"{path}:{name}"),
            _value(pair.get("old")),
            _value(pair.get("new")),
        ]
        for path, name, pair in _pairs(diff)
    ]
    return table(["param", base, "now"], rows)


def metrics(base: str, diff: Diff) -> str:
    """The metrics that changed, by the stage whose file they are in."""
    rows = [
        [
            code(Path(path).stem),
            code(name),
            _value(pair.get("old")),
            _value(pair.get("new")),
            _step(pair),
        ]
        for path, name, pair in _pairs(diff)
    ]
    return table(["stage", "metric", base, "now", "change"], rows)


def _pairs(diff: Diff) -> list[tuple[str, str, Mapping[str, Any]]]:
    return [
        (path, name, pair)
        for path, changes in sorted(diff.items())
        for name, pair in sorted(changes.items())
    ]


def _value(value: Any) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return text if is_number and len(text) <= LONGEST else code(text)


def _step(pair: Mapping[str, Any]) -> str:
    step = pair.get("diff")
    return f"{step:+.4f}" if isinstance(step, int | float) else ""


def figures(base: str, before: Side, now: Side) -> str:
    """Each of FIGURES on both sides, with its own 95 % interval."""
    rows = [
        [name, _figure(name, before), _figure(name, now)]
        for name in FIGURES
        if before.value(name) is not None or now.value(name) is not None
    ]
    return table(["figure", base, "now"], rows)


def _figure(name: str, side: Side) -> str:
    """A figure, with its interval where it is known by video."""
    value = side.value(name)
    if value is None:
        return "none"
    if side.scores is None or not len(known(side.scores, name)):
        return f"{value:.3f}"
    return with_interval(value, *mean_interval(known(side.scores, name)))


def confusion(base: str, before: pd.DataFrame | None, now: pd.DataFrame | None) -> str:
    """How many videos of an actual category were taken for which, where that changed: what
    changed most comes first. Both by video id (index)."""
    missing = _missing(base, "metrics/plots/confusion.csv", before, now)
    if missing or before is None or now is None:
        return missing
    old, new = _counts(before), _counts(now)
    steps = {pair: new[pair] - old[pair] for pair in old.keys() | new.keys()}
    changed = sorted((-abs(step), pair) for pair, step in steps.items() if step)
    rows = [
        [code(pair[0]), code(pair[1]), f"{old[pair]}", f"{new[pair]}", f"{steps[pair]:+}"]
        for _, pair in changed
    ]
    moved = _moved(base, before["predicted"], now["predicted"])
    parts = [moved, table(["videos of", "taken for", base, "now", "change"], rows)]
    return "\n\n".join(filter(None, parts))


def _moved(base: str, before: "pd.Series[str]", now: "pd.Series[str]") -> str:
    """Counts may stay while videos change places."""
    both = before.index.intersection(now.index)
    moved = int((before[both] != now[both]).sum())
    return (
        f"Taken for another category than in {base}: {moved} of {len(both)} videos."
        if moved
        else ""
    )


def _counts(named: pd.DataFrame) -> Counter[tuple[str, str]]:
    return Counter(zip(named["actual"], named["predicted"], strict=True))


def precision_at_k(base: str, before: pd.DataFrame | None, now: pd.DataFrame | None) -> str:
    """The precision of the first k recommendations on both sides."""
    missing = _missing(base, "metrics/plots/precision_at_k.csv", before, now)
    if missing or before is None or now is None:
        return missing
    if before.equals(now):
        return ""
    old, new = (dict(zip(each["k"], each["precision"], strict=True)) for each in (before, now))
    rows = [
        [f"{k:g}", _share(old.get(k)), _share(new.get(k)), _share_step(old.get(k), new.get(k))]
        for k in sorted(old.keys() | new.keys())
    ]
    return table(["first k", base, "now", "change"], rows)


def _share(share: float | None) -> str:
    return "none" if share is None else f"{share:.3f}"


def _share_step(old: float | None, new: float | None) -> str:
    return "" if old is None or new is None else f"{round(new - old, 3) + 0.0:+.3f}"
