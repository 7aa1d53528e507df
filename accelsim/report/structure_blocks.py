"""A graph cut into blocks: where one tensor alone goes on, named by what its operators share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from accelsim.report.structure import SEPARATOR, Edge, Graph, ranks
from accelsim.workload.operators import Operator


@dataclass(frozen=True)
class Block:
    """Operators drawn together; equal blocks behind each other are copies of the first."""

    copies: tuple[tuple[int, ...], ...]
    """Numbers of the operators of each copy; one is drawn for all."""
    title: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the copy that is drawn."""
        return self.copies[0]


def blocks_of(graph: Graph) -> tuple[Graph, list[Block]]:
    """The blocks, and the graph with edges between the copies drawn.

    A line stays within a block or leads from its last row to the next one, so that it passes no
    box; any other becomes a reference.
    """
    blocks = _repeats_joined(graph, [_block(graph, group) for group in _groups(graph)])
    drawn = {
        number: block.numbers[place]
        for block in blocks
        for copy in block.copies
        for place, number in enumerate(copy)
    }
    home = {number: index for index, block in enumerate(blocks) for number in block.numbers}
    lines = [
        Edge(drawn[source], target) for source, target in graph.lines if drawn[target] == target
    ]
    lowest = _lowest(blocks, lines)
    near = {
        edge
        for edge in lines
        if home[edge.target] == home[edge.source]
        or (home[edge.target] == home[edge.source] + 1 and edge.source in lowest)
    }
    told = [
        edge if edge.source not in drawn else Edge(drawn[edge.source], edge.target)
        for edge in graph.references
    ]
    told += [edge for edge in lines if edge not in near]
    nodes = {number: graph.nodes[number] for block in blocks for number in block.numbers}
    return Graph(nodes, tuple(edge for edge in lines if edge in near), tuple(told)), blocks


def _lowest(blocks: Sequence[Block], lines: Sequence[Edge]) -> set[int]:
    """Nodes in the last row of their block."""
    found = set()
    for block in blocks:
        inner = [edge for edge in lines if edge.target in block.numbers]
        rows = ranks(block.numbers, inner)
        found |= {number for number, row in rows.items() if row == max(rows.values())}
    return found


def segments(graph: Graph) -> list[list[int]]:
    """Nodes in order, cut wherever the lines of not more than one node go on."""
    order = list(graph.nodes)
    place = {number: index for index, number in enumerate(order)}
    last = {source: 0 for source, _ in graph.lines}
    for source, target in graph.lines:
        last[source] = max(last[source], place[target])
    inputs = sum(node.operator is None for node in graph.nodes.values())
    found: list[list[int]] = [[]]
    live: set[int] = set()
    for index, number in enumerate(order):
        found[-1].append(number)
        live = {source for source in live | {number} if last.get(source, 0) > index}
        if len(live) <= 1 and index + 1 >= inputs:
            found.append([])
    return [segment for segment in found if segment]


def _groups(graph: Graph) -> list[list[int]]:
    """Segments, those of the same counted name joined."""
    found: list[tuple[str, list[int]]] = []
    for segment in segments(graph):
        name = _name(graph, segment)
        if name and found and found[-1][0] == name:
            found[-1][1].extend(segment)
        else:
            found.append((name, segment))
    return [numbers for _, numbers in found]


def counted_name(names: Sequence[str]) -> str:
    """What all names start with, as far as it names one of several: to its last word with a digit.

    `blocks.1.0` of `blocks.1.0.conv_dw` alone, `Mixed_5b` of its branches; the last word of a
    single name does not count. Empty if there is no such word.
    """
    words = [SEPARATOR.split(name) for name in names]
    shared = 0
    if len(words) == 1:
        shared = len(words[0]) - 1
    else:
        while len({tuple(each[: shared + 1]) for each in words}) == 1:
            shared += 1
    ends = [border.start() for border in SEPARATOR.finditer(f"{names[0]}.")]
    counted = [place for place in range(shared) if any(map(str.isdigit, words[0][place]))]
    return names[0][: ends[counted[-1]]] if counted else ""


def _name(graph: Graph, numbers: Sequence[int]) -> str:
    """The counted name of the operators among the nodes."""
    nodes = [graph.nodes[number] for number in numbers]
    names = [node.name for node in nodes if node.operator is not None]
    return counted_name(names) if names else ""


def _block(graph: Graph, numbers: Sequence[int]) -> Block:
    """One block, named if it has several operators."""
    return Block((tuple(numbers),), _name(graph, numbers) if len(numbers) > 1 else "")


def _repeats_joined(graph: Graph, blocks: Sequence[Block]) -> list[Block]:
    """Runs of equal blocks as one with copies."""
    found: list[Block] = []
    signature: object = None
    for block in blocks:
        own = _signature(graph, block.numbers)
        follows = found and own is not None and own == signature
        if follows and _passes_on(graph, found[-1].copies[-1], block.numbers):
            first = found[-1]
            title = f"{first.title.partition(' to ')[0]} to {block.title}"
            found[-1] = Block((*first.copies, block.numbers), title)
        else:
            found.append(block)
        signature = own
    return found


def _signature(graph: Graph, numbers: Sequence[int]) -> object:
    """Equal for blocks that compute the same from one tensor; None for a single operator."""
    if len(numbers) == 1:
        return None
    place = {number: index for index, number in enumerate(numbers)}
    nodes = [graph.nodes[number] for number in numbers]
    made = {
        tensor: (place[node.number], slot)
        for node in nodes
        for slot, tensor in enumerate(node.operator.outputs if node.operator else ())
    }
    reads = [
        made.get(tensor, tensor)
        for node in nodes
        for tensor in (node.operator.inputs if node.operator else ())
    ]
    entries = dict.fromkeys(tensor for tensor in reads if isinstance(tensor, str))
    names = {tensor: f"entry {place}" for place, tensor in enumerate(entries)}
    reads = [names[read] if isinstance(read, str) else read for read in reads]
    return ([_nameless(node.operator) for node in nodes if node.operator], reads)


def _nameless(operator: Operator) -> Operator:
    inputs = tuple("-" for _ in operator.inputs)
    outputs = tuple("-" for _ in operator.outputs)
    return replace(operator, name="-", inputs=inputs, outputs=outputs)


def _passes_on(graph: Graph, before: Sequence[int], after: Sequence[int]) -> bool:
    """Whether the last operator of one block is all that the next reads from outside.

    And nothing but that one reads it, so that no line would lead to a copy that is not drawn.
    """
    entering = {edge for edge in _crossing(graph, after) if edge.target in after}
    leaving = {edge for edge in _crossing(graph, before) if edge.source in before}
    return entering == leaving and {edge.source for edge in entering} == {before[-1]}


def _crossing(graph: Graph, numbers: Sequence[int]) -> Iterator[Edge]:
    """Edges, told ones too, with one end in the block."""
    members = set(numbers)
    for edge in (*graph.lines, *graph.references):
        if (edge.source in members) != (edge.target in members):
            yield edge
