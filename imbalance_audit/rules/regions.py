"""REG: classes by boxes or pixels and by images, for detection and segmentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.rules.policy import Limit, as_counted
from imbalance_audit.rules.rule import labelled, regions, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imbalance_audit.records import Finding
    from imbalance_audit.rules.rule import Evidence, Rule


@rule(
    "REG001",
    "common-in-few-images",
    limit=Limit(warning=10.0, unit="times the share by images"),
    needs=(regions, labelled),
    remedy="Weigh by images, not by boxes or pixels: the class is common in a few scenes only.",
)
def common_in_few_images(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A class's share of the boxes or pixels is more than the limit times its share of the image labels."""
    images = _images(evidence)
    instances, of_images = sum(evidence.trained.values()), sum(images.values())
    for label, n in sorted(evidence.trained.items(), key=lambda item: (-item[1], item[0])):
        if not n or not images.get(label):
            continue
        times = n * of_images / (instances * images[label])  # whole numbers: exactly the limit is not above it
        if (broken := rule.limit.at(split=evidence.training, label=label).above(times)) is not None:
            severity, limit = broken
            name = "boxes" if evidence.unit == "box" else "pixels"
            message = f"{quoted(label)} has {n:,} {name} in {images[label]:,} images"
            yield rule.finding(
                severity, message, split=evidence.training, label=label, observed=times, limit=limit, rows=n
            )


@rule(
    "REG002",
    "few-images",
    limit=Limit(warning=20, error=2, unit="images"),
    needs=(regions, labelled),
    remedy="Collect more images: many boxes of one scene are one example of it.",
)
def few_images(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A class occurs in fewer images than the limit, however many boxes or pixels it has."""
    for label, n in sorted(_images(evidence).items(), key=lambda item: (item[1], item[0])):
        broken = rule.limit.at(split=evidence.training, label=label).below(n)
        if n and broken is not None:
            severity, limit = broken
            message = f"{quoted(label)} occurs in {n:,} {'image' if n == 1 else 'images'}"
            rows = evidence.trained.get(label, 0)
            yield rule.finding(
                severity, message, split=evidence.training, label=label, observed=n, limit=limit, rows=rows
            )


@rule(
    "REG003",
    "background",
    limit=Limit(warning=0.5, unit="of the images of a split", rows=True),
    needs=(regions,),
    remedy="See whether they are background or unlabelled: a detector learns from either that there is nothing.",
)
def background(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """More than the limit's share of a split's images have no box and no labelled pixel."""
    for split in evidence.scopes:
        counts = evidence.counts.of_split(split)
        broken = rule.limit.at(split=split).above(counts.unlabelled, of=counts.total_samples)
        if counts.total_samples and broken is not None:
            severity, limit = broken
            share = as_counted(counts.unlabelled, limit, of=counts.total_samples)
            message = f"{counts.unlabelled:,} of {counts.total_samples:,} images are background"
            yield rule.finding(severity, message, split=split, observed=share, limit=limit, rows=counts.unlabelled)


def _images(evidence: Evidence) -> Mapping[str, int]:
    counts = evidence.counts.of_split(evidence.training)
    totals: dict[str, int] = {}
    for label, n in zip(counts.label, counts.samples, strict=True):
        if label is not None and label not in evidence.ignored:
            totals[label] = totals.get(label, 0) + n
    return totals
