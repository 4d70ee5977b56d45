"""A skew that is corrected twice is told; one that is corrected once is not."""

from __future__ import annotations

import gc
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.utils.data import SequentialSampler

from imbalance_audit.errors import OptionError
from imbalance_audit.files.weights import load_weights, save_weights
from imbalance_audit.records import ClassWeights
from imbalance_audit.training import (
    ClassSampler,
    Correction,
    DoubleCorrectionWarning,
    LogitAdjustedCrossEntropy,
    PowerLaw,
    WeightedCrossEntropy,
    check_corrections,
)
from imbalance_audit.training.corrections import register

CLASSES = ["bird", "cat", "dog"]
N = torch.tensor([900.0, 90.0, 10.0], dtype=torch.float64)


@pytest.fixture
def balanced_file(tmp_path: Path, weights: ClassWeights) -> Path:
    """900, 90 and 10, weighed to equal shares; a fingerprint that no other test has."""
    prior = N / N.sum()
    file = replace(
        weights,
        weight=tuple((1 / prior / 3).tolist()),
        counts=(900, 90, 10),
        prior=tuple(prior.tolist()),
        implied_prior=(1 / 3,) * 3,
        fingerprint=str(tmp_path),
    )
    save_weights(file, tmp_path / "balanced.pt")
    return tmp_path / "balanced.pt"


class Drawing:
    """A sampler that says what it corrects."""

    def __init__(self, correction: Correction) -> None:
        self.correction = correction


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("prior_adjusted", [False, True])
def test_weights_and_a_sampler_of_the_same_file_turn_the_tail_upside_down(
    balanced_file: Path, balanced: bool, prior_adjusted: bool
) -> None:
    build = LogitAdjustedCrossEntropy if prior_adjusted else WeightedCrossEntropy
    loss = build.from_file(balanced_file, classes=["dog", "cat", "bird"])
    sampler = Drawing(Correction.of_sampler(balanced_file, balanced=balanced))

    with pytest.warns(DoubleCorrectionWarning, match='skew twice: .*"dog" 0.333 → 0.891.*residual'):
        found = check_corrections(loss, sampler)

    assert found is not None
    inverse = (1 / N.flip(0)) / (1 / N).sum()
    assert found.classes == ("dog", "cat", "bird")
    assert found.effective == pytest.approx(inverse.tolist(), rel=1e-5)
    assert found.target == pytest.approx([1 / 3] * 3, rel=1e-5)
    assert found.residual == pytest.approx([1.0] * 3, rel=1e-5)


def test_the_residual_weights_reach_the_target_beside_the_sampler() -> None:
    loss = Correction(("a", "b"), (0.9, 0.1), (1.0, 9.0), "same", "loss")
    root = Correction(("b", "a"), (0.1, 0.9), (3.0, 1.0), "same", "sampler")  # a square-root sampler

    with pytest.warns(DoubleCorrectionWarning):
        found = check_corrections(loss, root)

    assert found is not None
    drawn = (0.75, 0.25)
    reached = [q * r for q, r in zip(drawn, found.residual, strict=True)]
    assert reached == pytest.approx(found.target)
    assert sum(reached) == pytest.approx(1)


@pytest.mark.parametrize(
    ("loss", "sampler"), [((1.0, 1.0), (1.0, 9.0)), ((1.0, 9.0), (1.0, 1.0)), ((2.0, 2.0), (3.0, 3.0))]
)
def test_one_correction_alone_is_fine(loss: tuple[float, float], sampler: tuple[float, float]) -> None:
    found = check_corrections(
        Correction(("a", "b"), (0.9, 0.1), loss, "same", "loss"),
        Correction(("a", "b"), (0.9, 0.1), sampler, "same", "sampler"),
    )

    assert found is None


def test_living_owners_of_the_same_data_are_told_when_the_second_is_made_and_the_dead_are_forgotten(
    balanced_file: Path,
) -> None:
    correction = Correction.of_sampler(balanced_file)
    sampler = Drawing(correction)
    register(sampler, correction)

    with pytest.warns(DoubleCorrectionWarning) as caught:
        WeightedCrossEntropy.from_file(balanced_file, classes=CLASSES)
    assert caught[0].filename == __file__

    del sampler
    gc.collect()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        WeightedCrossEntropy.from_file(balanced_file, classes=CLASSES)


def test_a_sampler_of_other_data_does_not_concern_a_loss(balanced_file: Path) -> None:
    sampler = Drawing(replace(Correction.of_sampler(balanced_file), fingerprint="other"))
    register(sampler, sampler.correction)

    loss = WeightedCrossEntropy.from_file(balanced_file, classes=CLASSES)

    assert loss.correction is not None
    assert loss.correction.implied == pytest.approx([1 / 3] * 3, rel=1e-5)


def test_what_does_not_say_what_it_corrects_is_refused(balanced_file: Path) -> None:
    loss = WeightedCrossEntropy.from_file(balanced_file, classes=CLASSES)

    with pytest.raises(OptionError, match="got SequentialSampler without a correction"):
        check_corrections(loss, SequentialSampler(["a", "b"]))
    with pytest.raises(OptionError, match="Expected a loss that says"):
        check_corrections(WeightedCrossEntropy([1.0, 2.0]), Correction.of_sampler(balanced_file))
    with pytest.raises(OptionError, match="of the same classes"):
        check_corrections(loss, Correction(("a",), (1.0,), (1.0,), "", "sampler"))


def test_a_sampler_with_the_weights_of_a_living_loss_warns_when_it_is_made(balanced_file: Path) -> None:
    labels = [
        name for name, n in zip(load_weights(balanced_file).classes, (900, 90, 10), strict=True) for _ in range(n)
    ]
    loss = WeightedCrossEntropy.from_file(balanced_file, classes=CLASSES)

    with pytest.warns(DoubleCorrectionWarning):
        ClassSampler(labels, weights=balanced_file)

    assert loss.correction is not None


@pytest.mark.parametrize(("q", "twice"), [(1.0, False), (0.5, True), (0.0, True)])
def test_a_sampler_by_a_law_says_what_it_corrects(balanced_file: Path, q: float, twice: bool) -> None:
    file = load_weights(balanced_file)
    labels = [name for name, n in zip(file.classes, file.counts, strict=True) for _ in range(n)]
    loss = WeightedCrossEntropy.from_file(balanced_file, classes=CLASSES)
    sampler = ClassSampler(labels, law=PowerLaw(q))

    with warnings.catch_warnings(action="ignore", category=DoubleCorrectionWarning):
        found = check_corrections(loss, sampler)

    assert (found is not None) == twice
