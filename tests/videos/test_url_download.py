"""What is said of a download and chosen for it; `test_from_url.py` has the whole."""

from pathlib import Path

import pytest
from yt_dlp.utils import DownloadError

from vidrec.videos.url_download import Rules, options, reason_of, wanted_places

RULES = Rules(10**6, 60)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("\x1b[0;31mERROR:\x1b[0m [x] a:\n b", "[x] a: b"),
        ("HTTP Error 404 (caused by <HTTPError 404: Not Found>)", "HTTP Error 404"),
        ("No formats. Use --list-formats for a list", "No formats"),
        ("Broken; please report this issue on  https://github.com/yt-dlp/yt-dlp/", "Broken"),
        ("m3u8 download detected but ffmpeg could not be found", "a protected or live stream"),
    ],
)
def test_of_a_message_the_reason_is_left(said: str, left: str) -> None:
    assert reason_of(DownloadError(said)).startswith(left)
    assert not reason_of(DownloadError(said)).endswith(("yt-dlp/", ")", "list"))


def test_an_address_that_is_typed_and_a_proxy_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://10.0.0.1:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.2")
    places = wanted_places("http://127.0.0.1:8000/a.mp4")
    assert {("127.0.0.1", 8000), ("10.0.0.1", 3128)} <= places
    assert "127.0.0.2" not in {address for address, _ in places}


def test_nothing_of_the_users_is_read(tmp_path: Path) -> None:
    given = options(tmp_path, RULES)
    assert not {"cookiefile", "cookiesfrombrowser", "external_downloader"} & set(given)
    assert not given["usenetrc"]
    assert given["noplaylist"]
