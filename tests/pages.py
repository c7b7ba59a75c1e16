"""What a page of the report tells."""

import json
import re
from typing import Any

from vidrec.settings.render_report import Params

SETTINGS = Params(
    strip_frames=8,
    strip_size=96,
    poster_size=160,
    quality=70,
    worst=24,
    one_file_up_to=400,
    groups="",
    fps=3,
)


def data_of(text: str) -> dict[str, Any]:
    """The data within a page."""
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert found
    content: dict[str, Any] = json.loads(found[1])
    return content
