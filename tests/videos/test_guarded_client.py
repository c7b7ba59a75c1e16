"""What is counted and refused within one process; `test_from_url.py` has the whole."""

import io

import pytest
from yt_dlp.networking import Response

from vidrec.videos.guarded_client import PAGE_BYTES, Budget, Guard, Stopped, counted

HERE = ("127.0.0.1", 8000)


def response(size: int) -> Response:
    return Response(io.BytesIO(bytes(size)), "http://127.0.0.1/", {})


def test_what_is_read_is_counted() -> None:
    sizes: list[int] = []
    read = counted(response(1000), sizes.append).read
    assert (read(300), read(), sum(sizes)) == (bytes(300), bytes(700), 1000)


def test_the_last_byte_of_a_budget_may_come() -> None:
    budget = Budget(1000)
    assert len(counted(response(1000), budget.spend).read()) == 1000
    with pytest.raises(Stopped, match=r"more than 0\.001 MB"):
        counted(response(1), budget.spend).read(10)


def test_a_page_is_held_in_memory_and_has_its_own_limit() -> None:
    with pytest.raises(Stopped, match="a page or a list of more than"):
        counted(response(PAGE_BYTES + 1), lambda _: None).read()


def test_sockets_are_connected_where_it_is_allowed() -> None:
    guard = Guard(frozenset({HERE}))
    guard("socket.connect", (None, HERE))
    guard("socket.connect", (None, ("8.8.8.8", 443)))
    assert guard.refused == ""
    with pytest.raises(ConnectionRefusedError, match=r"leads to 169\.254\.169\.254, inside"):
        guard("socket.connect", (None, ("169.254.169.254", 80)))
    assert guard.refused == "169.254.169.254"


def test_without_places_every_one_is_allowed() -> None:
    Guard(None)("socket.connect", (None, ("169.254.169.254", 80)))


@pytest.mark.parametrize("allowed", [None, frozenset({HERE})])
def test_programs_are_not_started(allowed: frozenset[tuple[str, int]] | None) -> None:
    guard = Guard(allowed)
    guard("subprocess.Popen", ("/usr/bin/deno", ["deno"], None, None))
    for program in ("ffmpeg", "/usr/bin/rtmpdump", "phantomjs"):
        with pytest.raises(PermissionError, match=f"{program} is not started"):
            guard("subprocess.Popen", (program, [program], None, None))
