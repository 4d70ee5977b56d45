"""Each law, against its paper's formula and against what is drawn."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from imbalance_audit.errors import OptionError
from imbalance_audit.training import ClassSampler, EffectiveNumberLaw, PowerLaw, PriorLaw, ProgressiveLaw
from imbalance_audit.training.samplers.laws import Law

COUNTS = {"fox": 600, "cat": 80, "lynx": 5}
LABELS = [name for name, n in COUNTS.items() for _ in range(n)]

LAWS: dict[str, tuple[Law, dict[str, float]]] = {
    "rows evenly": (PowerLaw(q=1.0), dict(COUNTS)),
    "square root": (PowerLaw(q=0.5), {name: math.sqrt(n) for name, n in COUNTS.items()}),
    "another power": (PowerLaw(q=0.3), {name: n**0.3 for name, n in COUNTS.items()}),
    "classes evenly": (PowerLaw(q=0.0), dict.fromkeys(COUNTS, 1.0)),
    "effective number": (
        EffectiveNumberLaw(beta=0.99),
        {name: n * (1 - 0.99) / (1 - 0.99**n) for name, n in COUNTS.items()},
    ),
    "effective number of 0": (EffectiveNumberLaw(beta=0.0), dict(COUNTS)),
    "prior": (PriorLaw({"lynx": 3, "cat": 5, "fox": 2}), {"lynx": 3.0, "cat": 5.0, "fox": 2.0}),
}


def shares(sampler: ClassSampler) -> dict[str, float]:
    drawn = Counter(LABELS[row] for row in sampler)
    return {name: drawn[name] / len(sampler) for name in COUNTS}


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("draw", ["replace", "cycle"])
def test_classes_come_as_often_as_the_law_says(name: str, draw: Any) -> None:  # noqa: ANN401 -- a literal of the sampler
    law, mass = LAWS[name]
    draws = 40_000

    drawn = Counter(LABELS[row] for row in ClassSampler(LABELS, law=law, draw=draw, num_samples=draws))

    expected = {label: draws * value / sum(mass.values()) for label, value in mass.items()}
    if draw == "cycle":
        assert all(abs(drawn[label] - n) < 1.001 for label, n in expected.items())
    assert sum((drawn[label] - n) ** 2 / n for label, n in expected.items()) < 13.8  # 2 degrees, p = 0.001


def test_a_progressive_law_goes_from_rows_evenly_to_classes_evenly() -> None:
    sampler = ClassSampler(LABELS, law=ProgressiveLaw(epochs=3), num_samples=20_000)
    seen = []
    for epoch in range(5):
        sampler.set_epoch(epoch)
        seen.append(shares(sampler)["lynx"])

    prior = 5 / 685
    assert seen == pytest.approx([prior, (prior + 1 / 3) / 2, 1 / 3, 1 / 3, 1 / 3], abs=0.012)


def test_a_progressive_law_can_end_where_a_class_begins_to_come() -> None:
    law = ProgressiveLaw(
        epochs=2,
        first=PriorLaw({"fox": 1, "cat": 1, "lynx": 0}),
        last=PriorLaw({"fox": 0, "cat": 1, "lynx": 1}),
    )
    sampler = ClassSampler(LABELS, law=law)
    first = set(shares(sampler).items())
    sampler.set_epoch(1)

    assert ("lynx", 0.0) in first
    assert shares(sampler)["fox"] == 0.0
    assert shares(sampler)["lynx"] > 0.4


def test_integer_labels_are_named_by_their_number() -> None:
    drawn = Counter(ClassSampler([7, 7, 9], law=PriorLaw({9: 0.9, 7: 0.1}), num_samples=5000))

    assert drawn[2] == pytest.approx(4500, abs=120)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: PowerLaw(q=1.5), "q is a number from 0"),
        (lambda: PowerLaw(q=math.nan), "got nan"),
        (lambda: EffectiveNumberLaw(beta=1.0), "not including, 1, got 1.0"),
        (lambda: PriorLaw({"cat": -1.0}), 'got -1.0 for "cat"'),
        (lambda: PriorLaw({"cat": math.nan}), 'got nan for "cat"'),
        (lambda: PriorLaw({"cat": 0.0}), "a class with a share above 0, got none"),
        (lambda: PriorLaw([1, 2]), "label → share, got list"),  # type: ignore[arg-type]  # -- that is the point
        (lambda: ProgressiveLaw(epochs=1), "epochs is an integer from 2 up, got 1"),
        (
            lambda: ClassSampler(LABELS, law=PriorLaw({"cat": 1, "fox": 1})),
            'share for every label, got none for "lynx"',
        ),
        (
            lambda: ClassSampler(LABELS[:600], law=PriorLaw({"cat": 1, "fox": 1})),
            'a row of every class with a share above 0, got none of "cat"',
        ),
        (lambda: ClassSampler(LABELS, law="sqrt"), "Expected a law, such as PowerLaw\\(q=0.5\\), got str"),  # type: ignore[arg-type]  # -- that is the point
        (lambda: ClassSampler(LABELS, draw="cylce"), 'no way to draw "cylce". Did you mean "cycle"'),  # type: ignore[arg-type]  # -- that is the point
    ],
)
def test_a_law_that_does_not_fit_is_refused_at_construction(build: Any, message: str) -> None:  # noqa: ANN401 -- a lambda
    with pytest.raises(OptionError, match=message):
        build()


def test_a_law_and_weights_together_are_refused(weight_file: Any) -> None:  # noqa: ANN401 -- a fixture of the folder
    with pytest.raises(OptionError, match="Expected a law or weights, got both"):
        ClassSampler([0, 1, 2], law=PowerLaw(), weights=weight_file)


class Own(Law):
    """A law that a user wrote, and got wrong."""

    def mass(self, counts: Sequence[int], labels: Sequence[str | int], epoch: int) -> list[float]:  # noqa: ARG002 -- a law's signature
        return [math.nan] * len(counts)


def test_a_law_of_ones_own_is_checked_at_construction() -> None:
    with pytest.raises(OptionError, match="3 finite masses from 0 up from Own, got others"):
        ClassSampler(LABELS, law=Own())


def test_the_state_of_another_law_or_way_to_draw_is_refused() -> None:
    state = ClassSampler(LABELS).state_dict()
    for other in (
        ClassSampler(LABELS, law=PowerLaw(q=0.5)),
        ClassSampler(LABELS, draw="cycle"),
        ClassSampler(LABELS, law=ProgressiveLaw(epochs=2, first=PowerLaw(), last=PowerLaw(q=0.5))),
    ):
        with pytest.raises(OptionError, match="with fingerprint"):
            other.load_state_dict(state)
    cycling = ClassSampler(LABELS, draw="cycle", num_samples=10)
    with pytest.raises(OptionError, match="with fingerprint"):
        cycling.load_state_dict(ClassSampler(LABELS, draw="cycle", num_samples=11).state_dict())
