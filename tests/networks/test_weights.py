import dataclasses
import os
import pickle
import warnings
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from vidrec.networks import weights
from vidrec.networks.weights import Card
from vidrec.workflow.absent import write_absent
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, write_json

CARD = Card("made", ("cat", "dog"), 224, (0.5, 0.4, 0.3), (0.1, 0.2, 0.3), "file.pth", "abc")
TENSORS = {"weight": torch.arange(6.0).reshape(2, 3), "bias": torch.tensor([1.0, 2.0])}


def assert_equal(found: dict[str, torch.Tensor]) -> None:
    assert found.keys() == TENSORS.keys()
    assert all(torch.equal(found[name], TENSORS[name]) for name in TENSORS)


def test_weights_come_back_as_they_were_saved(tmp_path: Path) -> None:
    weights.save(tmp_path / "w", TENSORS, CARD)
    found, card = weights.load(tmp_path / "w")
    assert_equal(found)
    assert len(card.sha256) == 64
    assert dataclasses.replace(card, sha256="") == CARD
    assert weights.read_card(tmp_path / "w") == card


def test_tensors_that_are_views_are_saved(tmp_path: Path) -> None:
    views = {"turned": TENSORS["weight"].T, "spread": torch.ones(1).expand(4)}
    weights.save(tmp_path / "w", views, CARD)
    found, _ = weights.load(tmp_path / "w")
    assert all(torch.equal(found[name], views[name]) for name in views)


def test_weights_changed_after_saving_are_refused(tmp_path: Path) -> None:
    weights.save(tmp_path / "w", TENSORS, CARD)
    path = tmp_path / "w" / weights.TENSORS
    content = path.read_bytes()
    for changed in (content[:-1] + b"\1", content[:-4], b"", content + b"\0"):
        path.write_bytes(changed)
        with pytest.raises(UserError, match="is not the file that its card names") as refused:
            weights.load(tmp_path / "w")
        assert "\n" not in str(refused.value)
    path.write_bytes(content)
    assert_equal(weights.load(tmp_path / "w")[0])


def test_missing_tensors_are_refused(tmp_path: Path) -> None:
    weights.save(tmp_path / "w", TENSORS, CARD)
    path = tmp_path / "w" / weights.TENSORS
    assert weights.size_of(tmp_path / "w") == path.stat().st_size
    path.unlink()
    with pytest.raises(UserError, match="is missing"):
        weights.size_of(tmp_path / "w")
    with pytest.raises(UserError, match=r"weights.safetensors is missing"):
        weights.load(tmp_path / "w")


@pytest.mark.parametrize(
    "change",
    [
        {"labels": 3},
        {"mean": None},
        {"unheard_of": 1},
        {"arch": ...},
        {"arch": 5},
        {"input_size": "x"},
        {"input_size": -3},
        {"mean": [1.0]},
        {"std": "abc"},
        {"sha256": None},
        {"labels": [1, 2]},
    ],
)
def test_a_bad_card_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    weights.save(tmp_path / "w", TENSORS, CARD)
    card = {**read_json(tmp_path / "w" / weights.CARD), **change}
    write_json(tmp_path / "w" / weights.CARD, {k: v for k, v in card.items() if v is not ...})
    with pytest.raises(UserError, match=r"is not a card of weights|is not a list") as refused:
        weights.load(tmp_path / "w")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [5, None, "absent", []])
def test_what_is_not_a_card_at_all_is_refused(tmp_path: Path, content: object) -> None:
    weights.save(tmp_path / "w", TENSORS, CARD)
    write_json(tmp_path / "w" / weights.CARD, content)
    with pytest.raises(UserError, match="is not a card of weights"):
        weights.read_card(tmp_path / "w")


def test_absent_weights_say_why_once_somebody_needs_them(tmp_path: Path) -> None:
    weights.save(tmp_path / "w", TENSORS, CARD)
    write_absent(tmp_path / "w", "there are no weights: name some")
    assert [path.name for path in (tmp_path / "w").iterdir()] == ["absent.txt"]
    for need in (weights.load, weights.read_card):
        with pytest.raises(UserError, match=r"^there are no weights: name some$"):
            need(tmp_path / "w")


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".safetensors"])
def test_a_local_state_dict_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".safetensors":
        save_file(TENSORS, path)
    else:
        torch.save(OrderedDict(TENSORS), path)
    assert_equal(weights.read_state_dict(path))


