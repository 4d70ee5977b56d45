"""Label distribution smoothing against numpy, and the loss it weighs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.errors import OptionError
from imbalance_audit.files.weights import save_weights
from imbalance_audit.records import ClassWeights
from imbalance_audit.training import WeightedRegressionLoss
from imbalance_audit.training.losses.regression import DensityScheme, DeviationKind, Kernel, lds_weights

COUNTS = [3, 0, 40, 2000, 700, 6, 0, 0, 1]


@pytest.mark.parametrize("scheme", ["sqrt-inverse", "inverse"])
@pytest.mark.parametrize("kernel", ["gaussian", "triangular", "laplace"])
@pytest.mark.parametrize(("size", "sigma"), [(5, 2.0), (9, 1.0), (3, 0.5)])
def test_the_weights_are_numpys_convolution_and_have_a_mean_of_1_over_the_data(
    scheme: DensityScheme, kernel: Kernel, size: int, sigma: float
) -> None:
    counts = np.array(COUNTS, dtype=float)
    values = np.sqrt(counts) if scheme == "sqrt-inverse" else np.clip(counts, 5, 1000)
    d = np.arange(size) - size // 2
    window = {
        "gaussian": np.exp(-(d**2) / (2 * sigma**2)),
        "laplace": np.exp(-np.abs(d) / sigma),
        "triangular": 1 - np.abs(d) / ((size + 1) / 2),
    }[kernel]
    weight = 1 / np.convolve(values, window, mode="same")
    weight *= counts.sum() / (weight * counts).sum()

    ours = lds_weights(COUNTS, scheme=scheme, kernel=kernel, size=size, sigma=sigma).numpy()

    np.testing.assert_allclose(ours, weight, rtol=1e-12)


def test_a_bin_out_of_reach_of_all_data_has_the_largest_weight_and_not_infinity() -> None:
    weight = lds_weights([4, 0, 0, 0, 1], size=3)

    assert weight.isfinite().all()
    assert weight[2] == weight.max()


@pytest.mark.parametrize(("kind", "plain"), [("l1", F.l1_loss), ("mse", F.mse_loss), ("huber", F.huber_loss)])
def test_each_target_costs_its_bins_weight_times_torchs_loss(kind: DeviationKind, plain: object) -> None:
    assert callable(plain)
    prediction = torch.tensor([0.5, 4.0, -2.0, 9.0], dtype=torch.float64, requires_grad=True)
    target = torch.tensor([0.0, 1.0, 2.0, float("nan")], dtype=torch.float64)
    weights = torch.tensor([1.0, 3.0, 3.0], dtype=torch.float64)  # a target on an edge is above it
    expected = weights * plain(prediction[:3], target[:3], reduction="none")

    loss = WeightedRegressionLoss([1.0], [1.0, 3.0], kind=kind)

    torch.testing.assert_close(loss(prediction, target), expected.mean())
    by_weight = WeightedRegressionLoss([1.0], [1.0, 3.0], kind=kind, reduction="weight")
    torch.testing.assert_close(by_weight(prediction, target), expected.sum() / 7)
    assert [float(loss.denominator(target)), float(by_weight.denominator(target))] == [3, 7]
    assert torch.autograd.gradcheck(lambda p: loss(p, target), (prediction,))


def test_from_targets_the_mean_weight_of_the_training_targets_is_1_and_rare_values_weigh_more() -> None:
    targets = torch.randn(5000, generator=torch.Generator().manual_seed(0)) ** 2
    loss = WeightedRegressionLoss.from_targets(targets, bins=50, reduction="none")

    weights = loss(torch.zeros_like(targets), targets) / targets

    assert float(weights.mean()) == pytest.approx(1, rel=1e-4)
    assert weights[targets.argmax()] > 5 * weights[targets.argmin()]


def test_from_a_file_of_whole_numbers_a_gap_between_them_is_an_empty_bin(tmp_path: Path, weights: ClassWeights) -> None:
    save_weights(replace(weights, classes=("20", "21", "24")), tmp_path / "ages.pt")

    loss = WeightedRegressionLoss.from_file(tmp_path / "ages.pt", classes=[20, 21, 24], lds={"size": 3})

    assert loss.edges.tolist() == [20.5, 21.5, 22.5, 23.5]
    torch.testing.assert_close(loss.weight.double(), lds_weights([6, 3, 0, 0, 1], size=3), rtol=1e-6, atol=0)
    with pytest.raises(OptionError, match="rising order"):
        WeightedRegressionLoss.from_file(tmp_path / "ages.pt", classes=[24, 21, 20])


def test_shapes_that_would_broadcast_and_wrong_options_are_refused() -> None:
    with pytest.raises(OptionError, match="one shape"):
        WeightedRegressionLoss([1.0], [1.0, 3.0])(torch.zeros(4, 1), torch.zeros(4))
    with pytest.raises(OptionError, match="odd number"):
        lds_weights([1, 2], size=4)
    with pytest.raises(OptionError, match="at least two values"):
        WeightedRegressionLoss.from_targets([1.0, 1.0])


def test_an_empty_batch_gives_0_and_keeps_its_graph() -> None:
    prediction = torch.zeros(0, requires_grad=True)

    value = WeightedRegressionLoss([1.0], [1.0, 3.0])(prediction, torch.zeros(0))

    value.backward()
    assert value == 0
