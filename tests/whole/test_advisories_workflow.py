"""The weekly look for advisories reads what is pinned, fails on any, and may do nothing else."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / ".github/workflows/advisories.yml").read_text(encoding="utf-8")
# YAML 1.1 reads the key `on` as true.
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
JOB: dict[str, Any] = WORKFLOW["jobs"]["audit"]
RUNS = [step["run"] for step in JOB["steps"] if "run" in step]


def test_it_runs_once_a_week() -> None:
    assert set(WORKFLOW[True]) == {"schedule", "workflow_dispatch"}
    (when,) = WORKFLOW[True]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", when["cron"])


def test_it_may_read_and_no_more() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert list(WORKFLOW["jobs"]) == ["audit"]
    assert "permissions" not in JOB
    assert "secrets." not in TEXT
    assert "${{" not in TEXT


def test_it_audits_every_pin_with_a_pinned_tool() -> None:
    install, audit = RUNS
    assert re.fullmatch(r"python -m pip install pip-audit==\d+\.\d+\.\d+", install)
    words = audit.split()
    assert words[0] == "pip-audit"
    files = ["requirements.txt", "requirements-cluster.txt"]
    assert words[-4:] == [word for name in files for word in ("--requirement", name)]
    assert "--strict" in words
    pins = [pin for name in files for pin in (ROOT / name).read_text().splitlines()]
    assert len(pins) > 100
    assert all(re.match(r"[a-z0-9.-]+(\[[a-z0-9,-]+\])?==[\w.]+( ; .*)?$", each) for each in pins)


def test_an_advisory_fails_the_job() -> None:
    assert "continue-on-error" not in TEXT
    assert not {"|", "||", ";", "--ignore-vuln"} & {word for run in RUNS for word in run.split()}


def test_actions_are_those_of_the_other_workflow() -> None:
    other = (ROOT / ".github/workflows/review.yml").read_text(encoding="utf-8")
    # With the version, which is a comment behind the commit.
    used = re.findall(r"uses: (.+)\n", TEXT)
    assert [each.partition("@")[0] for each in used] == ["actions/checkout", "actions/setup-python"]
    assert all(f"uses: {each}\n" in other for each in used)
    assert JOB["steps"][0]["with"] == {"persist-credentials": False}
