"""The types of a label table's columns, as a pandera schema: checked on the plan of a scan, before any row is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from imbalance_audit.display import plain
from imbalance_audit.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE = pa.DataFrameSchema(
    {
        "label": pa.Column(nullable=True),
        "id": pa.Column(nullable=True, required=False),
        "split": pa.Column(pl.String, nullable=True, required=False),
        "group": pa.Column(pl.String, nullable=True, required=False),
        "weight": pa.Column(pl.Int64, nullable=False, required=False),
        "new_sample": pa.Column(pl.Boolean, required=False),
        "new_label": pa.Column(pl.Boolean, required=False),
    },
    strict=True,
)


def check_types(rows: pl.LazyFrame) -> None:
    """Check the columns of a tidy label table and their types, without reading a row.

    Raises:
        SourceError: a column is missing, unknown or of another type.
    """
    try:
        _TABLE.validate(rows, lazy=True)
    except SchemaErrors as error:
        told = ", ".join(_complaint(case) for case in error.failure_cases.iter_rows(named=True))
        message = f"The label table does not have the tidy shape: {told}. imbalance_audit.Labels describes it."
        raise SourceError(message) from error


def _complaint(case: Mapping[str, object]) -> str:
    what, check = plain(str(case["failure_case"])), str(case["check"])
    if check == "column_in_dataframe":
        return f"column {what} is missing"
    if check == "column_in_schema":
        return f"column {what} is not known"
    expected = check.removeprefix("dtype").strip("()'")
    return f"column {case['column']} is {what}, expected {expected}"
