import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torchvision.models import (
    DenseNet121_Weights,
    GoogLeNet_Weights,
    RegNet_Y_16GF_Weights,
    ShuffleNet_V2_X0_5_Weights,
)

from vidrec.classifier import prepare_weights
from vidrec.classifier.prepare_weights import HALF, prepare, take_in
from vidrec.networks import weights
from vidrec.networks.image_classifiers import IMAGENET_MEAN, IMAGENET_STD, build_classifier
from vidrec.networks.official_weights import classifier_weights
from vidrec.networks.precision import Compute
from vidrec.settings.prepare_weights import Params
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of

ARCH = "shufflenet_v2_x0_5"
FILE = Params(
    source="file",
    classifier_arch=ARCH,
    classifier_weights="",
    classifier_file="",
    seed=7,
    threads=1,
    precision="fp32",
    input_size=64,
    closeups=1,
    closeup_epochs=1,
    stills=1,
    still_epochs=1,
    learning_rate=0.001,
)


def save_network(path: Path, classes: int, arch: str = ARCH) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = build_classifier(arch, classes).state_dict()
    torch.save(tensors, path)
    return tensors


def test_a_file_of_the_official_shape_gets_the_official_names(tmp_path: Path) -> None:
    tensors = save_network(tmp_path / "net.pth", 1000)
    given = dataclasses.replace(FILE, classifier_file=str(tmp_path / "net.pth"))
    prepare(given, tmp_path / "w")
    kept, card = weights.load(tmp_path / "w")
    assert kept.keys() == tensors.keys()
    assert all(torch.equal(kept[name], tensors[name]) for name in tensors)
    categories = ShuffleNet_V2_X0_5_Weights.DEFAULT.meta["categories"]
    assert card.labels == tuple(categories)
    assert len(set(card.labels)) == 1000
    assert (card.arch, card.input_size, card.origin) == (ARCH, 224, "net.pth")
    assert card.trained_in == ""
    assert (card.mean, card.std) == (IMAGENET_MEAN, IMAGENET_STD)
    assert card.origin_sha256 == sha256_of(tmp_path / "net.pth")


def test_own_classes_are_named_by_a_file_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    save_network(path, 3)
    official = classifier_weights(ARCH, "")
    with pytest.raises(UserError, match=r"3 classes, but 1000 names .* into .*net.pth.labels.txt"):
        take_in(ARCH, path, official, tmp_path / "w")
    path.with_name("net.pth.labels.txt").write_text("Käse\nbread\nbread\n", encoding="utf-8")
    take_in(ARCH, path, official, tmp_path / "w")
    assert weights.read_card(tmp_path / "w").labels == ("Käse", "bread", "bread (2)")


