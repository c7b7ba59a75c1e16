from hypothesis import given
from hypothesis import strategies as st

from vidrec.videos.names import MAX_NAME, safe_names
from vidrec.workflow.tables import SAFE_NAME


@given(st.lists(st.text(), unique=True))
def test_any_names_become_safe(names: list[str]) -> None:
    safe = safe_names(names, names)
    assert all(SAFE_NAME.fullmatch(name) for name in safe)
    assert len({name.lower() for name in safe}) == len(names)


def test_only_what_is_alike_gets_a_digest() -> None:
    names = ["my video", "My_Video", "b", "?", "x" * 300]
    first, second, plain, nameless, long = safe_names(names, [*"abcde"])
    assert (plain, long) == ("b", "x" * MAX_NAME)
    assert first.startswith("my_video-")
    assert second.startswith("My_Video-")
    assert nameless.startswith("video-")
