"""Write the page that shows all videos, what is found in them, and what they recommend."""

from vidrec.report import index_files, render_report
from vidrec.settings.render_report import Params
from vidrec.workflow import params, script


def main() -> None:
    parser = script.parser(__doc__)
    index_files.add_arguments(parser)
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with script.lock("render_report"):
        report = render_report.render(index_files.read(args, settings), settings)
        index_files.write(args, report)


if __name__ == "__main__":
    script.run(main, resumes=True)
