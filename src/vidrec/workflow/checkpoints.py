"""Finished work that survives a kill: one file per video, kept outside the outs of DVC.

DVC deletes a stage's outs before it runs. What a stage has finished for one video is therefore
kept here under a key made of all that decides it (the input's content, the params, the code that
makes it, the libraries), and the outs are written from it. A second run takes what is there and
makes only what is missing; so does one that goes back to the params of the last week.

Two libraries keep such things: diskcache (its values, too, lie in files beside an index; no digest
tells a damaged one, and its database is not for network file systems) and joblib.Memory (pickles;
its key is the source of one function, not of what that imports). What is here is less than what
would have to be put around either.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from vidrec.workflow import kept, state
from vidrec.workflow.code import digest_of
from vidrec.workflow.diary import KEPT, MADE, TAKEN, diary
from vidrec.workflow.files import sweep, write_bytes
from vidrec.workflow.parallel import ONLY_A_CORE, Needs, map_items

# Of the SHA-256 before each result.
DIGEST_BYTES = 32

Item = TypeVar("Item")
Source = TypeVar("Source")
Result = TypeVar("Result")


def _always(_: Any) -> bool:
    return True


def _ok(_: Any) -> str:
    return "ok"


class Checkpoints(Generic[Result]):
    """The finished results of one stage, for one state of all that decides them but the input.

    Parameters
    ----------
    made_by : the modules that make a result and turn it into bytes; what they import counts too.
    settings : what else decides it: params, the card of the weights, versions, the device.
    pack, unpack : a result as bytes, and back; None where what belongs to it is not there any more.
    keep : whether a result may be kept: a failure may not, it is tried again.
    status : what the diary says of a result.
    project : the top of the project whose finished work it is.
    """

    def __init__(
        self,
        stage: str,
        made_by: Iterable[ModuleType],
        settings: Sequence[Any],
        *,
        pack: Callable[[Result], bytes],
        unpack: Callable[[bytes], Result | None],
        keep: Callable[[Result], bool] = _always,
        status: Callable[[Result], str] = _ok,
        project: Path = Path(),
    ) -> None:
        self.store = state.checkpoints(project).absolute()
        self.diary = diary(stage, project)
        self._folder = self.store / stage
        self._settings = json.dumps(settings, sort_keys=True, default=str)
        self._code = digest_of(made_by)
        self._pack, self._unpack, self._keep, self.status = pack, unpack, keep, status
        sweep(self._folder)

    def key(self, digest: str) -> str:
        """The name of the result made from the input that `digest` stands for."""
        parts = [self._settings, self._code, digest]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def has(self, key: str) -> bool:
        """Whether a result is kept under `key`; only `load` tells whether it is whole."""
        return (self._folder / key).is_file()

    def load(self, key: str) -> Result | None:
        """The result kept under `key`, None where there is none that is whole.

        It counts as used now: what has not been used for long is removed first.
        """
        path = self._folder / key
        try:
            stored = path.read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None
        digest, content = stored[:DIGEST_BYTES], stored[DIGEST_BYTES:]
        if hashlib.sha256(content).digest() != digest:
            return None
        kept.use(path)
        return self._unpack(content)

    def save(self, key: str, result: Result) -> None:
        """Keep `result`, behind its SHA-256: a full disk or a dying one may cut a file short."""
        content = self._pack(result)
        write_bytes(self._folder / key, hashlib.sha256(content).digest() + content)

    def once(self, key: str, make: Callable[[], Result]) -> Result:
        """The result kept under `key`; made, and kept if it may be, where there is none yet."""
        result = self.load(key)
        return self.make(key, make) if result is None else result

    def make(self, key: str, make: Callable[[], Result]) -> Result:
        """What `make` gives, kept under `key` if it may be."""
        result = make()
        if self._keep(result):
            self.save(key, result)
        return result


@dataclass(frozen=True)
class Finished(Generic[Result]):
    """A result, and its key; without it where a worker leaves it in the store."""

    key: str
    result: Result | None


def complete(
    store: Checkpoints[Result],
    items: Sequence[Item],
    read: Callable[[Item], tuple[str, Source]],
    make: Callable[[Source], Result],
    *,
    title: str,
    name: Callable[[Item], str] = str,
    workers: int | None = None,
    needs: Needs = ONLY_A_CORE,
) -> Iterator[tuple[Item, Result]]:
    """Each item with its result, in their order: from `store`, or else made and kept.

    `read` gives, once for each item, a digest of its content and what `make` is handed. Both run
    in the workers, be they of a cluster: `needs` is what one takes there. `name` is what the diary
    calls an item. Once all are through, the store is brought back to its bounds.
    """
    work = partial(_complete_one, store, read, make, name)
    # The clock that file systems have may be some milliseconds late.
    begun, bounds = time.time() - 1, kept.bounds()
    leave = partial(_left, store)
    done = map_items(
        work, items, title=title, workers=workers, keeps=True, spread=needs, leave=leave
    )
    for item, finished in zip(items, done, strict=True):
        yield item, _result(store, finished, partial(work, item))
    kept.trim(store.store, bounds, used_since=begun)


def _left(store: Checkpoints[Result], finished: Finished[Result]) -> Finished[Result]:
    """What a worker hands over: the key alone says it, unless the result may not be kept."""
    return replace(finished, result=None) if store.has(finished.key) else finished


def _result(
    store: Checkpoints[Result], finished: Finished[Result], again: Callable[[], Finished[Result]]
) -> Result:
    """What a worker has handed over, or left; made again where another run has made room since."""
    result = store.load(finished.key) if finished.result is None else finished.result
    return _result(store, again(), again) if result is None else result


def _complete_one(
    store: Checkpoints[Result],
    read: Callable[[Item], tuple[str, Source]],
    make: Callable[[Source], Result],
    name: Callable[[Item], str],
    item: Item,
) -> Finished[Result]:
    begun = time.monotonic()
    with store.diary.telling(name(item)):
        digest, source = read(item)
        key = store.key(digest)
        result = store.load(key)
        what = KEPT
        if result is None:
            store.diary.note(TAKEN, name(item), begun)
            result, what = store.make(key, partial(make, source)), MADE
    store.diary.note(what, name(item), begun, store.status(result))
    return Finished(key, result)
