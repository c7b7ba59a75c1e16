"""DVC's commands, run as a person would type them."""

import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from io import StringIO
from tempfile import TemporaryFile

from vidrec.workflow.errors import UserError


def dvc(*arguments: str) -> str:
    """What `dvc <arguments>` prints. Raises UserError, with DVC's own message, where it fails."""
    command = [sys.executable, "-m", "dvc", *arguments]
    # No pipes: the workers that `dvc queue start` leaves behind would hold them open.
    with TemporaryFile() as printed, TemporaryFile() as complaints:
        done = subprocess.run(command, stdout=printed, stderr=complaints, check=False)
        printed.seek(0)
        complaints.seek(0)
        output, errors = printed.read().decode(), complaints.read().decode(errors="replace")
    if done.returncode:
        lines = [line for line in errors.splitlines() if line.startswith("ERROR:")]
        said = " ".join(lines).removeprefix("ERROR: ") or f"exit status {done.returncode}"
        raise UserError(f"`{shlex.join(('dvc', *arguments))}` failed ({said}): mend that first")
    return output


def dvc_many(commands: Iterable[Sequence[str]]) -> None:
    """Run many commands within this process: to start DVC takes longer than what each does.

    What they print is left out, but for the errors; raises UserError at the first that fails.
    """
    from dvc.cli import main

    for arguments in commands:
        with redirect_stdout(StringIO()):
            failed = main([*arguments])
        if failed:
            raise UserError(f"`{shlex.join(('dvc', *arguments))}` failed: mend what DVC says above")
