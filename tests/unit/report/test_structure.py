"""The layout of structure pictures: nothing lost, nothing on top of anything else."""

from itertools import combinations

import pytest
from hypothesis import given

from accelsim.errors import UsageError
from accelsim.networks.registry import load_network
from accelsim.report.structure import Edge, Graph, graph_of, part_names
from accelsim.report.structure_blocks import Block, blocks_of, counted_name
from accelsim.report.structure_figure import draw_structure, structure_figures
from accelsim.report.structure_labels import KINDS, kind_of, label, listed
from accelsim.report.structure_lanes import lanes_of
from accelsim.report.structure_pages import Page, Room, pages
from accelsim.report.structure_places import BOX_HEIGHT, BOX_WIDTH
from accelsim.report.style import drawing
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window
from tests.oracles.random_networks import builders

SLIDE = Room(13.3, 6.2)
NETWORKS = (
    "mobilenet_v2", "mixnet_s", "mixnet_l", "inception_v3", "inception_v4", "inception_resnet_v2",
    "shufflenet_v2_x1_0", "shufflenet_v1_g3", "resnet50", "densenet121", "convnext_tiny",
    "squeezenet1_0", "xception", "alexnet", "efficientnet_b7",
)  # fmt: skip


def laid_out(network: Network, prefix: str | None = None) -> tuple[Graph, list[Block], list[Page]]:
    graph, blocks = blocks_of(graph_of(network, prefix))
    return graph, blocks, pages(graph, blocks, SLIDE)[0]


def network_edges(network: Network) -> set[Edge]:
    """Operator numbers from 1; what the operators themselves say."""
    makers = {name: -place for place, name in enumerate(network.inputs)}
    makers |= {t: n for n, o in enumerate(network, 1) for t in o.outputs}
    return {Edge(makers[t], n) for n, o in enumerate(network, 1) for t in o.inputs}


def check_everything_is_shown(network: Network) -> None:
    graph, blocks, found = laid_out(network)
    boxes = [box for page in found for box in page.drawing.boxes]
    numbers = [number for box in boxes for number in box.numbers]
    inputs = len(network.inputs)
    assert sorted(numbers) == list(range(1 - inputs, len(network.operators) + 1))
    drawn = {number: box.numbers[0] for box in boxes for number in box.numbers}
    shown = {route.edge for page in found for route in page.drawing.routes}
    shown |= set(graph.references)
    copy_of = {n: (place, copy) for place, block in enumerate(blocks)
               for copy, numbers in enumerate(block.copies) for n in numbers}  # fmt: skip
    edges = network_edges(network)
    between = {e for e in edges if copy_of[e.source][0] == copy_of[e.target][0]
               and copy_of[e.source][1] < copy_of[e.target][1]}  # fmt: skip
    assert shown == {Edge(drawn[a], drawn[b]) for a, b in edges - between}
    for source, target in between:
        assert source == blocks[copy_of[source][0]].copies[copy_of[target][1] - 1][-1]


def check_no_boxes_overlap(page: Page) -> None:
    for one, other in combinations([box.middle for box in page.drawing.boxes], 2):
        beside = abs(one[0] - other[0]) >= BOX_WIDTH - 1e-9
        below = abs(one[1] - other[1]) >= BOX_HEIGHT - 1e-9
        assert beside or below, (one, other)


def check_lines_miss_the_boxes(page: Page) -> None:
    for route in page.drawing.routes:
        for start, end in zip(route.points, route.points[1:], strict=False):
            assert start[0] == pytest.approx(end[0]) or start[1] == pytest.approx(end[1])
            for x, y in (box.middle for box in page.drawing.boxes):
                inside_x = (min(start[0], end[0]) < x + BOX_WIDTH / 2 - 1e-6
                            and max(start[0], end[0]) > x - BOX_WIDTH / 2 + 1e-6)  # fmt: skip
                inside_y = (min(start[1], end[1]) < y + BOX_HEIGHT / 2 - 1e-6
                            and max(start[1], end[1]) > y - BOX_HEIGHT / 2 + 1e-6)  # fmt: skip
                assert not (inside_x and inside_y), route


def check_lines_end_at_their_boxes(pages_found: list[Page]) -> None:
    for page in pages_found:
        places = {box.numbers[0]: box.middle for box in page.drawing.boxes}
        for (source, target), points in page.drawing.routes:
            assert source in places or target in places
            if source in places:
                x, y = places[source]
                assert points[0] == pytest.approx((x, y + BOX_HEIGHT / 2))
            if target in places:
                x, y = places[target]
                assert points[-1] == pytest.approx((x, y - BOX_HEIGHT / 2))


