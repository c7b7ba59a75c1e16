"""The names of a network's classes: those in a text file beside its weights, or known ones."""

import codecs
from pathlib import Path

from vidrec.workflow.errors import UserError, tell

# The byte order marks of UTF-16: such files come from old text editors.
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def path_beside(path: Path) -> Path:
    """Where the names for the weights at `path` may lie: `<path>.labels.txt`."""
    return path.with_name(path.name + ".labels.txt")


def names_for(
    path: Path, count: int, known: tuple[str, ...], what: str = "classes"
) -> tuple[str, ...]:
    """The names of the `count` classes (called `what`) of the weights at `path`.

    They are those in the file beside it, one a line, else `known`. Says on standard error which
    names are given twice; raises UserError unless there are `count`.
    """
    beside = path_beside(path)
    own = beside.is_file()
    names = read_names(beside) if own else known
    if len(names) != count:
        there = f"{beside.name} has {len(names)} names" if own else f"{len(names)} names are known"
        raise UserError(
            f"{path.name} has {count} {what}, but {there} for them:"
            f" put {count} names, one a line, into {beside}"
        )
    return unique_names(names) if own else names


def read_names(path: Path) -> tuple[str, ...]:
    """The names in a text file, UTF-8 or UTF-16 with its mark, one a line; blank lines may end it.

    Says on standard error which are there twice. Raises UserError for another encoding or a blank
    line between names.
    """
    content = path.read_bytes()
    encoding = "utf-16" if content.startswith(UTF_16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8 text: save it as that") from None
    names = tuple(line.strip() for line in text.rstrip().splitlines())
    if "" in names:
        line = names.index("") + 1
        raise UserError(f"{path} has no name on line {line}: put one class a line, in their order")
    for said in repeated(names):
        tell(f"{path.name}: {said}")
    return names


def repeated(names: tuple[str, ...]) -> list[str]:
    """A sentence for each name that is on several lines."""
    lines: dict[str, list[str]] = {}
    for number, name in enumerate(names, start=1):
        lines.setdefault(name, []).append(str(number))
    return [
        f"{name!r} is on lines {' and '.join(at)}; all but the first get a number"
        for name, at in lines.items()
        if len(at) > 1
    ]


def unique_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """`names` with a number after a repeated one: ImageNet's own list has two cranes."""
    taken = set(names)
    seen: set[str] = set()
    unique = []
    for each in names:
        name, number = each, 1
        while name in seen or (number > 1 and name in taken):
            number += 1
            name = f"{each} ({number})"
        seen.add(name)
        unique.append(name)
    return tuple(unique)
