"""Write workloads/<name>.yaml for every built-in network; a test compares them with the code.

Run it after a change to a definition: `python scripts/export_workloads.py`.
"""

from __future__ import annotations

from pathlib import Path

from accelsim.networks.registry import NETWORKS
from accelsim.workload.yaml_io import network_to_yaml

FOLDER = Path(__file__).parent.parent / "workloads"


def exports() -> dict[str, str]:
    """File name -> text, for every built-in network with its usual parameters."""
    return {f"{name}.yaml": network_to_yaml(record.function()) for name, record in NETWORKS.items()}


def main() -> None:
    for name, text in exports().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {FOLDER.name}/{name}")


if __name__ == "__main__":
    main()
