"""One page that needs nothing but itself: template, style, script, pictures and data in a file.

Titles, labels and file names come from strangers. The template escapes what stands in HTML, the
data is JSON that ends no script, and a policy in the page lets run only the script written here.
"""

import hashlib
from base64 import b64encode
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

PACKAGE = "vidrec.report"


def render(name: str, **values: Any) -> str:
    """The page `templates/<name>.html` with the style and script of that name, and `values`.

    The template has them as `style` and `script`, with the policy that allows them as `policy`.
    """
    pages = environment()
    style, script = (_source(pages, f"{name}.{kind}") for kind in ("css", "js"))
    return pages.get_template(f"{name}.html").render(
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=policy(style, script),
        **values,
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
    made.policies["json.dumps_kwargs"] = {
        "allow_nan": False,
        "separators": (",", ":"),
        "sort_keys": True,
    }
    made.filters["webp"] = data_url
    return made


def _source(pages: Environment, name: str) -> str:
    loader = pages.loader
    assert loader is not None
    return loader.get_source(pages, name)[0]


def policy(style: str, script: str) -> str:
    """A content security policy that allows this style, this script and embedded pictures only."""
    return (
        f"default-src 'none'; img-src data:; style-src {_digest(style)};"
        f" script-src {_digest(script)}; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def data_url(picture: bytes) -> str:
    """A WebP picture as an address that holds it whole."""
    return f"data:image/webp;base64,{b64encode(picture).decode()}"
