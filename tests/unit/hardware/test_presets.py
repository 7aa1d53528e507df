from pathlib import Path

import pytest

from accelsim.cost.constants import library
from accelsim.documents import read_yaml
from accelsim.hardware.ports import banks_of, scratchpad_read_bytes, scratchpad_write_bytes
from accelsim.hardware.yaml_io import hardware_to_yaml, load_hardware

FOLDER = Path(__file__).parents[3] / "hw_configs"
PRESETS = sorted(str(path.relative_to(FOLDER))[:-5] for path in FOLDER.rglob("*.yaml"))
KIB = 1024
MIB = 1024 * 1024

PLAIN = {
    "planes": 1, "banks": 1, "ports": 1, "latency": 0, "access_bits": 8, "word_bits": 64,
    "channels": 1, "row_miss": "0 ns", "refresh": "0 ns", "count": 1,
    "fused_activation_cycles": 0, "kept_parts": 1,
}  # fmt: skip
"""What a key that a file leaves out may be, because it then adds nothing to the machine.

`word_bits` is that of the DRAM, which nothing reads unless the file gives its energy too.
"""

PEAK = {
    "dpu_b4096": 16 * 16 * 8,  # AMD PG338: channels in, channels out, pixels; 4096 operations
    "edge_16x16": 16 * 16,
    "edge_tpu_like": 64 * 64,
    "ethos_u55_128": 128,  # in its name
    "eyeriss": 168,  # Chen et al., JSSC 2017, section III-A
    "gemmini_16x16": 16 * 16,
    **{f"kernel_engines/k{k}": 16 * k * k for k in (3, 5, 7, 9, 11)},
    "gpu_like": 28 * 128 * 128,  # in 128 clocks: 28 multiprocessors of 128 lanes
    "nvdla_full": 2048,  # nvdla.org unit description, int8
    "note10": 8,  # four lanes in each of two pipes
    "nvdla_small": 64,  # nvdla.org primer
    "pixel_1": 4,
    "scalesim_32x32": 32 * 32,
    "shidiannao": 64,
    "snapdragon_810": 4 * 4,  # in 4 clocks: four lanes
    "tpu_v1": 65_536,  # Jouppi et al., ISCA 2017, section 2
    "zigzag_edge_tpu_like": 1024,  # ZigZag's own array sizes: 8 x 8 x 4 x 4
    "zigzag_eyeriss_like": 168,  # 14 x 12
    "zigzag_meta_prototype": 1024,  # 32 x 2 x 4 x 4
    "zigzag_tpu_like": 1024,  # 32 x 32
}
"""MACs per cycle."""

ON_CHIP = {
    ("ethos_u55_128", "shram"): 24 * KIB,  # Vela, Ethos_U55_128: 24 banks of 1024 B
    ("eyeriss", "glb"): 25 * 512 * 8,  # JSSC 2017, section V-A: 25 banks of 512 x 64 b
    ("eyeriss", "filter_glb"): 2 * 512 * 8,  # and two
    ("eyeriss", "input_spad"): 168 * 12 * 2,  # section V-C: 12 x 16 b in each PE
    ("eyeriss", "weight_spad"): 168 * 224 * 2,  # 224 x 16 b
    ("eyeriss", "psum_spad"): 168 * 24 * 2,  # 24 x 16 b
    ("gemmini_16x16", "scratchpad"): 256 * KIB,  # GemminiConfigs.scala, sp_capacity
    ("gemmini_16x16", "accumulator"): 64 * KIB,  # acc_capacity
    ("nvdla_full", "cbuf"): 512 * KIB,  # nvdla.org unit description
    ("nvdla_full", "cacc"): 64 * 32 * 34 // 8,  # 2 x 32 entries of 32 sums of 34 bits
    ("nvdla_small", "cbuf"): 128 * KIB,  # nvdla.org scalability parameters
    ("nvdla_small", "cacc"): 16 * 8 * 34 // 8,  # 2 x 8 entries of 8 sums of 34 bits
    ("tpu_v1", "unified_buffer"): 24 * MIB,  # ISCA 2017, section 2
    ("tpu_v1", "accumulators"): 4096 * 256 * 4,  # 4096 accumulators of 256 x 32 bits
    ("tpu_v1", "weight_fifo"): 4 * 256 * 256,  # four tiles of weights
    ("zigzag_edge_tpu_like", "w_sram"): 262_144 // 8,  # ZigZag gives sizes in bits
    ("zigzag_eyeriss_like", "o_sram"): 65_536 // 8,
    ("zigzag_eyeriss_like", "w_sram"): 524_288 // 8,
    ("zigzag_eyeriss_like", "sram"): 8_388_608 // 8,
    ("zigzag_meta_prototype", "i_sram"): 262_144 // 8,
    ("zigzag_meta_prototype", "w_sram"): 524_288 // 8,
    ("zigzag_tpu_like", "w_reg"): 1024 * 1024 // 8,
    ("zigzag_tpu_like", "sram"): 16_777_216 // 8,
}
"""(preset, level) -> bytes of all its instances together."""

