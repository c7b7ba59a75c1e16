"""What params.yaml may say of stage render_report."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class Look:
    """How many frames a strip has at most, the sides of both pictures (pixels), their quality.

    See `render_report` in params.yaml.
    """

    strip_frames: int = param(low=1, high=32)
    strip_size: int = param(low=16, high=512)
    poster_size: int = param(low=16, high=512)
    quality: int = param(low=1, high=100)


@dataclass(frozen=True)
class Params(Look):
    """See `render_report` in params.yaml; `fps` is that of the frames, and
    `groups` the CSV file of own groups of labels, if there is one."""

    worst: int = param(low=0)
    one_file_up_to: int = param(low=0, high=5000)
    groups: str = param(name="objects.groups")
    fps: int = param(name="extract_frames.fps", low=1, high=60)
