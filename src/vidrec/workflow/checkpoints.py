"""Finished work that survives a kill: one file per item, kept outside the outs of DVC.

DVC deletes a stage's outs before it runs. What a stage has finished for one video is therefore
kept here under a key made of all that decides it (the input's content, the params, the code), and
the outs are written from it. A second run takes what is there and makes only what is missing.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from vidrec.workflow.files import write_bytes
from vidrec.workflow.parallel import map_items

Item = TypeVar("Item")

ROOT = Path(".vidrec/checkpoints")


class Checkpoints:
    """The finished items of one stage, for one state of its params and code."""

    def __init__(self, stage: str, settings: Any, root: Path = ROOT) -> None:
        self._folder = root.absolute() / stage
        self._settings = json.dumps(settings, sort_keys=True, default=str)
        self._code = code_digest()

    def key(self, *inputs: str) -> str:
        """The name of the item made from `inputs`, each a digest or text that stands for one."""
        parts = [self._settings, self._code, *inputs]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def load(self, key: str) -> bytes | None:
        """The content stored under `key`, None where there is none."""
        path = self._folder / key
        return path.read_bytes() if path.is_file() else None

    def save(self, key: str, content: bytes) -> None:
        write_bytes(self._folder / key, content)

    def once(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The content stored under `key`; made and stored where there is none yet."""
        content = self.load(key)
        if content is None:
            content = make()
            self.save(key, content)
        return content

    def prune(self, used: Iterable[str]) -> None:
        """Remove all items but those `used`: called once the stage has written its outs."""
        keep = set(used)
        for path in self._folder.glob("*"):
            if path.name not in keep:
                path.unlink()


def complete(
    store: Checkpoints,
    function: Callable[[Item], bytes],
    items: Sequence[Item],
    keys: Sequence[str],
    *,
    title: str,
    workers: int | None = None,
) -> Iterator[tuple[Item, bytes]]:
    """Each item with its content: from `store` where its key is there, else made and stored.

    Once all are through, the store forgets what this run did not use.
    """
    work = partial(_complete_one, store, function)
    pairs = list(zip(keys, items, strict=True))
    yield from zip(items, map_items(work, pairs, title=title, workers=workers), strict=True)
    store.prune(keys)


def _complete_one(
    store: Checkpoints, function: Callable[[Item], bytes], pair: tuple[str, Item]
) -> bytes:
    key, item = pair
    return store.once(key, partial(function, item))


def code_digest() -> str:
    """A digest of the vidrec modules that are loaded: other code, other checkpoints."""
    digest = hashlib.sha256()
    for name, module in sorted(sys.modules.items()):
        if name.startswith("vidrec.") and module.__file__:
            digest.update(name.encode() + b"\0" + Path(module.__file__).read_bytes())
    return digest.hexdigest()
