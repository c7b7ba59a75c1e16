"""Draw a video and its most similar ones, with reasons, as docs/recommendation.png.

Run from the top of the project after `make repro`: python docs/draw_recommendation.py cars_001
"""

import sys

from PIL import Image, ImageDraw, ImageFont

import vidrec
from vidrec.media.frames import frame_paths
from vidrec.project import ProjectPaths
from vidrec.recommender.ranking import similarity_text
from vidrec.vectors.vectors import read_vectors
from vidrec.workflow.video import Video

SIDE, GAP, TEXT = 96, 6, 250
SHOWN = 6


def strip(category: str, video_id: str) -> list[Image.Image]:
    """`SHOWN` frames of a video, from its whole length; all of them where there are fewer."""
    paths = frame_paths(Video(category, video_id).below(ProjectPaths().frames))
    chosen = paths[:: max(1, len(paths) // SHOWN)][:SHOWN]
    return [Image.open(path).resize((SIDE, SIDE)) for path in chosen]


def caption(neighbor: vidrec.Neighbor) -> str:
    shares = "\n".join(f"{r.label} {r.share:.0%}" for r in neighbor.reasons[:3])
    return f"{neighbor.rank}. {neighbor.video_id}  {similarity_text(neighbor.similarity)}\n{shares}"


def main() -> None:
    query = sys.argv[1]
    vectors = read_vectors(ProjectPaths().vectors)
    neighbors = vidrec.recommend(query, 4)
    rows = [(f"query: {query}", vectors.categories[vectors.ids.index(query)], query)]
    rows += [(caption(neighbor), neighbor.category, neighbor.video_id) for neighbor in neighbors]
    width, height = TEXT + SHOWN * (SIDE + GAP), len(rows) * (SIDE + GAP) + GAP
    sheet = Image.new("RGB", (width, height), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for row, (text, category, video_id) in enumerate(rows):
        top = GAP + row * (SIDE + GAP)
        pen.multiline_text((12, top + 8), text, fill="black", font=font)
        for column, picture in enumerate(strip(category, video_id)):
            sheet.paste(picture, (TEXT + column * (SIDE + GAP), top))
    sheet.quantize(64).save("docs/recommendation.png", optimize=True)


if __name__ == "__main__":
    main()
