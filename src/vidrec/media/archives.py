"""Several small files as one: what a checkpoint holds. The same files give the same bytes."""

import zipfile
from io import BytesIO


def pack(files: dict[str, bytes]) -> bytes:
    """A ZIP archive of `files`, by name, uncompressed and without times."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """The files that `pack` put into an archive, in their order."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
