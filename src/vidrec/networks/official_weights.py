"""torchvision's official weights: which there are, how a file is fetched and checked."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import torch
from filelock import FileLock
from torchvision.models import WeightsEnum, get_model_weights

from vidrec.networks.download import DownloadError, Patience, download
from vidrec.networks.image_classifiers import check_classifier
from vidrec.settings.torchvision_names import unknown_weights
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of

# The SHA-256 of an official file begins with the digits in its name.
HASHED_NAME = re.compile(r"-([0-9a-f]{8,64})\.pth$")


def classifier_weights(arch: str, name: str) -> Any:
    """The official weights `name` of the network `arch`; its default ones for an empty name."""
    check_classifier(arch)
    return pick(arch, name)


def pick(arch: str, name: str) -> WeightsEnum:
    """The official weights `name` of any network `arch`; see `unknown_weights` for the name."""
    problem = unknown_weights(arch, name)
    if problem:
        raise UserError(problem)
    chosen: WeightsEnum = get_model_weights(arch)[name.rpartition(".")[2] or "DEFAULT"]
    return chosen


def fetch(url: str, folder: Path | None = None, patience: Patience | None = None) -> Path:
    """The file at `url`, from `folder` if it lies there, else downloaded into it.

    By default `folder` is where torch keeps what it downloads. The file must have the SHA-256
    that its name begins with. Raises UserError where it cannot be had or is another file.
    """
    folder = folder or Path(torch.hub.get_dir()) / "checkpoints"
    prefix = hash_prefix(url)
    path = folder / Path(urlsplit(url).path).name
    if not path.is_file():
        _download(url, path, prefix, patience)
    if not has_hash_of(sha256_of(path), url):
        raise UserError(
            f"{path} does not have the SHA-256 {prefix}… of its name: delete it and run again"
        )
    return path


def hash_prefix(url: str) -> str:
    """The digits with which the SHA-256 of the official file at `url` begins."""
    name = Path(urlsplit(url).path).name
    found = HASHED_NAME.search(name)
    if found is None:
        raise UserError(
            f"{name} carries no hash in its name: it cannot be checked, so it is refused"
        )
    return found.group(1)


def has_hash_of(sha256: str, url: str) -> bool:
    """Whether `sha256` is that of the official file at `url`."""
    return sha256.startswith(hash_prefix(url))


def _download(url: str, path: Path, prefix: str, patience: Patience | None) -> None:
    """What comes lies beside `path` until it is whole, and the right one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    # Clones share the folder: another one may be fetching the same file.
    with FileLock(path.with_name(f".{path.name}.lock")):
        if not path.is_file():
            _download_alone(url, path, part, prefix, patience)


def _download_alone(
    url: str, path: Path, part: Path, prefix: str, patience: Patience | None
) -> None:
    try:
        download(url, part, patience)
    except DownloadError as error:
        raise _unfetched(url, path, prefix, " ".join(str(error).split())) from None
    if not sha256_of(part).startswith(prefix):
        part.unlink()
        reason = f"what came does not have the SHA-256 {prefix}… of its name, and was removed"
        raise _unfetched(url, path, prefix, reason)
    part.replace(path)


def _unfetched(url: str, path: Path, prefix: str, reason: str) -> UserError:
    return UserError(
        f"{path.name} could not be fetched ({reason}): download it where there is a network,"
        f" from {url} (SHA-256 {prefix}…), and put it at {path}"
    )
