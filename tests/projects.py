"""Copies of the project to try commands in."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the environment in `project`, with the project's own copy of the code."""
    environment = dict(os.environ)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["PYTHONPATH"] = str(project / "src")
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
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
