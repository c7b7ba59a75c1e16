import numpy as np
import pytest

from vidrec.media.thumbnails import SIDE, Thumbnails
from vidrec.videos.alike import (
    hashes_of,
    look_alike,
    look_of,
    matched_share,
    most_in_step,
    pairs_sharing,
    patterns_of,
)


def backdrop(seed: int) -> Thumbnails:
    coarse = np.random.default_rng(seed).integers(20, 200, (7, 7), dtype=np.uint8)
    return coarse.repeat(SIDE // 7, axis=0).repeat(SIDE // 7, axis=1)


def video(flight: int, ground: int = 0, frames: int = 24) -> Thumbnails:
    """A bright patch that flies before a backdrop."""
    random = np.random.default_rng([flight, 1])
    start, step = random.uniform(0, SIDE, 2), random.uniform(-4, 4, 2)
    made = np.stack([backdrop(ground)] * frames)
    for number, frame in enumerate(made):
        top, left = ((start + number * step) % (SIDE - 6)).astype(int)
        frame[top : top + 6, left : left + 6] = 250
    return made


def noisy(clean: Thumbnails, levels: float = 2.0, seed: int = 7) -> Thumbnails:
    noise = np.random.default_rng(seed).normal(0, levels, clean.shape)
    return np.asarray((clean + noise).round().clip(0, 255), np.uint8)


def share(one: Thumbnails, other: Thumbnails) -> float:
    return matched_share(look_of(one), look_of(other))


def test_a_noisy_copy_is_found_whole() -> None:
    assert share(video(1), noisy(video(1))) == 1.0


def test_a_brighter_copy_is_found() -> None:
    brighter = (video(1, frames=12) * 1.2).clip(0, 255).astype(np.uint8)
    assert share(video(1), brighter) == 1.0


@pytest.mark.parametrize("part", [slice(6, 18), slice(0, 12), slice(12, 24), slice(3, 9)])
def test_a_part_of_a_video_is_a_copy_of_it(part: slice) -> None:
    assert share(video(1), noisy(video(1)[part])) == 1.0
    assert share(noisy(video(1)[part]), video(1)) == 1.0


def test_a_longer_cut_beside_other_content_counts_by_its_share() -> None:
    mixed = np.concatenate([video(1)[:16], video(2, ground=5)[:8]])
    assert share(video(1), mixed) == pytest.approx(16 / 24)
    mixed = np.concatenate([video(1)[:8], video(2, ground=5)[:16]])
    assert share(video(1), mixed) == 0.0


def test_another_flight_before_the_same_backdrop_is_no_copy() -> None:
    flights = [video(number) for number in range(1, 7)]
    for number, one in enumerate(flights):
        for other in flights[number + 1 :]:
            assert look_alike(patterns_of(one), patterns_of(other))
            assert share(one, other) == 0.0
            assert most_in_step(look_of(one), look_of(other)) < 0.4


def test_a_copy_is_in_step_and_what_has_nothing_alike_is_not_at_all() -> None:
    assert most_in_step(look_of(video(1)), look_of(noisy(video(1)))) > 0.9
    assert most_in_step(look_of(video(1)), look_of(video(1, ground=2))) == 0.0


def test_the_same_flight_before_another_backdrop_is_no_copy() -> None:
    assert share(video(1, ground=1), video(1, ground=2)) == 0.0


def test_where_nothing_moves_nothing_is_proved() -> None:
    still = np.stack([backdrop(1)] * 24)
    assert share(still, still) == 0.0
    assert share(noisy(still, 1.0, 1), noisy(still, 1.0, 2)) == 0.0


def test_black_frames_and_plain_skies_prove_nothing() -> None:
    black = np.zeros((24, SIDE, SIDE), np.uint8)
    assert share(black, black) == 0.0
    fading = black + np.linspace(0, 200, 24, dtype=np.uint8)[:, None, None]
    assert share(fading, fading) == 0.0
    assert not len(hashes_of(fading))


def test_skies_that_grow_lighter_alike_are_no_copies() -> None:
    slope = np.linspace(0, 1, SIDE)[None, :, None] * np.linspace(40, 120, 24)[:, None, None]
    sky = np.broadcast_to(60 + slope, (24, SIDE, SIDE)).astype(np.uint8)
    assert share(sky, noisy(sky, 1.0)) == 0.0


def test_both_fade_in_from_black_and_are_no_copies() -> None:
    light = np.linspace(0, 1, 24)[:, None, None]
    one, other = ((video(n, ground=n) * light).astype(np.uint8) for n in (1, 2))
    assert share(one, other) == 0.0
    assert share(one, noisy(one)) > 0.8


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_too_few_frames_prove_nothing(frames: int) -> None:
    assert share(video(1)[:frames], video(1)) == 0.0
    assert share(video(1)[:frames], video(1)[:frames]) == 0.0


def test_copies_have_a_hash_in_common_and_other_backdrops_have_none() -> None:
    videos = [video(1, ground=1), noisy(video(1, ground=1)), video(1, ground=2), video(9, ground=3)]
    assert pairs_sharing(map(hashes_of, videos)) == [(0, 1)]


def test_pairs_are_the_same_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = [hashes_of(video(number, ground=number % 3)) for number in range(9)]
    whole = pairs_sharing(hashes)
    assert {(0, 3), (0, 6), (3, 6)} <= set(whole)
    monkeypatch.setattr("vidrec.videos.alike.BLOCK", 2)
    assert sorted(pairs_sharing(hashes)) == sorted(whole)


def test_of_no_videos_there_are_no_pairs() -> None:
    assert pairs_sharing([]) == []
    assert pairs_sharing([hashes_of(video(1))]) == []
