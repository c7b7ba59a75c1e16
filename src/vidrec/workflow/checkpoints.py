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

from vidrec.workflow import state
from vidrec.workflow.code import digest_of
from vidrec.workflow.files import write_bytes
from vidrec.workflow.parallel import map_items

# Of the SHA-256 before each result.
DIGEST_BYTES = 32

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
        root: Path | None = None,
    ) -> None:
        self._folder = (root or state.checkpoints()).absolute() / stage
        self._settings = json.dumps(settings, sort_keys=True, default=str)
        self._code = digest_of(made_by)
        self._pack, self._unpack, self._keep = pack, unpack, keep

    def key(self, digest: str) -> str:
        """The name of the result made from the input that `digest` stands for."""
        parts = [self._settings, self._code, digest]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def has(self, key: str) -> bool:
        """Whether a result is kept under `key`; only `load` tells whether it is whole."""
        return (self._folder / key).is_file()

    def load(self, key: str) -> Result | None:
        """The result kept under `key`, None where there is none that is whole."""
        path = self._folder / key
        if not path.is_file():
            return None
        stored = path.read_bytes()
        digest, content = stored[:DIGEST_BYTES], stored[DIGEST_BYTES:]
        return self._unpack(content) if hashlib.sha256(content).digest() == digest else None

    def save(self, key: str, result: Result) -> None:
        """Keep `result`, behind its SHA-256: a full disk or a dying one may cut a file short."""
        content = self._pack(result)
        write_bytes(self._folder / key, hashlib.sha256(content).digest() + content)

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
            if path.is_file() and path.name not in keep:
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
    in the workers. Once all are through, the store forgets what this run did not use, if it was
    a run of the repository itself.
    """
    work = partial(_complete_one, store, read, make)
    used = []
    done = map_items(work, items, title=title, workers=workers, keeps=True)
    for item, (key, result) in zip(items, done, strict=True):
        used.append(key)
        yield item, result
    if state.is_run_of_the_repository():
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
