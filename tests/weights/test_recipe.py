"""Options of a weighing, checked once."""

from __future__ import annotations

import pytest

from imbalance_audit.errors import OptionError
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.cells import Materials
from imbalance_audit.weights.clipping import Limits
from imbalance_audit.weights.recipe import Recipe
from tests.conftest import MakeAudit

NAMES = ("0", "1", "2")


PRIOR = dict(zip(NAMES, (0.6, 0.3, 0.1), strict=True))


ROWS = ((0, 1, 1), (5, 0, 5), (20, 10, 0))


COSTS = {truth: dict(zip(NAMES, row, strict=True)) for truth, row in zip(NAMES, ROWS, strict=True)}


def test_a_prior_and_costs_are_refused_by_schemes_that_take_none(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match=r'scheme "balanced" takes no prior; .* "target-prior"'):
        class_weights(make_audit([3, 2, 1]), prior=PRIOR)
    with pytest.raises(OptionError, match=r'scheme "sqrt" takes no costs; .* "cost-matrix"'):
        class_weights(make_audit([3, 2, 1]), scheme="sqrt", costs=COSTS)


def test_an_unknown_policy_is_refused_with_the_nearest(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match=r'no zero_count policy "smoth"\. Did you mean "smooth"'):
        class_weights(make_audit([1, 0]), zero_count="smoth")


def test_a_recipe_has_the_defaults_of_its_scheme_and_scales_to_a_mean_of_1() -> None:
    recipe = Recipe.of("power", {})

    assert (recipe.scheme.name, recipe.parameters) == ("power", {"tau": 0.5})
    assert (recipe.normalisation, recipe.zero_count, recipe.smoothing) == ("data-mean", "error", None)
    assert (recipe.limits, recipe.materials) == (Limits(), Materials())


def test_what_is_given_is_recorded_and_what_is_not_is_left_out() -> None:
    plain = Recipe.of("effective-number", {"beta": 0.9, "tau": None})
    told = Recipe.of(
        "power", {"tau": 1}, zero_count="smooth", smoothing=3, limits=Limits.of(None, (0.5, 2)), normalisation="sum-1"
    )

    assert plain.recorded == {"beta": 0.9}
    assert told.recorded == {"tau": 1.0, "smoothing": 3.0, "clip_low": 0.5, "clip_high": 2.0}
    assert told.normalisation == "sum-1"


def test_smooth_adds_1_where_nobody_says_how_much() -> None:
    assert Recipe.of("balanced", {}, zero_count="smooth").recorded == {"smoothing": 1.0}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheme": "balnced"}, 'no scheme "balnced". Did you mean "balanced"'),
        ({"normalisation": "sum"}, 'no normalisation "sum"'),
        ({"zero_count": "skip"}, 'no zero_count policy "skip"'),
    ],
)
def test_a_name_that_there_is_not_is_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(OptionError, match=message.replace("?", r"\?")):
        Recipe.of(**{"scheme": "balanced", "given": {}, **options})  # type: ignore[arg-type]  # -- by name


def test_a_prior_and_costs_go_to_the_schemes_that_need_them() -> None:
    prior, costs = Materials(prior=PRIOR), Materials(costs=COSTS)

    assert Recipe.of("target-prior", {}, materials=prior).materials is prior
    assert Recipe.of("cost-matrix", {}, materials=costs).materials is costs
    with pytest.raises(OptionError, match='takes no costs; leave it out, or choose the scheme "cost-matrix"'):
        Recipe.of("target-prior", {}, materials=costs)
    with pytest.raises(OptionError, match='takes no prior; leave it out, or choose the scheme "target-prior"'):
        Recipe.of("cost-matrix", {}, materials=Materials(PRIOR, COSTS))
