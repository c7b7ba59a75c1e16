"""A plugin of yt-dlp: its own YouTube extractor, unchanged, asks a server on this machine.

All that is simulated is the network: what is raised, warned of and tried anew is yt-dlp's doing.
"""

import os
from typing import Any
from urllib.parse import urlsplit

from yt_dlp.extractor.youtube._base import YoutubeBaseInfoExtractor

# Where the server is, such as http://127.0.0.1:8000.
SERVER = os.environ["SIMULATED_YOUTUBE"]

as_in_yt_dlp = YoutubeBaseInfoExtractor._create_request


def create_request(extractor: Any, *arguments: Any, **named: Any) -> Any:
    """The request that yt-dlp would make, to the server; it tells which process asks."""
    request = as_in_yt_dlp(extractor, *arguments, **named)
    wanted = urlsplit(request.url)
    if (wanted.hostname or "").endswith("youtube.com"):
        request.url = f"{SERVER}{wanted.path}?{wanted.query}"
        request.headers["X-Process"] = str(os.getpid())
    return request


YoutubeBaseInfoExtractor._create_request = create_request
