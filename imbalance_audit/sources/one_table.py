"""Many files as one table: one schema over all of them, hive keys and splits from their names."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.failures import FOREIGN, reading, translate
from imbalance_audit.sources.places.paths import find_files, shown_path
from imbalance_audit.sources.reading_options import COLUMNS, refuse_unheeded
from imbalance_audit.sources.sniffing import format_of_all
from imbalance_audit.sources.split_words import splits_of_files
from imbalance_audit.sources.tables.huggingface import LOADER, Declared, declared_names
from imbalance_audit.sources.tables.saved import files_that_count
from imbalance_audit.sources.tidying.column_roles import Roles, find_roles, unused_split
from imbalance_audit.sources.tidying.dtypes import FLOATS, INTEGERS, element_of
from imbalance_audit.sources.tidying.nested import dtype_at, gathered, nested_paths, value_at
from imbalance_audit.sources.tidying.tidy import Origin, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import Labels
    from imbalance_audit.sources.places.paths import DataFile
    from imbalance_audit.sources.reading_options import ReadOptions
    from imbalance_audit.sources.tables.formats import Format, Schema

SPLIT_OF_FILE = "\0split of the file"
"""The column that holds what a file's name says; no header can spell it."""

_FILE = "\0file"
"""The column that holds the file's path where hive keys take too many values for a scan of each."""

_MOST_SCANS = 64
"""Hive values up to which each gets its scan. Polars warns of a deadlock above 512 scans in one plan."""


def read_files(named: Sequence[str], options: ReadOptions) -> Labels:
    """Return the labels in these files, folders and patterns.

    Raises:
        EmptySourceError: a file has no bytes.
        SourceError: they cannot be read as one label table.
    """
    path = shown_path(named)
    files, notes = files_that_count(find_files(named))
    reader, kept = format_of_all(files, options.format, path)
    heeds = COLUMNS | {"format", "header"} if reader.headed else COLUMNS | {"format"}
    refuse_unheeded(options, heeds, path, reader.name)
    notes += (f"Files of other formats left out: {len(files) - len(kept)}.",) if len(kept) < len(files) else ()
    schemas = [_schema(reader, file, options) for file in kept]
    names = list(_with_keys(kept[0], schemas[0]))
    roles = find_roles(names, options, path, nested_paths(schemas[0]))
    splits, odd = _splits(kept, options)
    odd += () if any(splits) else unused_split(names, roles)
    pinned = _pinned(reader, kept, schemas, roles, path)
    declared = _declared(reader, kept, schemas, pinned, roles, options)
    if any(splits):
        roles = Roles(roles.label, SPLIT_OF_FILE, roles.group, roles.id, roles.weight)
    groups = _grouped(kept, schemas, splits, roles)
    scan = partial(_scan, reader, pinned=pinned, roles=roles, options=options)
    frame = pl.concat([scan(members, schema, split) for members, schema, split in groups])
    parts = tuple(
        (file.name, partial(scan, [file], s, split)) for file, s, split in zip(kept, schemas, splits, strict=True)
    )
    kind = "arrow" if reader.name == "arrow-stream" else reader.name
    # A folder name cannot tell numbers from text either.
    untyped = reader.untyped or roles.label[0] not in schemas[0]
    origin = Origin(
        path=path,
        kind=kind,
        untyped=untyped,
        notes=(*notes, *odd, *declared.notes),
        classes=declared.classes,
        coded=declared.classes is not None,
        indexed_lists=declared.classes is not None,
        loader=None if declared.classes is None else LOADER,
        parts=parts,
    )
    return tidy(frame, roles, options, origin)


def _splits(files: Sequence[DataFile], options: ReadOptions) -> tuple[tuple[str | None, ...], tuple[str, ...]]:
    """Return the split of each file, by the records of its folder or by its name, and a note where some have none."""
    if options.split is not None:
        return (None,) * len(files), ()
    if all(file.split is not None for file in files):
        return tuple(file.split for file in files), ()
    splits, note = splits_of_files([file.place for file in files])
    return tuple(file.split or split for file, split in zip(files, splits, strict=True)), (note,) if note else ()


def _declared(
    reader: Format,
    files: Sequence[DataFile],
    schemas: Sequence[Schema],
    pinned: Schema,
    roles: Roles,
    options: ReadOptions,
) -> Declared:
    """Return the class names that Hugging Face's library wrote for the label column, where it may be one of its own."""
    label = roles.label[0]
    if len(roles.label) > 1 or not isinstance(element_of(pinned[label]), (*INTEGERS, *FLOATS, pl.String, pl.Null)):
        return Declared()
    # The library stores indices; text it turns into them only where a card says so.
    embedded = None if isinstance(element_of(pinned[label]), pl.String) else reader.huggingface
    try:
        return declared_names(embedded, files, schemas, label, needed=options.classes is None)
    except FOREIGN as error:
        raise translate(error, files[0].name) from error


def _schema(reader: Format, file: DataFile, options: ReadOptions) -> Schema:
    try:
        return dict(reader.schema(file.path, options))
    except FOREIGN as error:
        raise translate(error, file.name) from error


def _with_keys(file: DataFile, schema: Schema) -> Schema:
    """Add the hive keys. A column in the file wins: it has a type, and the folder may be named so by chance."""
    return {**schema, **{key: pl.String() for key in file.hive if key not in schema}}


