import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from vidrec.workflow import params
from vidrec.workflow.errors import UserError
from vidrec.workflow.params import param


@dataclass(frozen=True)
class Own:
    kind: str = param(choices=("a", "b"))
    share: float = param(low=0, high=1)
    rate: float = param(low=0)
    count: int = param(low=1)
    wanted: bool = param()
    side: int = param(low=64, high=256, step=64)
    place: str = param()
    fps: int = param(name="other_stage.fps")


OWN: dict[str, object] = {
    "kind": "a",
    "share": 0.5,
    "rate": 9.0,
    "count": 3,
    "wanted": True,
    "side": 128,
    "place": "",
}


def write(folder: Path, **changed: object) -> Path:
    path = folder / "params.yaml"
    content = {"test_params": {**OWN, **changed}, "other_stage": {"fps": 3}}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def test_a_field_is_named_after_its_module_unless_it_says_otherwise() -> None:
    assert params.names(Own) == {
        "kind": "test_params.kind",
        "share": "test_params.share",
        "rate": "test_params.rate",
        "count": "test_params.count",
        "wanted": "test_params.wanted",
        "side": "test_params.side",
        "place": "test_params.place",
        "fps": "other_stage.fps",
    }


@dataclass(frozen=True)
class Listed:
    names: tuple[str, ...] = param(name="test_params.names")


@pytest.mark.parametrize("value", ["other", ["a", 1], [["a"]], {"a": 1}, None])
def test_a_list_is_one_of_texts(tmp_path: Path, value: object) -> None:
    assert params.load(Listed, write(tmp_path, names=["b", "a"])).names == ("b", "a")
    with pytest.raises(UserError, match=r"test_params\.names is .*: it must be a list of text"):
        params.load(Listed, write(tmp_path, names=value))


def test_values_are_read_and_a_whole_number_will_do_for_a_float(tmp_path: Path) -> None:
    read = params.load(Own, write(tmp_path, share=1))
    assert read == Own("a", share=1.0, rate=9.0, count=3, wanted=True, side=128, place="", fps=3)
    assert type(read.share) is float


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "c"}, "test_params.kind is 'c': it must be one of a, b"),
        ({"share": 1.5}, "test_params.share is 1.5: it must be between 0 and 1"),
        ({"share": math.nan}, "test_params.share is nan: it must be between 0 and 1"),
        ({"rate": -0.1}, "test_params.rate is -0.1: it must be at least 0"),
        ({"rate": math.nan}, "test_params.rate is nan: it must be at least 0"),
        ({"share": "half"}, "test_params.share is 'half': it must be of type float"),
        ({"share": True}, "test_params.share is True: it must be of type float"),
        ({"count": 0}, "test_params.count is 0: it must be at least 1"),
        ({"count": 1.0}, "test_params.count is 1.0: it must be of type int"),
        ({"count": True}, "test_params.count is True: it must be of type int"),
        ({"count": None}, "test_params.count is None: it must be of type int"),
        ({"wanted": 1}, "test_params.wanted is 1: it must be of type bool"),
        ({"share": 2}, "test_params.share is 2: it must be between 0 and 1"),
        ({"rate": math.inf}, "test_params.rate is inf: it must be a finite number"),
        ({"rate": 10**400}, f"test_params.rate is {10**400}: it must be of type float"),
        ({"count": 2**53 + 1}, f"test_params.count is {2**53 + 1}: it must be at most {2**53}"),
        ({"side": 100}, "test_params.side is 100: it must be a multiple of 64"),
        ({"place": 7}, "test_params.place is 7: it must be of type str: write it in quotes"),
        ({"place": None}, 'test_params.place is None: it must be of type str: for none write ""'),
        ({"place": ["a"]}, "test_params.place is ['a']: it must be of type str"),
    ],
)
def test_a_bad_value_is_refused_by_name(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError) as refused:
        params.load(Own, write(tmp_path, **changed))
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("field", "written", "meant"),
    [
        ("rate", "1e-3", "0.001"),
        ("rate", "1e-07", "1.0e-07"),
        ("rate", "1.25e7", "12500000.0"),
        ("rate", "1e22", "1.0e+22"),
        ("rate", '"5"', "5.0"),
        ("count", "2e3", "2000"),
        ("count", '"3"', "3"),
    ],
)
def test_a_number_that_yaml_takes_for_text_is_said_as_it_is_to_be_written(
    tmp_path: Path, field: str, written: str, meant: str
) -> None:
    path = write(tmp_path, **{field: "HERE"})
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("HERE", written), encoding="utf-8")
    with pytest.raises(UserError) as refused:
        params.load(Own, path)
    assert str(refused.value).endswith(f", and YAML takes this for text: write {meant}")
    path.write_text(text.replace("HERE", meant), encoding="utf-8")
    assert getattr(params.load(Own, path), field) == float(meant)


