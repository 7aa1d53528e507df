"""Input files: YAML with places, checked against a schema, every fault in plain words."""

from accelsim.documents.faults import Fault, PartsError, explain, given, validate
from accelsim.documents.reading import Document, Loc, dotted, read_value, read_yaml

__all__ = [
    "Document", "Fault", "Loc", "PartsError", "dotted", "explain", "given", "read_value",
    "read_yaml", "validate",
]  # fmt: skip
