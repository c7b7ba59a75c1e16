import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidrec.workflow.errors import readable, say, tell


@given(st.text(st.characters()))
def test_readable_text_is_one_line_that_any_output_takes(text: str) -> None:
    shown = readable(text + "\x1b[31m\n\udcff")
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 1
    assert shown.encode().decode() == shown


@pytest.mark.parametrize(
    "text",
    [
        "caf\u00e9, cafe\u0301, Füße, 猫, עברית, العربية, ไทย",
        "\U0001f469\u200d\U0001f692 \U0001f3f3\ufe0f\u200d\U0001f308",
        "\U0001f1e9\U0001f1ea \U0001fa77",
        "می\u200cخواهم क्\u200dष",
        "a \"b\" 'c' <d> [e] \\n",
    ],
)
def test_letters_and_emoji_of_all_scripts_stay(text: str) -> None:
    assert readable(text) == text


@pytest.mark.parametrize(
    "char",
    [
        *map(chr, range(0x20)),
        *map(chr, range(0x7F, 0xA0)),
        *"\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u2060\ufeff\ufff9\U000e0041",
        *map(chr, range(0x202A, 0x202F)),
        *map(chr, range(0x2066, 0x206A)),
        *("\ud800", "\udcff", "\udfff"),
    ],
)
def test_what_a_terminal_obeys_or_what_turns_or_hides_text_is_marked(char: str) -> None:
    assert readable(f"a{char}b") == "a\ufffdb"


@pytest.mark.parametrize("space", "\u00a0\u2003\u202f\u3000")
def test_a_space_is_a_space(space: str) -> None:
    assert readable(f"a{space}b") == "a b"


def test_lines_are_printed_readable(capsys: pytest.CaptureFixture[str]) -> None:
    say("out \x1b[31m\n\U0001f469\u200d\U0001f692")
    tell("err \u202e\udcff")
    assert capsys.readouterr() == (
        "out \ufffd[31m\ufffd\U0001f469\u200d\U0001f692\n",
        "err \ufffd\ufffd\n",
    )
