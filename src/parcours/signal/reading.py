"""Any file as rows: one relation with a row number, whatever the format; unreadable lines are kept aside."""

from __future__ import annotations

import bisect
import glob
import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.lake import EngineProblem, SqlFault, file_literal, foreign_table, identifier, literal
from parcours.signal.errors import UnreadableFile
from parcours.signal.ocel import convert_ocel
from parcours.signal.text_file import (
    TextFile,
    last_record,
    physical_lines,
    prepare_csv,
    prepare_lines,
    rejected_records,
)
from parcours.signal.xes import convert_xes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from parcours.lake import Engine
    from parcours.signal.mapping import Join, Read

ROW = "_row"
_LINE_COLUMN = "_line"


@dataclass(frozen=True)
class Unreadable:
    """A line that is no row.

    Attributes:
        line: Physical line in the file, from 1.
        reason: A short code.
        content: The beginning of the line; personal, for the vault only.
    """

    line: int
    reason: str
    content: str | None


@dataclass(frozen=True)
class Rows:
    """A readable file.

    Attributes:
        sql: A query with the file's columns and `_row`, the row's number from 1.
        columns: Column name to SQL type, without `_row`.
        unreadable: Lines that are no rows.
        notes: Counts worth telling, such as values that did not fit their declared type.
        text: The text file behind it, to find physical lines; None where rows have no lines.
        rejected: Record numbers, of the text file, of what is no row.
        plain_lines: Each record is one line.
        parts: Of rows stacked from several files: path, rows, and how many rows come before them.
    """

    sql: str
    columns: Mapping[str, str]
    unreadable: Sequence[Unreadable] = ()
    notes: Mapping[str, int] = field(default_factory=dict)
    text: TextFile | None = None
    rejected: Sequence[int] = ()
    plain_lines: bool = False
    parts: Sequence[tuple[Path, Rows, int]] = ()

    def lines(self, rows: Iterable[int]) -> dict[int, int]:
        """Physical lines of rows; the row's number itself where the format has no lines."""
        records = {row: self._record(row) for row in rows}
        if self.text is None or self.plain_lines:
            return records
        found = physical_lines(self.text, records.values())
        return {row: found.get(record, record) for row, record in records.items()}

    def place(self, row: int) -> str:
        """Where a row stands, for a sentence; of rows stacked from several files also in which."""
        for path, part, before in reversed(self.parts):
            if row > before:
                return f"line {part.lines([row - before])[row - before]} of {path.name}"
        return f"line {self.lines([row])[row]}"

    def _record(self, row: int) -> int:
        """Number of the record in the file: rejected ones come between."""
        accepted_before = [record - number for number, record in enumerate(self.rejected, 1)]
        return row + bisect.bisect_left(accepted_before, row)


def expand(read: Read, root: Path) -> list[Path]:
    """The files that a `read` names, sorted; relative paths start at `root`.

    Raises:
        UnreadableFile: A path or pattern matches nothing, or is of the wrong kind.
    """
    found: dict[Path, None] = {}
    for pattern in read.paths:
        full = Path(pattern) if Path(pattern).is_absolute() else root / pattern
        matches = (
            [full] if full.exists() else [Path(path) for path in sorted(glob.glob(str(full), recursive=True))]  # noqa: PTH207 - may be absolute
        )
        matches = [path for path in matches if path == full or not path.is_dir() or read.format == "delta"]
        if not matches:
            raise UnreadableFile(
                pattern,
                "there is no such file",
                "correct the path in the mapping's `read`, or put the file there",
            )
        for path in matches:
            _check_kind(read, path, pattern)
            found[path] = None
    return list(found)


SAMPLE_ROWS = 1_000


