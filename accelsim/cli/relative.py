"""Figures of networks beside those of the first one: what a change costs, and what it adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accelsim.results.network import Cell, NetworkResult, Row

COMPARED = {
    "params": "params", "macs": "macs", "cycles": "cycles", "energy": "energy_uj",
    "dram": "dram_bytes", "area_time": "area_time_mm2_ms",
}  # fmt: skip
"""Name of a ratio -> column that it is made from."""

WHOLE = "network"
"""Scope of the row that holds the whole network; the others are operator types."""

COLUMNS = ("network", "scope", "params", "cycles", *(f"{name}_ratio" for name in COMPARED))


def relative_rows(results: Sequence[NetworkResult]) -> list[Row]:
    """Each network, then its operator types with MACs, with ratios to the same of the first one.

    Ratios are blank where the first network has nothing of the kind. Parameters of the whole
    network are all its learnables; those of a type are weights and biases.
    """
    base = dict(_scopes(results[0]))
    return [
        {
            "network": result.network,
            "scope": scope,
            "params": row["params"],
            "cycles": row["cycles"],
            **{
                f"{name}_ratio": _ratio(row[column], base.get(scope, {}).get(column))
                for name, column in COMPARED.items()
            },
        }
        for result in results
        for scope, row in _scopes(result)
        if row["macs"]
    ]


def _scopes(result: NetworkResult) -> Iterator[tuple[str, Row]]:
    yield WHOLE, result.summary()
    for row in result.table("type"):
        yield str(row["type"]), row


def _ratio(value: Cell, base: Cell) -> float | None:
    if not isinstance(value, (int, float)) or not isinstance(base, (int, float)) or not base:
        return None
    return value / base
