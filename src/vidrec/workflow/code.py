"""The code that something depends on: a module, and what it imports of this package."""

import ast
import hashlib
from collections.abc import Collection, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType

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


def digest_of(modules: Iterable[ModuleType]) -> str:
    """A digest of what `modules`, and all that they import of this package, compute.

    The ground floor (this room) does not count: it carries values and decides none. Nor does what
    changes no result: comments, docstrings, layout, and what an error says.
    """
    paths = {path for module in modules for path in modules_of(Path(str(module.__file__)))}
    counted = sorted(paths - {*Path(__file__).parent.iterdir()})
    trees = [_Bare().visit(ast.parse(path.read_text(encoding="utf-8"))) for path in counted]
    used = {name for tree in trees for name in _names_used(tree)}
    digest = hashlib.sha256()
    for path, tree in zip(counted, trees, strict=True):
        tree.body = [each for each in tree.body if not _is_only_said(each, used)]
        digest.update(f"{path.relative_to(PACKAGE)}\0{ast.dump(tree)}\0".encode())
    return digest.hexdigest()


def _names_used(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name


def _is_only_said(node: ast.stmt, used: Collection[str]) -> bool:
    """Whether `node` gives a text a name that nothing uses but errors."""
    if not isinstance(node, ast.Assign) or not _is_sentence(node.value):
        return False
    return all(isinstance(each, ast.Name) and each.id not in used for each in node.targets)


class _Bare(ast.NodeTransformer):
    """Takes out of code what changes no result."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        """A statement that is but a text is a docstring."""
        return None if isinstance(node.value, ast.Constant) else node

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        """Of an error its kind counts, and its status where it has one: not the sentence."""
        if isinstance(node.exc, ast.Call):
            arguments = [each for each in node.exc.args if not _is_sentence(each)]
            node.exc = ast.Call(node.exc.func, arguments, node.exc.keywords)
        return node


def _is_sentence(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_sentence(node.left)
    text = isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    return text or isinstance(node, ast.JoinedStr)


def versions(*libraries: str) -> dict[str, str]:
    """The versions of the installed `libraries`, on which the last digits may depend."""
    return {name: metadata.version(name) for name in libraries}
