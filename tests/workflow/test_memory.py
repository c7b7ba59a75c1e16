from pathlib import Path

import psutil
import pytest

from vidrec.workflow.memory import available, left_by_groups

MIB = 1 << 20
# What version 1 says where there is no limit.
UNLIMITED = 9223372036854771712


def write(root: Path, files: dict[str, object]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{content}\n")
    return root


def group_2(folder: str, limit: object, used: int, dropped: int = 0) -> dict[str, object]:
    return {
        f"{folder}/memory.max": limit,
        f"{folder}/memory.current": used,
        f"{folder}/memory.stat": f"anon 12\ninactive_file {dropped}\nactive_file 7",
    }


def group_1(folder: str, limit: int, used: int, dropped: int = 0) -> dict[str, object]:
    return {
        f"{folder}/memory.limit_in_bytes": limit,
        f"{folder}/memory.usage_in_bytes": used,
        f"{folder}/memory.stat": f"inactive_file 1\ntotal_inactive_file {dropped}",
    }


def test_version_2_counts_each_group_on_the_way_up(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "0::/user.slice/run.scope"})
    write(tmp_path, group_2("sys/fs/cgroup/user.slice/run.scope", "max", 5 * MIB))
    write(tmp_path, group_2("sys/fs/cgroup/user.slice", 900 * MIB, 500 * MIB, dropped=100 * MIB))
    assert list(left_by_groups(tmp_path)) == [500 * MIB]


def test_version_2_in_a_container_has_its_group_on_top(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "0::/"})
    write(tmp_path, group_2("sys/fs/cgroup", 300 * MIB, 200 * MIB))
    assert list(left_by_groups(tmp_path)) == [100 * MIB]
    assert available(tmp_path) == 100 * MIB


def test_version_1_in_a_container_is_named_as_outside(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "5:cpu,cpuacct:/docker/7\n4:memory:/docker/7\n0::/"})
    write(tmp_path, group_1("sys/fs/cgroup/memory", 300 * MIB, 250 * MIB, dropped=20 * MIB))
    assert list(left_by_groups(tmp_path)) == [70 * MIB]


def test_no_limit_leaves_what_the_machine_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: machine)
    assert available(tmp_path) == machine.available
    write(tmp_path, {"proc/self/cgroup": "4:memory:/a"})
    write(tmp_path, group_1("sys/fs/cgroup/memory/a", UNLIMITED, 5 * MIB))
    assert available(tmp_path) == machine.available


def test_a_group_that_is_over_its_limit_leaves_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "0::/a"})
    write(tmp_path, group_2("sys/fs/cgroup/a", 100 * MIB, 101 * MIB))
    assert available(tmp_path) == 0
