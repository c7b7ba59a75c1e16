from importlib.metadata import version
from pathlib import Path

import pytest

from vidrec.networks.precision import Compute, resolve
from vidrec.networks.surroundings import check_same, surroundings, write_report
from vidrec.workflow import processor
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json

BY_OPENVINO = Compute("openvino", "cpu", "fp32")


def test_what_computes_is_known_by_its_version() -> None:
    found = surroundings(BY_OPENVINO)
    assert {**found, "device": ""} == {
        **{name: version(name) for name in ("torch", "torchvision", "openvino", "pillow")},
        "runtime": "openvino fp32",
        "device": "",
    }
    found = surroundings(Compute("torch", "cpu", "fp32"))
    assert found["torch"] == version("torch")
    assert found["torchvision"] == version("torchvision")
    assert found["pillow"] == version("pillow")
    assert "openvino" not in found


def test_another_kind_of_device_is_another_surrounding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    devices = set()
    for flags in ("avx2", "avx2 amx_bf16"):
        (tmp_path / "cpuinfo").write_text(f"flags : {flags}\n")
        devices.add(surroundings(BY_OPENVINO)["device"])
    assert len(devices) == 2
    assert all(device.startswith("cpu ") for device in devices)


def test_a_machine_that_computes_otherwise_is_refused() -> None:
    here = surroundings(resolve("fp32"))
    check_same(here, "fp32")
    with pytest.raises(UserError, match=r"computes otherwise .* device is cpu .*, not cpu other"):
        check_same({**here, "device": "cpu other"}, "fp32")
    with pytest.raises(UserError, match=r"torch is .*, not 1\.0: use machines of one kind"):
        check_same({**here, "torch": "1.0"}, "fp32")


def test_how_something_was_computed_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    write_report(tmp_path / "how.json", "done_by", BY_OPENVINO)
    assert read_json(tmp_path / "how.json") == {"done_by": "openvino fp32"}
    write_report(tmp_path / "not.json", "done_by", None)
    assert read_json(tmp_path / "not.json") == {"done_by": None}
    write_report(None, "done_by", BY_OPENVINO)
    assert len(list(tmp_path.iterdir())) == 2
