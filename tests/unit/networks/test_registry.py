"""Networks by name, alias, parameters and path."""

from __future__ import annotations

from pathlib import Path

import pytest

from accelsim.errors import InputError, UsageError, WorkloadError
from accelsim.networks.mixnet import mixnet_s
from accelsim.networks.mobilenet import mobilenet_v1, mobilenet_v2
from accelsim.networks.registry import ALIASES, NETWORKS, load_network
from accelsim.workload.variants import full_conv, with_kernel, with_kernels, without_residual
from accelsim.workload.yaml_io import network_to_yaml


@pytest.mark.parametrize("name", NETWORKS)
def test_load_network_by_name_is_the_function(name: str) -> None:
    assert load_network(name) == NETWORKS[name].function()
    assert load_network(name).name == name
    assert NETWORKS[name].source


@pytest.mark.parametrize("alias", ALIASES)
def test_load_network_by_alias_is_the_network(alias: str) -> None:
    assert load_network(alias) == load_network(ALIASES[alias])


def test_parameters_have_the_types_of_the_function() -> None:
    network = load_network("mobilenet_v1:alpha=0.5,resolution=160,classes=10")
    assert network == mobilenet_v1(alpha=0.5, resolution=160, classes=10)


def test_parameters_may_stand_apart_and_a_whole_number_is_a_number() -> None:
    assert load_network("mobilenetv1_100: alpha = 2 ") == mobilenet_v1(alpha=2.0)


def test_kernel_parameter_is_with_kernel() -> None:
    network = load_network("mobilenet_v2:kernel=5,alpha=0.5")
    assert network == with_kernel(mobilenet_v2(alpha=0.5), 5)
    assert network.name == "mobilenet_v2:alpha=0.5,kernel=5"


def test_parameters_of_every_network_are_its_variants() -> None:
    usual = mobilenet_v2()
    assert load_network("mobilenet_v2:kernels=3-5-7") == with_kernels(usual, [3, 5, 7])
    assert load_network("mobilenet_v2:full_conv=yes") == full_conv(usual)
    assert load_network("mobilenet_v2:residual=no") == without_residual(usual)
    assert load_network("mobilenet_v2:elementwise=no") == usual.without_elementwise()
    for switched in ("full_conv=no", "residual=yes", "elementwise=yes"):
        assert load_network(f"mobilenet_v2:{switched}") == usual


def test_variants_are_applied_in_the_order_written() -> None:
    # Full convolutions of 5x5, or 3x3 ones beside which no depthwise kernel is left to change.
    network = load_network("mobilenet_v1:kernel=5,full_conv=yes")
    assert max(op.kernel for op in network if op.kind == "conv") == (5, 5)
    with pytest.raises(UsageError, match="no square depthwise convolution"):
        load_network("mobilenet_v1:full_conv=yes,kernel=5")


def test_word_parameter_reaches_the_function() -> None:
    tf = load_network("efficientnet_b0:padding=tf")
    assert tf.operators == load_network("tf_efficientnet_b0").operators
    assert tf.operators != load_network("efficientnet_b0").operators


@pytest.mark.parametrize(
    "name",
    [
        "mobilenet_v2:alpha=0.35,resolution=96,kernel=7",
        "mixnet_s:classes=10",
        "mixnet_m:alpha=1.5,depth=1.2",
        "efficientnet_b3:alpha=1.0,padding=tf",
        "efficientnet_edgetpu_m:depth=2.0",
        "mobilenet_v2:kernels=3-5,residual=no",
        "resnet50:residual=no",
        "mobilenet_v1:kernel=5,full_conv=yes",
        "mobilenet_v3_small:elementwise=no,kernels=3-5-7",
    ],
)
def test_name_of_a_network_loads_the_network(name: str) -> None:
    assert load_network(name).name == name


