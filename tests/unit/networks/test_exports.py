"""workloads/*.yaml are what the definitions say today."""

from __future__ import annotations

import pytest

from accelsim.networks.registry import NETWORKS
from accelsim.workload.yaml_io import network_from_yaml
from scripts.export_workloads import FOLDER, exports


def test_files_are_those_that_the_script_writes() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")}
    assert written == exports()


@pytest.mark.parametrize("name", NETWORKS)
def test_file_reads_as_the_network(name: str) -> None:
    assert network_from_yaml(FOLDER / f"{name}.yaml") == NETWORKS[name].function()
