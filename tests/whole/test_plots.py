"""`make plots` draws its page without a network, whatever the plots hold."""

import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, expect
from tests.browsers import watch
from tests.projects import ROOT, run, succeed

PLOTS = [
    {"accuracy.csv": {"template": "intervals", "x": "accuracy", "y": "category"}},
    {"confusion.csv": {"template": "confusion", "x": "actual", "y": "predicted"}},
    {"precision.csv": {"x": "k", "y": "precision"}},
    {"empty.csv": {"template": "histogram", "x": "category"}},
]
FILES = {
    "accuracy.csv": "category,accuracy,accuracy_low,accuracy_high\nmúsica,0.9,0.8,0.95\n",
    "confusion.csv": "actual,predicted\nmúsica,猫\n猫,猫\n",
    "precision.csv": "k,precision\n1,0.9\n2,0.8\n",
    # No plot has data where nothing went wrong.
    "empty.csv": "video_id,category\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plots of two commits, the first without one of them."""
    made = tmp_path_factory.mktemp("plots")
    (made / "src").symlink_to(ROOT / "src")
    (made / "dvc.yaml").write_text(yaml.safe_dump({"plots": PLOTS}))
    for name, text in FILES.items():
        (made / name).write_text(text)
    (made / "precision.csv").unlink()
    succeed(made, "git", "init", "--quiet", "--initial-branch", "main")
    succeed(made, "git", "config", "user.name", "Test")
    succeed(made, "git", "config", "user.email", "test@example.org")
    succeed(made, "dvc", "init", "--quiet")
    shutil.copytree(ROOT / ".dvc/plots", made / ".dvc/plots")
    succeed(made, "dvc", "config", "core.analytics", "false")
    for name in ("Without a plot", "With it"):
        succeed(made, "git", "add", "--all")
        succeed(made, "git", "commit", "--quiet", "--message", name)
        (made / "precision.csv").write_text(FILES["precision.csv"])
    return made


def draw(project: Path, base: str) -> str:
    """What `make plots BASE=<base>` prints."""
    return succeed(project, "python", str(ROOT / "tools/plots.py"), "--base", base)


class Sources(HTMLParser):
    """Collects what a page's tags would load or lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_names_no_other_host(project: Path) -> None:
    printed = draw(project, "HEAD")
    page = project / "dvc_plots/index.html"
    assert printed.strip() == page.as_uri()
    sources = Sources()
    sources.feed(page.read_text(encoding="utf-8"))
    assert sources.found == []
    assert "{plot_divs}" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("base", ["HEAD", "HEAD~1"])
def test_a_plot_without_data_or_on_one_side_only_stops_nothing(project: Path, base: str) -> None:
    draw(project, base)
    text = (project / "dvc_plots/index.html").read_text(encoding="utf-8")
    assert set(re.findall(r"vegaEmbed\('#(\w+)_csv'", text)) >= {"accuracy", "precision"}
    (project / "precision.csv").unlink()
    draw(project, base)
    (project / "precision.csv").write_text(FILES["precision.csv"])


def test_no_plot_at_all_is_said(project: Path) -> None:
    pipeline = (project / "dvc.yaml").read_text()
    (project / "dvc.yaml").write_text("")
    empty = succeed(project, "git", "hash-object", "-t", "tree", "-w", os.devnull).strip()
    nothing = succeed(project, "git", "commit-tree", "-m", "Empty", empty).strip()
    printed = draw(project, nothing)
    (project / "dvc.yaml").write_text(pipeline)
    assert printed == "neither side has a plot: no page was drawn\n"


def test_a_base_that_is_not_there_is_one_line(project: Path) -> None:
    done = run(project, "python", str(ROOT / "tools/plots.py"), "--base", "elsewhere")
    assert done.returncode == 1
    assert done.stderr.startswith("error: no revision 'elsewhere' here; the branches are main: ")


def test_each_plot_is_drawn_and_nothing_else_is_asked_for(project: Path, browser: Browser) -> None:
    draw(project, "HEAD~1")
    address = (project / "dvc_plots/index.html").as_uri()
    context = browser.new_context()
    page, wrong = watch(context, address)
    page.goto(address)
    for name in ("accuracy", "confusion", "precision"):
        drawing = page.locator(f"#{name}_csv svg.marks")
        expect(drawing).to_have_count(1)
        assert drawing.locator("path").count() > 3
    expect(page.locator("#accuracy_csv svg.marks").get_by_text("música")).to_have_count(1)
    context.close()
    assert wrong == []
