"""The id in a YouTube URL of any form."""

from yt_dlp.extractor.youtube import YoutubeIE


def youtube_id(text: str) -> str | None:
    """The id of a video that `text` is, or is a URL of; None where it is neither."""
    found: str | None = YoutubeIE.get_temp_id(text)
    return found
