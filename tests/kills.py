"""Runs that are killed: the next `dvc repro` must give what an undisturbed one gives.

`python -m tests.kills [SEED] [COUNT]` (`make kills`) kills in COUNT moments, chosen by the seed,
in a miniature of the project.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Queue
from random import Random
from typing import Any

import psutil
import yaml
from tests.projects import FP32, ROOT, commit, copy_tiny, environment_of, succeed, write_params
from tqdm import tqdm

from vidrec.workflow.files import sha256_of

KILLS = 32
# The stages that look at each video.
STAGES = ("download_videos", "extract_frames", "classify_frames", "segment_objects")
# What is killed: the stage's own process, `dvc repro` above it, one of the workers below it, or
# all of them at one time, as the power does.
VICTIMS = ("stage", "dvc", "worker", "group")
# Four categories of these.
VIDEOS_PER_CATEGORY = 2
VIDEOS = 4 * VIDEOS_PER_CATEGORY
# Within this a worker must have ended after its stage.
LINGER_S = 5
# No run of a miniature takes this long.
PATIENCE_S = 300
# So many miniatures are killed at a time.
JOBS = 3
SAID_TO_WAIT = "is already running here"

MINIATURE: dict[str, dict[str, Any]] = {
    "run": {"finetuned": False},
    "prepare_weights": {"source": "file", "classifier_arch": "mobilenet_v2"},
    "download_videos": {"sample_videos_per_category": VIDEOS_PER_CATEGORY, "sample_seconds": 2.0},
    "segment_objects": FP32
    | {"fps": 1.0, "resolution": 64, "threshold": 0.0, "proposals": 10, "detections": 3},
}


@dataclass(frozen=True)
class Kill:
    """One of a seed's: its number decides the stage and the victim, both the moment."""

    seed: int
    number: int

    @property
    def stage(self) -> str:
        return STAGES[self.number % len(STAGES)]

    @property
    def victim(self) -> str:
        return VICTIMS[self.number // len(STAGES) % len(VICTIMS)]

    @property
    def finished(self) -> int:
        """How many videos the stage has finished before; all: it writes its outs then, and has
        no workers any more."""
        return self._random().randint(0, VIDEOS - 2 if self.victim == "worker" else VIDEOS)

    @property
    def delay_s(self) -> float:
        """How long after that; before the first video the stage has yet to load its libraries."""
        return self._random().uniform(0, 0.3 if self.finished else 3)

    def _random(self) -> Random:
        return Random(f"{self.seed}/{self.number}")

    def __str__(self) -> str:
        return (
            f"{self.victim} of {self.stage}, {self.finished} of {VIDEOS} videos finished and"
            f" {self.delay_s:.2f} s (seed {self.seed}, number {self.number})"
        )


@dataclass(frozen=True)
class Attempt:
    """What a kill has done: whether it came in time, and what is wrong after it."""

    kill: Kill
    hit: bool
    faults: Sequence[str] = ()


@dataclass(frozen=True)
class Miniature:
    """A project in which the workflow has run, undisturbed, and what that has given.

    `targets` are what `dvc repro` is asked for; none: all.
    """

    path: Path
    digests: dict[str, str]
    targets: Sequence[str] = ()

    def kept(self, stage: str) -> dict[str, Path]:
        """The finished work of single videos."""
        folder = self.path / ".vidrec/checkpoints" / stage
        return {path.name: path for path in folder.glob("[0-9a-f]*") if path.is_file()}


def write_weights(folder: Path) -> dict[str, dict[str, str]]:
    """Writes networks of random weights, and gives the params that name them."""
    import torch
    from safetensors.torch import save_file
    from torchvision.models import mobilenet_v2

    from vidrec.networks.mask_rcnn import build_segmenter

    torch.manual_seed(0)
    segmenter = build_segmenter(
        "maskrcnn_resnet50_fpn_v2", 91, resolution=64, proposals=1, threshold=0.5, detections=1
    )
    networks = {"classifier_file": mobilenet_v2(), "segmenter_file": segmenter}
    for name, network in networks.items():
        save_file(network.state_dict(), folder / f"{name}.safetensors")
    return {"prepare_weights": {name: f"{folder / name}.safetensors" for name in networks}}


def make(folder: Path, *targets: str) -> Miniature:
    """A miniature in `folder`, run to its end."""
    folder.mkdir(exist_ok=True)
    made = folder / "vidrec"
    copy_tiny(made)
    shutil.copy(ROOT / ".gitignore", made)
    write_params(made, MINIATURE)
    write_params(made, write_weights(folder))
    succeed(made, "dvc", "repro", *targets)
    commit(made, "Undisturbed")
    return Miniature(made, digests_of(made), targets)


def digests_of(project: Path) -> dict[str, str]:
    """The SHA-256 of each file that a run gives, dvc.lock among them."""
    folders = [project / name for name in ("data", "metrics", "reports")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(project)): sha256_of(path) for path in [*files, lock_of(project)]}


def lock_of(project: Path) -> Path:
    return project / "dvc.lock"