def open_rows(
    engine: Engine, read: Read, path: Path, staging: Path, name: str, *, sample: bool = False
) -> Rows:
    """Make one file readable in the engine.

    Args:
        engine: Where relations are made.
        read: Format and options.
        path: The file.
        staging: A folder for what must be rewritten first; it may hold personal data.
        name: Names the temporary relations; distinct for each file open at once.
        sample: Only the first rows of a CSV file, enough to check a mapping.

    Raises:
        UnreadableFile: The file is not what the mapping says.
    """
    staging.mkdir(parents=True, exist_ok=True)
    try:
        match read.format:
            case "csv":
                rows = _csv_rows(engine, read, path, staging, name, sample=sample)
            case "json":
                rows = _json_rows(engine, read, path, staging, name)
            case "delta":
                rows = _delta_rows(engine, path, name)
            case "xes" | "ocel":
                target = staging / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.parquet"
                (convert_xes if read.format == "xes" else convert_ocel)(path, target)
                rows = _parquet_rows(engine, path, target)
            case _:
                rows = _parquet_rows(engine, path, path)
        return _with_types(engine, rows, read, path, name, sample=sample)
    except (EngineProblem, SqlFault) as problem:
        raise UnreadableFile(
            str(path), problem.sentence, "check that the file is what the mapping says"
        ) from None


def joined(engine: Engine, rows: Rows, joins: Sequence[tuple[Join, Rows]]) -> tuple[str, dict[str, str]]:
    """SQL of the rows with the matching row of each joined table as a struct column.

    Returns:
        (query, its columns without `_row`).

    Raises:
        SqlFault: A left expression or a right column does not exist.
        UnreadableFile: A row matches more than one row of the joined table.
    """
    sql = rows.sql
    for join, right in joins:
        columns = engine.columns(sql)
        keys = [(identifier(text) if text in columns else text, column) for text, column in join.by.items()]
        left = ", ".join(f"({expression}) as _left_{number}" for number, (expression, _) in enumerate(keys))
        left_sql = f"select *, {left} from ({sql})"
        rights = ", ".join(
            f"_r.{identifier(column)} as _right_{number}" for number, (_, column) in enumerate(keys)
        )
        right_sql = f"select _r as {identifier(join.name)}, {rights} from ({right.sql}) as _r"
        left_types, right_types = engine.columns(left_sql), engine.columns(right_sql)
        if join.name in left_types:
            raise SqlFault(f"the join {join.name!r} has the name of a column")
        on = " and ".join(
            _equals(number, left_types[f"_left_{number}"], right_types[f"_right_{number}"])
            for number in range(len(keys))
        )
        _check_single(engine, join, right, left_sql, right_sql, on, len(keys))
        drop = ", ".join(f"_left_{number}" for number in range(len(keys)))
        sql = f"select _l.* exclude ({drop}), _j.{identifier(join.name)} from ({left_sql}) as _l left join ({right_sql}) as _j on {on}"
    columns = engine.columns(sql)
    return sql, {column: kind for column, kind in columns.items() if column != ROW}


def stacked(engine: Engine, parts: Sequence[tuple[Path, Rows]]) -> Rows:
    """The rows of several files as those of one, numbered through."""
    found: list[tuple[Path, Rows, int]] = []
    before = 0
    for path, rows in parts:
        found.append((path, rows, before))
        before += engine.value(f"select coalesce(max({ROW}), 0) from ({rows.sql})")
    sql = " union all by name ".join(
        f"(select * replace ({ROW} + {before} as {ROW}) from ({rows.sql}))" for _, rows, before in found
    )
    columns = {column: kind for column, kind in engine.columns(sql).items() if column != ROW}
    return Rows(sql, columns, [line for _, rows in parts for line in rows.unreadable], parts=found)


def _equals(number: int, left: str, right: str) -> str:
    if left == right:
        return f"_l._left_{number} = _j._right_{number}"
    return f"cast(_l._left_{number} as varchar) = cast(_j._right_{number} as varchar)"


def _check_single(
    engine: Engine, join: Join, right: Rows, left_sql: str, right_sql: str, on: str, keys: int
) -> None:
    group = ", ".join(f"_right_{number}" for number in range(keys))
    doubles = f"select {group}, min(_row) as first, max(_row) as last from (select {group}, {identifier(join.name)}.{ROW} as _row from ({right_sql})) group by {group} having count(*) > 1"
    if engine.value(f"select count(*) from ({doubles})") == 0:
        return
    hit = engine.rows(
        f"select _j.first, _j.last from ({left_sql}) as _l join ({doubles}) as _j on {on} limit 1"
    )
    if hit:
        first, last = (right.place(row) for row in hit[0])
        raise UnreadableFile(
            join.read.paths[0],
            f"the join {join.name!r} finds more than one row: {first} and {last} have the same {', '.join(join.by.values())}",
            "join on columns that are unique there, or aggregate that file first",
        )


