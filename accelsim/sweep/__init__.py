"""Many accelerators, one after the other: points of a design space and what they come to.

`accelsim.sweep(...)` is a public function and this package has its name, so the package can be
called: Python binds a submodule to its parent as soon as anything imports it.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accelsim.sweep.runner import SweepResult


class _CallablePackage(ModuleType):
    def __call__(self, *args: Any, **kwargs: Any) -> SweepResult:
        """See `accelsim.sweep.runner.sweep`."""
        from accelsim.sweep.runner import sweep  # noqa: PLC0415  (loads numba)

        return sweep(*args, **kwargs)


sys.modules[__name__].__class__ = _CallablePackage
