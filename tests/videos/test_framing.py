"""Frames that are kept, by several processes at a time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from vidrec.media import frame_directories
from vidrec.media.extraction import Extraction
from vidrec.media.status import GOOD
from vidrec.videos.framing import keep

FOUND = Extraction([b"one", b"two"], 1.0, "ok", "")


def test_copies_of_a_video_are_kept_at_the_same_time(tmp_path: Path) -> None:
    assert FOUND.status in GOOD
    for attempt in range(40):
        store = tmp_path / str(attempt)
        with ThreadPoolExecutor(4) as pool:
            kept = list(pool.map(lambda _, at=store: keep(at, FOUND), range(8)))
        (folder,) = {taken.folder for taken in kept}
        assert frame_directories.whole(folder, kept[0].sha256)
        assert [path.name for path in store.iterdir()] == [folder.name]


def test_what_is_damaged_is_replaced(tmp_path: Path) -> None:
    taken = keep(tmp_path, FOUND)
    (taken.folder / "1.jpg").unlink()
    (taken.folder / "1.jpg").write_bytes(b"eno")
    assert keep(tmp_path, FOUND) == taken
    assert frame_directories.whole(taken.folder, taken.sha256)
