from hypothesis import given
from hypothesis import strategies as st

from vidrec.media.archives import pack, unpack

NAMES = st.text("abc.-_0123456789", min_size=1)


@given(st.dictionaries(NAMES, st.binary()))
def test_files_come_back_in_their_order(files: dict[str, bytes]) -> None:
    assert list(unpack(pack(files)).items()) == list(files.items())


def test_the_same_files_are_the_same_bytes() -> None:
    files = {"10.jpg": b"ten", "9.jpg": b"nine"}
    assert pack(files) == pack(dict(files))
    assert pack(files) != pack({"10.jpg": b"ten", "9.jpg": b"none"})
