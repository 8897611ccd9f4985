"""How fast is parcours beside what people would use or write instead?

Every figure is a ratio against a peer run in the same command on the same input: mining against
pm4py, retentioneering and a hand-written DuckDB query; the batch loop against a throw-away script
without lake, quarantine or evidence; the first real input against the clock. Contenders are
subprocesses, each in its own environment.

Reads: Parquet files it invents, and `examples/olist` with its data.
Writes: invented files and peers' environments under `~/.cache/parcours/bench`, no workspace of yours.
Begin with `registry.BENCHES`; each bench gives rows (`rows.BenchRow`).
"""
