import contextlib
import os
import pty

import pytest
from rich.table import Table

from vidrec.commands.terminal import plain_table, print_table, progress


def table(*cells: str) -> Table:
    made = Table(box=None)
    made.add_column("name", no_wrap=True, min_width=max(map(len, cells)))
    for cell in cells:
        made.add_row(cell)
    return made


def read_all(terminal: int) -> str:
    """What was written to a terminal that has been closed since: it may come in parts."""
    parts = []
    # Linux ends with an error, other systems with nothing.
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 65536):
            parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode()


def test_a_pipe_gets_plain_whole_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    long = "v" * 300
    print_table("title [red] :dog: " + long, table("a", long))
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert [line.strip() for line in printed] == ["title [red] :dog: " + long, "name", "a", long]


def test_nothing_is_shown_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as report:
        report("working")
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_what_is_done_and_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.delenv("NO_COLOR", raising=False)
    near, far = pty.openpty()
    with os.fdopen(far, "w") as screen:
        monkeypatch.setattr("sys.stdout", screen)
        monkeypatch.setattr("sys.stderr", screen)
        with progress() as report:
            report("taking [frames]")
        print_table("most similar", table("v" * 30))
    shown = read_all(near)
    assert "taking [frames]" in shown
    assert "\x1b[1mmost similar\x1b[0m" in shown
    assert "v" * 30 in shown


def test_the_line_above_a_table_is_one_that_a_terminal_does_not_obey(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table("1 \x1b]0;x\x07, 2 \u202efailed\nthe rest", plain_table(["a"], [["b\x9b0m"]]))
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert printed == ["1 \ufffd]0;x\ufffd, 2 \ufffdfailed", "the rest", "a", "b\ufffd0m"]
