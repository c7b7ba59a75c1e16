"""Which results are of the present code, params and data, as DVC knows it."""

from pathlib import Path
from typing import Any

from vidrec.workflow.errors import UserError


def stale_outputs(root: Path) -> list[str]:
    """The stages of the project `root` whose results are not of what is here now, or not here.

    In the order of dvc.yaml. DVC itself names only those whose own inputs or outputs changed; what
    is made of their results is not of what is here either. Raises UserError where DVC cannot tell.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.repo.graph import get_subgraph_of_nodes

    try:
        with Repo(str(root)) as repo:
            status = repo.status()
            changed = [stage for stage in repo.index.stages if stage.addressing in status]
            # Of no stages, DVC takes the whole graph.
            after = set(get_subgraph_of_nodes(repo.index.graph, changed, downstream=True))
            return [_name(stage) for stage in repo.index.stages if changed and stage in after]
    except DvcException as error:
        raise UserError(f"DVC cannot tell what is up to date: {error}") from None


def _name(stage: Any) -> str:
    """A stage as dvc.yaml names it, from whatever directory; a .dvc file has its path alone."""
    return str(getattr(stage, "name", None) or stage.path_in_repo)
