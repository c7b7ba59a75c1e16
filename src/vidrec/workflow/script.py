"""What every stage script shares: arguments, errors in one line, one run at a time."""

import argparse
import errno
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from filelock import FileLock, Timeout

from vidrec.workflow import diary
from vidrec.workflow.errors import UserError, readable, tell
from vidrec.workflow.files import placing
from vidrec.workflow.state import LOCKS

# Errors of the system that a user can mend: no room, no access. Any other is a bug of ours.
NOT_OURS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line, as all other errors are said."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, readable(f"error: {message}: see {self.prog} --help") + "\n")


def parser(description: str | None) -> argparse.ArgumentParser:
    """An argument parser with the option that all stages have: where the params are."""
    made = _Parser(description=description)
    made.add_argument("--params", type=Path, default=Path("params.yaml"), help="the params file")
    return made


def positive(text: str) -> int:
    """A whole number of 1 or more."""
    return _whole_number(text, 1)


def not_negative(text: str) -> int:
    """A whole number of 0 or more."""
    return _whole_number(text, 0)


def _whole_number(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of {least} or more")
    return int(text)


def run(main: Callable[[], None], *, resumes: bool = False) -> NoReturn:
    """Run `main`; a UserError becomes one line on standard error and exit status 1.

    `resumes` is whether another run goes on where this one was stopped.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if isinstance(sys.stdout, TextIOWrapper):
        # As on standard error: a letter that the output cannot take is written as its number.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        main()
    except UserError as error:
        tell(" ".join(["error:", *str(error).splitlines()]))
        sys.exit(1)
    except OSError as error:
        if error.errno not in NOT_OURS:
            raise
        tell(f"error: {error}: make room or give access, then run again")
        sys.exit(1)
    except KeyboardInterrupt:
        kept = "; what was finished is kept" if resumes else ""
        tell(f"error: stopped by the user{kept}")
        sys.exit(1)
    sys.exit(0)


@contextmanager
def lock(stage: str) -> Iterator[None]:
    """Within it a second run of `stage` is kept out, and the diary has how this one goes.

    DVC's own lock is gone once `dvc` is killed, while the stage that it started runs on.
    """
    with placing(LOCKS):
        LOCKS.mkdir(parents=True, exist_ok=True)
    held = FileLock(LOCKS / f"{stage}.lock")
    try:
        held.acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"{stage} is already running here: wait until it ends, or end that process"
        ) from None
    with held, diary.run(stage):
        yield
