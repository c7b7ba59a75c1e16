import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from vidrec.workflow import code
from vidrec.workflow.code import digest_of, modules_of, versions

HOUSE = {
    "lines/__init__.py": '"""A room."""\n',
    "lines/arithmetic.py": "from house.lines import base\nfrom house.workflow import errors\n",
    "lines/base.py": "FACTOR = 2\n",
    "lines/other.py": "import house.lines.arithmetic\n",
    "workflow/__init__.py": '"""The ground floor."""\n',
    "workflow/errors.py": "class UserError(Exception):\n    pass\n",
    "workflow/code.py": "",
}

ARITHMETIC = '''"""Adds."""

from house.lines import base

AGAIN = "make it again"
JOINT = " and "


def add(number: int) -> int:
    """The sum."""
    if number < 0:
        raise ValueError("below nothing", status)
    if number > 9:
        raise ValueError(f"{number} is too large: {AGAIN}")
    print(JOINT)
    return number + base.FACTOR  # twice
'''


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of two rooms, which stands for this one."""
    for name, text in HOUSE.items():
        (tmp_path / "house" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "house" / name).write_text(text)
    (tmp_path / "house/__init__.py").write_text('"""A house."""\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(code, "PACKAGE", tmp_path / "house")
    monkeypatch.setattr(code, "__file__", str(tmp_path / "house/workflow/code.py"))
    yield tmp_path / "house"
    for name in [name for name in sys.modules if name.split(".")[0] == "house"]:
        del sys.modules[name]


def names(paths: set[Path], top: Path) -> set[str]:
    return {path.relative_to(top).as_posix() for path in paths}


def test_what_is_imported_is_followed_in_all_its_forms(house: Path) -> None:
    found = modules_of(house / "lines/other.py")
    assert names(found, house) == {
        "lines/other.py",
        "lines/arithmetic.py",
        "lines/base.py",
        "workflow/errors.py",
    }


def test_imports_in_functions_count_and_circles_end(house: Path) -> None:
    (house / "lines/base.py").write_text("def f():\n    from house.lines.other import x\n")
    assert "lines/other.py" in names(modules_of(house / "lines/arithmetic.py"), house)


@pytest.fixture
def arithmetic(house: Path) -> Callable[[str], str]:
    """The digest of the module `arithmetic` with some code."""
    (house / "lines/arithmetic.py").write_text(ARITHMETIC)
    module: ModuleType = importlib.import_module("house.lines.arithmetic")

    def digest(text: str) -> str:
        (house / "lines/arithmetic.py").write_text(text)
        return digest_of([module])

    return digest


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"""Adds."""', '"""Adds two numbers."""'),
        ('    """The sum."""\n', ""),
        ("  # twice", ""),
        ("number + base.FACTOR", "(number  +  base.FACTOR)"),
        ('"below nothing"', '"it must not be below nothing"'),
        ('"below nothing"', 'f"{number} is below nothing"'),
        ('"below nothing"', 'f"{number} is" + ("below" if number else "nothing")'),
        ('"make it again"', '"make it once more"'),
    ],
)
def test_what_changes_no_result_gives_the_same_digest(
    arithmetic: Callable[[str], str], before: str, after: str
) -> None:
    assert before in ARITHMETIC
    assert arithmetic(ARITHMETIC) == arithmetic(ARITHMETIC.replace(before, after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("number + base.FACTOR", "number - base.FACTOR"),
        ("number < 0", "number <= 0"),
        ("ValueError", "TypeError"),
        ("status", "other"),
        ('" and "', '" or "'),
        ("from house.lines import base", "from house.lines import base, other"),
    ],
)
def test_other_arithmetic_gives_another_digest(
    arithmetic: Callable[[str], str], before: str, after: str
) -> None:
    assert before in ARITHMETIC
    assert arithmetic(ARITHMETIC) != arithmetic(ARITHMETIC.replace(before, after))


def test_what_a_module_imports_counts_but_not_the_ground_floor(
    house: Path, arithmetic: Callable[[str], str]
) -> None:
    text = "from house.workflow import errors\n" + ARITHMETIC
    before = arithmetic(text)
    (house / "workflow/errors.py").write_text("class UserError(ValueError):\n    more = 1\n")
    assert arithmetic(text) == before
    (house / "lines/other.py").write_text("nobody = 'imports it'\n")
    assert arithmetic(text) == before
    (house / "lines/base.py").write_text("FACTOR = 3\n")
    assert arithmetic(text) != before


def test_the_digest_is_of_the_code_and_not_of_where_it_lies(
    arithmetic: Callable[[str], str],
) -> None:
    first, other = arithmetic(ARITHMETIC), arithmetic("a = 1\n")
    assert first != other
    assert arithmetic(ARITHMETIC) == first


def test_versions_are_those_installed() -> None:
    assert versions("pytest") == {"pytest": pytest.__version__}
