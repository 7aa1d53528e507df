"""The output folder of a run: what stands in which file, and the way back."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping as TextMapping
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, get_type_hints

from accelsim.errors import UsageError
from accelsim.results.chrome_trace import FILE as TRACE_FILE
from accelsim.results.chrome_trace import write_traces
from accelsim.results.columns import COLUMNS
from accelsim.results.files import replacing, rows_to_csv
from accelsim.results.layer import Idle, LayerResult
from accelsim.results.mapping_file import Entries, read_entries
from accelsim.results.mapping_text import Placed, PlacedShards, mappings_to_yaml
from accelsim.results.network import AreaPart, NetworkResult

SCHEMA = 1
"""Of manifest.json and the csv files; 1: first release."""


OF_A_RUN = ("relative.csv", TRACE_FILE, "plots/*.svg", "plots/*.png")
"""What an earlier run may have left beside the files that every run writes."""


def save_results(
    results: Sequence[NetworkResult], folder: str | Path, more: TextMapping[str, str] | None = None
) -> Path:
    """Write results of one or more networks, and `more` files of text, into `folder`.

    What else an earlier run wrote there goes, so that a folder tells one story; files of other
    names are left alone.

    Raises UsageError when the folder cannot be written; then nothing has changed.
    """
    with replacing(folder, OF_A_RUN) as fresh:
        for name, text in {**_texts(results), **(more or {})}.items():
            (fresh / name).write_text(text, encoding="utf-8")
        if any(result.trace for result in results):
            write_traces(results, fresh / TRACE_FILE)
    return Path(folder)


def _texts(results: Sequence[NetworkResult]) -> dict[str, str]:
    return {
        "manifest.json": json.dumps(_manifest(results), indent=2) + "\n",
        "summary.csv": rows_to_csv([result.summary() for result in results]),
        "layers.csv": rows_to_csv([row for result in results for row in result.table("layer")]),
        "kernels.csv": rows_to_csv([row for result in results for row in result.table("kernel")]),
        "mapping.yaml": _mapping_text(results),
    }


def _manifest(results: Sequence[NetworkResult]) -> dict[str, object]:
    own = {
        "network", "hardware", "engine", "dataflow", "objective", "batch", "clock_hz", "params",
        "policy", "residency", "schedule", "cores", "units", "cycles_lower_bound",
    }  # fmt: skip
    return {
        "schema": SCHEMA,
        "results": [
            {
                **{name: getattr(result, name) for name in sorted(own)},
                "area": [asdict(part) for part in result.area],
                "idle": asdict(result.idle),
                **result.provenance,
            }
            for result in results
        ],
    }


def _mapping_text(results: Sequence[NetworkResult]) -> str:
    whole = (
        Placed(result.network, layer, mapping, result.chains[mapping.dataflow])
        for result in results
        for layer, mapping in result.mappings.items()
    )
    shards = (
        PlacedShards(result.network, layer, sharded, result.chains)
        for result in results
        for layer, sharded in result.shards.items()
    )
    return mappings_to_yaml(whole, shards)


def load_results(folder: str | Path) -> tuple[NetworkResult, ...]:
    """Results that `save_results` wrote, in their order.

    Raises UsageError when the folder holds none, or files that accelsim did not write.
    """
    path = Path(folder)
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        rows = list(csv.DictReader((path / "layers.csv").open(encoding="utf-8", newline="")))
        entries = manifest["results"]
        mapped = read_entries(path / "mapping.yaml")
        return tuple(_result(entry, rows, mapped) for entry in entries)
    except FileNotFoundError as error:
        raise UsageError(
            f"{path}: no result here: {Path(error.filename).name} is missing; "
            f"'accelsim run NETWORK --out {path}' writes one"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: not a result of this release: {error}") from error


def load_result(folder: str | Path, network: str | None = None) -> NetworkResult:
    """The result in a folder; `network` names one where the folder holds several."""
    results = load_results(folder)
    names = [result.network for result in results]
    if network is None and len(results) == 1:
        return results[0]
    if network not in names:
        raise UsageError(f"{folder}: name one of its networks: {', '.join(names)}")
    return results[names.index(network)]


def _result(
    entry: dict[str, Any], rows: Sequence[dict[str, str]], mapped: Entries
) -> NetworkResult:
    own = {field.name for field in fields(NetworkResult)}
    values = {name: value for name, value in entry.items() if name in own}
    values["area"] = tuple(AreaPart(**part) for part in entry["area"])
    values["idle"] = Idle(**entry["idle"])
    own_rows = [row for row in rows if row["network"] == entry["network"]]
    layers = tuple(_layer(row) for row in own_rows if row["operator"] != "idle")
    whole = [item for item in mapped.whole if item.network == entry["network"]]
    shards = [item for item in mapped.shards if item.network == entry["network"]]
    written = [*whole, *(own for item in shards for own in item.mappings)]
    return NetworkResult(
        **values,
        layers=layers,
        mappings={item.layer: item.mapping() for item in whole},
        shards={item.layer: item.sharded() for item in shards},
        chains={item.dataflow: item.chains for item in written},
        provenance={name: value for name, value in entry.items() if name not in own},
    )


def _layer(row: dict[str, str]) -> LayerResult:
    hints = get_type_hints(LayerResult)
    names = {field.name for field in fields(LayerResult)} & {column.name for column in COLUMNS}
    return LayerResult(**{name: _parse(row[name], hints[name]) for name in names})


def _parse(text: str, hint: object) -> Any:
    if hint is float:
        return float(text)
    if hint is str:
        return text
    if hint == (int | None) and text == "":
        return None
    return text if hint == (int | str) and not text.isdigit() else int(text)
