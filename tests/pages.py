"""What a page of the report tells."""

import json
import re
from typing import Any


def data_of(text: str) -> dict[str, Any]:
    """The data within a page."""
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert found
    content: dict[str, Any] = json.loads(found[1])
    return content
