"""Simulate networks on every point of a space, in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from accelsim.cost.constants import library
from accelsim.errors import AccelsimError, UsageError, check_known, suggestion
from accelsim.evaluate import simulate
from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.yaml_io import load_hardware
from accelsim.mapper.search import EFFORTS, OBJECTIVES
from accelsim.measure import ENGINES
from accelsim.networks.registry import load_network
from accelsim.results.network import Row
from accelsim.sweep.folder import load_rows, save_rows
from accelsim.sweep.grid import Axes, Point, cell, grid
from accelsim.workload.network import Network

Progress = Callable[[int, int, str], None]
"""Called with what is done, what there is to do, and the network and point that come next."""


@dataclass(frozen=True, kw_only=True)
class SweepResult:
    """One row per point and network: id, axis values, summary columns, and `error` where it failed.

    A point that cannot be built or mapped has the reason in `error` and no figures.
    """

    axes: tuple[str, ...]
    points: tuple[Row, ...]
    provenance: dict[str, object]
    """Networks, hardware, settings and versions."""

    @property
    def failed(self) -> tuple[Row, ...]:
        """Rows without a result."""
        return tuple(row for row in self.points if row["error"])

    def table(self) -> list[Row]:
        """All rows; every one has the same columns."""
        return list(self.points)

    def save(self, folder: str | Path) -> Path:
        """Write sweep.csv and sweep.json."""
        return save_rows(self.points, {"axes": list(self.axes), **self.provenance}, folder)


def load_sweep(folder: str | Path) -> SweepResult:
    """The sweep that `SweepResult.save` wrote."""
    rows, manifest = load_rows(folder)
    axes = manifest.pop("axes", None)
    if not isinstance(axes, list) or not all(axis in row for axis in axes for row in rows):
        raise UsageError(f"{folder}: not a sweep of this release: axes and columns do not agree")
    return SweepResult(axes=tuple(axes), points=rows, provenance=manifest)


class Settings(NamedTuple):
    """How every point is simulated; see `simulate`."""

    engine: str
    dataflow: str
    objective: str
    batch: int
    effort: str


def sweep(  # noqa: PLR0913 - the public contract names every one
    networks: str | Network | Sequence[str | Network],
    hardware: Accelerator | str,
    axes: Axes,
    *,
    paired: bool = False,
    engine: str = "fast",
    dataflow: str = "auto",
    objective: str = "cycles",
    batch: int = 1,
    effort: str = "normal",
    progress: Progress | None = None,
) -> SweepResult:
    """Simulate every network on every point of the grid (or the pairs) of `axes`.

    `axes` maps dotted keys of the hardware to values: `{"array.rows": [8, 16]}`. Raises UsageError
    for what no point can cure (unknown names, keys or settings, values that no point can be built
    with), before the first simulation.
    """
    settings = Settings(engine, dataflow, objective, batch, effort)
    nets = [load_network(net) if isinstance(net, str) else net for net in _listed(networks)]
    base = load_hardware(hardware) if isinstance(hardware, str) else hardware
    _check(settings, base)
    _check_keys(base, axes)
    points = grid(axes, paired=paired)
    _check_values(base, axes, points)
    jobs = [(point, net) for point in points for net in nets]
    rows: list[Row] = []
    for point, net in jobs:
        _tell(progress, len(rows), len(jobs), f"{net.name} {point.id}")
        rows.append(_row(point, net, base, settings))
    _tell(progress, len(jobs), len(jobs), "")
    return SweepResult(
        axes=tuple(axes), points=_even(rows), provenance=_provenance(nets, base, settings)
    )


def _listed(networks: str | Network | Sequence[str | Network]) -> Sequence[str | Network]:
    found = (networks,) if isinstance(networks, (str, Network)) else networks
    if not found:
        raise UsageError("no network to simulate; name at least one")
    return found


def _row(point: Point, net: Network, base: Accelerator, settings: Settings) -> Row:
    """Figures of one network on one point, or the reason why there are none."""
    start: Row = {"point": point.id, **{key: cell(to) for key, to in point.changes.items()}}
    try:
        hardware = base.replace(point.changes)
        result = simulate(net, hardware, **settings._asdict())
    except AccelsimError as error:
        reason = "; ".join(str(error).splitlines())
        shown = {name: value for name, value in settings._asdict().items() if name != "effort"}
        return {**start, "network": net.name, "hardware": base.label, **shown, "error": reason}
    return {**start, **result.summary(), "hardware": base.label, "error": None}


def _even(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with the columns of the longest one, `error` last."""
    columns = max(rows, key=len)
    return tuple({name: row.get(name) for name in columns} for row in rows)


def _tell(progress: Progress | None, done: int, total: int, following: str) -> None:
    if progress is not None:
        progress(done, total, following)


def _check(settings: Settings, base: Accelerator) -> None:
    check_known("engine", settings.engine, tuple(ENGINES))
    check_known("objective", settings.objective, tuple(OBJECTIVES))
    check_known("effort", settings.effort, EFFORTS)
    check_known("dataflow", settings.dataflow, ("auto", *base.known_dataflows))
    if settings.batch < 1:
        raise UsageError(f"batch {settings.batch}: must be >= 1")


def _check_keys(hardware: Accelerator, axes: Axes) -> None:
    """Refuse keys that the hardware file has not."""
    known = hardware.flat_keys()
    for axis in axes:
        of_file = any(f"{key}.".startswith(f"{axis}.") for key in known)
        if not of_file and not axis.startswith("constants."):
            raise UsageError(
                f"axis '{axis}' is not a key of {hardware.name}; allowed: {', '.join(known)}"
                f"{suggestion(axis, known)}"
            )


def _check_values(hardware: Accelerator, axes: Axes, points: Sequence[Point]) -> None:
    """Refuse values that no accelerator of the sweep can have, all of them at once.

    A value may need that of another axis, so it is refused only if no point with it can be built;
    one that is right by itself and wrong beside others fails its points alone.
    """
    lines = list[str]()
    for key, values in axes.items():
        for value in values:
            fault = _fault(hardware, {key: value})
            own = (point.changes for point in points if point.changes[key] == value)
            if fault and all(_fault(hardware, changes) for changes in own):
                lines += [_named(key, value, line) for line in fault.splitlines()]
    if lines:
        raise UsageError("\n".join(lines))


def _fault(hardware: Accelerator, changes: dict[str, object]) -> str:
    """Why there is no such accelerator; blank where there is."""
    try:
        library(hardware.replace(changes).constants)
    except AccelsimError as error:
        return str(error)
    return ""


def _named(key: str, value: object, line: str) -> str:
    """A fault with its axis: that of a part of the value, or of another key, names the value."""
    return f"axis {line}" if line.startswith(f"{key}: ") else f"axis {key}={cell(value)}: {line}"


def _provenance(
    nets: Sequence[Network], base: Accelerator, settings: Settings
) -> dict[str, object]:
    return {
        "networks": [net.name for net in nets],
        "hardware": base.label,
        "hardware_digest": base.digest,
        **settings._asdict(),
        "versions": {name: version(name) for name in ("accelsim", "numpy", "numba")},
    }