INSTANCES = {
    ("zigzag_edge_tpu_like", "w_reg"): 64,  # serves D3 and D4: 16 MACs each
    ("zigzag_edge_tpu_like", "o_reg"): 128,  # serves D2: 8 MACs each
    ("zigzag_eyeriss_like", "i_reg"): 168,
    ("zigzag_meta_prototype", "w_reg"): 64,
    ("zigzag_meta_prototype", "o_reg"): 512,  # serves D2: 2 MACs each
    ("zigzag_tpu_like", "o_reg"): 1024,
    ("zigzag_tpu_like", "sram"): 1,
}
"""(preset, level) -> memories of that level, as ZigZag counts them."""

ZIGZAG = [name for name in PRESETS if name.startswith("zigzag_")]


def level(hardware, name):
    return next(level for level in hardware.on_chip if level.name == name)


def figures(value, way=()):
    """Dotted keys of all numbers and quantities of a hardware file, levels by name."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from figures(inner, (*way, key))
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from figures(item, (*way, item["name"]))
    elif not isinstance(value, bool) and str(value)[:1].isdigit():
        yield ".".join(way)


@pytest.mark.parametrize("name", PRESETS)
def test_preset_gives_a_source_for_every_figure(name):
    data = read_yaml(FOLDER / f"{name}.yaml").data
    sources = data.pop("sources")
    del data["schema"], data["name"], data["description"]
    constants = data.pop("constants", {})
    stated = set(figures(data))
    assert len(stated) >= 17
    assert stated - set(sources) == set()
    assert all(len(text) > 10 for text in sources.values())
    assert all(constant["source"] for constant in constants.values())


@pytest.mark.parametrize("name", PRESETS)
def test_preset_leaves_no_figure_to_a_default(name):
    """What a file does not say has no source; only what adds nothing may be absent."""
    data = read_yaml(FOLDER / f"{name}.yaml").data
    stated = set(figures({key: data[key] for key in data if key not in ("sources", "constants")}))
    hardware = load_hardware(FOLDER / f"{name}.yaml")
    unstated = {
        key: value
        for key, value in hardware.flat_keys().items()
        if not isinstance(value, bool)
        and str(value)[:1].isdigit()
        and key not in stated
        and not key.startswith("constants.")
    }
    assert unstated == {key: PLAIN[key.rsplit(".", 1)[-1]] for key in unstated}


@pytest.mark.parametrize("name", PRESETS)
def test_preset_is_named_as_its_file_and_says_what_it_is(name):
    hardware = load_hardware(FOLDER / f"{name}.yaml")
    assert hardware.name == name.replace("/", "_")
    assert len(hardware.description) > 80


@pytest.mark.parametrize("name", PRESETS)
def test_preset_is_the_same_machine_after_writing_and_reading(name, tmp_path):
    hardware = load_hardware(name)
    (tmp_path / "copy.yaml").write_text(hardware_to_yaml(hardware))
    assert load_hardware(tmp_path / "copy.yaml") == hardware


@pytest.mark.parametrize("name", PRESETS)
def test_preset_can_run_each_of_its_dataflows_on_its_axes(name):
    hardware = load_hardware(name)
    flows = [hardware.dataflow(flow) for flow in hardware.array.dataflows]
    assert [flow.name for flow in flows] == list(hardware.array.dataflows)
    if hardware.array.planes > 1:
        assert all(flow.planes for flow in flows)


def test_presets_have_the_published_macs_per_cycle():
    assert {name: load_hardware(name).peak_macs_per_cycle for name in PRESETS} == PEAK


@pytest.mark.parametrize(("name", "memory"), ON_CHIP)
def test_preset_has_the_published_bytes_on_chip(name, memory):
    hardware = load_hardware(name)
    found = level(hardware, memory)
    assert hardware.copies(found) * found.total_bytes == ON_CHIP[name, memory]


@pytest.mark.parametrize(("name", "memory"), INSTANCES)
def test_zigzag_preset_has_as_many_memories_as_zigzag(name, memory):
    hardware = load_hardware(name)
    assert hardware.copies(level(hardware, memory)) == INSTANCES[name, memory]


@pytest.mark.parametrize("name", ZIGZAG)
def test_zigzag_preset_counts_as_zigzag_does(name):
    hardware = load_hardware(name)
    constants = library(hardware.constants)
    assert (constants["leakage_mw"].value, constants["vector_op_pj"].value) == (0, 0)
    assert constants["mac_pj"].value == (0.5 if name == "zigzag_eyeriss_like" else 0.04)
    assert hardware.memory.first_sum == "read"
    assert hardware.dram.bandwidth_bytes_per_s * 8 == 64 * hardware.clock_hz
    assert not any(level.double_buffered for level in hardware.on_chip)
    assert all(level.read_pj and level.write_pj for level in (*hardware.on_chip, hardware.dram))


@pytest.mark.parametrize("name", ZIGZAG)
def test_zigzag_preset_puts_the_mapping_file_on_its_axes(name):
    hardware = load_hardware(name)
    if name == "zigzag_eyeriss_like":  # ZigZag has no mapping file for it
        assert hardware.array.dataflows == ("any",)
        return
    given = hardware.dataflow("given")
    assert (given.rows, given.cols) == (("K",), ("C",))
    assert set(given.planes) == ({"P", "Q"} if hardware.array.planes == 16 else set())


def test_edge_preset_has_rows_for_the_first_time_as_the_key_itself():
    text = (FOLDER / "edge_16x16.yaml").read_text()
    line = text.count("\n", 0, text.index("rows")) + 1
    assert text.split("\n")[line - 1] == "  rows: 16"
    assert read_yaml(FOLDER / "edge_16x16.yaml").position(("array", "rows"))[0] == line


def test_edge_preset_figures():
    edge = load_hardware("edge_16x16")
    assert edge.clock_hz == 500_000_000
    assert level(edge, "sram").total_bytes == 256 * KIB
    assert edge.dram.bandwidth_bytes_per_s == 3200 * 10**6 * 32 // 8
    assert edge.dram_latency_cycles == 50
    assert edge.array.dataflows == ("ws",)
    assert scratchpad_read_bytes(edge) == 16 + 16
    assert scratchpad_write_bytes(edge) == 16 * 4
    assert banks_of(edge, edge.scratchpad) == 16


def test_edge_preset_with_a_larger_array_gets_wider_ports_and_more_banks():
    """64 x 64: 128 B read, 256 B added to and 25.6 B of DRAM per cycle: 665.6 B, 16 B words."""
    large = load_hardware("edge_16x16").replace({"array.rows": 64, "array.cols": 64})
    assert (scratchpad_read_bytes(large), scratchpad_write_bytes(large)) == (128, 256)
    assert banks_of(large, large.scratchpad) == 42
    narrow = large.replace({"memory.levels.sram.read_bytes_per_cycle": 32})
    assert scratchpad_read_bytes(narrow) == 32


def test_tpu_preset_reaches_the_published_92_tops_and_28_mib():
    tpu = load_hardware("tpu_v1")
    tops = 2 * tpu.peak_macs_per_cycle * tpu.clock_hz / 1e12
    assert round(tops) == 92  # Jouppi et al., ISCA 2017, table 2
    managed = [level(tpu, name).total_bytes for name in ("unified_buffer", "accumulators")]
    assert sum(managed) == 28 * MIB  # abstract: software-managed on-chip memory


@pytest.mark.parametrize(
    ("operand", "levels"),
    [
        ("input", ["unified_buffer"]),
        ("weight", ["weight_fifo"]),
        ("output", ["accumulators", "unified_buffer"]),
    ],
)
def test_tpu_preset_takes_each_operand_the_published_way(operand, levels):
    """From the array outward: Jouppi et al., ISCA 2017, figure 1."""
    assert [level.name for level in load_hardware("tpu_v1").chain(operand)] == levels


def test_eyeriss_preset_has_the_rates_and_the_sram_of_the_chip():
    chip = load_hardware("eyeriss")
    assert chip.peak_macs_per_cycle * chip.clock_hz == 33_600_000_000  # JSSC 2017, 33.6 GMAC/s
    sram = [level for level in chip.on_chip if level.kind == "sram"]
    assert sum(chip.copies(level) * level.total_bytes for level in sram) == 181.5 * KIB  # table IV
    assert chip.dram.bandwidth_bytes_per_s == 60_000_000 * 64 // 8
    glb = level(chip, "glb")
    assert not glb.shared_port
    assert (glb.read_bytes_per_cycle, glb.write_bytes_per_cycle) == ((64 + 16) // 8, 64 // 8)  # V-B


@pytest.mark.parametrize(
    ("filters", "channels", "width", "ifmap_kb", "psum_kb"),
    [
        (16, 1, 11, 15.5, 72.2),  # CONV1: p, q, S, and the buffer that ifmaps and psums need
        (16, 2, 5, 3.8, 91.1),
        (16, 4, 3, 7.0, 84.5),
        (16, 3, 3, 10.5, 84.5),  # CONV4 and CONV5
    ],
)
def test_eyeriss_preset_has_room_for_the_published_alexnet_mapping(
    filters, channels, width, ifmap_kb, psum_kb
):
    """Chen et al., JSSC 2017, table III; words in a PE as section IV-A counts them."""
    chip = load_hardware("eyeriss")
    words = {
        "weight_spad": filters * channels * width,
        "input_spad": channels * width,
        "psum_spad": filters,
    }
    assert all(2 * need <= level(chip, name).total_bytes for name, need in words.items())
    assert (ifmap_kb + psum_kb) * KIB <= level(chip, "glb").total_bytes


def test_dpu_preset_has_the_published_rate_and_nearly_the_block_rams():
    dpu = load_hardware("dpu_b4096")
    assert 2 * dpu.peak_macs_per_cycle * dpu.clock_hz == 1_228_800_000_000
    buffers = sum(level(dpu, name).total_bytes for name in ("image_buffer", "weight_buffer"))
    assert buffers == pytest.approx(255 * 4 * KIB, rel=0.005)  # PG338: 255 block RAMs, low usage


def test_edge_tpu_preset_reaches_4_tops_and_has_8_mib():
    tpu = load_hardware("edge_tpu_like")
    assert round(2 * tpu.peak_macs_per_cycle * tpu.clock_hz / 1e12) == 4  # coral.ai datasheets
    assert level(tpu, "sram").total_bytes == 8 * MIB


def test_nvdla_presets_have_the_bandwidth_of_nvidias_documents():
    assert load_hardware("nvdla_full").dram.bandwidth_bytes_per_s == 10 * 10**9
    assert load_hardware("nvdla_small").dram.bandwidth_bytes_per_s == 10**9


@pytest.mark.parametrize(("name", "pixels"), [("nvdla_full", 32), ("nvdla_small", 8)])
def test_nvdla_preset_adds_up_one_stripe_while_another_is_delivered(name, pixels):
    """Unit description: weights stay for a stripe of at most 32 pixels (64 x 32 MACs)."""
    machine = load_hardware(name)
    stripe_bits = pixels * machine.array.cols * machine.precision.accumulator_bits
    cacc = level(machine, "cacc")
    assert (2 * stripe_bits, cacc.double_buffered) == (cacc.total_bytes * 8, True)


def test_scalesim_preset_moves_ten_words_per_cycle():
    machine = load_hardware("scalesim_32x32")
    assert machine.dram.bandwidth_bytes_per_s / machine.clock_hz == 10.0
    assert (machine.array.convention, machine.array.overlap) == ("scalesim", "serial")
    assert level(machine, "sram").total_bytes == 3 * 64 * KIB
