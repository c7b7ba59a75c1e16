"""The neighbours of a video as a table that a person reads at a glance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from vidrec.commands.answer_texts import TEXTS, percent
from vidrec.commands.neighbors import Answer, Neighbor
from vidrec.recommender.group_shares import LABELS_SHOWN, REASONS_SHOWN, GroupReason
from vidrec.recommender.ranking import similarity_text
from vidrec.recommender.usual import Doubt
from vidrec.vocabulary.groups import ENGLISH
from vidrec.workflow.errors import readable

COPIES_SHOWN = 5
# Columns of a terminal from which on the labels of groups are told: it takes them two lines a row.
WITH_LABELS = 160
# The share that rounds to one of a hundred.
LEAST = 0.005
# A terminal with less room for titles gets longer lines.
TITLE_LEAST = 12
# Title, justification and style of the columns that no terminal is too narrow for.
COLUMNS: tuple[tuple[str, JustifyMethod, str], ...] = (
    ("rank", "right", ""),
    ("video", "left", "bold cyan"),
    ("kind", "left", ""),
    ("similarity", "right", "green"),
)


class _Title(Text):
    """A title in one line, cut where its column ends."""

    def __init__(self, title: str) -> None:
        super().__init__(readable(title), no_wrap=True, overflow="ellipsis")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        width = min(self.cell_len, options.max_width)
        return Measurement(min(width, TITLE_LEAST), width)


def names_of(videos: Sequence[str], answer: Answer, language: str) -> list[str]:
    """What people call those that are asked about: videos as they are named, and objects."""
    shown = partial(answer.vocabulary.shown, language=language)
    return [*videos, *(shown(word) for word in answer.question.objects)]


def head(names: Sequence[str], answer: Answer, language: str = ENGLISH) -> str:
    """What stands above the table: whose neighbours they are, the category that it would get, and
    what makes the answer unsure."""
    texts = TEXTS[language]
    asked = answer.question
    why = "none_of_category" if asked.category or asked.not_in_category else "nothing"
    nothing = "" if answer.neighbors else f" {texts[why]}"
    lines = [texts["most_similar"].format(names=_joined(names, texts["and"])) + nothing]
    lines += [_unsure(each, texts) for each in answer.unsure]
    for word, found in answer.unsure_of.items():
        lines += [f"{readable(word)}: {_unsure(each, texts)}" for each in found]
    if answer.single:
        lines.append(texts["category"].format(said=_category(answer, texts)))
    if answer.copies:
        lines.append(_copies(answer, texts))
    if answer.corrected:
        lines.append(texts["corrected"])
    return "\n".join(lines)


def _unsure(doubt: Doubt, texts: Mapping[str, str]) -> str:
    return texts[f"unsure_{doubt.why}"].format(**asdict(doubt))


def _joined(names: Sequence[str], last: str) -> str:
    *others, final = map(readable, names)
    return f"{', '.join(others)} {last} {final}" if others else final


def _category(answer: Answer, texts: Mapping[str, str]) -> str:
    category = answer.category
    if category is None:
        return texts["not_known"].format(why=texts[answer.unknown])
    return f"{readable(answer.names.category(category.name))} ({category.probability:.0%})"


def _copies(answer: Answer, texts: Mapping[str, str]) -> str:
    titles = [readable(answer.names.title(each)) for each in answer.copies[:COPIES_SHOWN]]
    more = len(answer.copies) - len(titles)
    said = texts["more_copies"].format(count=more) if more else ""
    return texts["copies"].format(names=", ".join(titles) + said)


def table_of(answer: Answer, language: str = ENGLISH, *, labels: bool = True) -> Table:
    """A row for each neighbour: rank, id, category, similarity, and its reasons by group, the
    largest first, with their `labels` if these are wanted, and how many others there are.

    Before the reasons stands its title, if any title says more than the id.
    """
    texts, neighbors = TEXTS[language], answer.neighbors
    rows = [_cells(neighbor) for neighbor in neighbors]
    table = Table(box=None, pad_edge=False, header_style="dim")
    for index, (title, justify, style) in enumerate(COLUMNS):
        widest = max(cell_len(text) for text in (texts[title], *(row[index] for row in rows)))
        table.add_column(texts[title], justify=justify, style=style, no_wrap=True, min_width=widest)
    titled = any(neighbor.title != neighbor.video_id for neighbor in neighbors)
    if titled:
        table.add_column(texts["title"])
    table.add_column(texts["in_both"])
    shown = partial(answer.vocabulary.shown, language=language)
    for row, neighbor in zip(rows, neighbors, strict=True):
        named = [_Title(neighbor.title)] if titled else []
        table.add_row(*map(Text, row), *named, _reasons(neighbor.groups, shown, texts, labels))
    return table


def _cells(neighbor: Neighbor) -> tuple[str, str, str, str]:
    names = readable(neighbor.video_id), readable(neighbor.category_name)
    return str(neighbor.rank), *names, similarity_text(neighbor.similarity)


def _reasons(
    groups: Sequence[GroupReason],
    shown: Callable[[str], str],
    texts: Mapping[str, str],
    labels: bool,
) -> Text:
    parts = Text()
    for place, group in enumerate(groups[:REASONS_SHOWN]):
        parts.append(", " if place else "").append(readable(shown(group.group)))
        inside = _labels(group, shown) if labels else ""
        parts.append(f" {percent(group.share)}{inside}", style="dim")
    others = groups[REASONS_SHOWN:]
    if others:
        rest = percent(sum(each.share for each in others))
        said = texts["others"].format(count=len(others), share=rest)
        parts.append(f", {said}", style="dim")
    return parts


def _labels(group: GroupReason, shown: Callable[[str], str]) -> str:
    """The first labels of a group, where they say more than its name."""
    labels = group.labels
    if len(labels) == 1 and labels[0].label == group.group:
        return ""
    worth = [each for each in labels[:LABELS_SHOWN] if each.share >= LEAST]
    if not worth:
        return ""
    told = [f"{readable(shown(each.label))} {percent(each.share)[:-1]}" for each in worth]
    return f" ({', '.join(told)}{' …' if len(labels) > len(worth) else ''})"
