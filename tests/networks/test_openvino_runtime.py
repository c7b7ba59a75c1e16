import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from vidrec.networks import openvino_runtime
from vidrec.networks.openvino_runtime import Compiled, Converted, convert, store


class Twice(nn.Module):
    """Gives its pictures' sums over a linear layer, and twice the pictures."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(3, 5)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        numbers = pictures.float()
        return self.layer(numbers.mean((1, 2))), numbers * 2


@pytest.fixture(scope="module")
def converted() -> Converted:
    return convert(Twice(), torch.zeros((2, 8, 8, 3), dtype=torch.uint8))


def test_a_converted_network_computes_what_torch_does(converted: Converted) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)
    sums, doubled = Compiled(converted, "fp32", pictures.shape)(pictures)
    with torch.inference_mode():
        expected, _ = Twice()(torch.from_numpy(pictures))
    np.testing.assert_allclose(sums, expected.numpy(), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(doubled, pictures * np.float32(2))


def test_an_output_is_not_overwritten_by_the_next_run(converted: Converted) -> None:
    network = Compiled(converted, "fp32", (1, 2, 2, 3))
    _, first = network(np.full((1, 2, 2, 3), 1, np.uint8))
    network(np.full((1, 2, 2, 3), 9, np.uint8))
    assert (first == 2).all()


def test_a_process_computes_in_one_thread_and_in_the_precision_asked_for(
    converted: Converted,
) -> None:
    for precision, hint in (("fp32", "float32"), ("int8", None)):
        compiled = Compiled(converted, precision, (1, 2, 2, 3)).model
        assert compiled.get_property("INFERENCE_NUM_THREADS") == 1
        assert compiled.get_property("NUM_STREAMS") == 1
        # Else the threads of all workers would be bound to the same core.
        assert compiled.get_property("ENABLE_CPU_PINNING") is False
        assert hint is None or hint in str(compiled.get_property("INFERENCE_PRECISION_HINT"))


def test_the_same_network_is_converted_to_the_same_bytes(converted: Converted) -> None:
    assert convert(Twice(), torch.zeros((2, 8, 8, 3), dtype=torch.uint8)) == converted


def test_a_network_survives_being_packed(converted: Converted) -> None:
    assert Converted.unpack(converted.pack()) == converted


def test_a_network_is_converted_once_and_again_where_it_is_damaged(
    converted: Converted, tmp_path: Path
) -> None:
    made: list[int] = []

    def make() -> Converted:
        made.append(1)
        return converted

    kept = store([openvino_runtime], ["a network"], tmp_path)
    key = kept.key("the digest of its weights")
    assert kept.once(key, make) == kept.once(key, make) == converted
    assert len(made) == 1
    (file,) = (path for path in kept.store.glob("networks/*"))
    file.write_bytes(file.read_bytes()[:-1])
    assert kept.once(key, make) == converted
    assert len(made) == 2
    assert kept.key("of others") != key
    assert store([openvino_runtime], ["another"], tmp_path).key("the digest of its weights") != key


SILENT = """
import socket, sys
def refuse(*_, **__):
    print("asked the network")
    raise OSError
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
import torch
from vidrec.networks import openvino_runtime
found = openvino_runtime.convert(torch.nn.Linear(3, 2), torch.zeros(2, 3))
openvino_runtime.Compiled(found, "fp32", (2, 3))
import nncf
print([name for name in sys.modules if "openvino_telemetry" in name and sys.modules[name]])
"""


def test_nothing_is_told_over_the_network_nor_written_at_home(tmp_path: Path) -> None:
    """In a process of its own: NNCF keeps still by itself where pytest is loaded."""
    env = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    env.pop("CI", None)
    done = subprocess.run([sys.executable, "-c", SILENT], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"
    assert not list(tmp_path.rglob("*"))