@pytest.mark.parametrize("text", ["half", "nan", "1e400", "0,5", ""])
def test_other_text_is_no_number(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"it must be of type float$"):
        params.load(Own, write(tmp_path, rate=text))


def test_what_stands_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text("a:\n  b: 1\n  c: 2\n  b: 3\n" + path.read_text(encoding="utf-8"))
    with pytest.raises(UserError) as refused:
        params.load(Own, path)
    assert str(refused.value) == f"{path} has a.b in line 2 and line 4: delete one"
    assert params.read(path)[0]["a"] == {"b": 3, "c": 2}


def test_of_a_section_that_stands_twice_all_counts_the_later_value_first(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("a:\n  b: 1\n  c: 2\nd: 5\na:\n  b: 3\n  e: {f: 1, f: 2}\nd: 6\n")
    assert params.read(path) == (
        {"a": {"b": 3, "c": 2, "e": {"f": 2}}, "d": 6},
        [
            f"{path} has a in line 1 and line 5: delete one",
            f"{path} has d in line 4 and line 8: delete one",
        ],
    )


@pytest.fixture
def usual_depth() -> Iterator[None]:
    """The depth of calls that Python allows unless told otherwise, as some libraries do."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("usual_depth")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1,\nb: {2", "(line 2: "),
        ("a:\n\tb: 1\n", "(line 2: found character"),
        ("a: 1\n b: 2\n", "(line 2: "),
        ("a: 2024-13-45\n", "month must be in 1..12"),
        ("a: !!timestamp x\n", ""),
        ("a: !!int ''\n", ""),
        ("a: 1\n---\na: 2\n", "(line 2: "),
        ("a: *b\n", "(line 1: found undefined alias"),
        ("[" * 2000, "recursion"),
        ("? [a]\n: 1\n", "(line 1: found unhashable key"),
    ],
)
def test_what_is_not_yaml_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(UserError) as refused:
        params.read(path)
    assert f"{path} is not valid YAML (" in str(refused.value)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "params.yaml is missing: run from the top of the project"),
        ("", "params.yaml has no test_params.kind: add it"),
        ("test_params: 3", "params.yaml has no test_params.kind: add it"),
        ("- a\n- b\n", "params.yaml has no test_params.kind: add it"),
        ("a: [1,\nb: {2", "params.yaml is not valid YAML"),
        ("a: \xff", "params.yaml is not valid YAML"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "params.yaml"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UserError) as refused:
        params.load(Own, path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_params_may_be_kept_as_json(tmp_path: Path) -> None:
    content = {"test_params": {**OWN, "share": 1e-05}, "other_stage": {"fps": 3}}
    (tmp_path / "kept.json").write_text(json.dumps(content), encoding="utf-8")
    assert params.load(Own, tmp_path / "kept.json").share == 1e-05
    (tmp_path / "kept.json").write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match=r"kept\.json is not valid JSON .*: make it again"):
        params.load(Own, tmp_path / "kept.json")
    (tmp_path / "kept.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match=r"has no test_params\.kind: make it again"):
        params.load(Own, tmp_path / "kept.json")


def test_a_directory_is_no_params_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not valid YAML .*[Dd]irectory"):
        params.load(Own, tmp_path)


@given(share=st.floats(allow_infinity=True, allow_nan=True))
def test_no_value_out_of_range_gets_through(
    tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    path = write(tmp_path_factory.getbasetemp(), share=share)
    try:
        assert 0 <= params.load(Own, path).share <= 1
    except UserError:
        assert not 0 <= share <= 1
