import json
import math
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
    fps: int = param(name="other_stage.fps")


OWN: dict[str, object] = {"kind": "a", "share": 0.5, "rate": 9.0, "count": 3, "wanted": True}


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
    assert read == Own(kind="a", share=1.0, rate=9.0, count=3, wanted=True, fps=3)
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
    ],
)
def test_a_bad_value_is_refused_by_name(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError) as refused:
        params.load(Own, write(tmp_path, **changed))
    assert str(refused.value) == said


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
