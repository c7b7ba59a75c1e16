import base64
import hashlib
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from vidrec.report.page import data_url, environment, piece, policy

HOSTILE = "</script><!--<script>\u2028\"'&<img src=x onerror=alert(1)>"


@settings(max_examples=40, deadline=None)
@given(st.text() | st.just(HOSTILE))
def test_data_neither_ends_its_script_nor_changes(text: str) -> None:
    page = environment().from_string("<script>{{ data | tojson }}</script>").render(data=[text])
    inside = page.removeprefix("<script>").removesuffix("</script>")
    assert not set(inside) & set("<>&'\u2028\u2029")
    assert json.loads(inside) == [text]


def test_text_and_attributes_are_escaped() -> None:
    page = environment().from_string('<a title="{{ x }}">{{ x }}</a>').render(x=HOSTILE)
    assert re.findall("<[a-z!/]+", page) == ["<a", "</a"]
    assert page.count('"') == 2


def test_what_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ unknown }}").render()


def test_a_number_that_json_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        environment().from_string("{{ data | tojson }}").render(data=float("nan"))


def test_the_policy_names_what_may_run() -> None:
    said = policy("a{}", "run()", alone=True)
    digest = base64.b64encode(hashlib.sha256(b"run()").digest()).decode()
    assert f"script-src 'sha256-{digest}';" in said
    assert said.startswith("default-src 'none'; img-src data:; media-src 'self' file:;")
    assert "unsafe" not in said


def test_what_lies_beside_a_page_may_be_loaded_where_there_is_any() -> None:
    said = policy("a{}", "run()", alone=False)
    assert "img-src data: 'self' file:;" in said
    assert re.search(r"script-src 'sha256-[^']+' 'self' file:;", said)
    assert not set(re.findall(r"https?:|\*|unsafe", said))


def test_a_piece_hands_over_what_it_holds() -> None:
    script = piece("told", 3, [{"title": HOSTILE}]).decode()
    assert script.startswith('vidrecPiece("told",3,[{')
    assert not set(script) & set("<>&'\u2028")
    assert json.loads(script.removeprefix('vidrecPiece("told",3,').removesuffix(");\n")) == [
        {"title": HOSTILE}
    ]


def test_a_picture_is_held_whole() -> None:
    assert data_url(b"\x00\x01") == "data:image/webp;base64,AAE="
