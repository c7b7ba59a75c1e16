"""Whose cookies YouTube is sent, and through which proxy: two things that are never printed."""

import io
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vidrec.workflow.errors import UserError
from vidrec.workflow.files import expanded

COOKIES, PROXY = "VIDREC_COOKIES", "VIDREC_PROXY"
# Fields of a cookie in the Netscape format.
COOKIE_FIELDS = 7
EXPIRY = re.compile(r"(\d+(\.\d+)?)?")
# More than any browser has.
COOKIES_BYTES = 10_000_000
SITE = "youtube.com"
COOKIES_BEGIN = "# Netscape HTTP Cookie File"
SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


@dataclass(frozen=True)
class Access:
    """Whose cookies are sent (the text of a file in the Netscape format), and through what proxy.

    Neither is ever printed.
    """

    cookies: str = field(default="", repr=False)
    proxy: str = field(default="", repr=False)

    def options(self) -> dict[str, Any]:
        """The same in the words of yt-dlp, for one client: it reads the cookies up to their end."""
        cookies = {"cookiefile": io.StringIO(self.cookies)} if self.cookies else {}
        return cookies | ({"proxy": self.proxy} if self.proxy else {})


def access() -> Access:
    """What the environment says. Raises UserError where that cannot be used."""
    return Access(_cookies(os.environ.get(COOKIES, "")), _proxy(os.environ.get(PROXY, "")))


def _cookies(name: str) -> str:
    """The text of the file `name`, handed on as such: yt-dlp rewrites a file that it reads."""
    if not name:
        return ""
    path = expanded(name)
    try:
        if path.exists() and (not path.is_file() or path.stat().st_size > COOKIES_BYTES):
            raise UserError(f"{COOKIES} names {path}, which is not a file of cookies: name another")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise UserError(
            f"{COOKIES} names {path}, which cannot be read ({reason}): name a cookies.txt"
        ) from None
    _check_netscape(path, text)
    if SITE not in text:
        raise UserError(
            f"{COOKIES} names {path}, which has no cookie of {SITE}: export it again there"
        )
    _check_outside_git(path)
    # Not all exports begin with what yt-dlp wants to see first.
    return f"{COOKIES_BEGIN}\n{text}"


def _check_netscape(path: Path, text: str) -> None:
    """Raise UserError for a line that yt-dlp would print, and pass over, as no cookie."""
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.removeprefix("#HttpOnly_").split("\t")
        note = not line.strip() or (line.startswith("#") and not line.startswith("#HttpOnly_"))
        if not note and (len(fields) != COOKIE_FIELDS or not EXPIRY.fullmatch(fields[4])):
            raise UserError(
                f"{COOKIES} names {path}, whose line {number} is not a cookie in the Netscape"
                " format: export it again as cookies.txt"
            )


def _check_outside_git(path: Path) -> None:
    """Raise UserError for a file that git has, or would add, and so publish."""
    git = shutil.which("git")
    if git is None:
        return
    there = path.resolve()
    asked = [git, "-C", str(there.parent), "check-ignore", "--quiet", there.name]
    elsewhere = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    done = subprocess.run(asked, capture_output=True, check=False, env=environment)
    # 0: ignored; 1: neither ignored nor outside of a repository; 128: outside, or it cannot tell.
    untold = done.returncode > 1 and any((above / ".git").exists() for above in there.parents)
    if done.returncode == 1 or untold:
        raise UserError(
            f"{COOKIES} names {path}, which git has or would add: whoever has it is you on"
            " YouTube, so keep it outside of the repository"
        )


def _proxy(url: str) -> str:
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        good = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise UserError(f"{PROXY} is not the URL of a proxy: write it as http://host:port")
    return url
