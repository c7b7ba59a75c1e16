"""Write one page that shows all videos, what is found in them, and what they recommend."""

from pathlib import Path

from vidrec.report import index_files, render_report
from vidrec.settings.render_report import Params
from vidrec.workflow import files, params, script


def main() -> None:
    parser = script.parser(__doc__)
    index_files.add_arguments(parser)
    parser.add_argument("--page", type=Path, required=True, help="HTML file to write")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with script.lock("render_report"):
        page = render_report.render(index_files.read(args, settings), settings)
        files.write_bytes(args.page, page.encode())


if __name__ == "__main__":
    script.run(main, resumes=True)
