"""The one video at a URL that a user names, from any site, within limits."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vidrec.workflow.errors import UserError

MEGABYTE = 10**6


@dataclass(frozen=True)
class Limits:
    """The most that a download may take."""

    # Of all that comes, pages and lists included: an hour in 480 lines has about half of it.
    megabytes: int = 500
    # From the start to the end: 500 MB at 2.2 Mbit/s. Somebody waits for the answer.
    seconds: float = 1800.0
    # Length of a video that tells it; what a longer one would give is mostly not looked at.
    duration_s: float = 3600.0


def fetch(url: str, folder: Path, limits: Limits | None = None) -> Path:
    """Download the one video at `url` into `folder`, which takes what came even if it is no video.

    Raises UserError where it cannot be had, or is more than `limits`.
    """
    limits = limits or Limits()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as log:
        with _downloading(url, folder, limits, output, log) as process:
            try:
                process.wait(limits.seconds)
            except subprocess.TimeoutExpired:
                raise _no_video(url, f"not done after {limits.seconds:g} s") from None
        outcome = _outcome(output, log)
    if "file" not in outcome:
        raise _no_video(url, outcome["error"])
    return folder / outcome["file"]


@contextmanager
def _downloading(
    url: str, folder: Path, limits: Limits, output: IO[bytes], log: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """The process that downloads. At the end it is killed, with all that it has started."""
    most = [str(limits.megabytes * MEGABYTE), str(limits.duration_s)]
    command = [sys.executable, "-P", "-m", "vidrec.videos.url_download", url, str(folder), *most]
    # Modules may come from where only this process looks.
    found = {"PYTHONPATH": os.pathsep.join(str(Path(place).absolute()) for place in sys.path)}
    with subprocess.Popen(
        command,
        env={**os.environ, **found},
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=log,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


def _outcome(output: IO[bytes], log: IO[bytes]) -> dict[str, str]:
    """What the process says in the end; of one that broke down the last line of its log."""
    try:
        told: dict[str, str] = json.loads(_all_of(output))
    except ValueError:
        *_, last_line = _all_of(log).split("\n")
        return {"error": f"the download broke down: {last_line}"}
    return told


def _all_of(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace").strip()


def _no_video(url: str, reason: str) -> UserError:
    return UserError(
        f"{url} gives no video ({reason}); see whether its server answers, or download it yourself"
        " and name the file"
    )