def test_network_file_is_read_with_and_without_kernel(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(network_to_yaml(mixnet_s()))
    assert load_network(path) == mixnet_s()
    assert load_network(f"{path}:kernel=3") == with_kernel(mixnet_s(), 3)


def test_file_without_ending_or_with_a_colon_is_read(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mine", "a:b"):
        Path(name).write_text(network_to_yaml(mobilenet_v1()))
        assert load_network(name) == mobilenet_v1()


PARAMETERS = (
    r"allowed: alpha \(a number > 0, default 1.0\), resolution \(a whole number >= 1, default "
    r"224\), classes \(a whole number >= 1, default 1000\), kernel \(an odd whole number"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "mobilnet_v2",
            r"network 'mobilnet_v2' is unknown; allowed: mobilenet_v1, mobilenet_v2, .*, mixnet_s, "
            r".*; did you mean 'mobilenet_v2'\?",
        ),
        ("mobilnet_v2:alpha=x", r"network 'mobilnet_v2' is unknown"),
        ("", r"network '' is unknown; allowed: mobilenet_v1"),
        ("x" * 5000, r"is unknown; allowed: mobilenet_v1"),
        (
            "mobilenet_v1:alfa=1",
            rf"mobilenet_v1: parameter 'alfa' is unknown; {PARAMETERS}.*'alpha'",
        ),
        ("mobilenet_v1:", r"mobilenet_v1: parameter '' is unknown; allowed: alpha"),
        ("mobilenet_v1:alpha", rf"mobilenet_v1: alpha is not possible; {PARAMETERS}"),
        ("mobilenet_v1:alpha=wide", rf"mobilenet_v1: alpha=wide is not possible; {PARAMETERS}"),
        ("mobilenet_v1:alpha=0", r"mobilenet_v1: alpha=0 is not possible"),
        ("mobilenet_v1:alpha=nan", r"mobilenet_v1: alpha=nan is not possible"),
        ("mobilenet_v1:alpha=inf", r"mobilenet_v1: alpha=inf is not possible"),
        ("mobilenet_v1:resolution=0.5", r"mobilenet_v1: resolution=0.5 is not possible"),
        ("mobilenet_v1:alpha=1,alpha=2", r"mobilenet_v1: parameter 'alpha' is given twice"),
        ("mobilenet_v1:kernel=4", r"kernel = 4; allowed: an odd number >= 1"),
        ("inception_v3:alpha=0.5", r"inception_v3: parameter 'alpha' is unknown; allowed: resol"),
        ("mobilenet_v2:kernels=3-x", r"mobilenet_v2: kernels=3-x is not possible; allowed: alpha"),
        ("mobilenet_v2:kernels=", r"mobilenet_v2: kernels= is not possible.*odd whole numbers as"),
        ("mobilenet_v2:kernels=3-4", r"kernel = 4; allowed: an odd number >= 1"),
        ("mobilenet_v2:residual=off", r"residual=off is not possible.*residual \(no for a network"),
        ("resnet50:elementwise=", r"resnet50: elementwise= is not possible"),
        ("efficientnet_b0:padding=", r"efficientnet_b0: padding= is not possible.*\(a word, def"),
    ],
)
def test_wrong_name_or_parameter_is_refused_with_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_network(text)


def test_missing_file_is_refused_with_its_path() -> None:
    with pytest.raises(InputError, match=r"nowhere/net.yaml:1:1: no such file"):
        load_network("nowhere/net.yaml")


def test_parameter_of_a_file_other_than_kernel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"net.yaml: parameter 'alpha' is unknown; allowed: kernel"
    ):
        load_network(f"{tmp_path}/net.yaml:alpha=0.5")


@pytest.mark.parametrize("content", [b"", b"\x7fELF\x00\x01", b"a: [1,"])
def test_file_that_is_no_workload_is_refused_with_its_place(tmp_path: Path, content) -> None:
    (tmp_path / "net.yaml").write_bytes(content)
    with pytest.raises(InputError, match=r"net.yaml:\d+:\d+: "):
        load_network(tmp_path / "net.yaml")


def test_parameters_that_shrink_the_map_away_are_refused_at_the_operator() -> None:
    with pytest.raises(WorkloadError, match=r"^\S+: kernel 3x3"):
        load_network("inception_v3:resolution=40")
