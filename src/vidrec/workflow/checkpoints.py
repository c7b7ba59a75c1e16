"""Finished work that survives a kill: one file per video, kept outside the outs of DVC.

DVC deletes a stage's outs before it runs. What a stage has finished for one video is therefore
kept here under a key made of all that decides it (the input's content, the params, the code that
makes it, the libraries), and the outs are written from it. A second run takes what is there and
makes only what is missing.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from vidrec.workflow.code import digest_of
from vidrec.workflow.files import write_bytes
from vidrec.workflow.parallel import map_items
from vidrec.workflow.state import CHECKPOINTS

Item = TypeVar("Item")
Source = TypeVar("Source")
Result = TypeVar("Result")


def _always(_: Any) -> bool:
    return True


class Checkpoints(Generic[Result]):
    """The finished results of one stage, for one state of all that decides them but the input.

    Parameters
    ----------
    made_by : the modules that make a result and turn it into bytes; what they import counts too.
    settings : what else decides it: params, the card of the weights, versions, the device.
    pack, unpack : a result as bytes, and back.
    keep : whether a result may be kept: a failure may not, it is tried again.
    """

    def __init__(
        self,
        stage: str,
        made_by: Iterable[ModuleType],
        settings: Sequence[Any],
        *,
        pack: Callable[[Result], bytes],
        unpack: Callable[[bytes], Result],
        keep: Callable[[Result], bool] = _always,
        root: Path = CHECKPOINTS,
    ) -> None:
        self._folder = root.absolute() / stage
        self._settings = json.dumps(settings, sort_keys=True, default=str)
        self._code = digest_of(made_by)
        self._pack, self._unpack, self._keep = pack, unpack, keep

    def key(self, digest: str) -> str:
        """The name of the result made from the input that `digest` stands for."""
        parts = [self._settings, self._code, digest]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def load(self, key: str) -> Result | None:
        """The result kept under `key`, None where there is none."""
        path = self._folder / key
        return self._unpack(path.read_bytes()) if path.is_file() else None

    def save(self, key: str, result: Result) -> None:
        write_bytes(self._folder / key, self._pack(result))

    def once(self, key: str, make: Callable[[], Result]) -> Result:
        """The result kept under `key`; made, and kept if it may be, where there is none yet."""
        result = self.load(key)
        if result is None:
            result = make()
            if self._keep(result):
                self.save(key, result)
        return result

    def prune(self, used: Iterable[str]) -> None:
        """Remove all results but those `used`: called once the stage has written its outs."""
        keep = set(used)
        for path in self._folder.glob("*"):
            if path.name not in keep:
                path.unlink()


def complete(
    store: Checkpoints[Result],
    items: Sequence[Item],
    read: Callable[[Item], tuple[str, Source]],
    make: Callable[[Source], Result],
    *,
    title: str,
    workers: int | None = None,
) -> Iterator[tuple[Item, Result]]:
    """Each item with its result, in their order: from `store`, or else made and kept.

    `read` gives, once for each item, a digest of its content and what `make` is handed. Both run
    in the workers. Once all are through, the store forgets what this run did not use.
    """
    work = partial(_complete_one, store, read, make)
    used = []
    done = map_items(work, items, title=title, workers=workers)
    for item, (key, result) in zip(items, done, strict=True):
        used.append(key)
        yield item, result
    store.prune(used)


def _complete_one(
    store: Checkpoints[Result],
    read: Callable[[Item], tuple[str, Source]],
    make: Callable[[Source], Result],
    item: Item,
) -> tuple[str, Result]:
    digest, source = read(item)
    key = store.key(digest)
    return key, store.once(key, partial(make, source))
