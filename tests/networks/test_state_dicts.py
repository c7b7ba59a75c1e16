import argparse
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from vidrec.networks.state_dicts import unlike_weights, unwrap, without_prefixes
from vidrec.networks.weights import read_state_dict
from vidrec.workflow.errors import UserError

TENSORS = {"fc.weight": torch.ones(2, 3), "fc.bias": torch.zeros(2)}
OTHER = {"fc.weight": torch.zeros(2, 3)}
OPTIMIZER = {"state": {0: {"step": torch.ones(1)}}, "param_groups": [{"lr": 0.1}]}


def prefixed(prefix: str) -> dict[str, torch.Tensor]:
    return {prefix + name: value for name, value in TENSORS.items()}


@pytest.mark.parametrize(
    "content",
    [
        TENSORS,
        {"state_dict": TENSORS},
        {"model": TENSORS, "optimizer": OPTIMIZER, "epoch": 3},
        {"model_state_dict": TENSORS, "optimizer_state_dict": OPTIMIZER, "loss": torch.ones(1)},
        {"net": TENSORS, "acc": 0.5},
        {"my_own_name": TENSORS},
        {"model_ema": OTHER, "model": TENSORS},
        {"ema": OTHER, "state_dict": TENSORS, 3: OTHER},
        {"network": TENSORS, "discriminator": OTHER},
        prefixed("module."),
        prefixed("_orig_mod.module.model.module."),
        {"epoch": 3, "state_dict": prefixed("module.")},
        {"model_ema": {"n_averaged": torch.ones(()), **prefixed("module.")}},
    ],
)
def test_the_network_is_found_in_what_trainers_save(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "a.pth")
    found = read_state_dict(tmp_path / "a.pth")
    assert found.keys() == TENSORS.keys()
    assert all(torch.equal(found[name], TENSORS[name]) for name in TENSORS)


def test_what_torchvisions_trainer_saves_is_read(tmp_path: Path) -> None:
    arguments = argparse.Namespace(model="resnet18", lr=0.1, device=torch.device("cpu"))
    torch.save({"model": TENSORS, "args": arguments}, tmp_path / "checkpoint.pth")
    assert read_state_dict(tmp_path / "checkpoint.pth").keys() == TENSORS.keys()
    assert argparse.Namespace not in torch.serialization.get_safe_globals()


def test_a_prefix_that_not_all_names_have_stays() -> None:
    for tensors in ({**prefixed("module."), "fc.bias": torch.ones(1)}, prefixed("backbone.")):
        assert without_prefixes(tensors) == tensors


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([1, 2], "a.pth holds no state dict of tensors: save"),
        ({}, "a.pth holds no state dict of tensors: save"),
        ({"epoch": 3, "lr": 1, "a": {}, "b": []}, r"tensors \(but epoch, lr, a and 1 more\): save"),
        ({"generator": TENSORS, "critic": OTHER}, r"2 state dicts \(generator, critic\): save the"),
    ],
)
def test_what_is_no_network_or_not_one_is_told(content: object, said: str) -> None:
    with pytest.raises(UserError, match=said):
        unwrap(content, "a.pth")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is an empty file: download"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "is a pointer of git-lfs"),
        (b"\n<!DOCTYPE html>\n<html>", "is an HTML page, not weights: download the file itself"),
        (b"<html lang='de'>", "is an HTML page"),
        (b"my notes", "is a text file, not weights: name a file made by torch.save"),
        ("\ufeffGewichte für später".encode(), "is a text file"),
        ("ü".encode() * 3000 + b"z", "is a text file"),
    ],
)
@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
def test_what_is_plainly_no_file_of_weights_is_named(
    tmp_path: Path, content: bytes, said: str, name: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=f"{name} {said}") as refused:
        read_state_dict(tmp_path / name)
    assert "\n" not in str(refused.value)


def test_a_letter_cut_at_the_end_of_what_is_looked_at_is_still_text(tmp_path: Path) -> None:
    (tmp_path / "a.pth").write_bytes(b"z" + "ü".encode() * 3000)
    assert "is a text file" in unlike_weights(tmp_path / "a.pth")


def test_a_directory_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a directory: name the file of weights in it"):
        read_state_dict(tmp_path)
    with pytest.raises(UserError, match=r"a.pth is missing: name an existing file"):
        read_state_dict(tmp_path / "a.pth")


def test_a_whole_model_is_named(tmp_path: Path) -> None:
    torch.save(nn.Linear(2, 2), tmp_path / "a.pth")
    with pytest.raises(UserError, match=r"holds code, torch.nn.modules.linear.Linear: a whole"):
        read_state_dict(tmp_path / "a.pth")


def test_weights_are_not_taken_for_text(tmp_path: Path) -> None:
    torch.save(TENSORS, tmp_path / "a.pth")
    assert unlike_weights(tmp_path / "a.pth") == ""
