"""Shut the calling thread, and all that it starts, off from files and from the network for good.

Landlock (Linux 5.13 and later) keeps it to the files that are named, seccomp refuses it every
socket; root loses its other powers with the next program that it becomes. None of it needs rights.
It binds one thread, so that a process confines a thread, starts a program in it and lets it end.

Written with ctypes, since no library for it is well kept: of those on PyPI `landlock` calls itself
a development release since 2022, `py-landlock` had its two releases in one week, `landlockpy` is
two months old; and none refuses sockets, of which Landlock itself knows only the TCP ones.

Not covered: looking up names, sizes and dates of files (`stat`), and changing the mode, owner or
dates of the user's own; before Linux 6.2, emptying them; before 6.12, signals to the user's other
processes.
"""

import ctypes
import enum
import errno
import functools
import os
import platform
import stat
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# Numbers of system calls, the same on every machine; Python has no names for them.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF, IO_URING_SETUP = 444, 445, 446, 425
# By machine: its name in seccomp, and its number of `socket`.
MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
# Numbers from here on are a second set of the same calls on x86_64.
X32_CALLS = 0x40000000
# Options of prctl.
DROP_CAPABILITY, SET_SECCOMP, NO_NEW_PRIVILEGES = 24, 22, 38
CAPABILITIES = 64
# What root keeps: reading files of other owners, as far as Landlock allows them.
READ_OF_ANY_OWNER = 2
VERSION_WANTED = 1
BENEATH_PATH = 1
NO_ABSTRACT_SOCKETS_NO_SIGNALS = 3


class Right(enum.IntFlag):
    """What can be allowed on a file, or on all below a directory; a ruleset denies the rest."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIRECTORY = 1 << 3
    REMOVE_FILE = 1 << 5
    MAKE_FILE = 1 << 8
    TRUNCATE = 1 << 14

    READ = READ_FILE | READ_DIRECTORY
    RUN = READ | EXECUTE
    CHANGE = READ | WRITE_FILE | REMOVE_FILE | MAKE_FILE | TRUNCATE
    OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE


def confine_thread(allowed: Iterable[tuple[Path, Right]]) -> None:
    """Leave this thread, and all that it starts, the `allowed` files and no socket.

    A path that is not there is passed over. Raises OSError where the system cannot do all of it;
    the thread may be confined in part by then.
    """
    _prctl(NO_NEW_PRIVILEGES, 1)
    _drop_capabilities()
    _restrict(allowed)
    _refuse_sockets()


def _restrict(allowed: Iterable[tuple[Path, Right]]) -> None:
    version = _system_call(CREATE_RULESET, 0, 0, VERSION_WANTED)
    # The first version knows 13 rights, the second to fifth brought one each but for the fourth.
    handled = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    scoped = NO_ABSTRACT_SOCKETS_NO_SIGNALS if version >= 6 else 0
    attributes = struct.pack("=QQQ", handled, 0, scoped)
    ruleset = _system_call(CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path, right in allowed:
            _allow(ruleset, path, right & handled)
        _system_call(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, right: int) -> None:
    try:
        opened = os.open(path, os.O_PATH)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            right &= Right.OF_FILES
        _system_call(ADD_RULE, ruleset, BENEATH_PATH, struct.pack("=Qi", right, opened), 0)
    finally:
        os.close(opened)


def _drop_capabilities() -> None:
    """Take from root what it could undo all this with; others have nothing to lose.

    Fails at the first that the system does not know, or where root may not do so.
    """
    with suppress(OSError):
        for capability in range(CAPABILITIES):
            if capability != READ_OF_ANY_OWNER:
                _prctl(DROP_CAPABILITY, capability)


def _refuse_sockets() -> None:
    """Let `socket` fail, and the other ways to one: calls of another kind, and io_uring."""
    if platform.machine() not in MACHINES:
        raise OSError(errno.ENOSYS, "the system calls of this machine are not known here")
    machine, socket = MACHINES[platform.machine()]
    load, equal, at_least, end = 0x20, 0x15, 0x35, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | errno.EACCES
    # Each step: what it does, how many to skip if so and if not, its value.
    steps = (
        (load, 0, 0, 4),
        (equal, 0, 5, machine),
        (load, 0, 0, 0),
        (at_least, 3, 0, X32_CALLS),
        (equal, 2, 0, socket),
        (equal, 1, 0, IO_URING_SETUP),
        (end, 0, 0, allow),
        (end, 0, 0, refuse),
    )
    packed = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    _prctl(SET_SECCOMP, 2, struct.pack("@HP", len(steps), ctypes.addressof(packed)))


def _system_call(number: int, *arguments: int | bytes) -> int:
    return _checked(_libc().syscall(*(_as_c(each) for each in (number, *arguments))))


def _prctl(option: int, *arguments: int | bytes) -> None:
    # Calls that take fewer insist that the others are zero.
    filled = (*arguments, 0, 0, 0, 0)[:4]
    _checked(_libc().prctl(option, *(_as_c(each) for each in filled)))


def _as_c(argument: int | bytes) -> ctypes.c_long | ctypes.c_char_p:
    return ctypes.c_long(argument) if isinstance(argument, int) else ctypes.c_char_p(argument)


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
