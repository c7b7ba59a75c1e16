"""Changing values in params.yaml, which people wrote: its comments and its layout stay."""

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from vidrec.workflow.files import write_bytes

# No line is wrapped, however long a path in it is.
WIDTH = 2**20


def change(path: Path, values: Mapping[str, Any]) -> None:
    """Set `values`, by dotted name, in the YAML file `path`; all else stays as it is."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(path.read_text(encoding="utf-8"))
    for dotted, value in values.items():
        section, _, key = dotted.partition(".")
        document[section][key] = value
    text = StringIO()
    yaml.dump(document, text)
    write_bytes(path, text.getvalue().encode())
