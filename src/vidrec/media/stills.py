"""Photographs and sounds in files that begin as those of videos do: known by their content."""

from typing import BinaryIO

# Major brands of files that share the container of MP4: HEIF, AVIF, JPEG XL, Canon's raw; sounds.
STILL_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"avif", b"jxl ", b"crx ")
SOUND_BRANDS = (b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B ")
# How the files of other photographs begin: TIFF and most raw formats, BMP, JPEG XL, Photoshop.
STILL_MARKS = (b"II*\0", b"MM\0*", b"BM", b"\xff\x0a", b"\0\0\0\x0cJXL ", b"8BPS")
# The flag of a WebP that has more pictures than one.
WEBP_MOVES = 2
# How much of a file is looked through for a second picture.
LOOKED_THROUGH = 8 * 1024 * 1024

# Of JPEG: start and end of a picture, start of its pixels; the mark of several views in one file,
# as phones write them (CIPA DC-007).
SOI, EOI, SOS, APP2 = 0xD8, b"\xff\xd9", 0xDA, 0xE2
SEVERAL_VIEWS = b"MPF\0"


def is_audio(head: bytes) -> bool:
    """Whether a file that begins with `head` is a sound in MP4's container, by its brand."""
    return head[4:8] == b"ftyp" and head[8:12] in SOUND_BRANDS


def is_photograph(stream: BinaryIO, demuxer: str) -> bool:
    """Whether a file holds one picture only; `demuxer` is what would read it as a video."""
    stream.seek(0)
    head = stream.read(32)
    if demuxer == "mov":
        return head[4:8] == b"ftyp" and head[8:12] in STILL_BRANDS
    if demuxer == "webp_anim":
        return not (head[12:16] == b"VP8X" and head[20] & WEBP_MOVES)
    if demuxer not in ("apng", "gif", "mjpeg"):
        return not demuxer and head.startswith(STILL_MARKS)
    content = head + stream.read(LOOKED_THROUGH - len(head))
    if demuxer == "apng":
        return b"acTL" not in content.partition(b"IDAT")[0]
    return _gif_pictures(content) < 2 if demuxer == "gif" else not _is_followed(content)


def _gif_pictures(content: bytes) -> int:
    """How many pictures a GIF has, 2 for more; a text that begins as a GIF has none (GIF89a,
    section 20 and on)."""
    at, pictures = 13 + _table_bytes(content, 10), 0
    while at < len(content) and pictures < 2:
        if content[at] == 0x2C:
            pictures += 1
            at = _after_blocks(content, at + 11 + _table_bytes(content, at + 9))
        elif content[at] == 0x21:
            at = _after_blocks(content, at + 2)
        else:
            break
    # What is longer than is looked through has more pictures than one.
    return 2 if pictures and at >= LOOKED_THROUGH else pictures


def _table_bytes(content: bytes, flags_at: int) -> int:
    """Size of the table of colours that the flags announce."""
    flags = content[flags_at] if flags_at < len(content) else 0
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(content: bytes, at: int) -> int:
    """Where the chain of data blocks that begins at `at` ends."""
    while at < len(content) and content[at]:
        at += content[at] + 1
    return at + 1


def _is_followed(content: bytes) -> bool:
    """Whether a JPEG is followed by another that is not a further view of the same."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != SOS:
        length = int.from_bytes(content[at + 2 : at + 4])
        if content[at + 1] == APP2 and content[at + 4 : at + 8] == SEVERAL_VIEWS:
            return False
        at += 2 + max(2, length)
    end = content.find(EOI, at)
    return end >= 0 and content[end + 2 :].lstrip(b"\0\xff")[:1] == bytes([SOI])
