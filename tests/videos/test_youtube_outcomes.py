"""What is remembered of an id, for how long, and under which circumstances."""

from dataclasses import replace
from pathlib import Path

import pytest

from vidrec.media import extraction
from vidrec.videos.youtube_access import Access
from vidrec.videos.youtube_options import Rules
from vidrec.videos.youtube_outcomes import LASTS_S, Outcomes, circumstances

RULES = Rules(600, 224, 50, extraction.Rules(600, 0.25))


def test_what_lasts_is_believed_for_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    path = tmp_path / ".outcomes.json"
    kept = Outcomes(path, "here")
    for name, status in {"a": "removed", "b": "network", "c": "ok", "d": "disk_full"}.items():
        kept.note(name, status, f"said of {name}")
    again = Outcomes(path, "here")
    found = again.lasting("a")
    assert found is not None
    assert (found.status, found.error, found.when) == ("removed", "said of a", now)
    assert not any(map(again.lasting, "bcdx"))
    assert Outcomes(path, "elsewhere").lasting("a") is None
    now += LASTS_S - 1
    assert again.lasting("a")
    now += 1
    assert again.lasting("a") is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": {"status": 1}}', '{"a": 7}'])
def test_a_damaged_journal_is_begun_anew(tmp_path: Path, content: str) -> None:
    path = tmp_path / ".outcomes.json"
    path.write_text(content)
    kept = Outcomes(path, "here")
    assert kept.lasting("a") is None
    kept.note("a", "removed")
    assert Outcomes(path, "here").lasting("a")


def test_circumstances_have_no_secrets() -> None:
    plain = circumstances(RULES, Access())
    secret = circumstances(RULES, Access("secret", "http://secret@127.0.0.1"))
    assert plain != secret
    assert "secret" not in secret
    assert plain != circumstances(replace(RULES, max_duration_s=60), Access())
