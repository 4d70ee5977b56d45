"""The tests of the split rules against scipy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

from imbalance_audit.measures.class_skew import cramers_v, irlbl, mean_irlbl, variation_irlbl
from imbalance_audit.measures.significance import benjamini_hochberg, compare_shares, gamma_tail, share_p


@given(st.integers(2, 4000), st.data())
def test_share_p_is_twice_the_smaller_hypergeometric_tail(total: int, data: st.DataObject) -> None:
    drawn, n = data.draw(st.integers(1, total - 1)), data.draw(st.integers(1, total - 1))
    k = data.draw(st.integers(max(0, drawn - total + n), min(n, drawn)))
    law = stats.hypergeom(total, n, drawn)
    expected = min(1.0, 2 * float(law.sf(k - 1) if k > n * drawn / total else law.cdf(k)))

    # Between one and no standard deviation the normal law may stand in; nothing is decided there.
    assert share_p(k, drawn, n, total) == pytest.approx(expected, rel=1e-6, abs=2e-2 if expected > 0.3 else 1e-12)


def test_share_p_of_millions_of_rows_is_the_two_proportion_z_test() -> None:
    k, drawn, n, total = 5_003_500, 10_000_000, 50_000_000, 100_000_000
    _, expected = proportions_ztest([k, n - k], [drawn, total - drawn])

    assert share_p(k, drawn, n, total) == pytest.approx(expected, rel=1e-2)


@given(st.lists(st.floats(1e-9, 1.0), min_size=1, max_size=50))
def test_adjusted_p_values_are_those_of_statsmodels(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])


@pytest.mark.parametrize("shape", [0.3, 1.0, 7.5, 499.5, 5000.0])
@pytest.mark.parametrize("times", [0.2, 0.9, 1.0, 1.1, 2.5])
def test_the_gamma_tail_is_that_of_scipy(shape: float, times: float) -> None:
    assert gamma_tail(shape, shape * times) == pytest.approx(stats.gamma.sf(shape * times, shape), rel=1e-8, abs=1e-12)


def test_where_counts_are_large_the_comparison_is_the_g_test() -> None:
    one, other = [520, 480, 1010, 990], [5000, 5000, 10_000, 10_000]
    expected = stats.chi2_contingency([one, other], lambda_="log-likelihood", correction=False)

    found = compare_shares(one, other)

    assert found is not None
    total = sum(one) + sum(other)
    assert found.jensen_shannon == pytest.approx(expected.statistic / (2 * total))
    assert found.p == pytest.approx(expected.pvalue, rel=0.02)


def test_of_equal_sizes_the_divergence_is_that_of_scipy() -> None:
    one, other = [30, 50, 20], [10, 60, 30]

    found = compare_shares(one, other)

    assert found is not None
    assert found.jensen_shannon == pytest.approx(distance.jensenshannon(one, other) ** 2)
    assert found.total_variation == pytest.approx(0.2)


@pytest.mark.parametrize("classes", [2, 30, 1000])
def test_the_null_means_are_those_of_random_cuts(classes: int) -> None:
    generator = np.random.default_rng(0)
    totals = generator.multinomial(9000, np.full(classes, 1 / classes))
    draws = generator.multivariate_hypergeometric(totals, 1000, size=400)

    found = [compare_shares(draw.tolist(), (totals - draw).tolist()) for draw in draws]

    tests = [test for test in found if test is not None]
    for value, expected in (("total_variation", "expected_variation"), ("jensen_shannon", "expected_shannon")):
        values = [getattr(test, value) for test in tests]
        error = np.std(values) / np.sqrt(len(values))
        assert np.mean(values) == pytest.approx(getattr(tests[0], expected), abs=4 * error)
    assert np.mean([test.p < 0.05 for test in tests]) == pytest.approx(0.05, abs=0.045)


def test_cramers_v_is_that_of_chi_square_with_bergsmas_correction() -> None:
    table = np.array([[30, 10, 5], [8, 40, 12]])
    n, (r, k) = table.sum(), table.shape
    chi2 = stats.chi2_contingency(table, correction=False).statistic
    phi = max(0, chi2 / n - (k - 1) * (r - 1) / (n - 1))
    sides = (r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1))

    cells = {(str(i), str(j)): int(table[i, j]) for i in range(r) for j in range(k)}

    assert cramers_v(cells) == pytest.approx(np.sqrt(phi / (min(sides) - 1)))


def test_independent_groups_have_no_association() -> None:
    assert cramers_v({(a, b): 100 for a in "xyz" for b in "pq"}) == 0.0
    assert cramers_v({("x", "p"): 5}) is None


def test_multi_label_measures_are_those_of_numpy() -> None:
    ratios = list(irlbl({"a": 120, "b": 30, "c": 7, "d": 0}).values())

    assert ratios == [1.0, 4.0, 120 / 7]
    assert mean_irlbl(ratios) == pytest.approx(np.mean(ratios))
    assert variation_irlbl(ratios) == pytest.approx(np.std(ratios, ddof=1) / np.mean(ratios))
