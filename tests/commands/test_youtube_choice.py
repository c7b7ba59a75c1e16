"""Which hits are taken, told on the fields that yt-dlp gives."""

from collections import Counter
from typing import Any

import pandas as pd
import pytest

from vidrec.commands.youtube_choice import Found, Held, choose, found_of, held_of, likeness, unfit

NOTHING = Held({}, frozenset())


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"live_status": "was_live"}, ""),
        ({"live_status": "not_live", "availability": "public", "age_limit": 0}, ""),
        ({"availability": "unlisted"}, ""),
        ({"duration": 600}, ""),
        ({"duration": 1}, ""),
        ({"duration": 601}, "too long"),
        ({"duration": 0}, "too short"),
        ({"duration": None}, "of unknown length"),
        ({"is_live": True}, "live"),
        ({"live_status": "is_live", "duration": None}, "live"),
        ({"live_status": "is_upcoming", "duration": None}, "yet to come"),
        ({"live_status": "post_live"}, "live until just now"),
        ({"title": "[Private video]", "duration": None}, "private"),
        ({"title": "[Deleted video]", "duration": None}, "deleted"),
        ({"availability": "private"}, "private"),
        ({"availability": "subscriber_only"}, "for members"),
        ({"availability": "premium_only"}, "to be paid for"),
        ({"availability": "needs_auth"}, "behind a login"),
        ({"age_limit": 18}, "for adults"),
        ({"id": None}, "no video"),
        ({"id": "a/b"}, "no video"),
    ],
)
def test_what_will_not_do(fields: dict[str, Any], reason: str) -> None:
    hit = {"id": "abcdefghijk", "title": "A cat", "duration": 60} | fields
    assert unfit(hit, 600) == reason


def test_a_hit_as_a_video() -> None:
    hit = {"id": "a", "title": "A\ncat", "duration": 60, "channel_id": "UC1"}
    assert found_of(hit, 600, of_channel=False) == Found("a", "A cat", 60.0, "UC1")
    assert found_of(hit, 600, of_channel=True).channel == ""
    assert found_of({"id": "a", "title": None}, 600, of_channel=False).reason != ""


def test_uploads_of_one_video_are_known_by_title_and_length() -> None:
    assert likeness("a", "Cat - PLAYS!", 60) == likeness("b", " cat plays (？)", 60.4)
    assert likeness("a", "Ｃat", 60) == likeness("b", "cat", 60)
    assert likeness("a", "cat", 60) != likeness("b", "cat", 61)
    assert likeness("a", "cat 1", 60) != likeness("b", "cat 2", 60)
    # Vowels are marks there, the letters are the same.
    assert likeness("a", "कि", 60) != likeness("b", "कु", 60)
    assert likeness("a", "", 60) != likeness("b", "", 60)
    assert likeness("a", "!!!", 60) != likeness("b", "???", 60)


def found(name: str, channel: str = "", **fields: Any) -> Found:
    return Found(name, f"Title {name}", 60.0, channel, **fields)


def ids(chosen: tuple[Found, ...]) -> str:
    return "".join(each.video_id for each in chosen)


def test_the_first_that_will_do_in_their_order() -> None:
    hits = [found("a"), found("b", reason="live"), found("c"), found("d"), found("e")]
    choice = choose(iter(hits), NOTHING, 3, 1)
    assert (ids(choice.found), choice.left_out, choice.over_share) == ("acd", {"live": 1}, 0)


def test_no_more_hits_are_asked_for_than_needed() -> None:
    hits = iter([found("a"), found("b"), found("c")])
    choose(hits, NOTHING, 2, 1)
    assert next(hits).video_id == "c"


def test_no_two_of_one_video() -> None:
    again = Found("b", "TITLE A", 60.2)
    choice = choose([found("a"), again, found("a"), found("c")], NOTHING, 5, 1)
    assert ids(choice.found) == "ac"
    assert choice.left_out == {"found twice or uploaded again": 2}


def test_what_the_manifest_has_or_had_is_left_out() -> None:
    rows = pd.DataFrame(
        [
            {"category": "pets", "video_id": "a", "title": "", "duration_s": ""},
            {"category": "cars", "video_id": "z", "title": "Title z", "duration_s": "inf"},
            {"category": "cars", "video_id": "b", "title": "Title d", "duration_s": "60.0"},
        ]
    )
    held = held_of(rows, "pets", ["c", "b"])
    choice = choose([found(name) for name in "abcde"], held, 5, 1)
    assert ids(choice.found) == "e"
    assert choice.left_out == Counter(
        ["there already", "in another category", "removed before", "found twice or uploaded again"]
    )


def test_no_channel_has_more_than_its_share() -> None:
    hits = [found(f"{n}", "x" if n < 5 else f"y{n}") for n in range(9)]
    choice = choose(hits, NOTHING, 6, 2)
    assert (ids(choice.found), choice.over_share) == ("015678", 0)
    assert choice.left_out == {"of a channel that has its share": 3}


def test_where_others_are_too_few_the_rest_of_a_channel_comes_last() -> None:
    hits = [found("a", "x"), found("b", "x"), found("c", "x"), found("d", "y")]
    choice = choose(hits, NOTHING, 3, 1)
    assert (ids(choice.found), choice.over_share) == ("adb", 1)
    assert choice.left_out == {"of a channel that has its share": 1}


def test_a_channel_that_is_not_told_has_no_limit() -> None:
    assert ids(choose([found(name) for name in "abc"], NOTHING, 3, 1).found) == "abc"


def test_those_found_again_count_for_the_share_of_their_channel() -> None:
    held = Held({"a": "there already"}, frozenset())
    choice = choose([found("a", "x"), found("b", "x"), found("c", "y")], held, 1, 1)
    assert ids(choice.found) == "c"
