"""Cookies and a proxy: handed on to yt-dlp, and never printed."""

import os
import subprocess
from pathlib import Path

import pytest
import yt_dlp

from vidrec.media import extraction
from vidrec.videos.youtube_access import access
from vidrec.videos.youtube_options import Rules, Silent, options, said
from vidrec.workflow.errors import UserError

RULES = Rules(600, 224, 50, extraction.Rules(600, 0.25))
COOKIE = ".youtube.com\tTRUE\t/\tTRUE\t0\tSID\tsecret\n"


@pytest.fixture
def cookies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "cookies.txt"
    path.write_text(f"# of a browser\n\n{COOKIE}#HttpOnly_{COOKIE}")
    monkeypatch.setenv("VIDREC_COOKIES", str(path))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return path


def test_cookies_are_handed_on_and_the_file_stays(cookies: Path) -> None:
    before = cookies.read_bytes()
    given = access()
    with yt_dlp.YoutubeDL(options(RULES, given, Silent())) as client:
        assert {cookie.value for cookie in client.cookiejar} == {"secret"}
    assert cookies.read_bytes() == before
    assert "secret" not in repr(given)


def test_cookies_that_cannot_be_used(cookies: Path, capfd: pytest.CaptureFixture[str]) -> None:
    cookies.write_text(f"{COOKIE}SID=secret; other=secret\n")
    with pytest.raises(UserError, match="line 2 is not a cookie") as told:
        access()
    cookies.unlink()
    with pytest.raises(UserError, match="cannot be read"):
        access()
    assert "secret" not in str(told.value) + "".join(capfd.readouterr())


@pytest.mark.parametrize("kind", ["pipe", "directory", "of another site"])
def test_what_is_no_file_of_cookies_of_youtube(
    cookies: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    other = cookies.with_name("other")
    if kind == "pipe":
        os.mkfifo(other)
    elif kind == "directory":
        other.mkdir()
    else:
        other.write_text(COOKIE.replace("youtube.com", "example.com"))
    monkeypatch.setenv("VIDREC_COOKIES", str(other))
    with pytest.raises(UserError, match=r"not a file of cookies|no cookie of youtube\.com"):
        access()


def test_a_byte_order_mark_is_no_cookie(cookies: Path) -> None:
    cookies.write_text(COOKIE, encoding="utf-8-sig")
    assert "\ufeff" not in access().cookies


def test_cookies_that_git_would_add_are_refused(cookies: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", cookies.parent, *arguments], check=True, capture_output=True)

    git("init", "--quiet")
    with pytest.raises(UserError, match="git has or would add"):
        access()
    (cookies.parent / ".gitignore").write_text("cookies.txt\n")
    assert access().cookies
    git("add", "--force", "cookies.txt")
    with pytest.raises(UserError, match="outside of the repository"):
        access()


def test_a_proxy_is_handed_on_and_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://me:secret@127.0.0.1:9"
    monkeypatch.setenv("VIDREC_PROXY", url)
    assert options(RULES, access(), Silent())["proxy"] == url
    assert "secret" not in repr(access())
    assert (
        said(f"ERROR: Unable to connect to {url}/x")
        == "Unable to connect to http://…@127.0.0.1:9/x"
    )
    for bad in ("secret:9", "http://", "ftp://secret:1", "http://secret:port"):
        monkeypatch.setenv("VIDREC_PROXY", bad)
        with pytest.raises(UserError, match="VIDREC_PROXY is not the URL") as told:
            access()
        assert "secret" not in str(told.value)
