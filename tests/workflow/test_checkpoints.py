import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.errors import UserError


def maker(made: list[str], broken: str = "") -> Callable[[str], bytes]:
    def make(item: str) -> bytes:
        if item == broken:
            raise UserError(f"{item} is bad")
        made.append(item)
        return item.upper().encode()

    return make


def run(
    store: Checkpoints, function: Callable[[str], bytes], items: list[str]
) -> list[tuple[str, bytes]]:
    keys = [store.key(item) for item in items]
    return list(complete(store, function, items, keys, title="", workers=1))


def test_an_error_in_the_middle_keeps_what_was_finished(tmp_path: Path) -> None:
    store, made = Checkpoints("stage", [], tmp_path), list[str]()
    with pytest.raises(UserError, match="c is bad"):
        run(store, maker(made, broken="c"), ["a", "b", "c", "d"])
    assert made == ["a", "b"]
    made.clear()
    done = run(store, maker(made), ["a", "b", "c", "d"])
    assert made == ["c", "d"]
    assert done == [("a", b"A"), ("b", b"B"), ("c", b"C"), ("d", b"D")]


KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from vidrec.workflow.checkpoints import Checkpoints, complete

def make(item):
    if item == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
    with open("made", "a") as log:
        log.write(item)
    return item.encode()

store = Checkpoints("stage", [])
keys = [store.key(item) for item in "abcd"]
done = complete(store, make, "abcd", keys, title="", workers=1)
print(*(content.decode() for _, content in done))
"""


def test_a_killed_process_keeps_what_was_finished(tmp_path: Path) -> None:
    def start(killed_at: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", KILLED_RUN, killed_at],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert start("c").returncode == -9
    assert (tmp_path / "made").read_text() == "ab"
    assert start("").stdout == "a b c d\n"
    assert (tmp_path / "made").read_text() == "abcd"


def test_results_in_the_order_of_the_items_with_some_already_there(tmp_path: Path) -> None:
    store = Checkpoints("stage", [], tmp_path)
    run(store, maker([]), ["b", "d"])
    made: list[str] = []
    assert [item for item, _ in run(store, maker(made), ["a", "b", "c", "d"])] == list("abcd")
    assert made == ["a", "c"]


def test_equal_items_of_different_keys_are_told_apart(tmp_path: Path) -> None:
    store, made = Checkpoints("stage", [], tmp_path), list[str]()
    store.save("first", b"kept")
    found = list(complete(store, maker(made), ["a", "a"], ["first", "second"], title="", workers=1))
    assert found == [("a", b"kept"), ("a", b"A")]
    assert made == ["a"]


def test_what_is_no_longer_used_is_pruned_once_all_is_done(tmp_path: Path) -> None:
    store = Checkpoints("stage", [], tmp_path)
    run(store, maker([]), ["a", "b"])
    running = complete(
        store, maker([]), ["b", "c"], [store.key("b"), store.key("c")], title="", workers=1
    )
    next(running)
    assert store.load(store.key("a")) == b"A"
    list(running)
    assert [store.load(store.key(item)) for item in "abc"] == [None, b"B", b"C"]


def test_what_a_worker_has_finished_is_kept_when_another_fails(tmp_path: Path) -> None:
    store = Checkpoints("stage", [], tmp_path)
    items = ["a", "b", "c", "d"]
    with pytest.raises(UserError, match="d is bad"):
        keys = [store.key(item) for item in items]
        list(complete(store, _slow_at_the_last, items, keys, title="", workers=2))
    assert [store.load(store.key(item)) for item in items] == [b"a", b"b", b"c", None]


def _slow_at_the_last(item: str) -> bytes:
    if item == "d":
        time.sleep(0.5)
        raise UserError("d is bad")
    return item.encode()


def test_an_item_is_made_only_where_it_is_missing(tmp_path: Path) -> None:
    store = Checkpoints("stage", [], tmp_path)
    assert store.once("key", lambda: b"made") == b"made"
    assert store.once("key", lambda: b"made again") == b"made"


def test_another_stage_has_items_of_its_own(tmp_path: Path) -> None:
    first, second = Checkpoints("first", [], tmp_path), Checkpoints("second", [], tmp_path)
    run(first, maker([]), ["a"])
    run(second, maker([]), ["b"])
    assert first.load(first.key("a")) == b"A"
    assert second.load(second.key("a")) is None


def test_other_settings_or_inputs_give_other_keys(tmp_path: Path) -> None:
    keys = [
        Checkpoints("stage", settings, tmp_path).key(*inputs)
        for settings in (["bf16", 8], ["bf16", 16], ["fp32", 8])
        for inputs in (["a", "b"], ["ab"], ["a"], ["b", "a"])
    ]
    assert len(set(keys)) == 12
    assert Checkpoints("stage", ["bf16", 8], tmp_path).key("a", "b") == keys[0]


def test_other_code_gives_other_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "made_up.py"
    module = ModuleType("vidrec.made_up")
    module.__file__ = str(source)
    monkeypatch.setitem(sys.modules, "vidrec.made_up", module)
    keys = []
    for code in ("a = 1\n", "a = 2\n", "a = 1\n"):
        source.write_text(code)
        keys.append(Checkpoints("stage", [], tmp_path).key("input"))
    assert keys[0] == keys[2] != keys[1]