def unmake(mini: Miniature, stage: str) -> None:
    """Has DVC, and the store, forget that `stage` has run: not the stages after it, which DVC
    takes from what it has kept of runs where their inputs are the same again."""
    for path in mini.kept(stage).values():
        path.unlink()
    for folder in (mini.path / ".dvc/cache/runs").glob("*/*"):
        if any(f"stages/{stage}.py" in path.read_text() for path in folder.iterdir()):
            # DVC ends where it finds the folder of a run empty.
            shutil.rmtree(folder)
    text = lock_of(mini.path).read_text()
    for out in yaml.safe_load(text)["stages"][stage]["outs"]:
        object_of(mini, out["md5"]).unlink(missing_ok=True)
    lock_of(mini.path).write_text(text.replace(f"cmd: python stages/{stage}.py", "cmd: forgotten"))


def object_of(mini: Miniature, md5: str) -> Path:
    """Where DVC's cache has what has this hash."""
    return mini.path / ".dvc/cache/files/md5" / md5[:2] / md5[2:]


def temporary(project: Path) -> Path:
    """The folder of its runs for temporary files: by its name in their environment we know the
    processes of a project, those too that are given few variables and a session of their own."""
    folder = project.parent / "tmp"
    folder.mkdir(exist_ok=True)
    return folder


def log_of(project: Path) -> Path:
    """What its last run has printed: not a pipe, which workers that live on would hold open."""
    return project.parent / "log"


