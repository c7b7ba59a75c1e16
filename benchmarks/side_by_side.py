"""What the benchmarks share: ways to one end, in turn in one run, and the machine they ran on.

Ways are whole processes, so that starting and loading count. They take turns, since a machine is
not as fast at one time as at another: only ratios of one round are compared.
"""

import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
# Not in git: of another machine they say nothing.
RESULTS = Path(os.environ.get("BENCHMARK_RESULTS") or ROOT / "benchmarks/results")
# The last commit before the work on speed.
BEFORE = "262fab4"
INDEX = "data/frames.csv"
LIBRARIES = ("torch", "torchvision", "openvino", "numpy", "pandas", "scikit-learn", "dvc")
# What makes a processor fast with networks, by the names that Linux has for it.
FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_bf16", "amx_int8")


NONE: Mapping[str, float] = {}


@dataclass(frozen=True)
class Way:
    """A way to one end: `run` gives its seconds. Others are compared with a `baseline`."""

    name: str
    run: Callable[[], float]
    baseline: bool = False


def in_turn(ways: Sequence[Way], rounds: int) -> dict[str, list[float]]:
    """The seconds of each way, round by round, by its name."""
    seconds: dict[str, list[float]] = {way.name: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            seconds[way.name].append(way.run())
    return seconds


def ratios(base: Sequence[float], ours: Sequence[float]) -> list[float]:
    """How many times as fast `ours` was as `base`, round by round."""
    return [first / second for first, second in zip(base, ours, strict=True)]


def spread(values: Sequence[float]) -> str:
    """The median of `values`, and in brackets the least and the greatest."""
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def compare(
    claim: str, ways: Sequence[Way], rounds: int, items: int, limits: Mapping[str, float] = NONE
) -> None:
    """Let the ways take turns at `items` things; print the table, and write it as JSON.

    `limits` are the most things a second that this machine can do, by what sets the limit.
    """
    print(f"{claim}: {items} items, {rounds} rounds, {told(machine())}", flush=True)
    seconds = in_turn(ways, rounds)
    against = {
        base.name: {name: ratios(seconds[base.name], taken) for name, taken in seconds.items()}
        for base in ways
        if base.baseline
    }
    print(table(seconds, against, items))
    for name, rate in limits.items():
        print(f"{name:<16}{rate:>36.1f}")
    figures = {"items": items, "seconds": seconds, "times_as_fast_as": against, "limits": limits}
    save(claim, figures)
    print(f"{claim}: {'; '.join(claims(against))}")


def claims(against: Mapping[str, Mapping[str, Sequence[float]]]) -> list[str]:
    """How many times as fast as each baseline each way is that is none."""
    return [
        f"{name} {spread(times)} times as fast as {base}"
        for base, each in against.items()
        for name, times in each.items()
        if name not in against
    ]


def table(
    seconds: Mapping[str, Sequence[float]],
    against: Mapping[str, Mapping[str, Sequence[float]]],
    items: int,
) -> str:
    """A line for each way: seconds, items a second, and how many times as fast as each baseline."""
    heads = [f"times {name}" for name in against]
    lines = [f"{'':<16}{'seconds':>26}{'a second':>10}{''.join(f'{x:>26}' for x in heads)}"]
    for name, taken in seconds.items():
        times = "".join(f"{spread(each[name]):>26}" for each in against.values())
        lines.append(f"{name:<16}{spread(taken):>26}{items / median(taken):>10.1f}{times}")
    return "\n".join(lines)


def save(claim: str, figures: Mapping[str, Any]) -> None:
    """Write figures, with the machine and the command, below `RESULTS`."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    content = {"machine": machine(), "command": sys.argv, **figures}
    (RESULTS / f"{claim}.json").write_text(json.dumps(content, indent=2) + "\n")


def machine() -> dict[str, Any]:
    """The processor, what it can do, its cores, the versions and the commit."""
    cpu = Path("/proc/cpuinfo")
    text = cpu.read_text() if cpu.is_file() else ""
    name = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    flags = set(text.split())
    return {
        "processor": name.group(1) if name else platform.processor(),
        "features": [each for each in FEATURES if each in flags],
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {each: found for each in LIBRARIES if (found := _version(each))},
        "commit": _commit(),
    }


def told(found: Mapping[str, Any]) -> str:
    """The machine in a line."""
    return f"{found['cores']} cores of {found['processor']} ({', '.join(found['features'])})"


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _commit() -> str:
    return output(["git", "describe", "--always", "--dirty"]).strip()


def clock(command: Sequence[str], folder: Path = ROOT, **environment: str) -> float:
    """The seconds of a command of this environment in `folder`. Ends where it fails."""
    began = time.perf_counter()
    output(command, folder, **environment)
    return time.perf_counter() - began


def output(command: Sequence[str], folder: Path = ROOT, **environment: str) -> str:
    """What a command of this environment prints in `folder`. Ends, and says why, where it fails."""
    known = variables(**environment)
    done = subprocess.run(
        command, cwd=folder, env=known, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} fails:\n{done.stdout}{done.stderr}")
    return done.stdout


def variables(**further: str) -> dict[str, str]:
    """The variables for a command of this environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, **further}


def here(name: str) -> str:
    """The path of a script beside this one."""
    return str(Path(__file__).with_name(name))


@contextmanager
def tree_of(commit: str) -> Iterator[Path]:
    """The files of an older commit, in a folder of their own while the block lasts."""
    command = ["git", "archive", "--format=tar", commit]
    packed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    with TemporaryDirectory() as name, tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(name, filter="data")
        yield Path(name)


class Project:
    """A folder in which stages of a `tree` of the code run, each with the command of its dvc.yaml.

    `changes` are params by section.
    """

    def __init__(
        self, root: Path, changes: Mapping[str, Mapping[str, Any]], tree: Path = ROOT
    ) -> None:
        self.root, self._tree = root, tree
        shutil.copytree(tree / "manifests", root / "manifests")
        (root / "stages").symlink_to(tree / "stages")
        self._stages = yaml.safe_load((tree / "dvc.yaml").read_text())["stages"]
        self.params = yaml.safe_load((tree / "params.yaml").read_text())
        for section, values in changes.items():
            self.params[section] |= values
        (root / "params.yaml").write_text(yaml.safe_dump(self.params))

    @property
    def code(self) -> dict[str, str]:
        """The variable that names the tree's code."""
        return {"PYTHONPATH": str(self._tree / "src")}

    def command(self, stage: str) -> list[str]:
        """The words of a stage's command. It reads frames without an index where there is none."""
        line: str = self._stages[stage]["cmd"]
        for section, name in re.findall(r"\$\{(\w+)\.(\w+)\}", line):
            line = line.replace(f"${{{section}.{name}}}", str(self.params[section][name]))
        if stage != "extract_frames" and not (self.root / INDEX).is_file():
            line = line.replace(f"--frame-index {INDEX}", "")
        return line.split()

    def prepare(self, *stages: str) -> None:
        """Run those of the stages that the tree has."""
        for stage in filter(self._stages.__contains__, stages):
            self.run(stage)

    def run(self, stage: str) -> float:
        """Run a stage: its seconds."""
        return clock(self.command(stage), self.root, **self.code)

    def anew(self, stage: str) -> float:
        """Run a stage as if it had never run here: its seconds."""
        shutil.rmtree(self.root / ".vidrec/checkpoints" / stage, ignore_errors=True)
        return self.run(stage)
