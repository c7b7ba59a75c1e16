"""Which decoders of ffmpeg see a file: those for what people really have, of the 310 it brings.

A decoder that few use is one that few have tried to break (CVE-2026-8461: MagicYUV, remote code
execution in media servers by a file that was put into a folder).
"""

from collections.abc import Sequence

# By the names of ffmpeg's decoders, which are those of the codecs but for AV1's and some old ones.
DECODERS: tuple[str, ...] = (
    # Phones, cameras, browsers, YouTube, television, discs.
    *("h264", "hevc", "av1", "libdav1d", "libaom-av1", "vp8", "vp9"),
    *("mpeg1video", "mpeg2video", "mpeg4", "h261", "h263", "h263p", "theora", "mjpeg"),
    # Cameras and editors.
    *("prores", "dnxhd", "dvvideo", "cfhd", "rawvideo", "mjpegb"),
    # What older systems wrote: Windows Media, DivX 3, QuickTime, Flash, RealVideo.
    *("vc1", "wmv1", "wmv2", "wmv3", "msmpeg4v1", "msmpeg4v2", "msmpeg4", "msvideo1"),
    *("svq1", "svq3", "cinepak", "rpza", "qtrle", "flv", "vp6", "vp6a", "vp6f"),
    *("rv10", "rv20", "rv30", "rv40"),
    # Moving pictures.
    *("gif", "png", "apng", "webp", "webp_anim"),
)

# Codecs whose decoder has another name.
DECODED_BY = {"msmpeg4v3": "msmpeg4", "flv1": "flv"}


def allowed(more: Sequence[str]) -> str:
    """The decoders that may be used, as ffmpeg's option `codec_whitelist` takes them."""
    return ",".join((*DECODERS, *more))


def is_allowed(codec: str, more: Sequence[str]) -> bool:
    """Whether what ffmpeg calls `codec` may be decoded; `more` are further decoders' names."""
    return DECODED_BY.get(codec, codec) in (*DECODERS, *more)
