"""The importance vectors of many videos, of which only what is not zero is held; and their file.

The file, `vectors.npz`, holds numpy's arrays and no pickle: `video_id`, `category`, `label`, and
the compressed rows `indptr`, `indices`, `data`. A thousand labels of a million videos take 0.8 GB
there, and 4 GB as CSV, which no table fits in memory.
"""

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vidrec.vectors.vectors import Vectors, check_ids, read_vectors
from vidrec.workflow.arrays import FloatArray, IntArray, check_kinds
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import atomic_path
from vidrec.workflow.video import Video, pair

ENDING = ".npz"

# Up to as many values the rows are held whole, as numbers are then found fastest: 1 GiB.
DENSE_CELLS = 2**27

# What numpy and zipfile raise of a file that is damaged, or another one.
DAMAGE = (
    *(ValueError, TypeError, KeyError, EOFError, OSError, RuntimeError, NotImplementedError),
    *(BadZipFile, zlib.error),
)

NAMES, NUMBERS = ("video_id", "category", "label"), ("indptr", "indices", "data")
KINDS = {
    **dict.fromkeys(NAMES, (1, "U")),
    "indptr": (1, "i"),
    "indices": (1, "i"),
    "data": (1, "f"),
}


@dataclass(frozen=True)
class SparseVectors:
    """As `Vectors`, in compressed rows: of video i, `data[indptr[i]:indptr[i + 1]]` are the values
    that are not zero, and `indices` there the numbers of their labels.
    """

    videos: list[Video]
    labels: list[str]
    indptr: IntArray
    indices: NDArray[np.int32]
    data: FloatArray

    @cached_property
    def ids(self) -> list[str]:
        return [video.video_id for video in self.videos]

    @cached_property
    def categories(self) -> list[str]:
        return [video.category for video in self.videos]

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of all that these vectors are."""
        digest = hashlib.sha256("\n".join([*map(str, self.videos), "", *self.labels]).encode())
        for numbers, kind in ((self.indptr, "<i8"), (self.indices, "<i4"), (self.data, "<f8")):
            digest.update(np.ascontiguousarray(numbers, kind).data)
        return digest.hexdigest()

    @cached_property
    def values(self) -> Any:
        """The same as scipy has it (videos, labels)."""
        # It takes a while to load, and few collections need it.
        from scipy.sparse import csr_array

        shape = (len(self.videos), len(self.labels))
        return csr_array((self.data, self.indices, self.indptr), shape=shape)

    def rows(self, start: int, stop: int) -> FloatArray:
        """The vectors (rows, labels) of the videos from `start` to before `stop`."""
        begins = self.indptr[start : stop + 1]
        own = slice(begins[0], begins[-1])
        dense = np.zeros((len(begins) - 1, len(self.labels)))
        dense[np.repeat(np.arange(len(dense)), np.diff(begins)), self.indices[own]] = self.data[own]
        return dense


def sparse_of(videos: list[Video], labels: list[str], rows: Iterable[FloatArray]) -> SparseVectors:
    """The vectors of `videos` from their `rows`, each (labels,), taken one at a time."""
    indices, data = [], []
    for row in rows:
        indices.append(np.flatnonzero(row).astype(np.int32))
        data.append(row[indices[-1]])
    indptr = np.cumsum([0, *map(len, data)])
    return SparseVectors(videos, labels, indptr, np.concatenate(indices), np.concatenate(data))


def as_sparse(vectors: Vectors | SparseVectors) -> SparseVectors:
    """`vectors` without zeros."""
    if isinstance(vectors, SparseVectors):
        return vectors
    return sparse_of(vectors.videos, vectors.labels, vectors.values)


def as_dense(vectors: Vectors | SparseVectors) -> Vectors:
    """`vectors` with all values held."""
    if isinstance(vectors, Vectors):
        return vectors
    return Vectors(vectors.videos, vectors.labels, vectors.rows(0, len(vectors.videos)))


def load_vectors(path: Path) -> Vectors | SparseVectors:
    """The vectors in an NPZ file, by its name, or else in a CSV file.

    Of an NPZ file all values are held where they are few enough: what follows is then the same as
    from a CSV file. Raises UserError as `read_vectors` and `read_sparse` do.
    """
    if path.suffix != ENDING:
        return read_vectors(path)
    found = read_sparse(path)
    small = len(found.videos) * len(found.labels) <= DENSE_CELLS
    return as_dense(found) if small else found


def write_sparse(path: Path, vectors: Vectors | SparseVectors) -> None:
    """Write `vectors` as an NPZ file: the same bytes for the same vectors."""
    vectors = as_sparse(vectors)
    names = (vectors.ids, vectors.categories, vectors.labels)
    arrays = {name: np.array(each, np.str_) for name, each in zip(NAMES, names, strict=True)}
    numbers = {name: getattr(vectors, name) for name in NUMBERS}
    with atomic_path(path) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays, **numbers)


def read_sparse(path: Path) -> SparseVectors:
    """The vectors that `write_sparse` wrote. Raises UserError for what is no such file."""
    arrays = _arrays(path)
    ids, categories, labels = (arrays[name].tolist() for name in NAMES)
    check_ids(path, pd.DataFrame({"video_id": ids, "category": categories}, dtype="str"))
    return SparseVectors(pair(categories, ids), labels, *(arrays[name] for name in NUMBERS))


def _arrays(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in (*NAMES, *NUMBERS)}
        _check(arrays)
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro weigh_objects` to make it") from None
    except DAMAGE as error:
        reason = " ".join(str(error).split())
        raise UserError(
            f"{path} is not a file of vectors ({reason}): run `dvc repro -s -f weigh_objects`"
        ) from None
    return arrays


def _check(arrays: dict[str, Any]) -> None:
    """Raise ValueError where the arrays do not fit each other, or a value is not finite."""
    check_kinds(arrays, KINDS)
    indptr, indices, data = (arrays[name] for name in NUMBERS)
    if not (len(arrays["video_id"]) == len(arrays["category"]) == len(indptr) - 1):
        raise ValueError("not one row for each video")
    rising = indptr[0] == 0 and (np.diff(indptr) >= 0).all()
    if not rising or not indptr[-1] == len(indices) == len(data):
        raise ValueError("its rows do not fit its values")
    if len(indices) and not 0 <= indices.min() <= indices.max() < len(arrays["label"]):
        raise ValueError("a value is of no label")
    rising = np.diff(indices) > 0
    begins = indptr[(indptr > 0) & (indptr < len(indices))]
    rising[begins - 1] = True
    if not rising.all() or len(set(arrays["label"].tolist())) < len(arrays["label"]):
        raise ValueError("a label is there twice")
    if not np.isfinite(data).all():
        raise ValueError("a value is not a finite number")
