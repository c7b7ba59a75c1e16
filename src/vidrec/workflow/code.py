"""The code that something depends on: a module, and what it imports of this package."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def modules_of(path: Path) -> set[Path]:
    """`path` and every module of this package that it imports, anywhere in it, directly or not."""
    todo, seen = [path], set[Path]()
    while todo:
        module = todo.pop()
        if module not in seen:
            seen.add(module)
            todo += _imported(ast.parse(module.read_text(encoding="utf-8")))
    return seen


def _imported(tree: ast.AST) -> list[Path]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            # What is imported from a package may be a module, or a name in the package itself.
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    paths = (_path_of(name) for name in names)
    return [path for path in paths if path is not None]


def _path_of(name: str) -> Path | None:
    """The file of a module of this package; None for a room, for others, and for no module."""
    package, *parts = name.split(".")
    if package != PACKAGE.name or not parts:
        return None
    path = PACKAGE.joinpath(*parts).with_suffix(".py")
    return path if path.is_file() else None
