"""Nothing that strangers have named reaches a terminal but through `vidrec.workflow.errors`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [path for top in ("src", "stages", "tools") for path in sorted((ROOT / top).rglob("*.py"))]
# Where it is printed: lines, and tables whose cells are readable.
PRINTERS = {"src/vidrec/workflow/errors.py", "src/vidrec/commands/terminal.py"}
# In the command line: CSV for a pipe, and JSON that has been made readable.
WRITERS = {"src/vidrec/cli.py"}


def calls(path: Path) -> Iterator[str]:
    """What a file calls by a name that prints: `print`, `console.print`, `sys.stdout.write` …"""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_these_print(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    called = set(calls(path))
    printed = {each for each in called if each.rpartition(".")[2] in ("print", "pprint", "echo")}
    assert not printed or name in PRINTERS
    written = {each for each in called if each.endswith(("stdout.write", "stderr.write"))}
    assert not written or name in WRITERS
    assert not {each for each in called if each.startswith(("logging.", "warnings.warn"))}
