"""Every preset Svod knows: each module of this package that defines `PRESET`. Adding a module adds a source."""

import importlib
from functools import cache
from pathlib import Path

from pipelines.sources.preset import Preset


@cache
def presets() -> dict[str, Preset]:
    """All presets by name, sorted. Only the modules that define one are imported: others of the package bring heavy libraries."""
    modules = (path.stem for path in Path(__file__).parent.glob("*.py") if "\nPRESET = " in path.read_text(encoding="utf-8"))
    found = (importlib.import_module(f"pipelines.sources.{module}").PRESET for module in modules)
    return {preset.name: preset for preset in sorted(found, key=lambda preset: preset.name)}
