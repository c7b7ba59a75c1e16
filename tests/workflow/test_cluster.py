"""What of the cluster needs none: the rest is tests/whole/test_cluster.py."""

import os
import socket
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from vidrec.workflow import cluster
from vidrec.workflow.cluster import Work, connected
from vidrec.workflow.errors import UserError
from vidrec.workflow.parallel import Needs


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    connected.cache_clear()
    yield
    connected.cache_clear()


def _here(name: str) -> tuple[str, str, str]:
    return os.environ[name], str(Path.cwd()), tempfile.gettempdir()


def test_a_worker_has_the_project_and_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDREC_DEVICE", "here")
    project, mark = tmp_path / "project", tmp_path / "project/mark"
    project.mkdir()
    mark.touch()
    before = tempfile.gettempdir()
    work = Work(_here, project, mark, {"VIDREC_DEVICE": "there"})
    value, directory, temporary = work.do("VIDREC_DEVICE")
    assert (value, directory) == ("there", str(project))
    assert Path(temporary).parent == Path(before)
    assert not Path(temporary).exists()


def test_a_machine_with_another_directory_there_is_one_line(tmp_path: Path) -> None:
    work = Work(_here, tmp_path, tmp_path / ".vidrec/cluster-1", {})
    with pytest.raises(UserError, match="does not see") as told:
        work.do("PATH")
    assert socket.gethostname() in str(told.value)
    assert str(tmp_path) in str(told.value)


def test_without_ray_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda _: None)
    with pytest.raises(UserError, match="Ray is not installed: run `make cluster`"):
        connected()


@pytest.mark.skipif(find_spec("ray") is None, reason="no Ray: make cluster")
def test_an_address_where_nobody_answers_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    monkeypatch.setenv("RAY_ADDRESS", address)
    with pytest.raises(UserError, match=f"at RAY_ADDRESS={address} .*: start it there") as told:
        connected()
    assert "\n" not in str(told.value)


def test_workers_are_told_what_is_of_this_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_KEEP_GB", "7")
    monkeypatch.setenv("DVC_ROOT", "/project")
    monkeypatch.setenv("SECRET", "of this machine")
    told = cluster._environment(Needs())
    assert told["VIDREC_KEEP_GB"] == "7"
    assert told["DVC_ROOT"] == "/project"
    assert told["OMP_NUM_THREADS"] == "1"
    assert "SECRET" not in told
    assert told["CUDA_VISIBLE_DEVICES"] == ""
    assert "CUDA_VISIBLE_DEVICES" not in cluster._environment(Needs(gpu=True))


def ray_with(*machines: dict[str, float]) -> SimpleNamespace:
    nodes = [{"Alive": True, "Resources": each} for each in machines]
    gone = {"Alive": False, "Resources": {"GPU": 8.0, "memory": 1e12}}
    return SimpleNamespace(nodes=lambda: [*nodes, gone])


@pytest.mark.parametrize(("memory", "asked"), [(0, 0), (1000, 1000), (5000, 4000)])
def test_a_worker_asks_for_no_more_memory_than_a_machine_has(memory: int, asked: int) -> None:
    ray = ray_with({"CPU": 2.0, "memory": 4000.0}, {"CPU": 2.0})
    assert cluster._options(ray, Needs(memory))["memory"] == asked


def test_a_stage_with_a_gpu_gets_one_for_each_worker() -> None:
    ray = ray_with({"CPU": 2.0}, {"CPU": 8.0, "GPU": 2.0})
    assert cluster._options(ray, Needs(gpu=True))["num_gpus"] == 1
    assert cluster._options(ray, Needs())["num_gpus"] == 0
    with pytest.raises(UserError, match="no machine of the cluster has a GPU"):
        cluster._options(ray_with({"CPU": 2.0}), Needs(gpu=True))
