"""Searching for ids, with a search that is none, into a manifest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vidrec.commands import youtube_search
from vidrec.commands.youtube_outcome import Wish
from vidrec.commands.youtube_search import Search, asked_for, reserve_of
from vidrec.commands.youtube_sources import Hit, Source, UnreachableError
from vidrec.videos.youtube_manifest import COLUMNS, read_wanted
from vidrec.workflow.errors import UserError

# 10 videos and 3 reserves of each category, of 10 minutes at most.
WISH = Wish(10, 3, 600)
HEADER = ",".join(COLUMNS) + "\n"


def hits(source: Source, count: int) -> list[Hit]:
    """Videos of which every fourth of the first sixteen is of no use."""
    found: list[Hit] = [
        {"id": f"{source.text}-{n}", "title": f"a\n{source.text}, {n}", "duration": 60.0 + n}
        for n in range(count)
    ]
    changes: list[dict[str, Any]] = [
        {"duration": None}, {"is_live": True}, {"duration": 9999.0}, {"id": "a/b"},
    ]  # fmt: skip
    for useless, change in zip(found[::4], changes, strict=False):
        useless.update(change)
    return found


def failing(source: Source, count: int) -> Iterator[Hit]:
    """As `hits`, but what is called `broken` fails after two videos."""
    if source.text != "broken":
        yield from hits(source, count)
        return
    yield from hits(source, count)[1:3]
    raise UserError("the search for 'broken' failed (network: timed out): check the network")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return tmp_path / "m" / "youtube.csv"


def discover(
    manifest: Path,
    *texts: str,
    wish: Wish = WISH,
    removed: tuple[str, ...] = (),
    search: Search = hits,
) -> list[str]:
    return list(youtube_search.discover(asked_for(texts), manifest, wish, search, removed))


def test_texts_by_category() -> None:
    url = "https://www.youtube.com/playlist?list=PL1"
    assert asked_for(["pets=cat playing", f"cars={url}", "pets= dog"]) == {
        "pets": [Source("cat playing"), Source("dog")],
        "cars": [Source(url, url)],
    }
    for text in ("pets", "=cat", "pets=", "pets= "):
        with pytest.raises(UserError, match="is not CATEGORY=SOURCE"):
            asked_for([text])


def test_reserves_are_30_percent_or_more() -> None:
    assert [reserve_of(wanted) for wanted in (1, 10, 11, 100)] == [1, 3, 4, 30]


def test_wanted_and_reserves_in_the_order_of_the_search(manifest: Path) -> None:
    told = discover(manifest, "pets=cat", "cars=auto")
    read = read_wanted(manifest)
    assert list(read["category"]) == ["cars"] * 13 + ["pets"] * 13
    assert list(read["rank"]) == [*range(1, 14), *range(1, 14)]
    assert list(read["video_id"][:4]) == ["auto-1", "auto-2", "auto-3", "auto-5"]
    assert read["title"][0] == "a auto, 1"
    assert read["duration_s"][0] == 61
    left_out = "  left out: 1 of unknown length, 1 live, 1 too long, 1 no video"
    assert told == [
        "pets: 13 new ids, 0 kept", left_out,
        "cars: 13 new ids, 0 kept", left_out,
        f"look through the new rows of {manifest}, then commit the file",
    ]  # fmt: skip


def test_sources_of_a_category_are_taken_in_turn(manifest: Path) -> None:
    discover(manifest, "pets=cat", "pets=dog", wish=Wish(4, 0, 600))
    assert list(read_wanted(manifest)["video_id"]) == ["cat-1", "dog-1", "cat-2", "dog-2"]


def test_no_id_comes_twice(manifest: Path) -> None:
    same = Source("same")
    discover(manifest, "a=x", "b=y", wish=Wish(2, 0, 600), search=lambda s, n: hits(same, 9))
    assert list(read_wanted(manifest)["video_id"]) == ["same-1", "same-2", "same-3", "same-5"]


def test_what_is_there_stays_as_it_was(manifest: Path) -> None:
    manifest.parent.mkdir()
    before = 'pets,7,cat-1,,\ncars,01,z,"a, b",1.50\npets,2,by-hand,\'=x,1.0\ncars,2,y,,\n'
    manifest.write_text(HEADER + before)
    told = discover(manifest, "pets=cat", wish=Wish(3, 1, 600), removed=("cat-2",))
    pets, new = before.rsplit("cars,2", 1)[0], 'pets,8,cat-3,"a cat, 3",63.0\n'
    new += 'pets,9,cat-5,"a cat, 5",65.0\n'
    assert manifest.read_text() == f"{HEADER}{pets}{new}cars,2,y,,\n"
    assert told[:2] == [
        "pets: 2 new ids, 2 kept",
        "  left out: 1 of unknown length, 1 removed before, 1 live",
    ]
    full = manifest.read_text()
    again = discover(manifest, "pets=cat", wish=Wish(3, 1, 600), search=failing)
    assert len(again) == 1
    assert again[0].startswith("pets: has 4 ids, 4 are wanted with reserves: nothing to search for")
    assert manifest.read_text() == full


def test_what_is_added_by_hand_in_the_meantime_is_kept(manifest: Path) -> None:
    def slow(source: Source, count: int) -> list[Hit]:
        manifest.parent.mkdir(exist_ok=True)
        manifest.write_text(HEADER + "pets,1,by-hand,,\ncars,1,cat-1,,\n")
        return hits(source, count)

    discover(manifest, "pets=cat", wish=Wish(2, 0, 600), search=slow)
    assert list(read_wanted(manifest)["video_id"]) == ["cat-1", "by-hand", "cat-2"]


def test_a_category_starts_anew_where_that_is_wished(manifest: Path) -> None:
    discover(manifest, "pets=cat", "cars=auto")
    cars = [line for line in manifest.read_text().splitlines() if line.startswith("cars")]
    told = discover(manifest, "pets=dog", wish=Wish(2, 1, 600, replace=True))
    lines = manifest.read_text().splitlines()
    assert [line for line in lines if line.startswith("cars")] == cars
    pets = [line.split(",")[:3] for line in lines if line.startswith("pets")]
    assert pets == [["pets", "1", "dog-1"], ["pets", "2", "dog-2"], ["pets", "3", "dog-3"]]
    assert told[0] == "pets: 3 new ids in place of 13"


@pytest.mark.parametrize("texts", [["pets=broken"], ["pets=broken", "pets=dog"]])
def test_what_is_there_does_not_give_way_to_a_search_that_failed(
    texts: list[str], manifest: Path
) -> None:
    discover(manifest, "pets=cat")
    before = manifest.read_bytes()
    with pytest.raises(UserError, match="'broken' failed"):
        discover(manifest, *texts, wish=Wish(5, 5, 600, replace=True), search=failing)
    with pytest.raises(UserError, match="fewer ids than the 99 wanted"):
        discover(
            manifest, "pets=dog", wish=Wish(99, 0, 600, replace=True),
            search=lambda source, count: hits(source, 30),
        )  # fmt: skip
    assert manifest.read_bytes() == before


def test_what_others_find_is_kept_where_one_source_fails(manifest: Path) -> None:
    told = []
    lines = youtube_search.discover(
        asked_for(["pets=broken", "cars=auto"]), manifest, Wish(5, 1, 600), failing
    )
    with pytest.raises(UserError) as caught:
        for line in lines:
            told.append(line)
    error = "the search for 'broken' failed (network: timed out): check the network"
    assert str(caught.value) == (f"{error}; what was found is in {manifest}")
    assert told[:3] == ["pets: 2 new ids, 0 kept", f"  {error}", "cars: 6 new ids, 0 kept"]
    assert list(read_wanted(manifest)["category"]) == ["cars"] * 6 + ["pets"] * 2


def test_where_youtube_cannot_be_reached_no_more_is_tried(manifest: Path) -> None:
    asked = []

    def unreachable(source: Source, count: int) -> Iterator[Hit]:
        asked.append(source.text)
        yield from hits(source, count)[1:3]
        raise UnreachableError(
            "the search for 'cat' failed (network: timed out): check the network"
        )

    with pytest.raises(UserError, match="'cat' failed"):
        discover(manifest, "pets=cat", "cars=auto", search=unreachable)
    assert asked == ["cat"]
    assert list(read_wanted(manifest)["video_id"]) == ["cat-1", "cat-2"]
    discover(manifest, "pets=cat", "cars=auto")
    assert len(read_wanted(manifest)) == 26


def test_ids_that_the_download_will_refuse_stay_but_do_not_count(manifest: Path) -> None:
    manifest.parent.mkdir()
    manifest.write_text(HEADER + "pets,1,a,,900.0\npets,2,b,,\npets,3,c,,600.0\n")
    told = discover(manifest, "pets=cat", wish=Wish(3, 0, 600))
    assert told[0] == "pets: 1 new id, 2 kept, and 1 that do not count: longer than 600 s"
    assert list(read_wanted(manifest)["video_id"]) == ["a", "b", "c", "cat-1"]


def test_too_few_are_kept_and_told(manifest: Path) -> None:
    few: Search = lambda source, count: hits(source, 4)  # noqa: E731
    with pytest.raises(UserError, match=r"fewer ids than the 5 wanted: pets \(3\): give another"):
        discover(manifest, "pets=cat", wish=Wish(5, 0, 600), search=few)
    assert len(read_wanted(manifest)) == 3
    told = discover(manifest, "pets=cat", wish=Wish(3, 2, 600), search=few)
    assert "  5 are wanted with reserves: give pets another source" in told


def test_nothing_is_written_where_nothing_is_found(manifest: Path) -> None:
    with pytest.raises(UserError, match=r"pets \(0\)"):
        discover(manifest, "pets=cat", search=lambda source, count: [])
    assert not manifest.exists()


def test_a_channel_has_a_tenth_of_the_videos_wanted_unless_it_is_the_source(
    manifest: Path,
) -> None:
    def of_one(source: Source, count: int) -> list[Hit]:
        return [hit | {"channel_id": "UC1"} for hit in hits(source, 9)[1:4]] + [
            hit | {"channel_id": f"UC{n}"} for n, hit in enumerate(hits(source, 40)[20:], 2)
        ]

    discover(manifest, "pets=cat", wish=Wish(20, 0, 600), search=of_one)
    assert list(read_wanted(manifest)["video_id"][:3]) == ["cat-1", "cat-2", "cat-20"]
    manifest.unlink()
    discover(manifest, "pets=youtube.com/@x", wish=Wish(2, 0, 600), search=lambda s, n: of_one(
        Source("x"), n
    ))  # fmt: skip
    assert list(read_wanted(manifest)["video_id"]) == ["x-1", "x-2"]
    told = discover(manifest, "cars=auto", wish=Wish(3, 0, 600), search=lambda s, n: of_one(
        s, n
    )[:3])  # fmt: skip
    assert "  2 new ones exceed 1 of one channel: too few others" in told


def test_bad_category(manifest: Path) -> None:
    with pytest.raises(UserError, match="letters"):
        discover(manifest, "good=dog", "../pets=cat")
    assert not manifest.exists()


def test_a_category_is_kept_as_people_write_it(manifest: Path) -> None:
    discover(manifest, "mis mascotas=cat", wish=Wish(5, 0, 600))
    assert set(read_wanted(manifest)["category_name"]) == {"mis mascotas"}
