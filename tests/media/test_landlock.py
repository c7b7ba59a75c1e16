"""What a confined thread can still do, on this kernel and as on older ones."""

import errno
import platform
import socket
import struct
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from vidrec.media import landlock
from vidrec.media.landlock import Right, confine_thread

Allowed = list[tuple[Path, Right]]


def in_thread(function: Callable[[], object]) -> object:
    with ThreadPoolExecutor(max_workers=1) as threads:
        return threads.submit(function).result()


def works() -> bool:
    try:
        in_thread(lambda: confine_thread([]))
    except OSError:
        return False
    return True


pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not works(), reason="this system has no Landlock, or no seccomp"
)


def confined(allowed: Allowed, function: Callable[[], object]) -> object:
    """What `function` gives in a thread that is confined first."""

    def both() -> object:
        confine_thread(allowed)
        return function()

    return in_thread(both)


def is_refused(allowed: Allowed, function: Callable[[], object]) -> bool:
    try:
        confined(allowed, function)
    except PermissionError:
        return True
    return False


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "file"
    made.write_text("content")
    return made


@pytest.mark.parametrize("version", range(1, 8))
def test_every_version_of_landlock(
    path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    asked = landlock._system_call
    wanted: list[tuple[int, ...]] = []

    def older(number: int, *arguments: int | bytes) -> int:
        found = asked(number, *arguments)
        if number == landlock.CREATE_RULESET and arguments[0] == 0:
            return min(version, found)
        if number == landlock.CREATE_RULESET and isinstance(arguments[0], bytes):
            wanted.append(struct.unpack("=QQQ", arguments[0]))
        return found

    monkeypatch.setattr(landlock, "_system_call", older)
    cases: list[tuple[Allowed, bool, bool]] = [
        ([], False, False),
        ([(path, Right.READ_FILE)], True, False),
        ([(path, Right.RUN)], True, False),
        ([(path, Right.CHANGE)], True, True),
    ]
    for allowed, reads, writes in cases:
        assert is_refused(allowed, path.read_text) is not reads
        assert is_refused(allowed, lambda: path.open("a").close()) is not writes
    assert is_refused([], path.unlink)
    # An older kernel takes no bit that it does not know.
    bits = {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)
    assert set(wanted) == {(2**bits - 1, 0, 3 if version >= 6 else 0)}


def test_a_folder_and_what_is_not_there(path: Path) -> None:
    folder = path.parent
    new = folder / "new"
    allowed = [(folder, Right.CHANGE), (folder / "none", Right.READ)]
    assert confined(allowed, lambda: new.write_text("text")) == 4
    assert not is_refused(allowed, new.unlink)
    assert is_refused([(folder, Right.READ)], lambda: new.write_text("text"))
    assert is_refused(allowed, lambda: new.symlink_to(path))
    assert is_refused(allowed, Path(__file__).read_text)


def test_no_socket_of_any_kind() -> None:
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            assert is_refused([], partial(socket.socket, family, kind))


def test_no_other_way_to_a_socket() -> None:
    """The kernel has no such call, or finds its arguments bad, where the filter lets it pass."""
    ways = [landlock.IO_URING_SETUP]
    if platform.machine() == "x86_64":
        ways.append(landlock.X32_CALLS + landlock.MACHINES["x86_64"][1])
    for number in ways:
        assert not refused_by_filter(partial(landlock._system_call, number, 0, 0, 0))
        assert is_refused([], partial(landlock._system_call, number, 0, 0, 0))


def refused_by_filter(call: Callable[[], object]) -> bool:
    with pytest.raises(OSError) as caught:
        call()
    return caught.value.errno == errno.EACCES


def test_other_threads_are_as_before(path: Path) -> None:
    assert is_refused([], path.read_text)
    assert path.read_text() == in_thread(path.read_text) == "content"
    socket.socket().close()


def test_a_machine_whose_calls_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "none")
    with pytest.raises(OSError, match="not known") as caught:
        confined([], lambda: None)
    assert caught.value.errno == errno.ENOSYS
