"""accelsim: cycles, memory traffic, energy and area of convolution kernels on accelerators.

Public names load on first use, so that `import accelsim` stays fast (numba alone takes 0.5 s).
"""

from importlib import import_module

TYPE_CHECKING = False  # as in typing, whose import takes 10 ms
if TYPE_CHECKING:
    from accelsim.dataflows import array_accesses, array_cycles
    from accelsim.errors import AccelsimError
    from accelsim.evaluate import simulate
    from accelsim.hardware.accelerator import Accelerator
    from accelsim.hardware.yaml_io import load_hardware
    from accelsim.networks.registry import load_network
    from accelsim.operator_map import map_operator
    from accelsim.results.folder import load_result
    from accelsim.results.network import NetworkResult
    from accelsim.sweep.runner import sweep
    from accelsim.workload.network import Network

    __version__: str

__all__ = [
    "Accelerator",
    "AccelsimError",
    "Network",
    "NetworkResult",
    "__version__",
    "array_accesses",
    "array_cycles",
    "load_hardware",
    "load_network",
    "load_result",
    "map_operator",
    "simulate",
    "sweep",
]

_HOMES = {
    "Accelerator": "hardware.accelerator",
    "AccelsimError": "errors",
    "Network": "workload.network",
    "NetworkResult": "results.network",
    "array_accesses": "dataflows",
    "array_cycles": "dataflows",
    "load_hardware": "hardware.yaml_io",
    "load_network": "networks.registry",
    "load_result": "results.folder",
    "map_operator": "operator_map",
    "simulate": "evaluate",
    "sweep": "sweep.runner",
}
"""Public name -> module that holds it."""


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("accelsim")
    if name not in _HOMES:
        raise AttributeError(f"module 'accelsim' has no attribute '{name}'")
    value = getattr(import_module(f"accelsim.{_HOMES[name]}"), name)
    if name != "sweep":  # that attribute is the package accelsim.sweep, which can be called
        globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
