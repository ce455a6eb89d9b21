"""Every preset Svod knows: each module of this package that defines `PRESET`. Adding a module adds a source."""

import importlib
import pkgutil
from functools import cache

import pipelines.sources as package
from pipelines.sources.preset import Preset


@cache
def presets() -> dict[str, Preset]:
    """All presets by name, sorted."""
    modules = (importlib.import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__))
    found = (module.PRESET for module in modules if hasattr(module, "PRESET"))
    return {preset.name: preset for preset in sorted(found, key=lambda preset: preset.name)}
