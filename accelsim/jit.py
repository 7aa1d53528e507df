"""The one place that sets numba up: compiled kernels live in a cache named by their sources.

numba's own cache notices a change in the file of a kernel, not in the formula that the kernel
compiles from another file. The cache folder therefore carries a digest of all that is compiled.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numba


def cache_home() -> Path:
    """Folder for what can be computed again: $XDG_CACHE_HOME or ~/.cache, then accelsim."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "accelsim"


COMPILED = (
    "dataflows",
    "traffic",
    "schedule",
    "fastsim",
    "mapper",
    "results/timeline.py",
    "jit.py",
)
"""Where kernels, and the formulas and records that they compile, come from."""


def source_digest() -> str:
    """16 hex digits over the sources that end up in kernels, by name and content."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    sources = [path for part in COMPILED for path in (package / part).rglob("*.py")]
    sources += [package / part for part in COMPILED if part.endswith(".py")]
    for source in sorted(sources):
        digest.update(str(source.relative_to(package)).encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


numba.config.CACHE_DIR = str(cache_home() / f"kernels-{source_digest()}")

njit = numba.njit(cache=True, error_model="numpy")

inlined = numba.njit(cache=True, error_model="numpy", forceinline=True)
"""For what the innermost loops call: most of a call's time is handing over records."""
