"""How much memory a process here may still take: of the machine, and of its container."""

from collections.abc import Iterator
from pathlib import Path

import psutil

# By version of control groups: where they are, the limit, the use, and what of the use are files
# that were read, which the system drops once it needs room.
FILES = {
    2: ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    1: (
        "sys/fs/cgroup/memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file",
    ),
}


def available(root: Path = Path("/")) -> int:
    """Bytes that may still be taken: what the machine has, or what the control groups leave."""
    return min([psutil.virtual_memory().available, *left_by_groups(root)])


def left_by_groups(root: Path) -> Iterator[int]:
    """Bytes that each control group which this process is in leaves, of both versions.

    Below `root` are `proc/self/cgroup` and `sys/fs/cgroup`. A container may see its own group as
    the topmost, whatever the name it has outside: all on the way up are looked at, where there.
    """
    for version, name in _groups(root / "proc/self/cgroup"):
        where, *files = FILES[version]
        for group in (Path(name), *Path(name).parents):
            left = _left(root / where / group.relative_to("/"), *files)
            if left is not None:
                yield left


def _groups(path: Path) -> Iterator[tuple[int, str]]:
    """Version and name of the groups that a file with lines `number:controllers:name` tells."""
    lines = path.read_text().splitlines() if path.is_file() else []
    for _, controllers, name in (line.split(":", 2) for line in lines):
        if controllers in ("", "memory"):
            yield 1 if controllers else 2, name


def _left(folder: Path, limit: str, used: str, dropped: str) -> int | None:
    """None where the group has no limit, or this is no group."""
    try:
        most = (folder / limit).read_text().strip()
        now = int((folder / used).read_text())
        kinds = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    except OSError:
        return None
    return None if most == "max" else max(0, int(most) - now + int(kinds.get(dropped, 0)))
