from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidrec.settings.pairs import broken
from vidrec.settings.places import places

Tell = Callable[..., list[str]]

BASE: dict[str, Any] = {
    "prepare_weights.source": "sample",
    "prepare_weights.classifier_file": "",
    "prepare_weights.segmenter_file": "",
    "run.segmented": True,
    "run.finetuned": True,
    "finetune_head.images": "",
    "download_videos.source": "sample",
    "download_videos.youtube_manifest": "manifests/youtube.csv",
    "download_videos.youtube_min_videos_per_category": 2,
    "download_videos.directory": "",
    "download_videos.directory_manifest": "manifests/directory.csv",
}


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    """What is told of the params, some changed, in a project in `tmp_path`."""

    def run(**changed: Any) -> list[str]:
        named = {name.replace("__", "."): value for name, value in changed.items()}
        return list(broken(places(tmp_path), {**BASE, **named}))

    return run


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_what_is_not_chosen_need_not_be_there(tell: Tell) -> None:
    assert tell() == []
    assert tell(prepare_weights__classifier_file="gone.pth") == []
    assert tell(download_videos__directory="gone") == []
    assert tell(prepare_weights__source="file") == []


def test_files_of_weights_are_asked_for(tell: Tell, tmp_path: Path) -> None:
    files = {
        "prepare_weights__source": "file",
        "prepare_weights__classifier_file": "c.pth",
        "prepare_weights__segmenter_file": "s.pth",
    }
    classifier, segmenter = tell(**files)
    assert classifier.startswith("prepare_weights.classifier_file is 'c.pth', which is not a file:")
    assert segmenter.startswith("prepare_weights.segmenter_file is 's.pth', which is not a file:")
    assert tell(**files, run__segmented=False) == [classifier]
    write(tmp_path / "c.pth")
    (tmp_path / "s.pth").mkdir()
    assert tell(**files) == [segmenter]
    long = {**files, "prepare_weights__classifier_file": "a" * 300}
    assert len(tell(**long, run__segmented=False)) == 1


def test_what_somebody_else_has_run_need_not_be_there(tell: Tell, tmp_path: Path) -> None:
    files = {"prepare_weights__source": "file", "prepare_weights__classifier_file": "c.pth"}
    write(
        tmp_path / "dvc.lock",
        "stages:\n  prepare_weights:\n    params:\n      params.yaml:\n"
        "        prepare_weights.classifier_file: c.pth\n        finetune_head.images: own\n"
        "  apply_head:\n    cmd: none\n",
    )
    assert tell(**files, finetune_head__images="own") == []
    assert len(tell(**{**files, "prepare_weights__classifier_file": "d.pth"})) == 1
    assert len(tell(**files, finetune_head__images="others")) == 1
    for text in ("", "[", "stages: 1", "stages: {a: {params: 1}}"):
        write(tmp_path / "dvc.lock", text)
        assert len(tell(**files)) == 1


def test_own_images_are_in_two_classes_or_more(tell: Tell, tmp_path: Path) -> None:
    [told] = tell(finetune_head__images="own")
    assert told.startswith("finetune_head.images is 'own', which is not a directory: name one")
    assert tell(finetune_head__images="own", run__finetuned=False) == []
    for name in ("cats", ".hidden"):
        (tmp_path / "own" / name).mkdir(parents=True)
    [told] = tell(finetune_head__images="own")
    assert "fewer than two classes" in told
    (tmp_path / "own/dogs").symlink_to(tmp_path / "own/cats")
    assert tell(finetune_head__images=str(tmp_path / "own")) == []


def test_a_manifest_of_ids_has_enough_of_each_category(tell: Tell, tmp_path: Path) -> None:
    manifest = tmp_path / "manifests/youtube.csv"
    header = "category,rank,video_id,title,duration_s\n"
    for text in (None, "", header, "\0\0", '"' + "x" * 200_000):
        if text is not None:
            write(manifest, text)
        [told] = tell(download_videos__source="youtube")
        assert "'manifests/youtube.csv', which lists no videos: run `vidrec discover`" in told
    write(manifest, f"{header}pets,1,a,A,1\npets,2,a,A,1\nmúsica,1,b,B,1\nmúsica,2,c,C,1\n")
    [told] = tell(download_videos__source="youtube")
    assert told.startswith("download_videos.youtube_min_videos_per_category is 2, but manifests/")
    assert "fewer ids of pets (1): run" in told
    enough = {"download_videos__youtube_min_videos_per_category": 1}
    assert tell(download_videos__source="youtube", **enough) == []


def test_own_videos_are_in_a_directory_or_in_the_list(
    tell: Tell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [told] = tell(download_videos__source="directory")
    assert told == (
        "download_videos.directory is empty, which is not a directory, and"
        " manifests/directory.csv lists no videos: run `vidrec use DIR`"
    )
    chosen = {"download_videos__source": "directory", "download_videos__directory": "own"}
    header = "path,category,video_id,status\n"
    write(tmp_path / "manifests/directory.csv", header)
    [told] = tell(**chosen)
    assert told.startswith("download_videos.directory is 'own', which is not a directory, and man")
    write(tmp_path / "manifests/directory.csv", header + "pets/a.mp4,pets,a,ok\n")
    assert tell(**chosen) == []
    (tmp_path / "manifests/directory.csv").unlink()
    (tmp_path / "own").mkdir()
    assert tell(**chosen) == []
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tell(**{**chosen, "download_videos__directory": "~/own"}) == []
    assert len(tell(**{**chosen, "download_videos__directory": "~nobody-there/own"})) == 1


def test_a_table_of_own_groups_is_there(tell: Tell, tmp_path: Path) -> None:
    assert tell(objects__groups="") == []
    (said,) = tell(objects__groups="groups.csv")
    assert said.startswith("objects.groups is 'groups.csv', which is not a file: name a CSV file")
    write(tmp_path / "groups.csv", "label,group\n")
    assert tell(objects__groups="groups.csv") == []
