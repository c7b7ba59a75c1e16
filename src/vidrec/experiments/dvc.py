"""DVC's commands, run as a person would type them."""

import shlex
import subprocess
import sys

from vidrec.workflow.errors import UserError


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `dvc <arguments>`: its status, and what it printed."""
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)


def dvc(*arguments: str) -> str:
    """What `dvc <arguments>` prints. Raises UserError, with DVC's own message, where it fails."""
    done = run(*arguments)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")]
        said = " ".join(lines).removeprefix("ERROR: ") or f"exit status {done.returncode}"
        raise UserError(f"`{shlex.join(('dvc', *arguments))}` failed ({said}): mend that first")
    return done.stdout