def test_the_old_format_of_torch_is_read(tmp_path: Path) -> None:
    torch.save(TENSORS, tmp_path / "a.pth", _use_new_zipfile_serialization=False)
    assert_equal(weights.read_state_dict(tmp_path / "a.pth"))


class Payload:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.mark}",)


@pytest.mark.parametrize("save", ["torch", "old torch", "pickle", "beside tensors"])
def test_code_in_a_file_of_weights_is_refused_and_never_run(tmp_path: Path, save: str) -> None:
    path, mark = tmp_path / "evil.pth", tmp_path / "it-ran"
    payload = Payload(mark)
    if save == "pickle":
        path.write_bytes(pickle.dumps(payload))
    elif save == "beside tensors":
        torch.save({**TENSORS, "extra": payload}, path)
    else:
        torch.save(payload, path, _use_new_zipfile_serialization=save == "torch")
    with (
        warnings.catch_warnings(record=True) as further_lines,
        pytest.raises(UserError, match=r"evil.pth is not a plain state dict") as refused,
    ):
        warnings.simplefilter("always")
        weights.read_state_dict(path)
    assert further_lines == []
    assert "\n" not in str(refused.value)
    assert not mark.exists()
    pickle.loads(pickle.dumps(payload))
    assert mark.exists(), "the payload does run where nothing guards against it"


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04 half a zip", b"\x80\x02}q\x00.", b"\x80\x02\x86.", bytes(64)],
)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_file_of_something_else_is_refused_in_one_line(
    tmp_path: Path, content: bytes, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(UserError, match="is not a plain state dict") as refused:
        weights.read_state_dict(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [TENSORS["bias"], {"epoch": 3, "lr": 0.1}, [1, 2]])
def test_a_checkpoint_that_is_no_state_dict_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(UserError, match="holds no state dict of tensors"):
        weights.read_state_dict(tmp_path / "a.pth")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a.pth is missing"):
        weights.read_state_dict(tmp_path / "a.pth")


def test_tensors_are_put_into_a_network() -> None:
    network = nn.Linear(3, 2)
    weights.load_into(network, TENSORS, "a.pth")
    assert torch.equal(network.weight, TENSORS["weight"])


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"weight": TENSORS["weight"]}, "missing bias (2)"),
        ({**TENSORS, "more": torch.ones(1)}, "unexpected more (1)"),
        ({**TENSORS, "bias": torch.ones(3)}, "of another shape bias (3) instead of (2)"),
        ({"w": torch.ones(())}, "missing weight (2, 3), bias (2); unexpected w ()"),
        (
            {**TENSORS, **{str(number): torch.ones(1) for number in range(5)}},
            "unexpected 0 (1), 1 (1), 2 (1) and 2 more",
        ),
    ],
)
def test_tensors_that_do_not_fit_are_refused_by_name_and_shape(
    tensors: dict[str, torch.Tensor], said: str
) -> None:
    with pytest.raises(UserError) as refused:
        weights.load_into(nn.Linear(3, 2), tensors, "a.pth")
    assert str(refused.value) == f"a.pth does not fit Linear: {said}"


def test_a_file_older_than_batch_norms_counter_fits_and_does_not_blur_a_misfit() -> None:
    old = {name: torch.full((2,), 3.0) for name in ("weight", "running_mean", "running_var")}
    with pytest.raises(UserError, match=r"BatchNorm2d: missing bias \(2\)$"):
        weights.load_into(nn.BatchNorm2d(2), old, "a.pth")
    network = nn.Sequential(nn.BatchNorm2d(2))
    weights.load_into(network, {f"0.{n}": v for n, v in {**old, "bias": old["weight"]}.items()}, "")
    assert network.get_parameter("0.bias").tolist() == [3.0, 3.0]


def test_the_rows_of_a_tensor_are_counted() -> None:
    tensors = {**TENSORS, "count": torch.ones(())}
    assert [weights.row_count(tensors, name) for name in ("weight", "count", "no")] == [2, 0, 0]


def test_a_card_older_than_its_last_field_is_read(tmp_path: Path) -> None:
    weights.save(tmp_path / "w", {"weight": torch.zeros(1)}, CARD)
    path = tmp_path / "w" / weights.CARD
    content = read_json(path)
    del content["trained_in"]
    write_json(path, content)
    assert weights.read_card(tmp_path / "w").trained_in == ""
