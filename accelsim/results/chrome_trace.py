"""Traces as a Chrome/Perfetto JSON file, and back: one process per network, one track per unit.

A microsecond of the file is one clock cycle, so that every time is exact. Slices of an operator
hold those of its steps; an arrow leads from the end of an operator to the start of one that reads
what it made. https://ui.perfetto.dev and chrome://tracing open it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from accelsim.errors import UsageError
from accelsim.results.network import NetworkResult
from accelsim.results.trace import Slice, Trace, tracks_of

FILE = "trace.json.gz"
MOST_SLICES = 200_000
"""Beyond this, only some layers show what is inside their operator slice."""

COLOURS = {
    "operator": "generic_work",
    "launch": "grey",
    "compute": "good",
    "stall_input": "terrible",
    "stall_weight": "bad",
    "stall_output": "yellow",
    "stall_bank": "olive",
    "sums": "rail_animation",
    "input": "rail_load",
    "weight": "rail_idle",
    "store": "rail_response",
    "access": "thread_state_running",
    "conflict": "thread_state_iowait",
}
"""What a slice shows -> its colour, in Chrome's words."""

Event = dict[str, Any]


def write_traces(results: Sequence[NetworkResult], path: Path) -> None:
    """Write the traces of all results that have one; the same results give the same bytes."""
    events: list[Event] = []
    told: dict[str, Any] = {"time": "1 us of this file is 1 clock cycle"}
    for process, result in enumerate(results, start=1):
        if result.trace is not None:
            shown, every = sampled(result.trace)
            events += _events(result, shown, process)
            told[result.network] = {
                "clock_hz": result.clock_hz,
                "slices": len(result.trace.slices),
                "steps_of_every_nth_layer": every,
            }
    text = json.dumps({"traceEvents": events, "displayTimeUnit": "ns", "otherData": told})
    path.write_bytes(gzip.compress(text.encode(), compresslevel=6, mtime=0))


def sampled(trace: Trace, most: int = MOST_SLICES) -> tuple[Trace, int]:
    """The trace, or one with the steps of every n-th layer only; and n.

    The least n, then the first layer to begin with, that keep to `most` slices. Operators are
    always shown; where the steps of no layer fit, n is larger than the number of layers.
    """
    inside = Counter(item.layer for item in trace.slices if item.what != "operator")
    layers = list(dict.fromkeys(item.layer for item in trace.slices))
    room = max(0, most - len(trace.slices) + inside.total())
    choices = (
        (every, layers[first::every])  # the last one is of no layer
        for every in range(1, len(layers) + 2)
        for first in range(every)
    )
    fitting = (item for item in choices if sum(inside[layer] for layer in item[1]) <= room)
    every, kept = next(fitting)
    shown = set(kept)
    slices = (item for item in trace.slices if item.what == "operator" or item.layer in shown)
    return Trace(tuple(slices), trace.flows), every


def _events(result: NetworkResult, trace: Trace, process: int) -> Iterator[Event]:
    tracks = {name: number for number, name in enumerate(tracks_of(trace), start=1)}
    labels = f"{result.hardware}, {result.policy}"
    yield {"ph": "M", "name": "process_name", "pid": process, "args": {"name": result.network}}
    yield {"ph": "M", "name": "process_labels", "pid": process, "args": {"labels": labels}}
    for name, track in tracks.items():
        place = {"pid": process, "tid": track}
        yield {"ph": "M", "name": "thread_name", **place, "args": {"name": name}}
        yield {"ph": "M", "name": "thread_sort_index", **place, "args": {"sort_index": track}}
    for item in trace.slices:
        yield {
            "ph": "X",
            "name": _title(item),
            "cat": item.what,
            "cname": COLOURS[item.what],
            "pid": process,
            "tid": tracks[item.track],
            "ts": item.start,
            "dur": item.end - item.start,
            "args": _details(item),
        }
    yield from _arrows(trace, tracks, process)


def _title(item: Slice) -> str:
    """What is written on the slice."""
    if item.in_turn:
        return f"{item.what} of {len(item.in_turn)}"
    return item.layer if item.what == "operator" else item.what


def _details(item: Slice) -> dict[str, Any]:
    """What is shown of a slice that is chosen."""
    details = {"layer": item.layer, "step": item.step, "cycles": item.end - item.start}
    return {**details, "in_turn": list(item.in_turn)} if item.in_turn else details


def _arrows(trace: Trace, tracks: dict[str, int], process: int) -> Iterator[Event]:
    """A pair of flow events per tensor that is handed over: start inside the producer's slice."""
    wholes = [item for item in trace.slices if item.what == "operator"]
    last = {item.layer: item for item in sorted(wholes, key=lambda item: item.end)}
    first = {item.layer: item for item in sorted(wholes, key=lambda item: -item.start)}
    for number, (producer, consumer) in enumerate(trace.flows, start=1):
        flow = {"name": "tensor", "cat": "flow", "id": number, "pid": process}
        made, read = last[producer], first[consumer]
        yield {"ph": "s", **flow, "tid": tracks[made.track], "ts": made.end - 1}
        yield {"ph": "f", "bp": "e", **flow, "tid": tracks[read.track], "ts": read.start}


def load_traces(folder: str | Path) -> dict[str, Trace]:
    """Network -> trace, as `write_traces` wrote it; flows are not read back.

    Raises UsageError when the folder has no trace.
    """
    path = Path(folder) / FILE
    if not path.exists():
        raise UsageError(
            f"{folder}: no trace here; 'accelsim run NETWORK --trace --out DIR' writes one"
        )
    try:
        events = json.loads(gzip.decompress(path.read_bytes()))["traceEvents"]
        return _read(events)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: not a trace of this release: {error}") from error


def _read(events: Sequence[Event]) -> dict[str, Trace]:
    named = [event for event in events if event["ph"] == "M"]
    processes = {e["pid"]: e["args"]["name"] for e in named if e["name"] == "process_name"}
    tracks = {(e["pid"], e["tid"]): e["args"]["name"] for e in named if e["name"] == "thread_name"}
    slices: dict[int, list[Slice]] = {process: [] for process in processes}
    for event in events:
        if event["ph"] == "X":
            args, start = event["args"], event["ts"]
            track = tracks[event["pid"], event["tid"]]
            what, end = event["cat"], start + event["dur"]
            found = Slice(track, args["layer"], what, args["step"], start, end)
            in_turn = tuple(args.get("in_turn", ()))
            slices[event["pid"]].append(found._replace(in_turn=in_turn))
    return {processes[process]: Trace(tuple(own), ()) for process, own in slices.items()}
