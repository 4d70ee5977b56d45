"""What weights are scaled to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imbalance_audit.errors import OptionError
from imbalance_audit.weights import NORMALISATIONS, SCHEMES, ZERO_COUNTS, class_weights

if TYPE_CHECKING:
    from tests.conftest import MakeAudit

COUNTS_ALONE = [name for name, scheme in SCHEMES.items() if not scheme.needs and not name.startswith("group-")]
counts = st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counts=counts,
    scheme=st.sampled_from(COUNTS_ALONE),
    normalisation=st.sampled_from(list(NORMALISATIONS)),
    policy=st.sampled_from([policy for policy in ZERO_COUNTS if policy != "error"]),
)
def test_the_weights_have_what_the_normalisation_names(
    make_audit: MakeAudit, counts: list[int], scheme: str, normalisation: str, policy: str
) -> None:
    weights = class_weights(make_audit(counts), scheme=scheme, normalisation=normalisation, zero_count=policy)

    positive = [w for w in weights.weight if w > 0]
    measured = {
        "data-mean": sum(n * w for n, w in zip(counts, weights.weight, strict=True)) / sum(counts),
        "class-mean": sum(positive) / len(positive),
        "sum-1": sum(positive),
        "min-1": min(positive),
        "max-1": max(positive),
    }
    assert measured[normalisation] == pytest.approx(1, rel=1e-9)
    assert all(math.isfinite(w) and w >= 0 for w in weights.weight)
    assert sum(weights.implied_prior) == pytest.approx(1)
    assert sum(weights.prior) == pytest.approx(1)
    assert 0 < weights.ess <= sum(counts) * (1 + 1e-9)


def test_a_class_left_out_changes_no_other_weight(make_audit: MakeAudit) -> None:
    for normalisation in NORMALISATIONS:
        without = class_weights(make_audit([6, 2]), normalisation=normalisation)
        with_it = class_weights(make_audit([6, 0, 2]), normalisation=normalisation, zero_count="ignore")

        assert with_it.weight == (without.weight[0], 0.0, without.weight[1])
        assert with_it.ess == without.ess


def test_an_unknown_normalisation_is_refused_with_the_nearest(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match=r'no normalisation "data_mean"\. Did you mean "data-mean"'):
        class_weights(make_audit([1]), normalisation="data_mean")
