"""All schemes side by side, in every format: `audit weights --compare` and the preview in each report."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.kit import figures

if TYPE_CHECKING:
    from imbalance_audit.advice.scheme_comparison import Compared, SchemeComparison

_WIDTH = 100


def heads(comparison: SchemeComparison) -> tuple[str, ...]:
    """Return the heads of the table, after that of the scheme."""
    most, least = (quoted(name, longest=16) for name in (comparison.commonest, comparison.rarest))
    return ("Ratio", "Sample kept", "Noise", f"{most} weighs", f"{least} weighs", f"{most} share", f"{least} share")


def cells(row: Compared) -> tuple[str, ...]:
    """Return the figures of one scheme, under `heads`."""
    return (
        figures.ratio(row.ratio),
        figures.share(row.ess_share),
        figures.share(row.batch_noise),
        figures.weight(row.head),
        figures.weight(row.tail),
        figures.share(row.head_share),
        figures.share(row.tail_share),
    )


def title(row: Compared) -> str:
    """Return the scheme with its parameters."""
    told = ", ".join(f"{name} {value}" for name, value in row.parameters.items())
    return f"{row.scheme} ({told})" if told else row.scheme


def mark(row: Compared, comparison: SchemeComparison) -> str:
    """Return what the recommendation says of this scheme, or nothing."""
    advice = comparison.recommendation
    if row.scheme != advice.scheme:
        return ""
    return "start here" if advice.choice in (advice.scheme, "pos_weight") else "if on the loss"


def counted_on(comparison: SchemeComparison) -> str:
    """Return what was counted, and how the figures are to be read."""
    where = "all rows" if comparison.split is None else f"split {quoted(comparison.split, longest=40)}"
    left_out = f"; {figures.counted(comparison.absent, 'class', 'classes')} without a label left out"
    most, least = (quoted(name, longest=40) for name in (comparison.commonest, comparison.rarest))
    return (
        f"Counted on {where}{left_out if comparison.absent else ''}. Commonest {most} with "
        f"{figures.counted(comparison.commonest_count, 'label')}, rarest {least} with "
        f"{figures.count(comparison.rarest_count)}."
    )


READING = (
    "Ratio: heaviest to lightest label. Sample kept: Kish's effective sample size over the number of labels. Noise: "
    "variation of the sum of the weights in a batch of {batch}. Weights have a mean of 1 over the labels; a share is "
    "what training sees of a class."
)


def reading(comparison: SchemeComparison) -> str:
    """Return what the columns mean."""
    return READING.format(batch=figures.count(comparison.batch))


def render_comparison(comparison: SchemeComparison) -> str:
    """Return the table of schemes, what to start from, and why other schemes have no line."""
    rows = [("scheme", *heads(comparison), "")]
    rows += [(title(row), *cells(row), mark(row, comparison)) for row in comparison.schemes]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [counted_on(comparison), ""]
    for name, *numbers, marked in rows:
        told = "  ".join(f"{cell:>{width}}" for cell, width in zip(numbers, widths[1:-1], strict=True))
        lines.append(f"{name:<{widths[0]}}  {told}  {marked}".rstrip())
    lines += ["", *wrap(reading(comparison), _WIDTH), "", *wrap(plain(comparison.recommendation.sentence), _WIDTH)]
    for name, reason in comparison.others.items():
        lines += ["", *wrap(f"no line for {name}: {plain(reason)}", _WIDTH, subsequent_indent="  ")]
    return "\n".join(lines) + "\n"