def test_a_file_of_another_network_is_refused_and_nothing_kept(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    save_network(path, 2, "squeezenet1_1")
    for said in (
        r"^net.pth does not fit ShuffleNetV2: missing conv1.0.weight \(24, 3, 3, 3\), ",
        r"unexpected features.0.weight \(64, 3, 3, 3\), ",
        r"; the file is of squeezenet1_1: set prepare_weights.classifier_arch to that$",
    ):
        with pytest.raises(UserError, match=said):
            take_in(ARCH, path, classifier_weights(ARCH, ""), tmp_path / "w")
    torch.save({"fc.weight": torch.zeros(1000, 1024)}, path)
    with pytest.raises(UserError, match=r"ShuffleNetV2: missing .* is of none of torchvision's"):
        take_in(ARCH, path, classifier_weights(ARCH, ""), tmp_path / "w")
    assert not (tmp_path / "w").exists()


def save_as_trainers_do(tensors: dict[str, torch.Tensor], folder: Path) -> None:
    parallel = {f"module.{name}": value for name, value in tensors.items()}
    torch.save(parallel, folder / "data_parallel.pth")
    torch.save({f"_orig_mod.{n}": v for n, v in tensors.items()}, folder / "compiled.pth")
    torch.save({"epoch": 3, "state_dict": parallel}, folder / "imagenet_script.pth.tar")
    inner = {f"model.{name}": value for name, value in tensors.items()}
    torch.save({"state_dict": inner}, folder / "lightning.ckpt")


def test_files_are_taken_as_trainers_save_them(tmp_path: Path) -> None:
    tensors = build_classifier(ARCH, 1000).state_dict()
    save_as_trainers_do(tensors, tmp_path)
    for path in [each for each in tmp_path.iterdir() if each.is_file()]:
        take_in(ARCH, path, classifier_weights(ARCH, ""), tmp_path / "w")
        kept, card = weights.load(tmp_path / "w")
        assert all(torch.equal(kept[name], tensors[name]) for name in tensors)
        assert card.origin == path.name


def test_the_real_weights_are_taken_as_trainers_save_them(real_data: Path, tmp_path: Path) -> None:
    tensors = torch.load(real_data / "weights" / "mobilenet_v2.pth", weights_only=True)
    save_as_trainers_do(tensors, tmp_path)
    official = classifier_weights("mobilenet_v2", "")
    for path in [each for each in tmp_path.iterdir() if each.is_file()]:
        take_in("mobilenet_v2", path, official, tmp_path / "w")
        kept, card = weights.load(tmp_path / "w")
        assert all(torch.equal(kept[name], tensors[name]) for name in tensors)
        assert card.labels[0] == "tench"
        path.unlink()


def test_names_in_a_file_of_another_editor_are_read(tmp_path: Path) -> None:
    path = tmp_path / "own.pth"
    save_network(path, 3)
    (tmp_path / "own.pth.labels.txt").write_bytes(b"\xef\xbb\xbfcat\r\ndog\r\nbird\r\n\r\n")
    take_in(ARCH, path, classifier_weights(ARCH, ""), tmp_path / "w")
    assert weights.read_card(tmp_path / "w").labels == ("cat", "dog", "bird")


def test_a_densenet_is_taken_with_the_old_names_of_its_official_file(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    tensors = build_classifier("densenet121", 1000).state_dict()
    old = {re.sub(r"(norm|conv)([12])\.", r"\1.\2.", name): tensors[name] for name in tensors}
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    torch.save(old, path)
    take_in("densenet121", path, DenseNet121_Weights.DEFAULT, tmp_path / "w")
    assert weights.load(tmp_path / "w")[0].keys() == tensors.keys()


def test_a_mnasnet_is_taken(tmp_path: Path) -> None:
    tensors = save_network(tmp_path / "net.pth", 1000, "mnasnet0_5")
    take_in(
        "mnasnet0_5",
        tmp_path / "net.pth",
        classifier_weights("mnasnet0_5", ""),
        tmp_path / "w",
    )
    assert weights.load(tmp_path / "w")[0].keys() == tensors.keys()


def test_pictures_are_read_as_the_chosen_weights_read_them(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    save_network(path, 1000)
    # Any preset will do for the size: it is the weights' and not the network's.
    take_in(ARCH, path, RegNet_Y_16GF_Weights.IMAGENET1K_SWAG_E2E_V1, tmp_path / "w")
    assert weights.read_card(tmp_path / "w").input_size == 384


def test_networks_from_tensorflow_read_values_from_minus_one_to_one(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.with_name("net.pth.labels.txt").write_text("a\nb\n")
    save_network(path, 2, "googlenet")
    take_in("googlenet", path, GoogLeNet_Weights.DEFAULT, tmp_path / "w")
    card = weights.read_card(tmp_path / "w")
    assert (card.mean, card.std) == (HALF, HALF)


def test_without_a_file_the_weights_are_absent(tmp_path: Path) -> None:
    with pytest.raises(AbsentError, match=r"_file is empty; name a state dict there"):
        prepare(FILE, tmp_path / "w")


def test_a_missing_file_and_an_unknown_network_are_refused(tmp_path: Path) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"classifier_file": "nowhere.pth"}, "nowhere.pth is missing"),
        ({"classifier_file": "a.pth", "classifier_arch": "resnet51"}, "did you mean"),
        ({"source": "torchvision", "classifier_arch": "maskrcnn_resnet50_fpn"}, "no torchvision"),
        ({"source": "torchvision", "classifier_weights": "V9"}, "choose from IMAGENET1K_V1"),
    ]
    for changed, said in cases:
        with pytest.raises(UserError, match=said):
            prepare(dataclasses.replace(FILE, **changed), tmp_path / "w")
    assert not list(tmp_path.iterdir())


def test_an_official_file_that_is_another_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    name = ShuffleNet_V2_X0_5_Weights.DEFAULT.url.rpartition("/")[2]
    path = tmp_path / "hub" / "checkpoints" / name
    path.parent.mkdir(parents=True)
    save_network(path, 1000)
    with pytest.raises(UserError, match=f"{name} does not have the SHA-256"):
        prepare(dataclasses.replace(FILE, source="torchvision"), tmp_path / "w")
    assert not (tmp_path / "w").exists()


@pytest.mark.usefixtures("torch_as_before")
def test_the_sample_trains_resnets_only(tmp_path: Path) -> None:
    given = dataclasses.replace(FILE, source="sample", classifier_arch="mobilenet_v2")
    with pytest.raises(
        UserError, match="is mobilenet_v2, but the sample can train ResNets only: set it"
    ):
        prepare(given, tmp_path / "w")
    assert not (tmp_path / "w").exists()


def test_the_stage_says_what_is_wrong_in_one_line(
    tmp_path: Path,
    run_stage: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.pth").write_bytes(b"no weights")
    for changed, said in (
        ({"classifier_file": "bad.pth"}, "is a text file, not weights"),
        ({"seed": -1}, "seed"),
    ):
        section = {**dataclasses.asdict(FILE), **changed}
        Path("params.yaml").write_text(yaml.safe_dump({"prepare_weights": section}))
        assert run_stage("prepare_weights", "--weights", "w") == 1
        line = capsys.readouterr().err
        assert line.startswith("error: ")
        assert said in line
        assert line.count("\n") == 1


@pytest.mark.usefixtures("torch_as_before")
def test_auto_trains_in_what_the_machine_is_fast_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []
    bf16 = Compute("torch", "cpu", "bf16")
    monkeypatch.setattr(prepare_weights, "resolve", {"auto": bf16}.__getitem__)
    monkeypatch.setattr(prepare_weights, "train", lambda _, given: trained.append(given.precision))
    given = dataclasses.replace(FILE, source="sample", classifier_arch="resnet18", precision="auto")
    prepare(given, tmp_path / "w")
    assert trained == ["bf16"]
    assert weights.read_card(tmp_path / "w").trained_in == "bf16"
