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
from accelsim.mapping import OPERANDS, Loop, Mapping
from accelsim.results.columns import COLUMNS
from accelsim.results.files import replacing, rows_to_csv
from accelsim.results.layer import LayerResult
from accelsim.results.network import AreaPart, NetworkResult

SCHEMA = 1
"""Of manifest.json and the csv files; 1: first release."""


OF_A_RUN = ("relative.csv", "plots/*.svg", "plots/*.png")
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
    own = {"network", "hardware", "engine", "dataflow", "objective", "batch", "clock_hz", "params"}
    return {
        "schema": SCHEMA,
        "results": [
            {
                **{name: getattr(result, name) for name in sorted(own)},
                "area": [asdict(part) for part in result.area],
                **result.provenance,
            }
            for result in results
        ],
    }


def _mapping_text(results: Sequence[NetworkResult]) -> str:
    lines = [
        f"schema: {SCHEMA}",
        "# loops innermost first; cuts: temporal loops inside the on-chip tile of each operand",
        "mappings:",
    ]
    for result in results:
        for layer, mapping in result.mappings.items():
            cuts = ", ".join(f"{name}: {list(mapping.cuts[name])}" for name in OPERANDS)
            lines.append(
                f"  - {{network: {json.dumps(result.network)}, layer: {json.dumps(layer)}, "
                f"dataflow: {mapping.dataflow}, rows: {_loops(mapping.rows)}, "
                f"cols: {_loops(mapping.cols)}, temporal: {_loops(mapping.temporal)}, "
                f"cuts: {{{cuts}}}}}"
            )
    return "\n".join(lines) + "\n"


def _loops(loops: Sequence[Loop]) -> str:
    return "[" + ", ".join(f"[{loop.dim}, {loop.factor}]" for loop in loops) + "]"


def load_results(folder: str | Path) -> tuple[NetworkResult, ...]:
    """Results that `save_results` wrote, in their order.

    Raises UsageError when the folder holds none, or files that accelsim did not write.
    """
    path = Path(folder)
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        rows = list(csv.DictReader((path / "layers.csv").open(encoding="utf-8", newline="")))
        entries = manifest["results"]
        mappings = _read_mappings(path / "mapping.yaml")
        return tuple(_result(entry, rows, mappings) for entry in entries)
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
    entry: dict[str, Any], rows: Sequence[dict[str, str]], mappings: dict[str, dict[str, Mapping]]
) -> NetworkResult:
    own = {field.name for field in fields(NetworkResult)}
    values = {name: value for name, value in entry.items() if name in own}
    values["area"] = tuple(AreaPart(**part) for part in entry["area"])
    layers = tuple(_layer(row) for row in rows if row["network"] == entry["network"])
    return NetworkResult(
        **values,
        layers=layers,
        mappings=mappings.get(entry["network"], {}),
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


def _read_mappings(path: Path) -> dict[str, dict[str, Mapping]]:
    from ruamel.yaml import YAML  # noqa: PLC0415  (half of the import time of this module)

    found: dict[str, dict[str, Mapping]] = {}
    for entry in YAML(typ="safe").load(path)["mappings"] or ():
        mapping = Mapping(
            dataflow=entry["dataflow"],
            rows=tuple(Loop(*loop) for loop in entry["rows"]),
            cols=tuple(Loop(*loop) for loop in entry["cols"]),
            temporal=tuple(Loop(*loop) for loop in entry["temporal"]),
            cuts={name: tuple(cuts) for name, cuts in entry["cuts"].items()},
        )
        found.setdefault(entry["network"], {})[entry["layer"]] = mapping
    return found