def _check_kind(read: Read, path: Path, pattern: str) -> None:
    if read.format == "delta":
        if not (path / "_delta_log").is_dir():
            raise UnreadableFile(pattern, "it is no Delta table", "name the folder that holds _delta_log")
    elif path.is_dir():
        raise UnreadableFile(
            pattern, "it is a folder", f"name the files in it, such as {pattern.rstrip('/')}/*.{read.format}"
        )
    elif path.stat().st_size == 0:
        raise UnreadableFile(
            pattern, "the file is empty", "export it again, or take it out of the mapping's `read`"
        )


def _with_types(engine: Engine, rows: Rows, read: Read, path: Path, name: str, *, sample: bool) -> Rows:
    """Rows whose declared columns have their declared type; what does not fit is null, and counted.

    A file may lack a column that others of its series have: of JSON and Parquet such a column is null where it is declared.
    """
    types = read.types
    unknown = [column for column in types if column not in rows.columns]
    if unknown and read.format in {"json", "parquet"}:
        absent = ", ".join(f"null as {identifier(column)}" for column in unknown)
        rows = replace(rows, sql=f"select *, {absent} from ({rows.sql})")
        rows = replace(rows, columns={**rows.columns, **dict.fromkeys(unknown, "VARCHAR")})
        unknown = []
    if unknown:
        raise UnreadableFile(
            str(path),
            f"`types` names the column {unknown[0]!r}, which it has not",
            f"its columns are: {', '.join(rows.columns)}",
        )
    if not types:
        return rows
    notes = _misfits(engine, rows, types)
    casts = ", ".join(f"{_typed(column, kind)} as {identifier(column)}" for column, kind in types.items())
    sql = f"select * replace ({casts}) from ({rows.sql})"
    if (
        any(_is_map(kind) for kind in types.values()) and not sample
    ):  # made once, not for each expression that looks into it
        table = identifier(f"{name}_typed")
        engine.run(f"create or replace temp table {table} as {sql}; drop table if exists {identifier(name)}")
        sql = f"select * from {table}"
    kinds = {column: kind for column, kind in engine.columns(sql).items() if column != ROW}
    return replace(rows, sql=sql, columns=kinds, notes=notes)


def _typed(column: str, kind: str) -> str:
    """SQL of a column in its declared type; a list of keys with values becomes a map."""
    value = identifier(column)
    if not _is_map(kind):
        return f"try_cast({value} as {kind})"
    listed = f"try_cast({value} as json)"
    # Parquet files of some warehouses wrap a list: {"list": [{"element": {...}}, ...]}
    listed = f"case when json_type({listed}) = 'OBJECT' then to_json(json_extract({listed}, '$.list[*].element')) else {listed} end"
    pairs = f'case when json_type({listed}) = \'ARRAY\' then from_json({listed}, \'[{{"key": "VARCHAR", "value": "JSON"}}]\') end'
    return (
        f"try_cast(list_transform([{pairs}], lambda pairs: map_from_entries(list_transform(list_filter(pairs, "
        "lambda pair, place: pair.key is not null and list_position(list_transform(pairs, lambda other: other.key), pair.key) = place), "
        "lambda pair: {'key': pair.key, 'value': case json_type(pair.value) "
        "when 'OBJECT' then list_filter(json_extract_string(pair.value, '$.*'), lambda one: one is not null)[1] "
        f"else pair.value ->> '$' end}})))[1] as {kind})"
    )


def _is_map(kind: str) -> bool:
    return kind.strip().upper().startswith("MAP(")


def _csv_rows(engine: Engine, read: Read, path: Path, staging: Path, name: str, *, sample: bool) -> Rows:
    text = prepare_csv(
        path,
        staging,
        delimiter=read.delimiter,
        encoding=read.encoding,
        quote=read.quote,
        header=read.header,
        columns=read.columns,
    )
    nulls = ", ".join(literal(value) for value in ("", *read.null))
    options = (
        f"header = {literal(text.header_line)}, delim = {literal(text.delimiter)}, quote = {literal(text.quote)}, "
        f"escape = {literal(text.quote)}, nullstr = [{nulls}]"
    )
    rejected = _load_text(
        engine,
        text,
        options,
        dict.fromkeys(text.columns, "VARCHAR"),
        name,
        limit=SAMPLE_ROWS if sample else None,
    )
    unreadable = [Unreadable(line, reason, content) for _, line, reason, content in rejected]
    if text.may_end_inside and not sample:
        unreadable += _unclosed(engine, text, name, rejected)
    sql = f"select * from {identifier(name)}"
    columns = dict.fromkeys(text.columns, "VARCHAR")
    return Rows(sql, columns, unreadable, {}, text, [record for record, *_ in rejected])


