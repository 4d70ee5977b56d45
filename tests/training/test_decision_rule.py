"""The module decides as the numpy function does: any rule, any shape, any dtype, any order of classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from imbalance_audit.decisions import (
    FocalTraining,
    PolyTraining,
    SampledTraining,
    SmoothedTraining,
    WeightedTraining,
    correct,
    decide,
    inverse_map,
)
from imbalance_audit.decisions.trainings import Training
from imbalance_audit.errors import ClassOrderError, DecisionFileError, OptionError
from imbalance_audit.files.decision import save_decision
from imbalance_audit.records import Decision, Decoding, InverseMap
from imbalance_audit.training import DecisionRule, PriorCorrection

CLASSES = ("cat", "dog", "fox")
BENT = InverseMap((0.3, -0.1, -0.2), (0.5, 0.0, -0.5), gamma=2.0, smoothing=0.1)
ABSENT = InverseMap((0.0, 0.0, 0.0), (0.5, -0.5, float("-inf")))


def decision(rule: Decoding, correction: InverseMap = BENT) -> Decision:
    multilabel = rule == "thresholds"
    choices: dict[str, dict[str, Any]] = {
        "argmax": {"offset": (0.0, 1.0, 2.0)},
        "costs": {"costs": ((0.0, 1.0, 1.0), (4.0, 0.0, 2.0), (9.0, 3.0, 0.0))},
        "thresholds": {"thresholds": (0.1, 0.5, 1 - 1e-9)},
    }
    temperature = (1.5, 2.0, 0.5) if multilabel else (1.5, 1.5, 1.5)
    return Decision(CLASSES, multilabel, correction, temperature, (0.1, 0.0, -0.1), rule, **choices[rule])


def logits(*shape: int) -> torch.Tensor:
    return 4 * torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("rule", ["argmax", "costs", "thresholds"])
@pytest.mark.parametrize("correction", [BENT, ABSENT], ids=["bent", "absent"])
def test_it_decides_as_numpy_does(rule: Decoding, correction: InverseMap) -> None:
    if rule == "thresholds" and correction is ABSENT:
        correction = InverseMap((0.0,) * 3, (0.5, -1.0, 0.0), gamma=1.0)
    given = logits(500, 3)

    ours, numpys = DecisionRule(decision(rule, correction))(given), decide(decision(rule, correction), given.numpy())

    np.testing.assert_allclose(ours.probabilities.numpy(), numpys.probabilities, rtol=1e-5, atol=1e-7)
    assert (ours.predicted.numpy() == numpys.predicted).mean() > 0.999
    assert ours.predicted.dtype == torch.int64


@pytest.mark.parametrize("rule", ["argmax", "costs", "thresholds"])
def test_maps_and_single_rows_are_decided_position_by_position(rule: Decoding) -> None:
    module, given = DecisionRule(decision(rule)), logits(2, 3, 4, 5)

    found = module(given)
    rows = module(given.movedim(1, -1).reshape(-1, 3))

    wide = rule == "thresholds"
    assert found.predicted.shape == ((2, 3, 4, 5) if wide else (2, 4, 5))
    flat = found.predicted.movedim(1, -1).reshape(-1, 3) if wide else found.predicted.flatten()
    assert torch.equal(flat, rows.predicted)
    torch.testing.assert_close(found.probabilities.movedim(1, -1).reshape(-1, 3), rows.probabilities)
    assert torch.equal(module(given[0, :, 0, 0]).predicted, found.predicted[0, :, 0, 0] if wide else rows.predicted[0])


@pytest.mark.parametrize("rule", ["argmax", "costs", "thresholds"])
def test_another_order_of_the_logits_is_followed(rule: Decoding, tmp_path: Path) -> None:
    save_decision(decision(rule), tmp_path / "decision.json")
    given = logits(200, 3).float()
    filed = DecisionRule.from_file(tmp_path / "decision.json", classes=CLASSES)
    turned = DecisionRule.from_file(tmp_path / "decision.json", classes={"fox": 0, "cat": 1, "dog": 2})

    one, other = filed(given), turned(given[:, [2, 0, 1]])

    torch.testing.assert_close(other.probabilities, one.probabilities[:, [2, 0, 1]])
    if rule == "thresholds":
        assert torch.equal(other.predicted, one.predicted[:, [2, 0, 1]])
    else:
        assert torch.equal(torch.tensor([2, 0, 1])[other.predicted], one.predicted)


def test_other_classes_a_bare_number_and_a_wrong_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "decision.json"
    save_decision(decision("argmax"), path)

    with pytest.raises(ClassOrderError, match='the model has "owl", which the file lacks'):
        DecisionRule.from_file(path, classes=["cat", "dog", "owl"])
    with pytest.raises(ClassOrderError, match="got only their number, 3"):
        DecisionRule.from_file(path, classes=3)
    with pytest.raises(DecisionFileError, match="Cannot read"):
        DecisionRule.from_file(tmp_path / "none.json", classes=CLASSES)
    module = DecisionRule.from_file(path, classes=3, trust_order=True)
    with pytest.raises(ClassOrderError, match="over the 3 decided classes"):
        module(torch.zeros(2, 4))
    with pytest.raises(OptionError, match="floating logits"):
        module(torch.zeros(2, 3, dtype=torch.int64))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("rule", ["argmax", "costs", "thresholds"])
def test_half_precision_is_decided_in_32_bits(rule: Decoding, dtype: torch.dtype) -> None:
    given = logits(300, 3).to(dtype)

    found = DecisionRule(decision(rule)).to(dtype)(given)

    assert found.probabilities.dtype == torch.float32
    assert torch.equal(found.predicted, DecisionRule(decision(rule))(given.float()).predicted)


def test_its_constants_are_no_part_of_a_checkpoint_and_survive_the_meta_device() -> None:
    module = torch.nn.Sequential(DecisionRule(decision("argmax")), torch.nn.Identity())
    with torch.device("meta"):
        late = DecisionRule(decision("argmax"))

    assert not module.state_dict()
    late.to_empty(device="cpu")
    given = logits(10, 3)
    torch.testing.assert_close(late(given).probabilities, module(given).probabilities)
    assert repr(late) == "DecisionRule(classes=3, rule='argmax')"


@pytest.mark.parametrize("rule", ["argmax", "costs", "thresholds"])
def test_it_compiles_into_one_graph(rule: Decoding) -> None:
    module, given = DecisionRule(decision(rule)), logits(8, 3).float()

    compiled = torch.compile(module, backend="eager", fullgraph=True)(given)

    torch.testing.assert_close(compiled.probabilities, module(given).probabilities)
    assert torch.equal(compiled.predicted, module(given).predicted)


@pytest.mark.parametrize(
    ("options", "training"),
    [
        (
            {"trained": "focal", "gamma": 2.0, "label_smoothing": 0.1, "drawn": "balanced"},
            SampledTraining.balanced(SmoothedTraining(FocalTraining([0.5, 1.0, 4.0]), 0.1), [6, 3, 1]),
        ),
        ({"trained": "poly", "epsilon": 1.0}, PolyTraining([0.5, 1.0, 4.0])),
        (
            {"trained": "weighted", "label_smoothing": 0.1, "smoothing": "class"},
            SmoothedTraining(WeightedTraining([0.5, 1.0, 4.0]), 0.1, by="class"),
        ),
    ],
    ids=["focal", "poly", "smoothed"],
)
def test_the_correction_of_what_is_no_shift_is_that_of_numpy(
    options: dict[str, Any], training: Training, weight_file: Path
) -> None:
    given = logits(100, 3)

    module = PriorCorrection.from_file(weight_file, classes=["bird", "cat", "dog"], **options)

    numpys = correct(given.numpy(), inverse_map(training, counts=[6, 3, 1]))
    torch.testing.assert_close(module(given).softmax(1), torch.tensor(numpys).softmax(1), rtol=1e-5, atol=1e-6)
    maps = given.reshape(5, 20, 3).movedim(-1, 1)
    torch.testing.assert_close(module(maps).movedim(1, -1).reshape(100, 3), module(given))
