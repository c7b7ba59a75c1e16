"""Draw the plots of another revision and of this working tree, side by side, as one page."""

from pathlib import Path
from tempfile import TemporaryDirectory

from vidrec.experiments.dvc import dvc
from vidrec.experiments.git import find_base
from vidrec.experiments.plots import page_template
from vidrec.workflow import script
from vidrec.workflow.errors import say


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--base", default="main", help="the revision to compare with")
    parser.add_argument("--out", type=Path, default=Path("dvc_plots"), help="the page's directory")
    args = parser.parse_args()
    base = find_base(args.base)
    with TemporaryDirectory(prefix="vidrec-plots-") as folder:
        template = Path(folder) / "page.html"
        template.write_text(page_template(), encoding="utf-8")
        drawn = dvc("plots", "diff", "--out", str(args.out), "--html-template", str(template), base)
    say(drawn.strip() or "neither side has a plot: no page was drawn")


if __name__ == "__main__":
    script.run(main)
