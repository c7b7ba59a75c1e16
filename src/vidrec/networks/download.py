"""Large files from a server, with patience: what came is kept, and gone on with."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from tqdm import tqdm

# Written at a time: what is under way when a connection is cut is lost.
BLOCK_BYTES = 1 << 16
# Of a part of a file: its first byte, its last one, and how many the whole has.
CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
# What a server says that may be able to later.
BUSY = {408, 429, 500, 502, 503, 504}
PAST_THE_END = requests.codes.requested_range_not_satisfiable


@dataclass(frozen=True)
class Patience:
    """How long a server may say nothing, and the pauses after which it is asked to go on."""

    silence_s: float = 30.0
    pauses_s: tuple[float, ...] = (1.0, 5.0, 20.0)


class CutError(Exception):
    """A connection ended before its time: another may go on."""


class DownloadError(Exception):
    """Says in one line why a file cannot be had from its server."""


def download(url: str, part: Path, patience: Patience | None = None) -> None:
    """Write the file at `url` to `part`; what is there already is gone on with.

    Where nothing has come yet it is asked for once: somebody offline need not wait to be told.
    Raises DownloadError; what came is kept then.
    """
    patience = patience or Patience()
    for pause_s in (*patience.pauses_s, None):
        try:
            _go_on(url, part, patience.silence_s)
        except CutError as error:
            if pause_s is None or not part.exists():
                raise DownloadError(f"{error}; run again to go on with what came") from None
            time.sleep(pause_s)
        else:
            return


def _go_on(url: str, part: Path, silence_s: float) -> None:
    """Add to `part` what it lacks. Raises CutError, DownloadError."""
    have = part.stat().st_size if part.is_file() else 0
    with _cuts_named(), _asked(url, have, silence_s) as response:
        if response.status_code == PAST_THE_END and have:
            # It is whole, or of another file: its hash will tell.
            return
        _check_status(response)
        start, total = _extent(response, have)
        if total is not None and start > total:
            part.unlink()
            raise CutError("the part that was there is longer than the file")
        _write(response, part, start, total)
    if total is not None and part.stat().st_size != total:
        raise CutError(f"{part.stat().st_size} of {total} bytes came")


@contextmanager
def _cuts_named() -> Iterator[None]:
    """A connection that does not last is a CutError, what is wrong with the URL a DownloadError."""
    try:
        yield
    except requests.Timeout as error:
        raise DownloadError(f"the server says nothing: {error}") from None
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
        raise CutError(str(error)) from None
    except requests.RequestException as error:
        raise DownloadError(str(error)) from None


def _asked(url: str, have: int, silence_s: float) -> requests.Response:
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    return requests.get(url, headers=headers, stream=True, timeout=silence_s)


def _check_status(response: requests.Response) -> None:
    said = f"HTTP {response.status_code} {response.reason}"
    if response.status_code in BUSY:
        raise CutError(said)
    if not response.ok:
        raise DownloadError(said)


def _extent(response: requests.Response, have: int) -> tuple[int, int | None]:
    """From which byte on `response` has the file, and how many the whole has, if it says so.

    A server need not go on where it is asked to: then it sends the file from its start.
    """
    found = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if response.status_code == requests.codes.partial_content:
        if found is None or int(found[1]) != have:
            raise DownloadError("the server sent another part than it was asked for")
        return have, int(found[2]) if found[2].isdecimal() else None
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def _write(response: requests.Response, part: Path, start: int, total: int | None) -> None:
    """Write `response` to `part` from byte `start` on, which is where it ends, or its beginning."""
    name = part.stem
    with (
        part.open("ab" if start else "wb") as stream,
        tqdm(total=total, initial=start, desc=name, unit="B", unit_scale=True, disable=None) as bar,
    ):
        for block in response.iter_content(BLOCK_BYTES):
            stream.write(block)
            bar.update(len(block))
