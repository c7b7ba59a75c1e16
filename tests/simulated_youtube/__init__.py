"""A YouTube on this machine for yt-dlp to be tried on; `python -m tests.simulated_youtube`."""
