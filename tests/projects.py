"""Copies of the project to try commands in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]

FP32: dict[str, Any] = {"precision": "fp32"}

# With these the whole workflow runs in a minute or two, also where the processor has no bf16 units.
TINY: dict[str, dict[str, Any]] = {
    "prepare_weights": {"input_size": 64, "closeups": 32, "stills": 16, "still_epochs": 1} | FP32,
    "prepare_segmenter": {"resolution": 64, "stills": 4, "steps": 2, "batch_size": 2} | FP32,
    "download_videos": {"sample_videos_per_category": 3, "sample_seconds": 1.0},
    "embed_images": {"sample_scenes": 4},
    "finetune_segmenter": {"stills": 8, "steps": 2, "batch_size": 2} | FP32,
    "classify_frames": FP32,
    "segment_objects": {"fps": 1.0, "threshold": 0.0, "proposals": 10, "detections": 3} | FP32,
    "train_video_classifier": {"folds": 3},
}


def environment_of(project: Path) -> dict[str, str]:
    """The variables for a command of the environment, with the project's own copy of the code."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "PYTHONPATH": str(project / "src")}


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the environment in `project`, with the project's own copy of the code."""
    return subprocess.run(
        command,
        cwd=project,
        env=environment_of(project),
        capture_output=True,
        text=True,
        check=False,
    )


def succeed(project: Path, *command: str) -> str:
    """What a command prints that must not fail."""
    done = run(project, *command)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def write_params(project: Path, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Change params, by section, in the params file of `project`."""
    settings = yaml.safe_load((project / "params.yaml").read_text())
    for section, values in changes.items():
        settings[section] |= values
    (project / "params.yaml").write_text(yaml.safe_dump(settings))


def stages_run(output: str) -> set[str]:
    """The stages that `dvc repro` ran, from what it printed."""
    lines = [line for line in output.splitlines() if line.startswith("Running stage")]
    return {line.split("'")[1] for line in lines}


def copy_tiny(made: Path) -> None:
    """Copy the project to `made` with params that make it tiny, as a repository of git and DVC."""
    for name in ("src", "stages", "manifests"):
        shutil.copytree(ROOT / name, made / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dvc.yaml", "params.yaml", ".dvcignore", ".gitignore"):
        shutil.copy(ROOT / name, made / name)
    write_params(made, TINY)
    succeed(made, "git", "init", "--quiet", "--initial-branch", "main")
    succeed(made, "dvc", "init", "--quiet")
    succeed(made, "dvc", "config", "core.analytics", "false")


def commit(project: Path, message: str) -> None:
    """Commit all that is there."""
    succeed(project, "git", "config", "user.name", "Test")
    succeed(project, "git", "config", "user.email", "test@example.org")
    succeed(project, "git", "add", "--all")
    succeed(project, "git", "commit", "--quiet", "--message", message)