def _pinned(reader: Format, files: Sequence[DataFile], schemas: Sequence[Schema], roles: Roles, path: str) -> Schema:
    """Return one dtype for each used column, or name the file that does not fit."""
    pinned: Schema = {}
    wide = [_with_nested(schema, roles) for schema in schemas]
    for name in roles.columns():
        for file, own in zip(files, wide, strict=True):
            schema = _with_keys(file, own)
            if name not in schema:
                message = (
                    f"{plain(file.name)} has no column {quoted(name)}, which {plain(files[0].name)} has."
                    " Name only files of one table, or add the column."
                )
                raise SourceError(message)
            pinned[name] = _common(pinned.get(name), schema[name], name, file, files[0])
    in_files = {name: dtype for name, dtype in pinned.items() if all(name in schema for schema in wide)}
    if reader.settle is None:
        return pinned
    paths = {name: way for name, way in nested_paths(schemas[0]).items() if name in in_files}
    with reading(path):
        return {**pinned, **reader.settle([file.path for file in files], in_files, paths, roles.label, path)}


def _with_nested(schema: Schema, roles: Roles) -> Schema:
    """Add the keys inside objects that play a role."""
    paths = nested_paths(schema)
    return {**schema, **{name: dtype_at(schema, paths[name]) for name in roles.columns() if name in paths}}


def _common(one: pl.DataType | None, other: pl.DataType, name: str, file: DataFile, first: DataFile) -> pl.DataType:
    """Return a dtype that holds both without changing a label; refuse to make numbers and text one."""
    if one is None or one == other:
        return other
    # pandas gives a shard without any value the type null, and an integer shard with a gap the type float.
    if isinstance(one, pl.Null) or isinstance(other, pl.Null):
        return other if isinstance(one, pl.Null) else one
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        return pl.List(_common(element_of(one), element_of(other), name, file, first))
    for family, common in (
        (INTEGERS, pl.Int64()),
        ((*INTEGERS, pl.Float32, pl.Float64), pl.Float64()),
        ((pl.String, pl.Categorical, pl.Enum), pl.String()),
    ):
        if isinstance(one, family) and isinstance(other, family):
            return common
    message = (
        f"Column {quoted(name)} is {one} in {plain(first.name)} and {other} in {plain(file.name)}."
        " Write it with one type in every file."
    )
    raise SourceError(message)


def _grouped(
    files: Sequence[DataFile], schemas: Sequence[Schema], splits: Sequence[str | None], roles: Roles
) -> list[tuple[list[DataFile], Schema, str | None]]:
    """Put together the files that one scan can take: the same columns, the same used hive keys, the same split."""
    used = roles.columns()
    values = [
        tuple((key, value) for key, value in file.hive.items() if key in used and key not in schema)
        for file, schema in zip(files, schemas, strict=True)
    ]
    few = len(set(values)) <= _MOST_SCANS
    groups: dict[object, tuple[list[DataFile], Schema, str | None]] = {}
    for file, schema, split, pairs in zip(files, schemas, splits, values, strict=True):
        said = pairs if few else tuple(key for key, _ in pairs)
        members = groups.setdefault((tuple(schema.items()), said, split, file.path.suffix), ([], schema, split))[0]
        members.append(file)
    return list(groups.values())


def _scan(
    reader: Format,
    files: Sequence[DataFile],
    schema: Schema,
    split: str | None,
    *,
    pinned: Schema,
    roles: Roles,
    options: ReadOptions,
) -> pl.LazyFrame:
    """Scan files of one group, and add what their names say."""
    paths = {name: way for name, way in nested_paths(schema).items() if name in pinned}
    schema = _with_nested(schema, roles)
    keys = [key for key in files[0].hive if key in pinned and key not in schema]
    one_value = len({tuple(file.hive[key] for key in keys) for file in files}) == 1
    in_file = {name: dtype for name, dtype in pinned.items() if name not in keys}
    path_column = None if one_value else _FILE
    frame = reader.scan([file.path for file in files], schema, gathered(in_file, paths), options, path_column)
    frame = frame.with_columns(value_at(way).alias(name) for name, way in paths.items())
    said = [_key(key, files, one_value=one_value) for key in keys]
    if roles.split == SPLIT_OF_FILE:
        said.append(pl.lit(split, dtype=pl.String).alias(SPLIT_OF_FILE))
    columns = [pl.col(name).cast(dtype) for name, dtype in in_file.items() if schema[name] != dtype]
    order = [*pinned, *([SPLIT_OF_FILE] if roles.split == SPLIT_OF_FILE else [])]
    return frame.with_columns(*columns, *said).select(order)


def _key(key: str, files: Sequence[DataFile], *, one_value: bool) -> pl.Expr:
    """Return the hive key of each row: one value, or looked up by the row's file."""
    if one_value:
        return pl.lit(files[0].hive[key], dtype=pl.String).alias(key)
    paths, values = [str(file.path) for file in files], [file.hive[key] for file in files]
    looked_up = pl.Series(values, dtype=pl.String)
    return pl.col(_FILE).replace_strict(pl.Series(paths), looked_up, return_dtype=pl.String).alias(key)
