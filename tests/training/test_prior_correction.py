"""The correction undoes exactly what training did: the corrected minimiser of the risk is the posterior of the data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from imbalance_audit.decisions.named_training import Drawn, Trained
from imbalance_audit.errors import ClassOrderError, OptionError
from imbalance_audit.files.weights import save_weights
from imbalance_audit.records import ClassWeights
from imbalance_audit.training import LogitAdjustedCrossEntropy, PriorCorrection, WeightedCrossEntropy
from imbalance_audit.weights.diagnostics import implied_prior, prior

CLASSES = ["bird", "cat", "dog"]
ETA = torch.tensor([[0.7, 0.25, 0.05], [0.2, 0.3, 0.5], [0.34, 0.33, 0.33]], dtype=torch.float64)


def minimiser(loss: torch.nn.Module, seen: torch.Tensor) -> torch.Tensor:
    """The logits that a loss wants where the classes are seen with these shares."""
    logits = torch.zeros(3, 3, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [logits], max_iter=500, tolerance_grad=1e-12, tolerance_change=0.0, line_search_fn="strong_wolfe"
    )

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        value: torch.Tensor = loss(logits, seen)
        torch.autograd.backward(value)
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # -- torch leaves it without annotations
    return logits.detach()


@pytest.mark.parametrize(
    ("trained", "drawn"),
    [(t, d) for t in ("weighted", "logit-adjusted", "unweighted") for d in ("data", "balanced", "weighted")],
)
def test_the_corrected_minimiser_is_the_posterior_of_the_data(
    trained: Trained, drawn: Drawn, weight_file: Path
) -> None:
    # The file: 6, 3 and 1 of them with weights 0.5, 1 and 4.
    prior, weight = torch.tensor([0.6, 0.3, 0.1]).double(), torch.tensor([0.5, 1.0, 4.0]).double()
    ratio = {"data": torch.ones(3).double(), "balanced": 1 / prior, "weighted": weight}[drawn]
    seen = ETA * ratio
    loss = {
        "weighted": WeightedCrossEntropy([0.5, 1.0, 4.0]),
        "logit-adjusted": LogitAdjustedCrossEntropy([6, 3, 1], tau=1.5),
        "unweighted": WeightedCrossEntropy([1.0, 1.0, 1.0]),
    }[trained]
    logits = minimiser(loss, seen / seen.sum(1, keepdim=True))

    correction = PriorCorrection.from_file(weight_file, classes=CLASSES, trained=trained, drawn=drawn, tau=1.5)

    torch.testing.assert_close(correction(logits).softmax(1), ETA, rtol=1e-5, atol=1e-5)
    if (trained, drawn) != ("unweighted", "data"):
        assert not torch.allclose(logits.softmax(1), ETA, atol=1e-2)


def test_it_follows_the_order_of_the_model_and_takes_maps_of_logits(weight_file: Path) -> None:
    logits = torch.randn(2, 3, 4, 5)
    filed = PriorCorrection.from_file(weight_file, classes=CLASSES)
    permuted = PriorCorrection.from_file(weight_file, classes=["dog", "bird", "cat"])

    torch.testing.assert_close(permuted(logits[:, [2, 0, 1]]), filed(logits)[:, [2, 0, 1]])
    assert filed(logits.half()).dtype == torch.float32
    assert filed.half().shift.dtype == torch.float32
    assert not filed.state_dict()
    with pytest.raises(ClassOrderError, match="over the 3 corrected classes"):
        filed(torch.zeros(2, 4))


def test_a_class_without_rows_and_weight_gets_no_probability_and_one_with_rows_is_refused(
    tmp_path: Path, weights: ClassWeights
) -> None:
    for name, counts in (("absent", (6, 4, 0)), ("lost", weights.counts)):
        weight = (0.5, 1.0, 0.0)
        own: dict[str, Any] = {"prior": prior(counts), "implied_prior": implied_prior(counts, weight)}
        save_weights(replace(weights, weight=weight, counts=counts, **own), tmp_path / f"{name}.pt")

    absent = PriorCorrection.from_file(tmp_path / "absent.pt", classes=CLASSES)

    assert absent(torch.zeros(1, 3)).softmax(1)[0].tolist() == pytest.approx([2 / 3, 1 / 3, 0.0])
    with pytest.raises(OptionError, match='weight 0 for "dog"'):
        PriorCorrection.from_file(tmp_path / "lost.pt", classes=CLASSES)


def test_a_wrong_choice_is_refused(weight_file: Path) -> None:
    with pytest.raises(OptionError, match='no trained "focall"'):
        PriorCorrection.from_file(weight_file, classes=CLASSES, trained="focall")  # type: ignore[arg-type]  # -- the point
    with pytest.raises(OptionError, match="one shift for each class"):
        PriorCorrection(torch.tensor([float("nan")]))


def test_of_several_labels_the_positive_weights_are_undone(tmp_path: Path, weights: ClassWeights) -> None:
    pos_weight = (0.5, 4.0, 16.0)
    save_weights(replace(weights, task="multilabel", pos_weight=pos_weight), tmp_path / "labels.pt")
    logits = torch.randn(5, 3, 2)

    found = PriorCorrection.from_file(tmp_path / "labels.pt", classes=["dog", "bird", "cat"])(logits)

    ratio = torch.tensor([16.0, 0.5, 4.0])[:, None]
    odds = logits.exp() / ratio
    torch.testing.assert_close(found.sigmoid(), odds / (1 + odds))
    with pytest.raises(OptionError, match="several labels"):
        PriorCorrection.from_file(tmp_path / "labels.pt", classes=CLASSES, trained="logit-adjusted")
