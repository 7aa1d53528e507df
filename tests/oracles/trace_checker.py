"""What Perfetto's JSON importer asks of a trace, checked without Perfetto.

From the "Trace Event Format" document of the Chromium project: every event has a phase; complete
events (X) have a name, pid, tid, ts and a duration >= 0 and nest on their track; flow events (s, f)
come in pairs of one id and category, each inside a slice of its track, and not backwards; metadata
(M) names processes and threads, each named once.
"""

from __future__ import annotations

from collections import defaultdict


def check_trace(data: dict) -> dict[str, int]:
    """Number of events by phase; AssertionError where the format is broken."""
    assert set(data) >= {"traceEvents"}
    count: dict[str, int] = defaultdict(int)
    slices, flows, named = defaultdict(list), defaultdict(list), set()
    for event in data["traceEvents"]:
        count[event["ph"]] += 1
        if event["ph"] == "M":
            key = (event["name"], event["pid"], event.get("tid"))
            assert key not in named
            assert isinstance(event["args"], dict)
            named.add(key)
            continue
        assert isinstance(event["ts"], int)
        assert event["ts"] >= 0
        assert ("thread_name", event["pid"], event["tid"]) in named
        if event["ph"] == "X":
            assert event["name"]
            assert event["dur"] >= 0
            slices[event["pid"], event["tid"]].append((event["ts"], event["dur"]))
        else:
            assert event["ph"] in ("s", "f")
            assert event["ph"] == "s" or event["bp"] == "e"
            flows[event["pid"], event["cat"], event["id"]].append(event)
    for own in slices.values():
        check_nesting(own)
    for pair in flows.values():
        start, finish = pair
        assert (start["ph"], finish["ph"]) == ("s", "f")
        assert start["ts"] <= finish["ts"]
        assert start["name"] == finish["name"]
        for end in pair:
            own = slices[end["pid"], end["tid"]]
            assert any(ts <= end["ts"] < ts + dur for ts, dur in own)
    return dict(count)


def check_nesting(slices: list[tuple[int, int]]) -> None:
    """Starts do not decrease, and every slice lies inside those that are open when it starts."""
    assert [ts for ts, _ in slices] == sorted(ts for ts, _ in slices)
    ends: list[int] = []
    for ts, dur in slices:
        while ends and ends[-1] <= ts:
            ends.pop()
        assert not ends or ts + dur <= ends[-1]
        ends.append(ts + dur)
