"""The id in a YouTube URL of any form."""


def youtube_id(text: str) -> str | None:
    """The id of a video that `text` is, or is a URL of; None where it is neither."""
    # Loaded here: most of the commands never meet a URL, and would wait a second for it.
    from yt_dlp.extractor.youtube import YoutubeIE

    found: str | None = YoutubeIE.get_temp_id(text)
    return found
