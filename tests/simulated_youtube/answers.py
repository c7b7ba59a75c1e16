"""What YouTube says of a video, by what is the matter with it: its real texts, as of 2026.

Each is the part of a player response that is not as it is for a video that can be had.
"""

from typing import Any

Answer = dict[str, Any]

# Stands for the address of the server in what follows.
FILES = "http://files.youtube.invalid"
STORYBOARD = (
    "https://i.ytimg.com/sb/x/storyboard3_L$L/$N.jpg?sqp=x|48#27#100#10#10#0#default#rs$a"
    "|80#45#3#10#10#1000#M$M#rs$b"
)


def stream(video_id: str, size: int) -> Answer:
    """A stream of a player response: H.264 without sound, 640 x 360."""
    return {
        "itag": 134,
        "url": f"{FILES}/videoplayback?id={video_id}",
        "mimeType": 'video/mp4; codecs="avc1.4d401e"',
        "bitrate": 100_000,
        "width": 640,
        "height": 360,
        "fps": 30,
        "quality": "medium",
        "qualityLabel": "360p",
        "approxDurationMs": "3000",
        "contentLength": str(size),
    }


def streams(*found: Answer) -> Answer:
    """A video of which there are these streams, and a storyboard."""
    boards = {"playerStoryboardSpecRenderer": {"spec": STORYBOARD}}
    return {"streamingData": {"adaptiveFormats": list(found)}, "storyboards": boards}


def locked(video_id: str, size: int) -> Answer:
    """A video whose stream has to be unlocked by the player's script."""
    found = stream(video_id, size)
    return streams(found | {"url": f"{found['url']}&n=abcdefgh"})


def protected(video_id: str, size: int) -> Answer:
    """A video whose stream is under DRM; its storyboard is not."""
    return streams(stream(video_id, size) | {"drmFamilies": ["WIDEVINE"]})


LICENSED: Answer = {"streamingData": {"licenseInfos": [{"drmFamily": "WIDEVINE"}]}}


def refused(status: str, reason: str, subreason: str = "") -> Answer:
    """A video that cannot be played, for `reason`."""
    shown = {"reason": {"simpleText": reason}}
    if subreason:
        shown["subreason"] = {"simpleText": subreason}
    screen = {"playerErrorMessageRenderer": shown}
    return {
        "playabilityStatus": {"status": status, "reason": reason, "errorScreen": screen},
        "streamingData": {},
    }


def upcoming(reason: str) -> Answer:
    """A video that is still to come."""
    told = refused("LIVE_STREAM_OFFLINE", reason)
    return told | {"videoDetails": {"isUpcoming": True, "isLiveContent": True}}


BOT_CHECK = refused(
    "LOGIN_REQUIRED",
    "Sign in to confirm you’re not a bot",
    "This helps protect our community. Learn more",
)
TRY_LATER = refused("ERROR", "This content isn't available, try again later.")

# By a name of ours.
REFUSALS: dict[str, Answer] = {
    "removed by its uploader": refused(
        "ERROR", "Video unavailable", "This video has been removed by the uploader"
    ),
    "account closed": refused(
        "ERROR",
        "Video unavailable",
        "This video is no longer available because the YouTube account associated with this video"
        " has been terminated.",
    ),
    "never there": refused("ERROR", "Video unavailable", "This video is unavailable"),
    "private": refused(
        "LOGIN_REQUIRED",
        "Private video",
        "Sign in if you've been granted access to this video",
    ),
    "for members": refused(
        "UNPLAYABLE",
        "Join this channel to get access to members-only content like this video, and other"
        " exclusive perks.",
    ),
    "for members of a level": refused(
        "UNPLAYABLE",
        "This video is available to this channel's members on level: Gold (or any higher level)."
        " Join this channel to get access to members-only content and other exclusive perks.",
    ),
    "blocked in this country": refused(
        "UNPLAYABLE",
        "Video unavailable",
        "The uploader has not made this video available in your country",
    ),
    "for grown-ups": refused(
        "LOGIN_REQUIRED",
        "Sign in to confirm your age",
        "This video may be inappropriate for some users.",
    ),
    "premiere": upcoming("Premieres in 3 hours"),
    "live in two days": upcoming("This live event will begin in 2 days."),
    "for Music Premium": refused(
        "UNPLAYABLE", "This video is only available to Music Premium members"
    ),
    "to be paid for": refused("UNPLAYABLE", "This video requires payment to watch"),
}
