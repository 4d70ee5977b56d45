"""Labels that are in memory already: frames, series, arrays, lists, tensors. No library but Polars is imported.

A pandas, NumPy or torch object can only reach us where its library is loaded, so it is told by the name of its class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.failures import reading
from imbalance_audit.sources.memory.datasets import is_dataset, labels_of_dataset
from imbalance_audit.sources.memory.hub_datasets import frame_of, is_hub_dataset
from imbalance_audit.sources.tidying.column_roles import find_roles, listed, unused_split
from imbalance_audit.sources.tidying.nested import nested_paths, value_at
from imbalance_audit.sources.tidying.tidy import Origin, tidy
from imbalance_audit.values.declaration import declared_names

if TYPE_CHECKING:
    from imbalance_audit.records import Labels
    from imbalance_audit.sources.reading_options import ReadOptions

_LOOKED_AT = 1000


def read_memory(source: object, options: ReadOptions) -> Labels:
    """Return the labels in an object.

    Raises:
        SourceError: it holds no labels that can be told without guessing.
    """
    library = type(source).__module__.partition(".")[0]
    if isinstance(source, pl.LazyFrame | pl.DataFrame):
        return read_frame(source.lazy(), options, Origin(path="memory", kind="frame"))
    if isinstance(source, pl.Series):
        return read_frame(source.rename("label").to_frame().lazy(), options, Origin(path="memory", kind="frame"))
    if library == "pandas":
        return _read_pandas(source, options)
    if is_hub_dataset(source):
        frame, named, said = frame_of(source, options)
        return read_frame(frame, named, Origin(path="memory", kind="dataset", **said))
    if is_dataset(source):
        found = labels_of_dataset(source)
        origin = Origin(
            path="memory", kind="dataset", classes=found.classes, coded=found.classes is not None, notes=found.notes
        )
        return read_frame(values_frame(found.values, "the dataset"), _unnamed(options), origin)
    if isinstance(source, Mapping):
        return read_frame(_dict_frame(source), options, Origin(path="memory", kind="frame"))
    kind = "list" if isinstance(source, Sequence) else "array"
    return read_frame(values_frame(source, f"the {kind}"), options, Origin(path="memory", kind=kind))


def read_frame(frame: pl.LazyFrame, options: ReadOptions, origin: Origin) -> Labels:
    """Return the labels in a lazy frame of any shape.

    Raises:
        SourceError: the label column cannot be told, or is none.
    """
    with reading(origin.path):
        schema = frame.collect_schema()
    names, paths = schema.names(), nested_paths(schema)
    if origin.kind in ("array", "dataset", "list") and not options.label and len(names) > 1:
        # A matrix has no other reading than one column a class.
        options = replace(options, label=tuple(names))
    roles = find_roles(names, options, origin.path, paths)
    origin = replace(origin, notes=(*origin.notes, *unused_split(names, roles)))
    inside = [value_at(paths[name]).alias(name) for name in roles.columns() if name in paths]
    return tidy(frame.with_columns(inside), roles, options, origin)


def _unnamed(options: ReadOptions) -> ReadOptions:
    if options.label or options.separator:
        message = (
            "The labels of a dataset object stand in an attribute, not in a column. Leave --label and --separator out."
        )
        raise SourceError(message)
    return options


def _dict_frame(columns: Mapping[Any, Any]) -> pl.LazyFrame:
    if not columns:
        message = "The dict holds no columns. Pass {'label': [...]}."
        raise SourceError(message)
    series = [_series(values, f"column {quoted(str(name))}").rename(str(name)) for name, values in columns.items()]
    heights = {len(one) for one in series}
    if len(heights) > 1:
        message = (
            f"The columns of the dict have different lengths: {sorted(heights)}. Give each sample one value in each."
        )
        raise SourceError(message)
    return pl.DataFrame(series).lazy()


def values_frame(values: Any, what: str) -> pl.LazyFrame:  # noqa: ANN401 -- an array of any library
    """Return one column `label`, or a column for each class of a matrix."""
    if isinstance(values, Sequence) and not isinstance(values, str | bytes):
        _refuse_file_names(values)
    else:
        values = _array(values, what)
        shape = tuple(getattr(values, "shape", ()))
        if len(shape) == 2 and shape[1] > 1:
            return pl.DataFrame({str(i): _series(values[:, i], what) for i in range(shape[1])}).lazy()
        if len(shape) == 2:
            values = values[:, 0]
    return _series(values, what).rename("label").to_frame().lazy()


def _array(values: Any, what: str) -> Any:  # noqa: ANN401 -- an array of any library
    """Return a NumPy array of one or two dimensions."""
    if type(values).__module__.partition(".")[0] == "torch" and hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    shape = getattr(values, "shape", None)
    if shape is None or not hasattr(values, "dtype"):
        message = (
            f"{type(values).__name__} is no label source. Pass a path, a polars or pandas frame, a NumPy array, a list,"
            " a torch tensor or a torch Dataset."
        )
        raise SourceError(message)
    if len(shape) not in (1, 2):
        message = f"{what.capitalize()} has {len(shape)} dimensions. Labels have one, or two when they are one-hot."
        raise SourceError(message)
    return values


def _series(values: Any, what: str) -> pl.Series:  # noqa: ANN401 -- an array of any library
    if type(values).__module__.partition(".")[0] == "torch":
        values = _array(values, what)
    if isinstance(values, Sequence) and any(isinstance(value, set | frozenset) for value in values):
        # A set has no order of its own; sorted, the same labels give the same table.
        values = [sorted(value) if isinstance(value, set | frozenset) else value for value in values]
    if getattr(getattr(values, "dtype", None), "kind", "") == "O":
        values = values.tolist()
    try:
        series = pl.Series("label", values, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        message = (
            f"The labels in {what} are of several types: {plain(str(error).splitlines()[0])}."
            " Make them all text, all integers, or all lists of one of these."
        )
        raise SourceError(message) from error
    return series


def _refuse_file_names(values: Sequence[Any]) -> None:
    """A list of text is a list of labels; one whose every text is a file here was meant as files."""
    first = values[:_LOOKED_AT]
    if first and all(isinstance(value, str) and "." in value and Path(value).is_file() for value in first):
        message = f"Every text in the list names a file ({listed(first[:3])}). Pass pathlib.Path objects to read files."
        raise SourceError(message)


def _read_pandas(source: Any, options: ReadOptions) -> Labels:  # noqa: ANN401 -- pandas is not imported here
    """Convert only the columns in use: others may hold images."""
    counted: tuple[str, ...] = ()
    if not hasattr(source, "columns"):
        if not hasattr(source, "to_frame"):
            message = f"A pandas {type(source).__name__} is no label source. Wrap it: pandas.Series(...)."
            raise SourceError(message)
        counted = _looks_counted(source)
        source = source.to_frame(name="label")
    names = [str(name) for name in source.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"The pandas frame has columns of the same name: {listed(twice)}. Rename them."
        raise SourceError(message)
    roles = find_roles(names, options, "memory")
    notes = (*unused_split(names, roles), *counted)
    frame = pl.DataFrame([_pandas_series(source.iloc[:, names.index(name)], name) for name in roles.columns()])
    classes = None
    categories = getattr(source.iloc[:, names.index(roles.label[0])].dtype, "categories", None)
    if categories is not None and len(roles.label) == 1:
        classes = declared_names(categories, error=SourceError)
    return tidy(frame.lazy(), roles, options, Origin(path="memory", kind="frame", classes=classes, notes=notes))


def _looks_counted(series: Any) -> tuple[str, ...]:  # noqa: ANN401 -- pandas is not imported here
    """Return a note on what `value_counts` returns: its labels are in the index, and its values are counts."""
    if series.name not in ("count", "proportion") or type(series.index).__name__ == "RangeIndex":
        return ()
    said = (
        "The Series looks like value_counts(): its numbers were read as labels. To count by them, pass "
        'series.reset_index() with weight="count" (--weight).'
    )
    return (said,)


def _pandas_series(column: Any, name: str) -> pl.Series:  # noqa: ANN401 -- pandas is not imported here
    categories = getattr(column.dtype, "categories", None)
    if categories is not None:
        column = column.astype(categories.dtype) if not column.isna().any() else column.astype(object)
    try:
        return pl.Series(name, pl.from_pandas(column.rename(name).reset_index(drop=True)))
    except (TypeError, ValueError, pl.exceptions.PolarsError, ImportError) as error:
        text = plain(str(error).splitlines()[0] if str(error) else type(error).__name__)
        message = f"Column {quoted(name)} of the pandas frame cannot be read: {text}. Make its values all of one type."
        raise SourceError(message) from error
    except Exception as error:
        # pyarrow, which Polars converts pandas objects with, has exceptions of its own and is not imported here.
        if not type(error).__module__.startswith("pyarrow"):
            raise
        message = f"Column {quoted(name)} of the pandas frame cannot be read: {plain(str(error).splitlines()[0])}."
        raise SourceError(message) from error
