from hypothesis import given
from hypothesis import strategies as st

from vidrec.workflow.errors import readable


@given(st.text(st.characters()))
def test_readable_text_is_one_line_that_any_output_takes(text: str) -> None:
    shown = readable(text + "\x1b[31m\n\udcff")
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 1
    assert shown.encode().decode() == shown
