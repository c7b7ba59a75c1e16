import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from vidrec.workflow import checkpoints, code, files
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import TEMPORARY


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DVC_ROOT", "DVC_SITE_CACHE_DIR", "VIDREC_KEEP_GB", "VIDREC_KEEP_DAYS"):
        monkeypatch.delenv(name, raising=False)


def store_of(
    folder: Path, settings: list[Any] | None = None, *, stage: str = "stage", **more: Any
) -> Checkpoints[str]:
    return Checkpoints(
        stage, [code], settings or [], pack=str.encode, unpack=bytes.decode, project=folder, **more
    )


def maker(made: list[str], broken: str = "") -> Callable[[str], str]:
    def make(item: str) -> str:
        if item == broken:
            raise UserError(f"{item} is bad")
        made.append(item)
        return item.upper()

    return make


def as_it_is(item: str) -> tuple[str, str]:
    return item, item


def run(
    store: Checkpoints[str], function: Callable[[str], str], items: list[str], workers: int = 1
) -> list[tuple[str, str]]:
    return list(complete(store, items, as_it_is, function, title="", workers=workers))


def test_an_error_in_the_middle_keeps_what_was_finished(tmp_path: Path) -> None:
    store, made = store_of(tmp_path), list[str]()
    with pytest.raises(UserError, match="c is bad"):
        run(store, maker(made, broken="c"), ["a", "b", "c", "d"])
    assert made == ["a", "b"]
    made.clear()
    done = run(store, maker(made), ["a", "b", "c", "d"])
    assert made == ["c", "d"]
    assert done == [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")]


KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from vidrec.workflow import code
from vidrec.workflow.checkpoints import Checkpoints, complete

def make(item):
    if item == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
    with open("made", "a") as log:
        log.write(item)
    return item

store = Checkpoints("stage", [code], [], pack=str.encode, unpack=bytes.decode)
done = complete(store, "abcd", lambda item: (item, item), make, title="", workers=1)
print(*(result for _, result in done))
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
    store = store_of(tmp_path)
    run(store, maker([]), ["b", "d"])
    made: list[str] = []
    assert [item for item, _ in run(store, maker(made), ["a", "b", "c", "d"])] == list("abcd")
    assert made == ["a", "c"]


def test_equal_items_of_different_content_are_told_apart(tmp_path: Path) -> None:
    store, made, digests = store_of(tmp_path), list[str](), iter(["first", "second"])
    store.save(store.key("first"), "kept")

    def read(item: str) -> tuple[str, str]:
        return next(digests), item

    found = list(complete(store, ["a", "a"], read, maker(made), title="", workers=1))
    assert found == [("a", "kept"), ("a", "A")]
    assert made == ["a"]


@pytest.mark.parametrize("damage", ["empty", "cut", "other"])
def test_what_is_not_whole_is_made_again(tmp_path: Path, damage: str) -> None:
    store, made = store_of(tmp_path), list[str]()
    run(store, maker([]), ["a"])
    (path,) = (tmp_path / ".vidrec/checkpoints/stage").iterdir()
    whole = path.read_bytes()
    path.write_bytes({"empty": b"", "cut": whole[:-1], "other": whole[:-1] + b"x"}[damage])
    assert run(store, maker(made), ["a"]) == [("a", "A")]
    assert made == ["a"]
    assert path.read_bytes() == whole


def test_what_earlier_settings_gave_is_there_when_they_come_back(tmp_path: Path) -> None:
    made: list[str] = []
    for fps, items in ((3, "ab"), (2, "ab"), (3, "abcd")):
        run(store_of(tmp_path, [fps]), maker(made), list(items))
    assert made == ["a", "b", "a", "b", "c", "d"]


def test_what_no_run_has_used_for_long_is_removed_once_all_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(tmp_path)
    run(store, maker([]), ["a", "b"])
    month_ago = time.time() - 31 * 86400
    for path in store.store.glob("*/*"):
        os.utime(path, (month_ago, month_ago))
    running = complete(store, ["b", "c"], as_it_is, maker([]), title="", workers=1)
    next(running)
    assert store.has(store.key("a"))
    list(running)
    assert [store.has(store.key(item)) for item in "abc"] == [False, True, True]
    monkeypatch.setenv("VIDREC_KEEP_GB", "0")
    run(store, maker([]), ["b", "d"])
    assert [store.has(store.key(item)) for item in "bd"] == [True, True]


def test_the_diary_tells_what_became_of_each(tmp_path: Path) -> None:
    store = store_of(tmp_path, status=str.lower)
    run(store, maker([]), ["a"])
    with pytest.raises(UserError, match="b is bad"):
        run(store, maker([], broken="b"), ["a", "b"])
    written = (tmp_path / ".vidrec/logs/stage.log").read_text().splitlines()
    told = [line.split("\t")[2:] for line in written]
    assert [(what, video, status) for what, video, _, status in told] == [
        ("taken", "a", ""),
        ("made", "a", "a"),
        ("kept", "a", "a"),
        ("taken", "b", ""),
        ("failed", "b", "failed: b is bad"),
    ]


def test_what_a_killed_run_has_left_is_swept_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / ".vidrec/checkpoints/stage"
    folder.mkdir(parents=True)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    ours = files.temporary_prefix()
    theirs = ours.removesuffix(f"{os.getpid()}-") + f"{gone.pid}-"
    left = folder / f"{theirs}abc"
    mine, foreign = folder / f"{ours}abc", folder / f"{TEMPORARY}elsewhere-{gone.pid}-abc"
    for path in (left, mine, foreign):
        path.write_bytes(b"half")
    store_of(tmp_path)
    assert sorted(folder.iterdir()) == sorted([mine, foreign])


def test_a_directory_in_the_place_of_a_piece_is_one_line(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    (tmp_path / ".vidrec/checkpoints/stage" / store.key("a")).mkdir(parents=True)
    with pytest.raises(UserError, match="cannot be written"):
        run(store, maker([]), ["a"])


def test_bounds_that_are_none_are_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setenv("VIDREC_KEEP_GB", "much")
    with pytest.raises(UserError, match="VIDREC_KEEP_GB"):
        run(store_of(tmp_path), maker(made), ["a"])
    assert not made


def test_what_a_worker_has_finished_is_kept_when_another_fails(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    items = ["a", "b", "c", "d"]
    with pytest.raises(UserError, match="d is bad"):
        run(store, _slow_at_the_last, items, workers=2)
    assert [store.load(store.key(item)) for item in items] == ["a", "b", "c", None]


def _slow_at_the_last(item: str) -> str:
    if item == "d":
        time.sleep(0.5)
        raise UserError("d is bad")
    return item


def test_an_item_is_made_only_where_it_is_missing(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    assert store.once("key", lambda: "made") == "made"
    assert store.once("key", lambda: "made again") == "made"


def test_it_says_what_it_has_under_the_settings_of_now(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    run(store, str.upper, ["a", "b"])
    assert [store.has(store.key(item)) for item in "abc"] == [True, True, False]
    other = store_of(tmp_path, ["other"])
    assert not other.has(other.key("a"))


def test_an_item_is_read_once(tmp_path: Path) -> None:
    read: list[str] = []

    def note(item: str) -> tuple[str, str]:
        read.append(item)
        return item, item

    list(complete(store_of(tmp_path), ["a", "b"], note, maker([]), title="", workers=1))
    assert read == ["a", "b"]


def test_what_may_not_be_kept_is_given_but_made_again(tmp_path: Path) -> None:
    store, made = store_of(tmp_path, keep=_is_not_b), list[str]()
    assert run(store, maker(made), ["a", "b"]) == [("a", "A"), ("b", "B")]
    assert run(store, maker(made), ["a", "b"]) == [("a", "A"), ("b", "B")]
    assert made == ["a", "b", "b"]


def _is_not_b(result: str) -> bool:
    return result != "B"


def test_another_stage_has_items_of_its_own(tmp_path: Path) -> None:
    first, second = store_of(tmp_path, stage="first"), store_of(tmp_path, stage="second")
    run(first, maker([]), ["a"])
    run(second, maker([]), ["b"])
    assert first.load(first.key("a")) == "A"
    assert second.load(second.key("a")) is None


def test_other_settings_or_inputs_give_other_keys(tmp_path: Path) -> None:
    keys = [
        store_of(tmp_path, settings).key(digest)
        for settings in (["bf16", 8], ["bf16", 16], ["fp32", 8], [["bf16", 8]])
        for digest in ("a", "ab", "b")
    ]
    assert len(set(keys)) == 12
    assert store_of(tmp_path, ["bf16", 8]).key("ab") == keys[1]


def test_other_code_gives_other_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []
    for digest in ("one", "another", "one"):
        monkeypatch.setattr(checkpoints, "digest_of", lambda _, digest=digest: digest)
        keys.append(store_of(tmp_path).key("input"))
    assert keys[0] == keys[2] != keys[1]


def test_what_a_worker_has_left_may_be_gone_and_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(tmp_path)
    really, lost = checkpoints.Checkpoints.load, [None]

    def load(self: checkpoints.Checkpoints[str], key: str) -> str | None:
        """As where another run has made room, the first time that this process looks."""
        return lost.pop() if lost else really(self, key)

    monkeypatch.setattr(checkpoints.Checkpoints, "load", load)
    assert run(store, str.upper, ["a", "b"], workers=2) == [("a", "A"), ("b", "B")]
    assert not lost


def test_workers_hand_over_keys_of_what_is_kept_and_what_is_not_kept_itself(
    tmp_path: Path,
) -> None:
    store = store_of(tmp_path, keep=_is_not_b)
    work = partial(checkpoints._complete_one, store, as_it_is, str.upper, str)
    handed = [checkpoints._left(store, work(item)) for item in "ab"]
    assert [each.result for each in handed] == [None, "B"]
    assert store.load(handed[0].key) == "A"
