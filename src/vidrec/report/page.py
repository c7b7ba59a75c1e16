"""One page that needs nothing but itself: template, style, script, pictures and data in a file.

Of many videos most lies in pieces beside it, which are scripts, as a page that was opened without a
server may read nothing else, and pictures.

Titles, labels and file names come from strangers. The template escapes what stands in HTML, the
data is JSON that ends no script, and a policy in the page lets run only the scripts written here.
"""

import hashlib
import json
from base64 import b64encode
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

PACKAGE = "vidrec.report"
# The parts of the script, in order: each uses what those before it have.
SCRIPTS = ("words", "likeness", "state", "parts", "browse", "map", "chosen", "main")
JSON = {"allow_nan": False, "separators": (",", ":"), "sort_keys": True}


def render(name: str, *, data: Any, alone: bool) -> str:
    """The page `templates/<name>.html` with its style and script, and `data` for the script.

    `alone`: nothing lies beside it.
    """
    pages = environment()
    style = _source(pages, f"{name}.css")
    parts = "\n".join(_source(pages, f"script/{part}.js") for part in SCRIPTS)
    script = f'"use strict";\n(() => {{\n{parts}\n}})();'
    return pages.get_template(f"{name}.html").render(
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=policy(style, script, alone=alone),
        data=data,
    )


def environment() -> Environment:
    """Where templates are found, and how they are filled: escaped, and never silently empty."""
    made = Environment(
        loader=PackageLoader(PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = JSON
    return made


def _source(pages: Environment, name: str) -> str:
    loader = pages.loader
    assert loader is not None
    return loader.get_source(pages, name)[0]


def policy(style: str, script: str, *, alone: bool) -> str:
    """A content security policy that allows this style, this script, pictures that are embedded,
    and videos that lie here; where the page is not `alone` also what lies beside it.

    Of a page that is opened without a server, what lies beside it has the scheme `file:`.
    """
    beside = "" if alone else " 'self' file:"
    return (
        f"default-src 'none'; img-src data:{beside}; media-src 'self' file:;"
        f" style-src {_digest(style)}; script-src {_digest(script)}{beside};"
        " base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def data_url(picture: bytes) -> str:
    """A WebP picture as an address that holds it whole."""
    return f"data:image/webp;base64,{b64encode(picture).decode()}"


def piece(kind: str, number: int, items: Any) -> bytes:
    """A script that hands `items` to the page, which knows them by their kind and number."""
    content = htmlsafe_json_dumps(items, dumps=json.dumps, **JSON)
    return f"vidrecPiece({json.dumps(kind)},{number},{content});\n".encode()
