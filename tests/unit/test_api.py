"""The public names: all there, loaded on first use, and documented."""

import subprocess
import sys
from importlib import import_module

import pytest

import accelsim

NAMES = (
    "load_network", "load_hardware", "simulate", "sweep", "array_cycles", "array_accesses",
    "load_result", "map_operator", "NetworkResult", "Accelerator", "Network", "AccelsimError",
    "__version__",
)  # fmt: skip


def python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_all_names_are_public_and_listed():
    assert sorted(accelsim.__all__) == sorted(NAMES)
    assert dir(accelsim) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_name_loads_and_is_documented(name):
    value = getattr(accelsim, name)
    assert value.__doc__ or isinstance(value, str)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'simulat'"):
        _ = accelsim.simulat


def test_import_loads_nothing_slow():
    loaded = python("import sys, accelsim; print(' '.join(sorted(sys.modules)))").split()
    ours = [name for name in loaded if name.startswith("accelsim")]
    assert ours == ["accelsim"]
    assert not {"numpy", "numba", "typing", "pydantic", "click"} & set(loaded)


def test_names_bring_only_what_they_need():
    program = (
        "import sys, accelsim; accelsim.load_network('mixnet_s'); print('numba' in sys.modules)"
    )
    assert python(program) == "False"


@pytest.mark.parametrize(
    "first",
    ["", "import accelsim.sweep.grid", "from accelsim.sweep.runner import sweep", "accelsim.sweep"],
)
def test_sweep_is_a_function_and_a_package_whatever_came_first(first):
    program = f"""
import accelsim
{first}
network, axes = "mobilenet_v1:alpha=0.25,resolution=32", {{"array.rows": [8]}}
swept = accelsim.sweep(network, "edge_16x16", axes, effort="sweep")
from accelsim.sweep.grid import grid
print(len(swept.points), len(grid({{"a": [1, 2]}})))
"""
    assert python(program) == "1 2"


def test_quick_start_of_the_contract_runs(tmp_path):
    network = accelsim.load_network("mobilenet_v1:alpha=0.25,resolution=32")
    hardware = accelsim.load_hardware("edge_16x16").replace({"array.rows": 8, "array.cols": 8})
    result = accelsim.simulate(network, hardware)
    assert result.macs == network.macs
    assert result.params == network.params
    assert {row["kernel"] for row in result.table("kernel")} == {"1x1", "3x3", "none"}
    assert accelsim.load_result(result.save(tmp_path / "out")) == result
    assert accelsim.array_cycles(
        dataflow="ws", rows=8, cols=8, M=100, K=16, D=27, overlap="serial", convention="scalesim",
        trim=False,
    ) == -(-27 // 8) * -(-16 // 8) * (100 + 2 * 8 + 8 - 2)  # fmt: skip


def test_homes_are_where_the_names_are():
    for name, home in accelsim._HOMES.items():
        assert hasattr(import_module(f"accelsim.{home}"), name)
