import pytest

from vidrec.videos.youtube_ids import youtube_id


@pytest.mark.parametrize(
    "text",
    [
        "-a_bCdE12Fg",
        "https://www.youtube.com/watch?v=-a_bCdE12Fg",
        "https://m.youtube.com/watch?feature=share&v=-a_bCdE12Fg&list=PL123&t=4s",
        "http://youtu.be/-a_bCdE12Fg?si=x",
        "https://www.youtube.com/shorts/-a_bCdE12Fg",
    ],
)
def test_ids_and_urls(text: str) -> None:
    assert youtube_id(text) == "-a_bCdE12Fg"


@pytest.mark.parametrize("text", ["", "short", "https://example.org/a.mp4", "../a_bCdE12Fg.mp4"])
def test_what_is_neither(text: str) -> None:
    assert youtube_id(text) is None