def _unclosed(
    engine: Engine, text: TextFile, table: str, rejected: Sequence[tuple[int, int, str, str | None]]
) -> list[Unreadable]:
    """The last record where its quote never closes: DuckDB 2.0 drops it, neither a row nor rejected."""
    record, line, content = last_record(text)
    rows = engine.value(f"select count(*) from {identifier(table)}")
    lost = record > rows + len(rejected)
    return [Unreadable(line, "unclosed_quote", content)] if lost else []


def _misfits(engine: Engine, rows: Rows, types: Mapping[str, str]) -> dict[str, int]:
    """How many values of each typed column do not fit their type."""
    asked = [column for column, kind in types.items() if kind != rows.columns[column]]
    if not asked:
        return {}
    counts = ", ".join(
        f"count(*) filter ({identifier(column)} is not null and {_misfit(column, types[column])})"
        for column in asked
    )
    found = engine.rows(f"select {counts} from ({rows.sql})")[0]
    return {
        f"not_{types[column].lower()}:{column}": count
        for column, count in zip(asked, found, strict=True)
        if count
    }


def _misfit(column: str, kind: str) -> str:
    if _is_map(kind):
        return f"coalesce(json_type(try_cast({identifier(column)} as json)) not in ('ARRAY', 'OBJECT', 'NULL'), true)"
    return f"{_typed(column, kind)} is null"


def _load_text(
    engine: Engine,
    text: TextFile,
    options: str,
    columns: Mapping[str, str],
    name: str,
    limit: int | None = None,
) -> list[tuple[int, int, str, str | None]]:
    """Load a text file into table `name`; answers (record number, physical line, reason, content) of what is no row.

    Read by one thread: where a quoted line break lies on the border of two buffers, DuckDB 2.0 gives the row twice otherwise.
    """
    declared = ", ".join(f"{literal(column)}: {literal(kind)}" for column, kind in columns.items())
    engine.run(
        f"drop table if exists {identifier(name)}; drop table if exists _reject; drop table if exists _reject_scan"
    )
    engine.run(
        f"create temp table {identifier(name)} as select row_number() over () as {ROW}, * from read_csv("
        f"{file_literal(text.path)}, auto_detect = false, {options}, columns = {{{declared}}}, store_rejects = true, "
        f"rejects_table = '_reject', rejects_scan = '_reject_scan', rejects_limit = 0, compression = {literal(text.compression)}, parallel = false)"
        + (f" limit {limit}" if limit else "")
    )
    found = engine.rows(
        "select line, any_value(lower(cast(error_type as varchar))), left(any_value(csv_line), 1000) from _reject group by line order by line"
    )
    places = rejected_records(text, [line for line, _, _ in found])
    return [  # beyond a record of many megabytes the engine loses count of lines; its own number is then the best there is
        (*places.get(line, (line, line)), reason.replace(" ", "_"), content)
        for line, reason, content in found
    ]


