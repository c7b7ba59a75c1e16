from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from safetensors.numpy import load_file

from vidrec.classifier.frame_classifier import ClassifierFiles, FrameClassifier
from vidrec.head.embed_images import embed, load_images
from vidrec.head.embedded_images import read_embedded, write_embedded
from vidrec.head.image_set import SAMPLE_CLASSES
from vidrec.settings.classify_frames import ClassifierSettings
from vidrec.settings.embed_images import Params
from vidrec.workflow.errors import UserError

ROOT = Path(__file__).parents[2]
SAMPLE = Params(7, 2, "", 64, "stretch", "fp32", 8, True)


def test_the_network_is_run_as_over_the_frames() -> None:
    assert SAMPLE.classifier == ClassifierSettings("fp32", 8)


def test_no_images_named_means_rendered_ones() -> None:
    images, errors = load_images(SAMPLE)
    assert {image.label for image in images} == set(SAMPLE_CLASSES)
    assert errors == []


def test_an_image_set_of_ones_own_is_read(tmp_path: Path) -> None:
    for number, label in enumerate(("7", "08")):
        (tmp_path / label).mkdir()
        Image.new("RGB", (50, 40), (90 * number, 0, 0)).save(tmp_path / label / "a.png")
    images, errors = load_images(Params(7, 2, str(tmp_path), 64, "pad", "fp32", 8, True))
    assert [image.label for image in images] == ["08", "7"]
    assert errors == []
    with pytest.raises(UserError, match="which is not a directory"):
        load_images(Params(7, 2, str(tmp_path / "nowhere"), 64, "pad", "fp32", 8, True))


def test_features_are_kept_row_by_row_with_what_the_network_says(
    classifier_folder: Path, tmp_path: Path
) -> None:
    classifier = FrameClassifier.load(ClassifierFiles(classifier_folder), SAMPLE.classifier)
    images, _ = load_images(SAMPLE)
    write_embedded(tmp_path / "out", *embed(images, classifier))
    table, features = read_embedded(tmp_path / "out")
    assert table["image"].tolist() == [image.name for image in images]
    assert table["class"].tolist() == [image.label for image in images]
    assert table["source"].tolist() == [image.source for image in images]
    assert set(table["pretrained_label"]) <= {"cat", "dog", "tree"}
    one = classifier.predict(np.stack([images[5].pixels]))
    np.testing.assert_allclose(features[5], one.features[0], atol=1e-2)
    assert table["pretrained_label"][5] == ("cat", "dog", "tree")[one.probability.argmax()]
    stored = load_file(tmp_path / "out" / "features.safetensors")["features"]
    assert stored.dtype == np.float16
    assert stored.shape == (len(images), 1024)


def test_the_stage_says_what_it_leaves_out(
    classifier_folder: Path,
    tmp_path: Path,
    run_stage: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, label in enumerate(("música", "other")):
        Path("own", label).mkdir(parents=True)
        Image.new("RGB", (50, 40), (90 * number, 0, 0)).save(Path("own", label, "a.png"))
    Path("own/other/bad.jpg").write_bytes(b"no picture")
    Path("own/other/notes.txt").touch()
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["finetune_head"]["images"] = "own"
    params["classify_frames"]["precision"] = "fp32"
    Path("params.yaml").write_text(yaml.safe_dump(params))
    assert run_stage("embed_images", "--weights", str(classifier_folder), "--embedded", "out") == 0
    assert capsys.readouterr().err.splitlines() == [
        "left out: own/other/bad.jpg cannot be read as a picture (it is not in JPEG, PNG,"
        " WebP, GIF, BMP, TIFF or AVIF, or its head is broken): replace it",
        "left out: 'other/notes.txt', not <class>/<image> in JPEG, PNG, WebP, GIF, BMP, TIFF or"
        " AVIF",
    ]
    table, _ = read_embedded(Path("out"))
    assert table["class"].tolist() == ["música", "other"]
