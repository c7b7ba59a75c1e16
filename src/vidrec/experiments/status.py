"""Which results are of the present code, params and data, as DVC knows it."""

import json
from pathlib import Path
from typing import Any

import yaml

from vidrec.experiments.dvc import dvc
from vidrec.project import PARAMS


def stale_outputs(root: Path) -> list[str]:
    """The stages of the project `root` whose results are not of what is here now, or not here.

    In the order of dvc.yaml. DVC itself names only those whose own inputs or outputs changed; what
    is made of their results is not of what is here either. Raises UserError where DVC cannot tell.
    """
    changed = set(json.loads(dvc("--cd", str(root), "status", "--json")))
    locked = _stages(root / "dvc.lock")
    old: set[str] = set()
    stale = []
    for name in _in_order(_stages(root / "dvc.yaml"), locked):
        stage = locked.get(name, {})
        if name in changed or old & _paths(stage, "deps"):
            stale.append(name)
            old |= _paths(stage, "outs")
    return [name for name in _stages(root / "dvc.yaml") if name in stale]


def params_not_run(root: Path) -> list[str]:
    """The params whose value in params.yaml is other than in the last run of a stage, by name.

    As dvc.lock has it: without data, from what is in git.
    """
    present = yaml.safe_load((root / PARAMS).read_text(encoding="utf-8"))
    ran = [each.get("params", {}).get(PARAMS, {}) for each in _stages(root / "dvc.lock").values()]
    return sorted(
        {name for each in ran for name, value in each.items() if _find(present, name) != value}
    )


def _find(params: Any, name: str) -> Any:
    """The param of a dotted name; None where there is none."""
    for key in name.split("."):
        params = params.get(key) if isinstance(params, dict) else None
    return params


def _stages(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    found: dict[str, Any] = (yaml.safe_load(path.read_text(encoding="utf-8")) or {})["stages"]
    return found


def _paths(stage: dict[str, Any], kind: str) -> set[str]:
    return {each["path"] for each in stage.get(kind, [])}


def _in_order(names: dict[str, Any], locked: dict[str, Any]) -> list[str]:
    """`names` so that each comes after those whose outputs it reads; what never ran comes last."""
    made_by = {path: name for name in locked for path in _paths(locked[name], "outs")}
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        for path in sorted(_paths(locked.get(name, {}), "deps")):
            if path in made_by and made_by[path] not in ordered:
                visit(made_by[path])
        ordered[name] = None

    for name in names:
        visit(name)
    return list(ordered)
