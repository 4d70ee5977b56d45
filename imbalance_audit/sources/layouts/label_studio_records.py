"""What is read of a Label Studio export; everything else in it is skipped. msgspec needs these types when it runs."""

from __future__ import annotations

from typing import Any

import msgspec


class StudioValue(msgspec.Struct, gc=False):
    """The fields of a value that hold labels; coordinates and run lengths are skipped."""

    choices: Any = None
    taxonomy: Any = None
    labels: Any = None
    hypertextlabels: Any = None
    paragraphlabels: Any = None
    rectanglelabels: Any = None
    polygonlabels: Any = None
    ellipselabels: Any = None
    keypointlabels: Any = None
    brushlabels: Any = None
    bitmasklabels: Any = None
    vectorlabels: Any = None
    timeserieslabels: Any = None
    timelinelabels: Any = None


class Result(msgspec.Struct, gc=False):
    """One label on a task or a region of it, or something else that the annotator told."""

    type: str | None = None
    from_name: str | None = None
    value: StudioValue | None = None


class StudioAnnotation(msgspec.Struct, gc=False):
    """What one annotator made of a task."""

    result: list[Result] | None = None
    was_cancelled: bool | None = None
    completed_by: Any = None


class Prediction(msgspec.Struct, gc=False):
    """Only whether there is one is told."""


class StudioTask(msgspec.Struct, gc=False):
    """What was to be annotated: the sample."""

    id: int | str | None = None
    data: dict[str, Any] | None = None
    annotations: list[StudioAnnotation] | None = None
    completions: list[StudioAnnotation] | None = None
    """What annotations were called before version 1.0."""
    predictions: list[Prediction | int] | None = None
