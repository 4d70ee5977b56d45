"""Classes of data that only flow, over workers and ranks."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from torch.utils.data import DataLoader

from imbalance_audit.errors import OptionError
from imbalance_audit.training import ClassStream, PowerLaw, PriorLaw, ProgressiveLaw

COUNTS = {0: 9000, 1: 900, 2: 100}
ITEMS = [(row, 0 if row % 100 < 90 else 1 if row % 100 < 99 else 2) for row in range(10_000)]


def label(item: tuple[int, int]) -> int:
    return item[1]


def build(**options: Any) -> ClassStream[tuple[int, int]]:  # noqa: ANN401 -- those of the stream
    return ClassStream(ITEMS, label, counts=COUNTS, **options)


@pytest.mark.parametrize(
    ("length", "law", "expected"),
    [
        ("same", PowerLaw(q=0.0), {0: 10_000 / 3, 1: 10_000 / 3, 2: 10_000 / 3}),
        ("shorter", PowerLaw(q=0.0), {0: 100, 1: 100, 2: 100}),
        ("longer", PowerLaw(q=0.0), {0: 9000, 1: 9000, 2: 9000}),
        ("same", PowerLaw(q=1.0), {0: 9000, 1: 900, 2: 100}),
        ("same", PriorLaw({0: 0, 1: 1, 2: 3}), {1: 2500, 2: 7500}),
    ],
)
def test_classes_come_as_often_as_the_law_says(length: Any, law: PowerLaw, expected: dict[int, float]) -> None:  # noqa: ANN401 -- a literal
    found = Counter(item[1] for item in build(length=length, law=law))

    assert set(found) == set(expected)
    for name, n in expected.items():
        assert abs(found[name] - n) < 4 * max(1.0, n**0.5)


def test_nothing_is_repeated_when_shorter_and_nothing_dropped_when_longer() -> None:
    assert max(Counter(build(length="shorter", law=PowerLaw(q=0.5))).values()) == 1
    assert set(build(length="longer", law=PowerLaw(q=0.5))) == set(ITEMS)


@pytest.mark.parametrize("workers", [0, 2])
def test_workers_and_ranks_deliver_together_what_one_process_would(workers: int) -> None:
    whole = Counter(build())
    together: Counter[tuple[int, int]] = Counter()
    for rank in range(2):
        stream = build(num_replicas=2, rank=rank)
        together.update(tuple(item) for item in DataLoader(stream, batch_size=None, num_workers=workers))

    assert together == whole


def test_epochs_differ_and_a_progressive_law_moves() -> None:
    stream = build(law=ProgressiveLaw(epochs=2))
    first = list(stream)
    stream.set_epoch(1)
    second = list(stream)
    stream.set_epoch(2)

    assert first == ITEMS
    assert Counter(item[1] for item in second)[2] > 3000
    assert list(stream) != second


def test_a_source_that_is_sharded_is_not_sharded_again() -> None:
    stream = ClassStream(ITEMS[1::2], label, counts=COUNTS, law=PowerLaw(q=1.0), sharded=True, num_replicas=2, rank=1)

    assert list(stream) == ITEMS[1::2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"length": "long"}, 'no length "long". Did you mean "longer".* one of "same", "shorter", "longer"'),
        ({"length": "longer", "law": PriorLaw({0: 0, 1: 1, 2: 1})}, "leaves no class out"),
        ({"rank": 1}, "rank is a number from 0 to 0"),
        ({"law": PriorLaw({0: 1})}, "share for every label, got none for 1, 2"),
    ],
)
def test_what_does_not_fit_is_refused_at_construction(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        build(**options)


def test_counts_that_are_none_and_labels_that_were_not_counted_are_refused() -> None:
    with pytest.raises(OptionError, match='The count of "cat" is an integer from 1 up, got 0'):
        ClassStream(["cat"], str, counts={"cat": 0})
    with pytest.raises(OptionError, match='labels that were counted, got "lynx"'):
        list(ClassStream(["lynx"], str, counts={"cat": 1}))
