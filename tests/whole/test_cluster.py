"""The stages on a cluster of three machines, each of one core; one of them is lost on the way."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
import yaml
from tests.projects import FP32, ROOT, write_params

from vidrec.workflow.diary import MADE, TAKEN, last_run

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="no Ray: make cluster")

# It takes a tenth of that where nothing else runs.
PATIENCE_S = 300

STAGES = ("extract_frames", "classify_frames")

# A stage that makes a letter of each item, slowly, so that there is time to do harm to it.
SLOW = """
import os, signal, sys, time
# As in a terminal, wherever the tests run.
signal.signal(signal.SIGINT, signal.default_int_handler)
from vidrec.workflow import script
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.errors import UserError

def read(item):
    return item, item

def make(item):
    time.sleep(0.5)
    if item == "deadly":
        os.kill(os.getpid(), 9)
    if item == "bad":
        raise UserError("this one is bad")
    return item.upper()

def main():
    store = Checkpoints("slow", [], [], pack=str.encode, unpack=bytes.decode)
    with script.lock("slow"):
        for _, result in complete(store, sys.argv[1:], read, make, title="make letters"):
            print(result, flush=True)

script.run(main, resumes=True)
"""


class Nodes:
    """The machines, and the process that they end with."""

    def __init__(self, temporary: str) -> None:
        self._temporary = temporary
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ray_nodes", "3"],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.address = self._line()
        assert self.address, "the cluster did not start"

    def _environment(self) -> dict[str, str]:
        # Names of sockets may not be long, as they are below the folder of a test.
        path = os.pathsep.join(sys.path)
        return {**os.environ, "PYTHONPATH": path, "RAY_TMPDIR": self._temporary}

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def ask(self, what: str) -> None:
        """`kill` the youngest machine, or `add` one."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        assert self._line() == "done"

    def run(
        self, arguments: list[str], folder: Path, **environment: str
    ) -> "subprocess.Popen[str]":
        """A process whose engine is this cluster, or what `environment` says."""
        told = {"VIDREC_ENGINE": "ray", "RAY_ADDRESS": self.address, "VIDREC_WORKERS": ""}
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={**self._environment(), **told, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def processes(self) -> list[psutil.Process]:
        return psutil.Process(self._process.pid).children(recursive=True)

    def close(self) -> list[psutil.Process]:
        """End all of it; what had to be killed."""
        started = self.processes()
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()
        _, left = psutil.wait_procs(started, timeout=20)
        for each in left:
            each.kill()
        return left


def ended(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """What it has printed, and told, once it has ended: without the log of Ray's library, which
    has a line where there is no network, and says late that a machine was lost."""
    printed, told = process.communicate(timeout=PATIENCE_S)
    printed = re.sub(r"^(?:\x1b\[\d+m)?\(raylet\).*\n(?:\t.*\n)*", "", printed, flags=re.MULTILINE)
    return printed, re.sub(r"^\[\d{4}-.*\n", "", told, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as temporary:
        made = Nodes(temporary)
        try:
            yield made
        finally:
            left = made.close()
        assert left == []


def contents(project: Path) -> dict[str, bytes]:
    files = (path for path in project.rglob("*") if path.is_file())
    relative = {str(path.relative_to(project)): path for path in files}
    return {name: p.read_bytes() for name, p in relative.items() if not name.startswith(".vidrec")}


def run_stages(nodes: Nodes, source: Path, project: Path, **environment: str) -> dict[str, bytes]:
    """What is in a copy of `source` after STAGES."""
    for name in ("params.yaml", "dvc.yaml", "data/videos", "data/weights"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (source / name).is_dir() else shutil.copy
        copy(source / name, project / name)
    write_params(project, {"classify_frames": FP32})
    stages = yaml.safe_load((project / "dvc.yaml").read_text())["stages"]
    for stage in STAGES:
        _, script, *arguments = shlex.split(stages[stage]["cmd"])
        command = [str(ROOT / script), *arguments]
        with nodes.run(command, project, **environment) as process:
            _, told = ended(process)
        assert process.returncode == 0, told
    return contents(project)


def test_the_bytes_are_those_of_the_local_engine(
    nodes: Nodes, index_folder: Path, tmp_path: Path
) -> None:
    alone = {"VIDREC_ENGINE": "local", "VIDREC_WORKERS": "1"}
    first = run_stages(nodes, index_folder, tmp_path / "1", **alone)
    two = run_stages(nodes, index_folder, tmp_path / "2", **{**alone, "VIDREC_WORKERS": "2"})
    spread = run_stages(nodes, index_folder, tmp_path / "3")
    assert len([name for name in first if name.endswith(".jpg")]) == 48
    assert list(tmp_path.glob("1/data/detections/classified/*/*.csv"))
    assert first == two == spread
    assert {line.what for line in last_run("classify_frames", tmp_path / "3")} >= {TAKEN, MADE}


def lines(folder: Path, what: str) -> Counter[str]:
    return Counter(line.video for line in last_run("slow", folder) if line.what == what)


def wait_for_some(folder: Path, count: int) -> None:
    until = time.monotonic() + 60
    while lines(folder, MADE).total() < count and time.monotonic() < until:
        time.sleep(0.05)


def test_a_machine_that_is_lost_costs_what_it_had_in_hand(nodes: Nodes, tmp_path: Path) -> None:
    items = [f"item_{number}" for number in range(24)]
    with nodes.run(["-c", SLOW, *items], tmp_path) as process:
        wait_for_some(tmp_path, 6)
        nodes.ask("kill")
        printed, told = ended(process)
    nodes.ask("add")
    assert process.returncode == 0, told
    results = [line for line in printed.splitlines() if line.startswith("ITEM")]
    assert results == [item.upper() for item in items]
    assert told in ("", f"make letters: {LOST.format(1)}\n")
    assert set(lines(tmp_path, MADE)) == set(items)
    # The machine has one core.
    assert lines(tmp_path, TAKEN).total() <= len(items) + 1
    # The mark of the run is gone.
    assert sorted(path.name for path in (tmp_path / ".vidrec").iterdir()) == [
        "checkpoints",
        "locks",
        "logs",
    ]


LOST = "a worker is lost, or its machine, with {} video(s) in hand; others do them again"


def test_an_item_that_ends_each_worker_ends_the_run(nodes: Nodes, tmp_path: Path) -> None:
    with nodes.run(["-c", SLOW, "a", "deadly", "b"], tmp_path) as process:
        printed, told = ended(process)
    assert process.returncode == 1
    # Beside what Ray says of each worker.
    assert "A" in printed.splitlines()
    *before, last = told.splitlines()
    assert before == [f"make letters: {LOST.format(1)}"] * 2
    assert last == (
        "error: make letters: video 2 of 3 has ended its worker 3 times, at last by"
        " WorkerCrashedError: VIDREC_ENGINE=local VIDREC_WORKERS=1 shows the fault itself"
    )
    assert set(lines(tmp_path, MADE)) == {"a", "b"}


def test_an_error_of_a_worker_comes_through_as_it_is(nodes: Nodes, tmp_path: Path) -> None:
    with nodes.run(["-c", SLOW, "a", "b", "bad", "c"], tmp_path) as process:
        printed, told = ended(process)
    assert (process.returncode, printed, told) == (1, "A\nB\n", "error: this one is bad\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_the_workers(nodes: Nodes, tmp_path: Path, number: int) -> None:
    before = {each.pid for each in nodes.processes()}
    with nodes.run(["-c", SLOW, *map(str, range(100))], tmp_path) as process:
        wait_for_some(tmp_path, 2)
        workers = [each for each in nodes.processes() if each.pid not in before]
        os.killpg(process.pid, number)
        _, told = ended(process)
    who = "the user" if number == signal.SIGINT else "SIGTERM"
    assert told.startswith(f"error: stopped by {who}; ")
    assert told.endswith("of 100 videos are finished and kept; `dvc repro` goes on with the rest\n")
    # What was on its way to a worker may still be begun; then nothing is.
    psutil.wait_procs(workers, timeout=10)
    taken = lines(tmp_path, TAKEN).total()
    time.sleep(3)
    assert lines(tmp_path, TAKEN).total() == taken < 100


ALONE = """
import psutil
from vidrec.workflow import cluster
from vidrec.workflow.parallel import ONLY_A_CORE, map_items

print(list(map_items(abs, [-1, 2, -3], title="", spread=ONLY_A_CORE)))
ray = cluster.connected()
from ray._common.usage import usage_lib
print(usage_lib.usage_stats_enabled(), ray.get_runtime_context().gcs_address.split(":")[0])
print(ray._private.worker.global_worker.node.webui_url or "no dashboard")
print(*[each.pid for each in psutil.Process().children(recursive=True)])
"""


def test_without_an_address_it_is_this_machine_and_says_nothing_to_anyone(
    nodes: Nodes, tmp_path: Path
) -> None:
    with nodes.run(["-c", ALONE], tmp_path, RAY_ADDRESS="") as process:
        printed, told = ended(process)
    assert (process.returncode, told) == (0, "")
    results, statistics, dashboard, started = printed.splitlines()
    assert results == "[1, 2, 3]"
    assert statistics.startswith("False ")
    assert dashboard == "no dashboard"
    left = [int(pid) for pid in started.split() if psutil.pid_exists(int(pid))]
    assert started and not left