def start(mini: Miniature) -> "subprocess.Popen[bytes]":
    """`dvc repro` in a process group of its own, with two workers."""
    project = mini.path
    with log_of(project).open("w") as log:
        return subprocess.Popen(
            ["dvc", "repro", *mini.targets],
            cwd=project,
            env=environment_of(project)
            | {"VIDREC_WORKERS": "2", "TMPDIR": str(temporary(project))},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def run_on(mini: Miniature) -> tuple[int, str]:
    """The exit status of `dvc repro`, and what it prints."""
    status = start(mini).wait(PATIENCE_S)
    return status, log_of(mini.path).read_text()


def alive(project: Path) -> list[psutil.Process]:
    """The processes that runs in `project` have started and that have not ended."""
    return [each for each in psutil.process_iter() if _is_of(each, project)]


def _is_of(process: psutil.Process, project: Path) -> bool:
    try:
        of_project = str(temporary(project)) in process.environ().get("TMPDIR", "")
        return of_project and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def running(project: Path, stage: str) -> psutil.Process | None:
    """The process of a stage, if it runs."""
    script = f"stages/{stage}.py"
    for each in alive(project):
        try:
            if each.cmdline()[1:2] == [script]:
                return each
        except psutil.Error:
            continue
    return None


def workers_of(stage: psutil.Process) -> list[psutil.Process]:
    try:
        return [each for each in stage.children() if "popen_loky_posix" in " ".join(each.cmdline())]
    except psutil.Error:
        return []


def strike(mini: Miniature, kill: Kill, dvc: "subprocess.Popen[bytes]") -> bool:
    """Kills at the moment; False where the run was over before."""
    stage = _until(lambda: running(mini.path, kill.stage), dvc)
    due = kill.finished == 0 or _until(lambda: len(mini.kept(kill.stage)) >= kill.finished, dvc)
    time.sleep(kill.delay_s)
    if stage is None or not due or dvc.poll() is not None:
        return False
    if kill.victim == "worker":
        _until(lambda: workers_of(stage) or not stage.is_running(), dvc)
        victims = workers_of(stage)[:1]
    else:
        victims = [stage if kill.victim == "stage" else psutil.Process(dvc.pid)]
    return _killed(victims, kill.victim == "group")


def _killed(victims: Sequence[psutil.Process], with_group: bool) -> bool:
    try:
        for each in victims:
            (os.killpg if with_group else os.kill)(each.pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return bool(victims)


def _until(what: Callable[[], Any], dvc: "subprocess.Popen[bytes]") -> Any:
    """What `what` gives once that is true; None where `dvc` has ended before."""
    found = what()
    while not found and dvc.poll() is None:
        time.sleep(0.005)
        found = what()
    return found or None


def wait_for(what: Callable[[], bool], seconds: float) -> bool:
    """Whether `what` has become true within so many seconds."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def hold(mini: Miniature, stage: str, held: Path) -> None:
    """Puts a second link beside each finished video: one that is made again is another file."""
    held.mkdir(exist_ok=True)
    for name, path in mini.kept(stage).items():
        if not (held / name).exists():
            (held / name).hardlink_to(path)


def made_again(mini: Miniature, stage: str, held: Path) -> list[str]:
    """The finished videos that are gone, or were made again."""
    now = mini.kept(stage)
    return [x.name for x in held.iterdir() if x.name not in now or not x.samefile(now[x.name])]


def attempt(mini: Miniature, kill: Kill) -> Attempt:
    """Runs, kills, runs again, and compares."""
    unmake(mini, kill.stage)
    with tempfile.TemporaryDirectory(dir=mini.path.parent) as name:
        held = Path(name) / "held"
        dvc = start(mini)
        hit = strike(mini, kill, dvc)
        hold(mini, kill.stage, held)
        faults = [*after_kill(mini, kill, dvc), *_untracked(mini)]
        hold(mini, kill.stage, held)
        faults += [*after_rerun(mini), *after_end(mini)]
        faults += [f"made again: {each[:8]}" for each in made_again(mini, kill.stage, held)]
    return Attempt(kill, hit, faults)


def after_kill(mini: Miniature, kill: Kill, dvc: "subprocess.Popen[bytes]") -> Iterator[str]:
    """What is wrong with what goes on, or is told, until all of the killed run has ended."""
    dvc.wait(PATIENCE_S)
    if "Traceback" in log_of(mini.path).read_text():
        yield "a traceback"
    if running(mini.path, kill.stage):
        yield from _told_to_wait(mini, kill.stage)
    if not wait_for(lambda: running(mini.path, kill.stage) is None, PATIENCE_S):
        yield "the stage does not end"
    if not wait_for(lambda: not alive(mini.path), LINGER_S):
        lingering = [" ".join(each.cmdline())[:60] for each in alive(mini.path)]
        yield f"alive after {LINGER_S} s: {lingering}"
        _end(alive(mini.path))


def _told_to_wait(mini: Miniature, stage: str) -> Iterator[str]:
    """What is wrong with a run that is begun while the stage of a killed DVC goes on."""
    status, printed = run_on(mini)
    told = [line for line in printed.splitlines() if SAID_TO_WAIT in line]
    if status == 0 or "Traceback" in printed:
        # The stage has ended meanwhile, or it was not told.
        if "Traceback" in printed:
            yield f"a traceback, while {stage} goes on"
    elif len(told) != 1:
        yield f"not told that {stage} goes on: {_last(printed)}"


def _end(processes: Sequence[psutil.Process]) -> None:
    for each in processes:
        each.kill()


def _untracked(mini: Miniature) -> Iterator[str]:
    lines = succeed(mini.path, "git", "status", "--short").splitlines()
    yield from (f"git sees {line}" for line in lines if line.startswith("??"))


def after_rerun(mini: Miniature) -> Iterator[str]:
    """What is wrong with the next run."""
    status, printed = run_on(mini)
    if status:
        yield f"the next run fails: {_last(printed)}"
    if "Traceback" in printed:
        yield "the next run has a traceback"


def _last(printed: str) -> str:
    return " | ".join(printed.splitlines()[-4:])


def after_end(mini: Miniature) -> Iterator[str]:
    """How what is there differs from what an undisturbed run gives."""
    now = digests_of(mini.path)
    differ = sorted(x for x in {*now, *mini.digests} if now.get(x) != mini.digests.get(x))
    if differ:
        yield f"not as undisturbed: {differ[:3]}, {len(differ)} in all"
    status = succeed(mini.path, "git", "status", "--short")
    if status:
        yield f"git status: {' '.join(status.split())}"


def attempts(kills: Sequence[Kill], folder: Path) -> Iterator[Attempt]:
    """All of them, in order, in some miniatures at a time; one that was at fault is replaced."""
    first = make(folder / "first")
    ready: Queue[Miniature] = Queue()
    for number in range(JOBS):
        ready.put(_copy(first, folder / f"copy {number}"))

    def attempt_in_one(kill: Kill) -> Attempt:
        mini = ready.get()
        done = attempt(mini, kill)
        ready.put(_copy(first, folder / f"after {kill.number}") if done.faults else mini)
        return done

    with ThreadPoolExecutor(JOBS) as pool:
        yield from pool.map(attempt_in_one, kills)


def _copy(mini: Miniature, folder: Path) -> Miniature:
    shutil.copytree(mini.path, folder / mini.path.name, symlinks=True)
    return replace(mini, path=folder / mini.path.name)


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill runs by chance, and run again")
    parser.add_argument("seed", nargs="?", type=int, default=0)
    parser.add_argument("count", nargs="?", type=int, default=KILLS)
    args = parser.parse_args()
    kills = [Kill(args.seed, number) for number in range(args.count)]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        made = attempts(kills, Path(name))
        done = []
        for each in tqdm(made, "kills", len(kills), unit="kill", disable=None):
            done.append(each)
            if each.faults:
                print(f"{each.kill}: {'; '.join(each.faults)}", flush=True)
    print_summary(done, time.monotonic() - began)
    sys.exit(any(each.faults for each in done))


def print_summary(done: Sequence[Attempt], seconds: float) -> None:
    """A table of how many kills came in time, by stage and victim, and the counts."""
    hits = Counter((each.kill.stage, each.kill.victim) for each in done if each.hit)
    print(f"{'killed':<16}" + "".join(f"{victim:>8}" for victim in VICTIMS))
    for stage in STAGES:
        print(f"{stage:<16}" + "".join(f"{hits[stage, victim]:>8}" for victim in VICTIMS))
    late = sum(not each.hit for each in done)
    print(
        f"{len(done)} runs, {hits.total()} killed ({late} were over before):"
        f" {sum(bool(each.faults) for each in done)} at fault; {seconds / 60:.0f} min"
    )


if __name__ == "__main__":
    main()
