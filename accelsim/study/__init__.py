"""Studies: one question per file, answered with tables and sentences. `report` draws them."""