@pytest.mark.parametrize("name", NETWORKS)
def test_pages_of_built_in_network_show_all_and_nothing_overlaps(name: str) -> None:
    network = load_network(name)
    check_everything_is_shown(network)
    _, _, found = laid_out(network)
    check_lines_end_at_their_boxes(found)
    for page in found:
        check_no_boxes_overlap(page)
        check_lines_miss_the_boxes(page)
        assert page.size.width <= SLIDE.width
        assert page.size.height <= SLIDE.height


@given(builders())
def test_pages_of_random_network_show_all_and_nothing_overlaps(net: NetworkBuilder) -> None:
    network = net.build()
    check_everything_is_shown(network)
    _, _, found = laid_out(network)
    check_lines_end_at_their_boxes(found)
    for page in found:
        check_no_boxes_overlap(page)
        check_lines_miss_the_boxes(page)


@given(builders())
def test_edges_lead_to_later_blocks_or_lower_rows(net: NetworkBuilder) -> None:
    graph, blocks, _ = laid_out(net.build())
    home = {n: place for place, block in enumerate(blocks) for n in block.numbers}
    for source, target in graph.lines:
        assert home[target] - home[source] in (0, 1)
        if home[source] == home[target]:
            rows = lanes_of(blocks[home[source]].numbers, graph.lines).rows
            assert rows[source] < rows[target]


def test_inception_block_has_its_four_branches_side_by_side() -> None:
    graph, blocks, _ = laid_out(load_network("inception_v3"), "Mixed_5b")
    block = blocks[-1]
    lanes = lanes_of(block.numbers, graph.lines)
    by_x: dict[float, list[int]] = {}
    for number in block.numbers:
        by_x.setdefault(round(lanes.x[number], 6), []).append(number)
    branches = [numbers for x, numbers in sorted(by_x.items()) if x]
    assert branches == [[8], [9, 10], [11, 12, 13], [14, 15]]
    assert lanes.x[16] == pytest.approx(0)
    assert lanes.rows[16] == 3


def test_mixnet_block_has_five_kernels_in_one_row() -> None:
    graph, blocks, found = laid_out(load_network("mixnet_s"), "blocks.5.0")
    texts = {box.middle: label(graph.nodes[box.numbers[0]])[0]
             for page in found for box in page.drawing.boxes}  # fmt: skip
    row = next(y for (_, y), text in texts.items() if text == "3x3 dw /2")
    mixed = [text for (_, y), text in sorted(texts.items()) if y == pytest.approx(row)]
    assert mixed == [f"{k}x{k} dw /2" for k in (3, 5, 7, 9, 11)]
    assert [block.title for block in blocks][-1] == "blocks.5.0"


def test_equal_blocks_are_drawn_once_with_their_count() -> None:
    _, blocks, _ = laid_out(load_network("resnet50"))
    times = {block.title: len(block.copies) for block in blocks if len(block.copies) > 1}
    assert times == {
        "layer1.1 to layer1.2": 2, "layer2.1 to layer2.3": 3, "layer3.1 to layer3.5": 5,
        "layer4.1 to layer4.2": 2,
    }  # fmt: skip


def test_blocks_that_differ_in_one_kernel_are_not_joined() -> None:
    net = NetworkBuilder("chain")
    x = net.input("image", (8, 16, 16))
    for index, kernel in enumerate((3, 3, 5)):
        y = net.conv(f"b.{index}.dw", x, 8, window(kernel, padding="same"), groups=8)
        x = net.conv(f"b.{index}.pw", y, 8, window(1))
    _, blocks, _ = laid_out(net.build())
    assert [(b.title, len(b.copies)) for b in blocks[1:]] == [("b.0 to b.1", 2), ("b.2", 1)]


def test_dense_connections_become_references_and_a_chain_of_lines() -> None:
    graph = graph_of(load_network("densenet121"))
    read = [source for source, target in graph.references if target == 22]
    assert sorted(read) == [2, 5, 9, 13, 17]
    assert [source for source, target in graph.lines if target == 22] == [21]


