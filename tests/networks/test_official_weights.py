import hashlib
import http.server
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from torchvision.models import ResNet50_Weights, get_model_weights

from vidrec.networks.official_weights import HASHED_NAME, classifier_weights, fetch, pick
from vidrec.settings.prepare_segmenter import SEGMENTERS
from vidrec.settings.torchvision_names import classification_names
from vidrec.workflow.errors import UserError

CONTENT = b"weights" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
RIGHT, WRONG = f"net-{DIGEST[:8]}.pth", "net-01234567.pth"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server on this machine that has the same file under both names."""
    folder = tmp_path / "served"
    folder.mkdir()
    for name in (RIGHT, WRONG):
        (folder / name).write_bytes(CONTENT)
    handler = partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


@pytest.fixture
def nobody() -> str:
    """An address on this machine where nothing answers."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_a_file_whose_hash_is_that_of_its_name_is_fetched_once(server: str, tmp_path: Path) -> None:
    folder = tmp_path / "kept" / "here"
    path = fetch(f"{server}/models/../{RIGHT}", folder)
    assert path == folder / RIGHT
    assert path.read_bytes() == CONTENT
    (tmp_path / "served" / RIGHT).unlink()
    assert fetch(f"{server}/{RIGHT}", folder) == path


def test_another_file_than_its_name_says_is_refused_and_not_kept(
    server: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=f"{WRONG} could not be fetched .*removed") as refused:
        fetch(f"{server}/{WRONG}", tmp_path / "kept")
    assert "\n" not in str(refused.value)
    assert not list((tmp_path / "kept").glob("[!.]*"))


def test_a_part_of_it_is_made_whole(server: str, tmp_path: Path) -> None:
    (tmp_path / f"{RIGHT}.part").write_bytes(CONTENT[:3000])
    assert fetch(f"{server}/{RIGHT}", tmp_path).read_bytes() == CONTENT
    assert not list(tmp_path.glob("*.part"))


def test_with_a_wrong_file_nothing_of_the_users_goes(server: str, tmp_path: Path) -> None:
    (tmp_path / f"{WRONG}.part").write_bytes(CONTENT[:3000])
    mine = tmp_path / "mine.pth.part"
    mine.write_bytes(b"of the user")
    with pytest.raises(UserError, match=r"could not be fetched .*removed"):
        fetch(f"{server}/{WRONG}", tmp_path)
    assert list(tmp_path.glob("[!.]*.p*")) == [mine]


def test_a_file_changed_after_it_was_fetched_is_refused(server: str, tmp_path: Path) -> None:
    path = fetch(f"{server}/{RIGHT}", tmp_path)
    path.write_bytes(CONTENT + b"!")
    with pytest.raises(UserError, match=f"{path} does not have the SHA-256 {DIGEST[:8]}"):
        fetch(f"{server}/{RIGHT}", tmp_path)


def test_without_a_network_one_line_says_which_file_and_where_to_put_it(
    nobody: str, tmp_path: Path
) -> None:
    url = f"{nobody}/models/{RIGHT}"
    with pytest.raises(UserError) as refused:
        fetch(url, tmp_path / "kept")
    said = str(refused.value)
    assert said.startswith(f"{RIGHT} could not be fetched")
    assert f"from {url} (SHA-256 {DIGEST[:8]}…)" in said
    assert said.endswith(f"put it at {tmp_path / 'kept' / RIGHT}")
    assert "\n" not in said


def test_a_file_put_there_by_hand_needs_no_network(nobody: str, tmp_path: Path) -> None:
    (tmp_path / RIGHT).write_bytes(CONTENT)
    assert fetch(f"{nobody}/{RIGHT}", tmp_path).read_bytes() == CONTENT


def test_two_at_once_fetch_it_once(server: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda _: fetch(f"{server}/{RIGHT}", tmp_path), range(2)))
    assert [path.read_bytes() for path in found] == [CONTENT] * 2


def test_a_part_that_is_longer_than_the_file_begins_anew(server: str, tmp_path: Path) -> None:
    (tmp_path / f"{RIGHT}.part").write_bytes(CONTENT + b"more")
    assert fetch(f"{server}/{RIGHT}", tmp_path).read_bytes() == CONTENT


def test_a_file_the_server_does_not_have_is_one_line(server: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"could not be fetched .*404") as refused:
        fetch(f"{server}/gone-01234567.pth", tmp_path)
    assert "\n" not in str(refused.value)


def test_the_usual_place_is_that_of_torch(
    nobody: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    place = tmp_path / "hub" / "checkpoints" / RIGHT
    place.parent.mkdir(parents=True)
    place.write_bytes(CONTENT)
    assert fetch(f"{nobody}/{RIGHT}") == place


@pytest.mark.parametrize("name", ["net.pth", "net-abc.pth", "net-01234567.pth.zip"])
def test_a_name_without_a_hash_is_refused(nobody: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"{name} carries no hash"):
        fetch(f"{nobody}/{name}", tmp_path)


def test_weights_are_picked_by_name_the_best_ones_by_default() -> None:
    assert classifier_weights("resnet50", "") is ResNet50_Weights.IMAGENET1K_V2
    for name in ("IMAGENET1K_V1", "ResNet50_Weights.IMAGENET1K_V1"):
        assert classifier_weights("resnet50", name) is ResNet50_Weights.IMAGENET1K_V1


def test_weights_that_do_not_exist_are_refused_with_those_that_do() -> None:
    with pytest.raises(UserError, match="choose from IMAGENET1K_V1, IMAGENET1K_V2"):
        pick("resnet50", "IMAGENET1K_V9")
    for arch in ("resnet51", "maskrcnn_resnet50_fpn"):
        with pytest.raises(UserError, match="no torchvision name"):
            classifier_weights(arch, "")


def test_every_official_file_can_be_checked() -> None:
    for arch in (*classification_names(), *SEGMENTERS):
        for official in get_model_weights(arch):
            assert HASHED_NAME.search(official.url), official.url
