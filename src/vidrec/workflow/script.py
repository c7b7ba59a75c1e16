"""What every stage script shares: arguments, errors in one line, one run at a time."""

import argparse
import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import NoReturn

from filelock import FileLock, Timeout

from vidrec.workflow import diary, scratch, underway
from vidrec.workflow.errors import NO_ACCESS, NO_ROOM, UserError, readable, tell
from vidrec.workflow.files import placing
from vidrec.workflow.state import LOCKS

# Errors of the system that a user can mend: no room, no access. Any other is a bug of ours.
NOT_OURS = NO_ROOM | NO_ACCESS | {errno.EFBIG}
# What stops a stage, with the exit status of each: Ctrl-C in a terminal, and being told to end.
STOPS = {signal.SIGINT: 1, signal.SIGTERM: 143}


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
    for each in STOPS:
        # Ignored it is by a shell that runs the stage in the background.
        if signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, _stop)
    if isinstance(sys.stdout, TextIOWrapper):
        # As on standard error: a letter that the output cannot take is written as its number.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(_status(main, resumes))


class _Stopped(KeyboardInterrupt):
    """What a signal of `STOPS` raises, with the signal: libraries end in order for its base."""


def _stop(number: int, _: FrameType | None) -> None:
    """One is enough: a second would break into the clean-up after the first."""
    for each in STOPS:
        signal.signal(each, signal.SIG_IGN)
    raise _Stopped(signal.Signals(number))


def _status(main: Callable[[], None], resumes: bool) -> int:
    """The exit status after `main`. What it has under way is ended, whatever happens."""
    try:
        with scratch.own_folder():
            try:
                main()
            finally:
                underway.end_all()
    except UserError as error:
        tell(" ".join(["error:", *str(error).splitlines()]))
        return 1
    except OSError as error:
        if error.errno not in NOT_OURS:
            raise
        tell(f"error: {error}: make room or give access, then run again")
        return 1
    except KeyboardInterrupt as stopped:
        by = stopped.args[0] if stopped.args else signal.SIGINT
        who = "the user" if by == signal.SIGINT else by.name
        tell(f"error: stopped by {who}{_how_to_go_on(resumes)}")
        return STOPS[by]
    return 0


def _how_to_go_on(resumes: bool) -> str:
    """What is kept of a stage that was stopped, and what another run does."""
    if not resumes:
        return "; `dvc repro` starts this stage anew" if "DVC_STAGE" in os.environ else ""
    count = underway.kept()
    if count is None:
        return "; what was finished is kept, and `dvc repro` goes on with the rest"
    return (
        f"; {count.done} of {count.total} {count.unit}s are finished and kept; `dvc repro` goes on"
        " with the rest"
    )


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
