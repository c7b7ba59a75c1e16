"""The table of formats: how a video of each is written, and what its frames must show.

`python -m tests.formats` (`make formats`) tries each and prints the table as Markdown.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tests.patterns import Clip, read
from tests.written import (
    UNTAGGED,
    Writer,
    avi_length,
    changed,
    colours,
    concatenated,
    cut_in_packet,
    encoded,
    flash_length,
    high_dynamic_range,
    joined,
    matroska_length,
    movie_length,
    packets_of_204,
    remuxed,
    resized,
    wide_gamut,
    with_chapters,
    with_cover,
)

from vidrec.media.extraction import Extraction, Form, Rules, extract_frames
from vidrec.media.status import OK

FPS = 3
FORM = Form(FPS, 224, "stretch", 2)
RULES = Rules(max_seconds=60, min_decoded=0.25)
# Frame n, from 0, is what is to be seen at n/3 s or until half way to the next.
LAG_S = 0.5 / FPS
# How far the length told may be from that of the pictures: some containers do not tell the last's.
LENGTH_OFF_S = 1 / FPS
# The times of a number that a file does not show.
NEVER = (float("inf"), float("inf"))

Shown = list[tuple[float, int]]


def whole(clip: Clip) -> Shown:
    return clip.shown


@dataclass(frozen=True)
class Format:
    """A row of the table.

    `shown` gives the second from which each number of the clip is to be seen, where the file does
    not show all of it. A patch may be `levels` of 255 off its colour.
    """

    container: str
    codec: str
    write: Writer
    trait: str = ""
    clip: Clip = Clip()  # noqa: RUF009 (it is frozen)
    shown: Callable[[Clip], Shown] = whole
    levels: float = 3

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.container, self.codec, self.trait)))


@dataclass(frozen=True)
class Refusal:
    """A file that is not read: the status, and what the message says."""

    container: str
    codec: str
    write: Writer
    status: str
    says: str = ""

    @property
    def name(self) -> str:
        return f"{self.container} {self.codec}"


def of_rate(fps: str) -> Clip:
    """About 4 s of a clip."""
    return Clip(Fraction(fps), round(4 * Fraction(fps)))


def where(is_shown: Callable[[int], bool]) -> Callable[[Clip], Shown]:
    """Some numbers of a clip only, at the times that they have in it."""
    return lambda clip: [(start, number) for start, number in clip.shown if is_shown(number)]


def after_one_second(clip: Clip) -> Shown:
    return [(start - 1, number) for start, number in clip.shown if start >= 1]


def unsteady(clip: Clip) -> Shown:
    """Every other picture is late."""
    return [(start + 0.015 * (number % 2), number) for start, number in clip.shown]


def behind_a_jump(clip: Clip) -> Shown:
    """What is behind a jump of the clock, in the middle, follows after the time of one frame."""
    half, lost = clip.count // 2, 1 / FPS - float(1 / clip.fps)
    return [(start + lost * (number >= half), number) for start, number in clip.shown]


# 10 a second suffice where each picture is large, or slow to write.
SLOW = of_rate("10")
CIF = Clip(width=352, height=288)
WIDE = Clip(Fraction(10), 40, 256, 144)
PAL = Clip(Fraction(25), 25, 720, 576)
NTSC = Clip(Fraction(30000, 1001), 30, 720, 480)
HD = Clip(Fraction(10), 20, 1280, 720)
ODD = Clip(width=75, height=57)

X264 = "-c:v libx264 -preset veryfast -crf 12"
X265 = "-c:v libx265 -preset ultrafast -crf 10 -x265-params log-level=none"
AV1 = "-c:v libsvtav1 -preset 9 -crf 10 -svtav1-params log=0"
VP8 = "-c:v libvpx -b:v 2M -deadline realtime -cpu-used 8"
VP9 = "-c:v libvpx-vp9 -crf 15 -b:v 0 -deadline realtime -cpu-used 8"
MPEG1, MPEG2, MPEG4 = (f"-c:v {codec} -q:v 2" for codec in ("mpeg1video", "mpeg2video", "mpeg4"))
MJPEG = "-c:v mjpeg -q:v 2"
DNXHR = "-c:v dnxhd -profile:v dnxhr_sq"
# GIF has 256 colours; the pattern has fewer.
GIF = "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=dither=none:new=1"

JPEG_COLOURS = colours("smpte170m", "pc")
TEN_BIT = colours("bt709", form="yuv420p10le")
FOR_EDITORS = colours("bt709", form="yuv422p10le")

PREVIEW = "-f lavfi -i color=gray:s=64x36:r=25:d=4"
PREVIEW_FIRST = f"{X264} -map 1 -map [v] -disposition:v:0 0 -disposition:v:1 default"

CONTAINERS = [
    Format("MP4", "H.264", encoded(".mp4", X264)),
    Format("MP4", "H.264", encoded(".mp4", f"{X264} -movflags +faststart"), "header first"),
    Format("MP4", "H.264", encoded(".mp4", f"{X264} -g 25 -movflags frag_keyframe+empty_moov"),
           "in fragments"),
    Format("MOV", "H.264", encoded(".mov", X264)),
    Format("MOV", "H.264", encoded(".mov", f"{X264} -timecode 01:00:00:00"), "with a time code"),
    Format("M4V", "H.264", encoded(".m4v", f"{X264} -f ipod")),
    Format("3GP", "H.264", encoded(".3gp", X264)),
    Format("3G2", "MPEG-4", encoded(".3g2", MPEG4), levels=4),
    Format("MKV", "H.264", encoded(".mkv", X264)),
    Format("AVI", "H.264", encoded(".avi", X264)),
    Format("FLV", "H.264", encoded(".flv", X264)),
    Format("MPG", "H.264", encoded(".mpg", X264)),
    Format("TS", "H.264", encoded(".ts", X264)),
    Format("M2TS", "H.264", encoded(".m2ts", f"{X264} -mpegts_m2ts_mode 1"), "packets of 192"),
    Format("TS", "H.264", changed(encoded(".ts", X264), packets_of_204), "packets of 204"),
    Format("TS", "H.264", changed(encoded(".ts", X264), cut_in_packet), "begins in mid packet"),
    Format("NUT", "H.264", encoded(".nut", X264)),
    Format("MXF", "H.264", encoded(".mxf", f"{X264} -g 1", colours("bt709"))),
    Format("raw", "H.264", encoded(".h264", X264)),
]  # fmt: skip

MODERN = [
    Format("MP4", "H.264", encoded(".mp4", X264, TEN_BIT), "10 bit"),
    Format("MP4", "H.264", encoded(".mp4", X264, colours("bt709", form="yuv422p")), "4:2:2"),
    Format("MP4", "H.264", encoded(".mp4", X264, colours("bt709", form="yuv444p")), "4:4:4"),
    Format("MP4", "HEVC", encoded(".mp4", f"{X265} -tag:v hvc1")),
    Format("MKV", "HEVC", encoded(".mkv", X265)),
    Format("TS", "HEVC", encoded(".ts", X265)),
    Format("FLV", "HEVC", encoded(".flv", X265)),
    Format("raw", "HEVC", encoded(".hevc", X265)),
    Format("MP4", "HEVC", encoded(".mp4", X265, TEN_BIT), "10 bit"),
    Format("MOV", "HEVC", encoded(".mov", X265, FOR_EDITORS), "10 bit, 4:2:2"),
    Format("WebM", "VP8", encoded(".webm", VP8)),
    Format("IVF", "VP8", encoded(".ivf", VP8)),
    Format("WebM", "VP9", encoded(".webm", VP9)),
    Format("MP4", "VP9", encoded(".mp4", VP9)),
    Format("IVF", "VP9", encoded(".ivf", VP9)),
    Format("WebM", "VP9", encoded(".webm", VP9, TEN_BIT), "10 bit"),
    Format("WebM", "AV1", encoded(".webm", AV1)),
    Format("MP4", "AV1", encoded(".mp4", AV1)),
    Format("IVF", "AV1", encoded(".ivf", AV1)),
    Format("raw", "AV1", encoded(".obu", AV1)),
    Format("MKV", "AV1", encoded(".mkv", AV1, TEN_BIT), "10 bit"),
]  # fmt: skip

OLDER = [
    Format("MPG", "MPEG-1", encoded(".mpg", MPEG1), levels=4),
    Format("raw", "MPEG-1", encoded(".m1v", MPEG1), levels=4),
    Format("MPG", "MPEG-2", encoded(".mpg", MPEG2), levels=4),
    Format("VOB", "MPEG-2", encoded(".vob", MPEG2), levels=4),
    Format("TS", "MPEG-2", encoded(".ts", MPEG2), levels=4),
    Format("MXF", "MPEG-2", encoded(".mxf", MPEG2), levels=4),
    Format("raw", "MPEG-2", encoded(".m2v", MPEG2), levels=4),
    Format("AVI", "MPEG-4", encoded(".avi", f"{MPEG4} -vtag XVID -bf 2"), levels=4),
    Format("MP4", "MPEG-4", encoded(".mp4", MPEG4), levels=4),
    Format("raw", "MPEG-4", encoded(".m4v", f"{MPEG4} -f m4v"), levels=4),
    Format("MKV", "H.261", encoded(".mkv", "-c:v h261 -q:v 2"), clip=CIF, levels=4),
    Format("3GP", "H.263", encoded(".3gp", "-c:v h263 -q:v 2"), clip=CIF, levels=4),
    Format("AVI", "H.263+", encoded(".avi", "-c:v h263p -q:v 2"), clip=CIF, levels=4),
    Format("AVI", "MS MPEG-4 v2", encoded(".avi", "-c:v msmpeg4v2 -q:v 2"), levels=4),
    Format("AVI", "MS MPEG-4 v3", encoded(".avi", "-c:v msmpeg4 -q:v 2"), levels=4),
    Format("ASF", "MS MPEG-4 v3", encoded(".asf", "-c:v msmpeg4 -q:v 2"), levels=4),
    Format("WMV", "WMV 1", encoded(".wmv", "-c:v wmv1 -q:v 2"), levels=4),
    Format("WMV", "WMV 2", encoded(".wmv", "-c:v wmv2 -q:v 2"), levels=4),
    Format("OGV", "Theora", encoded(".ogv", "-c:v libtheora -q:v 10")),
    Format("FLV", "Sorenson H.263", encoded(".flv", "-c:v flv -q:v 2"), levels=4),
    Format("RM", "RealVideo 1", encoded(".rm", "-c:v rv10 -q:v 2"), clip=CIF, levels=4),
    Format("RM", "RealVideo 2", encoded(".rm", "-c:v rv20 -q:v 2"), clip=CIF, levels=4),
    Format("MOV", "Sorenson Video 1", encoded(".mov", "-c:v svq1 -q:v 2", colours(
        "smpte170m", form="yuv410p", tagged=False)), levels=8),
    Format("AVI", "Cinepak", encoded(".avi", "-c:v cinepak", "format=rgb24"),
           clip=SLOW, levels=16),
    # Of 5 bits for each colour.
    Format("MOV", "QuickTime Video", encoded(".mov", "-c:v rpza", "format=rgb555le"),
           clip=SLOW, levels=10),
    Format("AVI", "MS Video 1", encoded(".avi", "-c:v msvideo1", "format=rgb555le"),
           clip=SLOW, levels=10),
]  # fmt: skip

EDITORS_AND_PICTURES = [
    Format("AVI", "MJPEG", encoded(".avi", MJPEG, JPEG_COLOURS)),
    Format("MOV", "MJPEG", encoded(".mov", MJPEG, JPEG_COLOURS)),
    Format("raw", "MJPEG", encoded(".mjpeg", MJPEG, JPEG_COLOURS)),
    Format("MOV", "ProRes 422", encoded(".mov", "-c:v prores", FOR_EDITORS), clip=SLOW),
    Format("MOV", "ProRes 4444", encoded(".mov", "-c:v prores_ks -profile:v 4444", colours(
        "bt709", form="yuv444p10le")), clip=SLOW),
    Format("MOV", "DNxHR", encoded(".mov", DNXHR, colours("bt709", form="yuv422p")), clip=WIDE),
    Format("MXF", "DNxHR", encoded(".mxf", f"{DNXHR} -r 25", colours("bt709", form="yuv422p")),
           clip=WIDE),
    Format("MOV", "CineForm", encoded(".mov", "-c:v cfhd -quality film3", colours(
        "smpte170m", form="yuv422p10le", tagged=False)), clip=SLOW),
    Format("DV", "DV", encoded(".dv", "-c:v dvvideo"), "PAL", PAL),
    Format("DV", "DV", encoded(".dv", "-c:v dvvideo", colours(
        "smpte170m", form="yuv411p", tagged=False)), "NTSC", NTSC),
    Format("AVI", "DV", encoded(".avi", "-c:v dvvideo"), clip=PAL),
    Format("MOV", "Animation", encoded(".mov", "-c:v qtrle", "format=rgb24"), clip=SLOW),
    Format("MOV", "PNG", encoded(".mov", "-c:v png", "format=rgb24"), clip=SLOW),
    Format("AVI", "raw video", encoded(".avi", "-c:v rawvideo"), "4:2:0", SLOW),
    Format("AVI", "raw video", encoded(".avi", "-c:v rawvideo", "format=bgr24"), "RGB", SLOW),
    Format("NUT", "raw video", encoded(".nut", "-c:v rawvideo"), clip=SLOW),
    Format("Y4M", "raw video", encoded(".y4m", ""), clip=SLOW),
    Format("GIF", "GIF", encoded(".gif", "", GIF), clip=SLOW, levels=5),
    Format("APNG", "PNG", encoded(".apng", "", "format=rgb24"), clip=SLOW),
    Format("WebP", "WebP", encoded(".webp", "-c:v libwebp_anim -quality 95"), "animated", SLOW),
    Format("WebP", "WebP", encoded(".webp", "-c:v libwebp_anim -lossless 1", "format=bgra"),
           "animated, lossless", SLOW),
]  # fmt: skip

COLOURED = [
    *(Format("MP4", "H.264", encoded(".mp4", X264, colours(matrix, levels)), f"{name}, {limits}")
      for matrix, name in (("smpte170m", "BT.601"), ("bt470bg", "BT.601 of PAL"),
                           ("bt709", "BT.709"), ("bt2020nc", "BT.2020"))
      for levels, limits in (("tv", "limited range"), ("pc", "full range"))),
    Format("MP4", "H.264", encoded(".mp4", X264, colours("bt709", tagged=False)),
           "720 lines without a tag: BT.709", HD),
    Format("MP4", "H.264", encoded(".mp4", X264, colours("smpte170m")), "720 lines of BT.601", HD),
    Format("MP4", "HEVC", encoded(".mp4", X265, colours("bt709", "pc")), "BT.709, full range"),
    Format("WebM", "VP9", encoded(".webm", VP9, colours("bt709")), "BT.709, limited range"),
    Format("MKV", "H.264", encoded(".mkv", "-c:v libx264rgb -preset veryfast -qp 0",
                                   "format=rgb24"), "RGB"),
    Format("MP4", "HEVC", encoded(".mp4", X265, wide_gamut("bt2020", "bt2020nc")),
           "primaries of BT.2020", SLOW, levels=8),
    Format("MOV", "HEVC", encoded(".mov", X265, wide_gamut("smpte432", "bt709")),
           "primaries of Display P3", SLOW, levels=8),
    Format("MOV", "HEVC", encoded(".mov", X265, high_dynamic_range("arib-std-b67")),
           "HDR by HLG", SLOW, levels=25),
    Format("MP4", "HEVC", encoded(".mp4", X265, high_dynamic_range("smpte2084")),
           "HDR by PQ", SLOW, levels=25),
    Format("WebM", "AV1", encoded(".webm", AV1, high_dynamic_range("smpte2084")),
           "HDR by PQ", SLOW, levels=25),
]  # fmt: skip

TIMED = [
    *(Format("MP4", "H.264", encoded(".mp4", X264), f"{shown} a second", of_rate(fps))
      for fps, shown in (("1", "1"), ("10", "10"), ("24000/1001", "23.976"),
                         ("30000/1001", "29.97"), ("50", "50"), ("60", "60"))),
    Format("TS", "H.264", encoded(".ts", X264), "29.97 a second", of_rate("30000/1001")),
    Format("FLV", "H.264", encoded(".flv", X264), "29.97 a second", of_rate("30000/1001")),
    Format("MP4", "H.264", encoded(".mp4", f"{X264} -fps_mode passthrough",
                                   f"{UNTAGGED},select='not(between(n,25,74)*mod(n,5))'"),
           "variable rate", shown=where(lambda n: not 25 <= n < 75 or n % 5 == 0)),
    Format("MKV", "H.264", encoded(".mkv", f"{X264} -fps_mode passthrough",
                                   f"{UNTAGGED},select='not(between(n,20,69))'"),
           "still for 2 s", shown=where(lambda n: not 20 <= n < 70)),
    Format("WebM", "VP8", encoded(".webm", f"{VP8} -fps_mode passthrough",
                                  f"{UNTAGGED},setpts='PTS+0.015*mod(N,2)/TB'"),
           "unsteady", shown=unsteady),
    Format("MP4", "H.264", encoded(".mp4", f"{X264} -bf 3 -x264-params b-adapt=0"), "B-frames"),
    Format("AVI", "H.264", encoded(".avi", f"{X264} -bf 3 -x264-params b-adapt=0"), "B-frames"),
    Format("MP4", "H.264", remuxed(encoded(".mp4", f"{X264} -bf 0"), ".mp4", "-ss 1"),
           "edit list that skips 1 s", shown=after_one_second),
    Format("MP4", "H.264", encoded(".mp4", f"{X264} -output_ts_offset 2"), "starts at 2 s"),
    Format("MKV", "H.264", encoded(".mkv", f"{X264} -output_ts_offset 5"), "starts at 5 s"),
    Format("TS", "H.264", encoded(".ts", f"{X264} -output_ts_offset 3600"), "starts at 1 h"),
    Format("TS", "H.264", encoded(".ts", f"{X264} -output_ts_offset 95442"),
           "the clock turns over, at 26.5 h"),
    *(Format("MOV", "H.264", remuxed(encoded(".mov", X264, f"{turn},{UNTAGGED}"), ".mov",
                                     f"-display_rotation:v:0 {degrees}"),
             f"display matrix, {degrees}°")
      for degrees, turn in ((90, "transpose=clock"), (180, "hflip,vflip"),
                            (270, "transpose=cclock"))),
    Format("MOV", "H.264", remuxed(encoded(".mov", X264, f"hflip,{UNTAGGED}"), ".mov",
                                   "-display_hflip:v:0"), "display matrix, mirrored"),
    Format("TS", "MPEG-2", encoded(".ts", f"{MPEG2} -flags +ildct+ilme"), "interlaced", levels=4),
    Format("MP4", "H.264", encoded(".mp4", f"{X264} -flags +ildct+ilme"), "interlaced"),
    Format("MP4", "H.264", encoded(".mp4", X264, f"{UNTAGGED},setsar=16/11"), "pixels of 16:11"),
    Format("WebM", "VP9", encoded(".webm", VP9), "75 x 57", ODD, levels=4),
    Format("MOV", "MJPEG", encoded(".mov", MJPEG, JPEG_COLOURS), "75 x 57", ODD, levels=4),
    Format("MP4", "H.264", encoded(".mp4", f"{X264} -c:a aac -map [v] -map 1",
                                   beside="-f lavfi -i sine=duration=9"), "the sound is longer"),
]  # fmt: skip

ODDITIES = [
    Format("TS", "H.264", joined(encoded(".ts", X264), resized(encoded(".ts", X264), 208, 96)),
           "its size changes"),
    Format("WebM", "VP9", concatenated(encoded(".webm", VP9),
                                       resized(encoded(".webm", VP9), 120, 160), ".webm"),
           "its size changes"),
    Format("raw", "MJPEG", joined(encoded(".mjpeg", MJPEG, JPEG_COLOURS),
                                  resized(encoded(".mjpeg", MJPEG, JPEG_COLOURS), 208, 96)),
           "its size changes"),
    Format("TS", "H.264", joined(encoded(".ts", X264), encoded(".ts", X264)), "two joined"),
    Format("MPG", "MPEG-2", joined(encoded(".mpg", MPEG2), encoded(".mpg", MPEG2)), "two joined",
           levels=4),
    Format("TS", "H.264", joined(encoded(".ts", X264),
                                 encoded(".ts", f"{X264} -output_ts_offset 93600")),
           "the clock jumps by 26 h"),
    Format("MKV", "H.264", encoded(".mkv", f"{X264} -fps_mode passthrough",
                                   f"{UNTAGGED},setpts='PTS+gte(N,50)*93600/TB'"),
           "the clock jumps by 26 h", shown=behind_a_jump),
    Format("WebM", "VP8", encoded(".webm", f"{VP8} -live 1"), "tells no length"),
    Format("FLV", "H.264", encoded(".flv", f"{X264} -flvflags no_duration_filesize"),
           "tells no length"),
    Format("MKV", "H.264", changed(encoded(".mkv", X264), matroska_length(1000)),
           "tells 1 s, has 4"),
    Format("MKV", "H.264", changed(encoded(".mkv", X264), matroska_length(3.6e6)),
           "tells 1 h, has 4 s"),
    Format("FLV", "H.264", changed(encoded(".flv", X264), flash_length), "tells 1 s, has 4"),
    Format("AVI", "MPEG-4", changed(encoded(".avi", MPEG4), avi_length), "tells 1 s, has 4",
           levels=4),
    Format("MP4", "H.264", changed(encoded(".mp4", X264), movie_length), "tells 1 s, has 4"),
    Format("MKV", "H.264", with_chapters(encoded(".mkv", X264), ".mkv", 700), "700 chapters"),
    Format("MKV", "H.264", encoded(".mkv", PREVIEW_FIRST, beside=PREVIEW), "a preview first"),
    Format("MP4", "H.264", encoded(".mp4", PREVIEW_FIRST, beside=PREVIEW), "a preview first"),
    Format("TS", "H.264", encoded(".ts", f"{X264} -map 1 -map [v]", beside=PREVIEW),
           "a small stream first"),
    Format("MP4", "H.264", with_cover(encoded(".mp4", X264), ".mp4", "-f jpeg_pipe -i 1 -map 1"
                                      " -map 0 -disposition:v:0 attached_pic"), "cover art first"),
    Format("MKV", "H.264", with_cover(
        encoded(".mkv", X264), ".mkv", "-attach 1 -metadata:s:t mimetype=image/jpeg"
        " -metadata:s:t filename=cover.jpg"), "cover art"),
]  # fmt: skip

SECTIONS = {
    "Containers": CONTAINERS,
    "Codecs of today": MODERN,
    "Older codecs": OLDER,
    "Editors, cameras and moving pictures": EDITORS_AND_PICTURES,
    "Colours": COLOURED,
    "Times and shapes": TIMED,
    "Oddities": ODDITIES,
}
FORMATS = [row for rows in SECTIONS.values() for row in rows]

REFUSED_CODECS = [
    Refusal(suffix[1:].upper(), name, encoded(suffix, f"-c:v {codec}", pixels),
            "refused_codec", codec)
    for name, codec, pixels in (("MagicYUV", "magicyuv", "format=gbrp"), ("FFV1", "ffv1", UNTAGGED),
                                ("HuffYUV", "huffyuv", "format=rgb24"),
                                ("Ut Video", "utvideo", UNTAGGED))
    for suffix in (".avi", ".mkv", ".mov")
]  # fmt: skip
REFUSED_CONTAINERS = [
    Refusal("WTV", "MPEG-2", encoded(".wtv", MPEG2), "unknown_container"),
    Refusal("SWF", "Sorenson H.263", encoded(".swf", "-c:v flv"), "unknown_container"),
]


@dataclass(frozen=True)
class Result:
    """How the frames of a file came out: how many, how far off the worst is, and what is wrong."""

    frames: int
    seconds_off: float
    levels_off: float
    faults: Sequence[str]


def tried(row: Format, folder: Path) -> Result:
    """Writes the file of a row, takes its frames, and judges them."""
    path = folder / "video"
    path.write_bytes(row.write(row.clip))
    return judged(row, extract_frames(path, FORM, RULES))


def judged(row: Format, extraction: Extraction) -> Result:
    """What came of a file, held against what its row says."""
    shown = row.shown(row.clip)
    ends = [start for start, _ in shown[1:]] + [shown[-1][0] + float(1 / row.clip.fps)]
    until = {number: (start, end) for (start, number), end in zip(shown, ends, strict=True)}
    seen = [read(frame) for frame in extraction.frames]
    off = [_seconds_off(n / FPS, *until.get(each.number, NEVER)) for n, each in enumerate(seen)]
    worst = max(each.levels_off for each in seen)
    wanted, length = round(FPS * ends[-1]), extraction.duration_s
    checks = (
        (extraction.status == OK, f"{extraction.status}: {extraction.error}"),
        (len(seen) == wanted, f"{len(seen)} frames of {wanted}"),
        (abs(length - ends[-1]) <= LENGTH_OFF_S, f"{length:.2f} s of {ends[-1]:.2f}"),
        (max(off) <= 0.5 / row.clip.fps, f"seconds off: {[round(each, 2) for each in off]}"),
        (worst <= row.levels, f"levels off: {worst:.1f}"),
    )
    return Result(len(seen), max(off), worst, [fault for right, fault in checks if not right])


def _seconds_off(wanted: float, start: float, end: float) -> float:
    """How far a picture shown from `start` to `end` is from the time that a frame stands for."""
    return max(0.0, start - (wanted + LAG_S), wanted - end)


def table() -> Iterator[str]:
    """Tries every row; the lines of the table as Markdown. Raises AssertionError."""
    for title, rows in SECTIONS.items():
        yield f"### {title}\n\n| Container | Codec | | Frames | Levels |\n|---|---|---|---|---|"
        yield from map(_line, rows)
        yield ""
    yield "### Refused\n\n| Container | Codec | Status |\n|---|---|---|"
    for each in (*REFUSED_CODECS, *REFUSED_CONTAINERS):
        yield f"| {each.container} | {each.codec} | `{each.status}` |"
    containers, codecs = ({getattr(x, of) for x in FORMATS} for of in ("container", "codec"))
    yield f"\n{len(FORMATS)} rows of {len(containers)} containers and {len(codecs)} codecs."


def _line(row: Format) -> str:
    with tempfile.TemporaryDirectory() as folder:
        result = tried(row, Path(folder))
    assert not result.faults, f"{row.name}: {'; '.join(result.faults)}"
    return f"| {row.container} | {row.codec} | {row.trait} | {result.frames} | {row.levels:g} |"


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
