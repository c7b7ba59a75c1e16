from pathlib import Path

import pytest

from vidrec.classifier.quantized import (
    NETWORK,
    NOTE,
    Note,
    digest_of_quantized,
    read_quantized,
    save_quantized,
)
from vidrec.networks.openvino_runtime import Converted
from vidrec.networks.weights import Card
from vidrec.workflow.absent import AbsentError, write_absent
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of

CARD = Card("resnet18", ("a",), 64, (0.5,) * 3, (0.5,) * 3, "made", "", sha256="12ab")
NETWORK_MADE = Converted(b"<net/>", b"weights")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_quantized(tmp_path / "int8", NETWORK_MADE, Note("", "12ab", ("v",), 3))
    return tmp_path / "int8"


def test_what_is_saved_is_read_and_known_by_its_digest(folder: Path) -> None:
    assert read_quantized(folder, CARD) == NETWORK_MADE
    assert digest_of_quantized(folder, CARD) == sha256_of(folder / NETWORK)


def test_what_is_damaged_or_missing_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / NETWORK).write_bytes(b"cut")
    with pytest.raises(UserError, match=r"is not the file that its note names: run `dvc repro"):
        read_quantized(folder, CARD)
    (folder / NETWORK).unlink()
    with pytest.raises(UserError, match="is missing"):
        read_quantized(folder, CARD)
    write_absent(tmp_path / "none", "it is not wanted")
    with pytest.raises(AbsentError, match="it is not wanted"):
        read_quantized(tmp_path / "none", CARD)


@pytest.mark.parametrize("note", ["[]", "{}", '{"weights_sha256": "34cd"}'])
def test_what_was_made_from_other_weights_is_refused(folder: Path, note: str) -> None:
    (folder / NOTE).write_text(note)
    with pytest.raises(UserError, match="made from other weights"):
        digest_of_quantized(folder, CARD)
