"""What a larger kernel costs, beside what it adds in parameters. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accelsim.results.layer import LayerResult
from accelsim.results.network import NetworkResult

Shape = tuple[int, int, int, int | str]
"""Channels, output rows, output columns, stride."""


@dataclass(frozen=True, slots=True)
class DepthwiseCost:
    """The depthwise operators of one kernel size, relative to the smallest kernel of the network.

    parameter_ratio: weights per channel, which is also MACs per output (25/9 for 5x5 over 3x3).
    cycle_ratio: cycles over those of the smallest kernel on the same outputs. Its cycles per
    output come from layers of the same channels, map and stride where there are such (`matched`
    of the layers), else from all its layers. lowest, highest: the same for single layers.
    """

    kernel: str
    taps: int
    layers: tuple[LayerResult, ...]
    matched: int
    parameter_ratio: float
    cycle_ratio: float
    energy_ratio: float
    lowest: float
    highest: float

    @property
    def outputs(self) -> int:
        """Output elements of all its layers."""
        return sum(_outputs(layer) for layer in self.layers)

    @property
    def gap(self) -> float:
        """Cycle ratio over parameter ratio: 1 where cost follows parameters."""
        return self.cycle_ratio / self.parameter_ratio


@dataclass(frozen=True, slots=True)
class NetworkChange:
    """A network with other depthwise kernels, relative to the one with the fewest parameters."""

    result: NetworkResult
    params: float
    macs: float
    cycles: float
    energy: float


def depthwise_costs(result: NetworkResult) -> list[DepthwiseCost]:
    """One entry per depthwise kernel size, smallest first; empty with fewer than two sizes."""
    sizes: dict[tuple[int, str], list[LayerResult]] = {}
    for layer in result.layers:
        if layer.type == "dw" and layer.kernel_h and layer.kernel_w:
            taps = layer.kernel_h * layer.kernel_w
            sizes.setdefault((taps, layer.kernel), []).append(layer)
    if len(sizes) < 2:
        return []
    reference = _Reference(sizes[min(sizes)], min(sizes)[0])
    return [reference.cost(taps, kernel, sizes[taps, kernel]) for taps, kernel in sorted(sizes)]


class _Reference:
    """Cycles and energy per output of the smallest kernel, by shape."""

    def __init__(self, layers: Sequence[LayerResult], taps: int) -> None:
        self.taps = taps
        self.everywhere = tuple(layers)
        self.by_shape: dict[Shape, list[LayerResult]] = {}
        for layer in layers:
            self.by_shape.setdefault(_shape(layer), []).append(layer)

    def cost(self, taps: int, kernel: str, layers: Sequence[LayerResult]) -> DepthwiseCost:
        """Layers of one kernel size against this reference."""
        cycles = [self._cycles(layer) for layer in layers]
        energy = [self._energy_pj(layer) for layer in layers]
        single = [layer.cycles / base for layer, base in zip(layers, cycles, strict=True)]
        return DepthwiseCost(
            kernel=kernel,
            taps=taps,
            layers=tuple(layers),
            matched=sum(_shape(layer) in self.by_shape for layer in layers),
            parameter_ratio=taps / self.taps,
            cycle_ratio=sum(layer.cycles for layer in layers) / sum(cycles),
            energy_ratio=sum(layer.energy_pj for layer in layers) / sum(energy),
            lowest=min(single),
            highest=max(single),
        )

    def _beside(self, layer: LayerResult) -> Sequence[LayerResult]:
        return self.by_shape.get(_shape(layer), self.everywhere)

    def _cycles(self, layer: LayerResult) -> float:
        """Cycles of the smallest kernel on the outputs of `layer`."""
        beside = self._beside(layer)
        return _outputs(layer) * sum(x.cycles for x in beside) / sum(map(_outputs, beside))

    def _energy_pj(self, layer: LayerResult) -> float:
        beside = self._beside(layer)
        return _outputs(layer) * sum(x.energy_pj for x in beside) / sum(map(_outputs, beside))


def _shape(layer: LayerResult) -> Shape:
    return (layer.out_c, layer.out_h, layer.out_w, layer.stride)


def _outputs(layer: LayerResult) -> int:
    """Output elements of one image: cycles and energy of all layers share the batch."""
    return layer.out_c * layer.out_h * layer.out_w


def network_changes(results: Sequence[NetworkResult]) -> list[list[NetworkChange]]:
    """Families of results that differ in their depthwise kernels alone, relative to the smallest.

    Same accelerator, dataflow, objective and batch, same layer names and shapes, other filters.
    """
    families: dict[object, list[NetworkResult]] = {}
    for result in results:
        families.setdefault(_skeleton(result), []).append(result)
    found = []
    for family in families.values():
        ordered = sorted(family, key=lambda result: result.params)
        if ordered[0].params < ordered[-1].params:
            found.append([_change(result, ordered[0]) for result in ordered])
    return found


def _skeleton(result: NetworkResult) -> object:
    """All of a result's question but the depthwise filters."""
    layers = tuple(
        (layer.layer, layer.type, _shape(layer), layer.type == "dw" or layer.kernel)
        for layer in result.layers
    )
    return (result.hardware, result.dataflow, result.objective, result.batch, layers)


def _change(result: NetworkResult, base: NetworkResult) -> NetworkChange:
    return NetworkChange(
        result=result,
        params=result.params / base.params,
        macs=result.macs / base.macs,
        cycles=result.cycles / base.cycles,
        energy=result.energy_uj / base.energy_uj,
    )
