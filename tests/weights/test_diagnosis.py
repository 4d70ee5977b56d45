"""What weights will do to a run, and what to beware of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imbalance_audit.errors import WeightError
from imbalance_audit.weights import class_weights, diagnose
from imbalance_audit.weights.diagnosis import Diagnosis
from tests.conftest import MakeAudit

CIFAR_10_LT = [int(5000 * 100 ** (-at / 9)) for at in range(10)]


def names(diagnosis: Diagnosis) -> set[str]:
    return {caution.name for caution in diagnosis.cautions}


def test_cifar_10_lt_has_the_published_figures(make_audit: MakeAudit) -> None:
    found = diagnose(class_weights(make_audit(CIFAR_10_LT)), batch=128)

    assert found.ess_share == pytest.approx(0.162, abs=0.0005)
    assert found.batch_noise == pytest.approx(0.20, abs=0.005)
    assert found.absence == pytest.approx(0.60, abs=0.005)
    assert found.repeats == pytest.approx(24.8, abs=0.05)
    assert diagnose(class_weights(make_audit(CIFAR_10_LT), normalisation="class-mean")).mean == pytest.approx(
        0.162, abs=0.0005
    )


def test_the_batch_noise_is_that_of_drawn_batches(make_audit: MakeAudit) -> None:
    weights = class_weights(make_audit(CIFAR_10_LT))
    dice = np.random.default_rng(0)
    drawn = dice.choice(np.array(weights.weight), p=np.array(weights.prior), size=(20_000, 64)).sum(axis=1)

    assert diagnose(weights, batch=64).batch_noise == pytest.approx(drawn.std() / drawn.mean(), rel=0.03)


def test_weights_of_no_class_that_occurs_are_refused_in_a_sentence(make_audit: MakeAudit) -> None:
    with pytest.raises(WeightError, match="Expected weights of classes that occur"):
        diagnose(replace(class_weights(make_audit([3, 4])), counts=(0, 0)))
