"""A classifier in int8 on disk: a folder with the network, and a note of what it was made from."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from vidrec.networks.openvino_runtime import Converted
from vidrec.networks.weights import Card
from vidrec.workflow.absent import check_there
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import atomic_directory, read_json, sha256_of, write_json

NETWORK, NOTE = "network.openvino", "note.json"
AGAIN = "run `dvc repro quantize_classifier`"


@dataclass(frozen=True)
class Note:
    """Digests of the network, and of the weights that it was made from; the videos whose frames
    showed between which values its numbers lie, and how many frames these were."""

    sha256: str
    weights_sha256: str
    videos: tuple[str, ...]
    frames: int


def save_quantized(folder: Path, network: Converted, note: Note) -> None:
    """Write both, whole or not at all; the network's own digest is filled in."""
    with atomic_directory(folder) as temporary:
        (temporary / NETWORK).write_bytes(network.pack())
        note = dataclasses.replace(note, sha256=sha256_of(temporary / NETWORK))
        write_json(temporary / NOTE, dataclasses.asdict(note))


def read_quantized(folder: Path, card: Card) -> Converted:
    """The network in `folder`, made from the weights of `card`.

    Raises UserError where it is absent, damaged, or made from other weights.
    """
    path, digest = folder / NETWORK, digest_of_quantized(folder, card)
    if sha256_of(path) != digest:
        raise UserError(f"{path} is not the file that its note names: {AGAIN}")
    return Converted.unpack(path.read_bytes())


def digest_of_quantized(folder: Path, card: Card) -> str:
    """The digest of the network in `folder` as its note has it; raises UserError as that does."""
    check_there(folder)
    if not (folder / NETWORK).is_file():
        raise UserError(f"{folder / NETWORK} is missing: {AGAIN} to make it, or `dvc pull`")
    note = read_json(folder / NOTE)
    if not isinstance(note, dict) or note.get("weights_sha256") != card.sha256:
        raise UserError(f"{folder} was made from other weights than the classifier has: {AGAIN}")
    return str(note.get("sha256"))
