"""The threshold in force, written into `svod.toml`. What it means is `resolve.py`'s."""

import os
import re
import tomllib
from pathlib import Path

from pipelines.files import replace_text


def write_threshold(threshold: float) -> str:
    """Sets `match_threshold` in svod.toml, its other lines untouched; returns what to tell."""
    from pipelines.settings import Settings

    file = Path(Settings.model_config["toml_file"])
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    line = f"match_threshold = {threshold:g}"
    # A key of the top level has to stand before the first section.
    changed = re.sub(r"(?m)^match_threshold\s*=.*$", line, text) if "match_threshold" in tomllib.loads(text) else f"{line}\n{text}"
    tomllib.loads(changed)
    replace_text(file, changed)
    if "SVOD_MATCH_THRESHOLD" in os.environ:
        return f"{file.name} now says {line}, but SVOD_MATCH_THRESHOLD in the environment beats it: remove it, or set it to {threshold:g}."
    return f"{file.name} now says {line}: from the next run on, which scores everything anew."
