"""decision.json: the same bytes, the same value back, and nothing accepted that is no decision."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from imbalance_audit.errors import DecisionFileError, OptionError
from imbalance_audit.files.decision import dump_decision, load_decision, save_decision
from imbalance_audit.records import Decision, Estimate, InverseMap, digest_of

ARGMAX = Decision(
    classes=("cat", "<fox>\u202e", "owl"),
    multilabel=False,
    correction=InverseMap((0.1, 0.2, float("-inf")), (0.0, 1.5, float("-inf")), gamma=2.0, smoothing=0.1),
    temperature=(1.25, 1.25, 1.25),
    bias=(0.0, -0.5, 0.5),
    rule="argmax",
    offset=(0.0, 1.0, 2.0),
    metric="macro_f1",
    tuned=Estimate(0.7, 0.6, 0.8),
    expected=Estimate(0.65, None, None),
    curve=((0.0, Estimate(0.5, 0.4, 0.6)), (0.05, Estimate(0.55, 0.45, 0.65))),
    parameters={"method": "tau", "tau": 1.0, "rows": 40, "target_prior": False, "nothing": None},
    fingerprint="0" * 64,
    notes=("A note.",),
)
COSTS = replace(ARGMAX, rule="costs", offset=(), costs=((0.0, 1.0, 2.0), (3.0, 0.0, 1.0), (1.0, 1.0, 0.0)), curve=())
LABELS = Decision(
    classes=("a", "b"),
    multilabel=True,
    correction=InverseMap.identity(2),
    temperature=(1.0, 2.0),
    bias=(0.0, 0.0),
    rule="thresholds",
    thresholds=(0.25, 0.5),
)


@pytest.mark.parametrize("decision", [ARGMAX, COSTS, LABELS], ids=["argmax", "costs", "labels"])
def test_what_is_saved_is_what_is_loaded_and_its_bytes_are_the_same(decision: Decision, tmp_path: Path) -> None:
    save_decision(decision, tmp_path / "one.json")
    loaded = load_decision(tmp_path / "one.json")
    save_decision(loaded, tmp_path / "other.json")

    assert loaded == decision
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "other.json").read_bytes()


def test_it_is_json_that_can_stand_in_a_page() -> None:
    text = dump_decision(ARGMAX)

    found = json.loads(text)
    assert (found["format"], found["version"]) == ("imbalance-audit/decision", 1)
    assert found["correction"]["after"] == [0.0, 1.5, None]
    assert "<" not in text


def changed(path: str, value: object, base: Decision = ARGMAX) -> bytes:
    content = json.loads(dump_decision(base))
    place = content
    *folders, key = path.split(".")
    for folder in folders:
        place = place[folder]
    if value is KeyError:
        del place[key]
    else:
        place[key] = value
    return json.dumps({**content, "digest": digest_of(content)}).encode()


BAD = [
    ("version", 2, "has version 2, this program reads version 1"),
    ("version", True, "has version True"),
    ("format", "imbalance-audit/audit", "is not a decision"),
    ("colour", "red", "unknown field `colour`"),
    ("classes", KeyError, "required field `classes`"),
    ("classes", ["cat", "cat", "owl"], "names, each once, got one twice"),
    ("classes", [], "names, each once, got none"),
    ("classes", ["cat", 1, "owl"], r"at \$\.classes\[1\]: Expected `str`, got `int`"),
    ("multilabel", 0, r"at \$\.multilabel: Expected `bool`, got `int`"),
    ("multilabel", True, "thresholds, of several labels"),
    ("rule", "thresholds", "argmax or costs, of one class a row"),
    ("rule", ["argmax"], r"at \$\.rule"),
    ("correction", [1], r"at \$\.correction: Expected `object`, got `array`"),
    ("correction.before", [0.0, 0.0], "correction.before to be 3 entries, one for each class, got 2"),
    ("correction.before", [None, None, None], "a shift for at least one class"),
    ("correction.after", [0.0, float("nan"), 0.0], "is not JSON"),
    ("correction.gamma", -1, r"at \$\.correction\.gamma: Expected `float` >= 0"),
    ("correction.smoothing", 1.0, r"at \$\.correction\.smoothing: Expected `float` < 1"),
    ("correction.epsilon", "1", r"at \$\.correction\.epsilon: Expected `float`, got `str`"),
    ("temperature", [1.0, 1.0, 2.0], "the same for every class of a softmax"),
    ("temperature", [0.0, 0.0, 0.0], r"at \$\.temperature\[0\]: Expected `float` > 0"),
    ("bias", [0.0, None, 0.0], r"at \$\.bias\[1\]: Expected `float`, got `null`"),
    ("bias", [0.0, True, 0.0], r"at \$\.bias\[1\]: Expected `float`, got `bool`"),
    ("bias", [0.0, 10**400, 0.0], "out of range"),
    ("bias", [0.0, float("inf"), 0.0], "is not JSON"),
    ("offset", "aaa", r"at \$\.offset: Expected `array`, got `str`"),
    ("offset", [0.0], "offset to be 3 entries, one for each class, got 1"),
    ("costs", [[0.0]], "costs to be 0 entries, which the rule has no use for"),
    ("thresholds", [0.5, 0.5, 0.5], "thresholds to be 0 entries, which the rule has no use for"),
    ("metric", 3, r"at \$\.metric: Expected `str \| null`, got `int`"),
    ("tuned", {"value": 1.0}, "required field `low`"),
    ("tuned", {"value": "x", "low": 0.0, "high": 0.0}, r"at \$\.tuned\.value: Expected `.*null`, got `str`"),
    ("curve", [[0.0]], r"at \$\.curve\[0\]: Expected `array` of length 2"),
    ("parameters", {"a": [1]}, r"at \$\.parameters"),
    ("notes", "none", r"at \$\.notes: Expected `array`, got `str`"),
    ("fingerprint", 12, r"at \$\.fingerprint: Expected `str \| null`, got `int`"),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD, ids=[f"{path}-{at}" for at, (path, *_) in enumerate(BAD)])
def test_a_file_with_something_wrong_in_it_is_refused(path: str, value: object, message: str, tmp_path: Path) -> None:
    file = tmp_path / "decision.json"
    file.write_bytes(changed(path, value))

    with pytest.raises(DecisionFileError, match=message):
        load_decision(file)


@pytest.mark.parametrize("thresholds", [[0.0, 0.5], [0.5, 1.0], [0.5], [0.5, -1.0]])
def test_a_threshold_is_above_0_and_below_1(thresholds: list[float], tmp_path: Path) -> None:
    (tmp_path / "decision.json").write_bytes(changed("thresholds", thresholds, LABELS))

    with pytest.raises(DecisionFileError, match="thresholds"):
        load_decision(tmp_path / "decision.json")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b'{"format": 1e400}'])
def test_what_is_no_decision_at_all_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "decision.json").write_bytes(content)

    with pytest.raises(DecisionFileError, match=r"decision\.json"):
        load_decision(tmp_path / "decision.json")


def test_a_missing_file_and_a_folder_are_one_sentence_each(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path, tmp_path / "a\0b"):
        with pytest.raises(DecisionFileError, match="Cannot read"):
            load_decision(path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OptionError, match="Cannot write"):
        save_decision(LABELS, tmp_path / "file" / "decision.json")


@pytest.mark.parametrize(
    "broken",
    [
        replace(ARGMAX, offset=(0.0,)),
        replace(ARGMAX, offset=(0.0, float("nan"), 0.0)),
        replace(ARGMAX, offset=(0.0, float("inf"), 0.0)),
        replace(LABELS, multilabel=False),
    ],
)
def test_a_value_put_together_wrong_is_not_written(broken: Decision) -> None:
    with pytest.raises(DecisionFileError):
        dump_decision(broken)


def test_an_edit_that_leaves_the_digest_is_refused(tmp_path: Path) -> None:
    content = {**json.loads(dump_decision(ARGMAX)), "metric": "accuracy"}
    (tmp_path / "decision.json").write_text(json.dumps(content))

    with pytest.raises(DecisionFileError, match="was edited or damaged: its digest says"):
        load_decision(tmp_path / "decision.json")
