"""What ffmpeg's description of a file says, and which stream of it is shown."""

import pytest

from vidrec.media.streams import Described, Stream, parse

HEAD = "Input #0, mov,mp4, from 'file:video':\n  Duration: 01:02:03.50, start: 0.000000\n"
PLAIN = "  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), "

COVER = Stream(0, "mjpeg", 900, 900, is_default=True, is_beside=True)


def only(line: str) -> Stream:
    (stream,) = parse(f"{HEAD}{line}\n").streams
    return stream


@pytest.mark.parametrize(
    ("pixels", "colours"),
    [
        ("yuv420p(progressive)", ("unknown", "unknown", "unknown")),
        ("yuv420p", ("unknown", "unknown", "unknown")),
        ("yuv420p(tv, top coded first (swapped))", ("unknown", "unknown", "unknown")),
        ("yuvj420p(pc, bt470bg/unknown/unknown)", ("bt470bg", "unknown", "unknown")),
        ("yuv420p(tv, bt709, progressive)", ("bt709", "bt709", "bt709")),
        ("yuv420p10le(tv, bt2020nc/bt2020/arib-std-b67)", ("bt2020nc", "bt2020", "arib-std-b67")),
    ],
)
def test_colours_are_told_by_their_tags(pixels: str, colours: tuple[str, str, str]) -> None:
    found = only(f"{PLAIN}{pixels}, 320x180 [SAR 1:1 DAR 16:9], 25 fps (default)")
    assert (found.matrix, found.primaries, found.transfer) == colours
    assert (found.codec, found.width, found.height, found.is_default) == ("h264", 320, 180, True)


def test_length_and_what_is_turned() -> None:
    side = "    Side data:\n      Display Matrix: rotation of 90.00 degrees\n"
    found = parse(f"{HEAD}{PLAIN}yuv420p, 32x18\n{side}{PLAIN.replace('0:0', '0:1')}yuv420p, 9x9\n")
    assert found.duration_s == 3723.5
    assert [each.turned for each in found.streams] == [True, False]
    assert parse(HEAD.replace("01:02:03.50", "N/A")).duration_s == 0


@pytest.mark.parametrize(
    ("streams", "shown"),
    [
        ([Stream(0, "h264", 64, 36), Stream(1, "h264", 192, 144, is_default=True)], 1),
        ([Stream(0, "h264", 64, 36), Stream(1, "h264", 192, 144)], 1),
        ([Stream(0, "h264", 64, 36), Stream(2, "h264", 64, 36)], 0),
        ([COVER, Stream(1, "vp9", 9, 9)], 1),
        ([COVER], None),
        ([], None),
    ],
)
def test_the_stream_that_a_player_shows(streams: list[Stream], shown: int | None) -> None:
    found = Described(1.0, streams).shown
    assert (found.index if found else None) == shown


def test_what_lies_beside_a_video() -> None:
    for words in ("(attached pic)", "(default) (timed thumbnails)", "(still image)"):
        assert only(f"{PLAIN}yuv420p, 9x9 {words}").is_beside


def test_streams_of_a_group_are_found() -> None:
    """As ffmpeg shows a video with a track of time codes."""
    inner = PLAIN.replace("  Stream", "    Stream", 1)
    side = "      Side data:\n        Display Matrix: rotation of -90.00 degrees\n"
    found = parse(
        f"{HEAD}  Stream group #0:0: time code\n{inner}yuv420p, 32x18\n{side}{inner}yuv420p, 9x9\n"
    )
    assert [(each.width, each.turned) for each in found.streams] == [(32, True), (9, False)]


def test_a_language_may_be_of_any_text() -> None:
    assert only(f"{PLAIN.replace('(und)', '(en us (UK))')}yuv420p, 32x18").width == 32
