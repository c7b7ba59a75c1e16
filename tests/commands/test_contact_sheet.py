import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageFont

from vidrec.commands import contact_sheet
from vidrec.commands.contact_sheet import PALETTE, TILE, Seen, Tile, draw

RNG = np.random.default_rng(0)


def mask(left: int, top: int, right: int, bottom: int) -> NDArray[np.bool_]:
    made = np.zeros((120, 120), np.bool_)
    made[top:bottom, left:right] = True
    return made


def tile(number: int, *objects: Seen) -> Tile:
    return Tile(number, Image.new("RGB", (120, 120), "#808080"), ("car", 0.5), objects)


def count(sheet: Image.Image, colour: str) -> int:
    return int((np.asarray(sheet) == ImageColor.getrgb(colour)).all(axis=2).sum())


def drawn(title: str) -> bytes:
    return draw(title, "b", [tile(1)]).tobytes()


def test_a_title_without_a_font_for_it_is_spelt_in_english_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contact_sheet, "SYSTEM_FONTS", ("none.ttf",))
    assert drawn("m\u00fasica · \u732b") == drawn("musica · Mao")


def test_a_title_keeps_its_accents_where_a_font_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = [name for name in contact_sheet.SYSTEM_FONTS if is_here(name)]
    if not fonts:
        pytest.skip("this machine has none of these fonts")
    monkeypatch.setattr(contact_sheet, "SYSTEM_FONTS", fonts[:1])
    assert len({drawn(title) for title in ("m\u00fasica", "musica", "m\uffffsica")}) == 3


def is_here(font: str) -> bool:
    try:
        return bool(ImageFont.truetype(font))
    except OSError:
        return False


def test_the_grid_grows_with_the_frames() -> None:
    sizes = {n: draw("a", "b", [tile(i + 1) for i in range(n)]).size for n in (1, 3, 6, 7, 24)}
    assert sizes[1] == sizes[3]
    assert sizes[6][0] == sizes[7][0] == sizes[24][0] > 6 * TILE
    assert sizes[7][1] - sizes[6][1] > TILE
    assert sizes[24][1] > 4 * TILE


def test_an_outline_runs_along_the_mask_in_the_colour_of_its_label() -> None:
    plain = np.asarray(draw("a", "b", [tile(1)]))
    seen = Seen("car", 0.9, mask(30, 60, 90, 90))
    sheet = draw("a", "b", [tile(1, seen)])
    corner = 24, sheet.height - 24 - 24 - TILE
    inside = sheet.crop((corner[0], corner[1], corner[0] + TILE, corner[1] + TILE))
    pixels = np.asarray(inside) == ImageColor.getrgb(PALETTE[0])
    rows, columns = np.nonzero(pixels.all(axis=2))
    below_the_label = rows >= 120
    assert (columns[below_the_label].min(), columns[below_the_label].max()) == (60, 179)
    assert (rows[below_the_label].min(), rows.max()) == (120, 179)
    middle = np.asarray(inside)[150, 120]
    assert tuple(middle) not in (ImageColor.getrgb(PALETTE[0]), (128, 128, 128))
    assert plain.shape[1] == sheet.width


def test_the_most_frequent_label_has_the_first_colour() -> None:
    many = [Seen("dog", 0.9, mask(0, 60, 60, 90)), Seen("dog", 0.8, mask(60, 60, 120, 90))]
    sheet = draw("a", "b", [tile(1, Seen("cat", 0.9, mask(0, 0, 40, 40)), *many)])
    assert count(sheet, PALETTE[0]) > count(sheet, PALETTE[1]) > 0
    assert count(sheet, PALETTE[2]) == 0


def test_labels_do_not_cover_each_other() -> None:
    whole = mask(0, 0, 120, 120)
    one = draw("a", "b", [tile(1, Seen("dog", 0.9, whole))])
    three = draw("a", "b", [tile(1, *(Seen("dog", 0.9, whole) for _ in range(3)))])
    assert count(three, PALETTE[0]) > count(one, PALETTE[0]) + 2 * 17 * 20


def test_a_frame_that_was_not_looked_at_does_not_say_that_it_is_empty() -> None:
    looked = Tile(1, Image.new("RGB", (9, 9)), ("car", 0.5), ())
    unknown = Tile(1, Image.new("RGB", (9, 9)), ("car", 0.5), None)
    assert draw("a", "b", [looked]).tobytes() != draw("a", "b", [unknown]).tobytes()


def test_the_same_frames_give_the_same_picture() -> None:
    tiles = [tile(n, Seen("cat", 0.5, mask(n, n, 50, 50))) for n in range(1, 9)]
    assert draw("a", "b", tiles).tobytes() == draw("a", "b", tiles).tobytes()


@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (1, 3000), (64, 48), (1024, 1024)])
def test_frames_of_any_size(size: tuple[int, int]) -> None:
    found = Seen("cat", 0.5, np.ones((size[1], size[0]), np.bool_))
    made = draw("a", "b", [Tile(1, Image.new("L", size), None, (found,))])
    assert made.size == draw("a", "b", [tile(1, found)]).size


names = st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=60)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(names, st.floats(0, 1)), max_size=20), names)
def test_labels_of_any_kind_and_number(objects: list[tuple[str, float]], name: str) -> None:
    found = [Seen(label, confidence, RNG.random((9, 9)) > 0.5) for label, confidence in objects]
    found.append(Seen("none", 0, mask(0, 0, 0, 0)))
    small = Tile(1, Image.new("RGB", (9, 9)), (name, 1.0), tuple(found))
    assert draw(name, name, [small]).width == draw("a", "b", [tile(1)]).width