def _json_rows(engine: Engine, read: Read, path: Path, staging: Path, name: str) -> Rows:
    text = prepare_lines(path, staging, encoding=read.encoding)
    raw = f"{name}_raw"
    options = "header = false, delim = '\\x01', quote = '', escape = '', nullstr = ['']"
    rejected = _load_text(engine, text, options, {_LINE_COLUMN: "VARCHAR"}, raw)
    first = engine.rows(
        f"select {_LINE_COLUMN}, json_valid({_LINE_COLUMN}), (select count(*) from {identifier(raw)}) from {identifier(raw)} where trim({_LINE_COLUMN}) <> '' order by {ROW} limit 1"
    )
    if first and first[0][0].lstrip().startswith("[") and (not first[0][1] or first[0][2] == 1):
        raise UnreadableFile(
            str(path),
            "it is one JSON array, not one object a line",
            "write each object on a line of its own, as `jq -c '.[]'` does",
        )
    rows = Rows("", {}, (), {}, text, [record for record, *_ in rejected], plain_lines=True)
    bad = engine.rows(
        f"select {ROW}, left({_LINE_COLUMN}, 1000) from {identifier(raw)} where {_LINE_COLUMN} is not null and trim({_LINE_COLUMN}) <> '' "
        f"and (not json_valid({_LINE_COLUMN}) or json_type({_LINE_COLUMN}) <> 'OBJECT') order by {ROW}"
    )
    lines = rows.lines(row for row, _ in bad)
    unreadable = [Unreadable(line, reason, content) for _, line, reason, content in rejected]
    unreadable += [Unreadable(lines[row], "not_a_json_object", content) for row, content in bad]
    good = (
        f"{_LINE_COLUMN} is not null and json_valid({_LINE_COLUMN}) and json_type({_LINE_COLUMN}) = 'OBJECT'"
    )
    structure = engine.value(
        f"select json_group_structure(cast({_LINE_COLUMN} as json)) from (select case when {good} then {_LINE_COLUMN} end as {_LINE_COLUMN} from {identifier(raw)}) where {_LINE_COLUMN} is not null"
    )
    if structure is None or structure == '"NULL"':
        raise UnreadableFile(
            str(path), "no line is a JSON object", "write one object a line, or check the format in `read`"
        )
    engine.run(f"drop table if exists {identifier(name)}")
    shape = json.loads(structure)
    shape |= {column: "JSON" for column, kind in read.types.items() if _is_open(kind)}
    doubles = _same_but_for_case(shape)
    if doubles:
        raise UnreadableFile(
            str(path),
            f"its keys {doubles} differ in capital letters alone",
            "rename one where the file is made",
        )
    engine.run(
        f"create temp table {identifier(name)} as select {ROW}, unnest(_object) from (select {ROW}, from_json({_LINE_COLUMN}, {literal(json.dumps(shape))}) as _object from {identifier(raw)} where {good})"
    )
    engine.run(f"drop table {identifier(raw)}")
    sql = f"select * from {identifier(name)}"
    columns = {column: kind for column, kind in engine.columns(sql).items() if column != ROW}
    return Rows(
        sql,
        columns,
        sorted(unreadable, key=lambda item: item.line),
        {},
        text,
        rows.rejected,
        plain_lines=True,
    )


def _is_open(kind: str) -> bool:
    """The type takes any JSON: its keys are no columns, so they may differ from line to line and from file to file."""
    return _is_map(kind) or kind.strip().upper() == "JSON"


def _same_but_for_case(structure: object) -> str:
    """Keys of one JSON object that an engine cannot tell apart; empty where there are none."""
    if isinstance(structure, list):
        return next((found for item in structure if (found := _same_but_for_case(item))), "")
    if not isinstance(structure, dict):
        return ""
    seen: dict[str, str] = {}
    for key in structure:
        other = seen.setdefault(key.lower(), key)
        if other != key:
            return f"{other!r} and {key!r}"
    return next((found for item in structure.values() if (found := _same_but_for_case(item))), "")


def _parquet_rows(engine: Engine, path: Path, target: Path) -> Rows:
    sql = f"select file_row_number + 1 as {ROW}, * exclude (file_row_number) from read_parquet({file_literal(target)}, file_row_number = true, hive_partitioning = false)"
    try:
        columns = engine.columns(sql)
    except SqlFault as problem:
        raise UnreadableFile(str(path), problem.sentence, "check that it is a Parquet file") from None
    return Rows(sql, {column: kind for column, kind in columns.items() if column != ROW})


def _delta_rows(engine: Engine, path: Path, name: str) -> Rows:
    """Rows of a Delta table, copied once: numbers given while reading several files would change from one reading to the next."""
    files, partition = foreign_table(path)
    if not files:
        raise UnreadableFile(str(path), "the Delta table is empty", "take it out of the mapping's `read`")
    hive = ", ".join(f"{literal(column)}: {kind}" for column, kind in partition.items())
    options = f"hive_partitioning = true, hive_types = {{{hive}}}" if hive else "hive_partitioning = false"
    names = ", ".join(file_literal(file) for file in files)
    engine.run(
        f"create or replace temp table {identifier(name)} as select row_number() over () as {ROW}, * from read_parquet([{names}], {options})"
    )
    sql = f"select * from {identifier(name)}"
    return Rows(sql, {column: kind for column, kind in engine.columns(sql).items() if column != ROW})