def test_graph_of_part_has_inputs_with_their_own_numbers() -> None:
    graph = graph_of(load_network("mixnet_s"), "blocks.0.0")
    outside = [node for node in graph.nodes.values() if node.operator is None]
    assert [(node.number, node.name) for node in outside] == [(1, "conv_stem")]
    assert set(graph.lines) == {(1, 2), (2, 3), (3, 4), (1, 4)}


def test_graph_of_prefix_ends_at_a_word() -> None:
    graph = graph_of(load_network("densenet121"), "features.denseblock4.denselayer1")
    assert all(".denselayer1." in n.name for n in graph.nodes.values() if n.operator)


def test_graph_of_unknown_part_lists_the_parts() -> None:
    with pytest.raises(UsageError) as caught:
        graph_of(load_network("inception_v3"), "Mixed_5x")
    assert "Mixed_5b, Mixed_5c, Mixed_5d, Mixed_6a" in str(caught.value)
    assert "did you mean 'Mixed_5" in str(caught.value)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["blocks.1.0.conv_dw"], "blocks.1.0"), (["conv_stem"], ""), (["features.conv0"], ""),
        (["blocks.1.0.conv_pw.split", "blocks.1.0.conv_pw.0"], "blocks.1.0"),
        (["Mixed_5b.branch1x1.conv", "Mixed_5b.concat"], "Mixed_5b"), (["a.1", "b.1"], ""),
        (["layer1.0.conv1", "layer1.0.add"], "layer1.0"),
    ],
)  # fmt: skip
def test_counted_name_ends_at_the_last_word_with_a_digit(names: list[str], found: str) -> None:
    assert counted_name(names) == found


def test_part_names_are_prefixes_at_word_borders() -> None:
    assert part_names(["a.b.c", "a.d"]) == ["a", "a.b", "a.b.c", "a.d"]


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([3], "3"), ([2, 5, 9, 13], "2, 5, 9, 13"), ([2, 5, 9, 13, 17], "2, 5, 9 ... 17"),
        ([4, 3, 2, 1], "1, 2 ... 4"), ([1, 2, 3], "1, 2, 3"),
    ],
)  # fmt: skip
def test_listed_shortens_runs_of_equal_steps(numbers: list[int], text: str) -> None:
    assert listed(numbers) == text


def test_label_says_kernel_kind_stride_channels_and_map() -> None:
    graph = graph_of(load_network("mobilenet_v2"))
    nodes = graph.nodes
    assert label(nodes[0]) == ("image", "3 × 224×224")
    assert label(nodes[1]) == ("3x3 conv /2", "32 × 112×112")
    assert label(nodes[2]) == ("3x3 dw", "32 × 112×112")
    assert kind_of(nodes[2]) == "depthwise"
    assert label(nodes[63]) == ("global pool", "1280 × 1×1")
    assert {kind_of(node) for node in nodes.values()} <= set(KINDS)


def test_draw_structure_writes_pages_that_are_the_same_each_time(tmp_path) -> None:
    network = load_network("mixnet_s")
    first = draw_structure(network, None, tmp_path / "a", ["svg"])
    second = draw_structure(network, None, tmp_path / "b", ["svg"])
    assert [path.name for path in first] == [
        f"structure_mixnet_s_page{n}.svg" for n in range(1, len(first) + 1)
    ]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert "230 operators, 239 M MACs, 4.13 M parameters, page 1 of" in first[0].read_text()


@pytest.mark.parametrize("name", ["mixnet_l", "densenet121", "inception_v3", "vgg16"])
def test_text_in_pictures_is_not_smaller_than_six_points_on_a_slide(name: str) -> None:
    with drawing():
        for figure in structure_figures(load_network(name)):
            shrink = min(1, 13.334 / figure.get_figwidth(), 7.6 / figure.get_figheight())
            sizes = [text.get_fontsize() for text in figure.axes[0].texts]
            assert min(sizes) * shrink >= 6


@pytest.mark.parametrize("name", ["mixnet_s", "densenet121", "shufflenet_v1_g3"])
def test_text_stays_inside_its_box(name: str) -> None:
    with drawing():
        for figure in structure_figures(load_network(name)):
            panel = figure.axes[0]
            figure.canvas.draw()
            boxes = [p.get_window_extent() for p in panel.patches]
            for text in panel.texts:
                extent = text.get_window_extent()
                middle = ((extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2)
                around = [box for box in boxes if box.contains(*middle)]
                assert all(box.x0 <= extent.x0 and extent.x1 <= box.x1 for box in around), text
