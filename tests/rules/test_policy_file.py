"""audit.toml: where it is found, what it says, and what is refused in one sentence."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from imbalance_audit import load_policy
from imbalance_audit.errors import PolicyError
from imbalance_audit.rules.policy import Override, Policy, Waiver
from imbalance_audit.rules.policy_file import find_policy, policy_schema

ROOT = Path(__file__).parents[2]


TEXT = """
select = ["LBL", "SUP"]
ignore = ["SUP006"]
classes = ["cat", "dog"]
fail-on = "warning"

[rules.SUP001]
warning = 50
error = 0.001
[rules.SUP001.splits.test]
warning = false
[rules.SUP001.classes."grey owl"]
severity = "info"

[[waivers]]
rule = "SUP001"
class = "grey owl"
split = "train"
reason = "shy"
expires = 2027-01-31
"""


def test_all_that_a_file_may_say_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "audit.toml").write_text(TEXT)
    monkeypatch.chdir(tmp_path)

    assert load_policy(today=date(2027, 1, 1)) == Policy(
        select=("LBL", "SUP"),
        ignore=("SUP006",),
        classes=("cat", "dog"),
        fail_on="warning",
        rules={
            "SUP001": Override(
                warning=50,
                error=0.001,
                splits={"test": Override(warning=False)},
                classes={"grey owl": Override(severity="info")},
            )
        },
        waivers=(Waiver(rule="SUP001", reason="shy", expires=date(2027, 1, 31), split="train", label="grey owl"),),
        today=date(2027, 1, 1),
        path="audit.toml",
        lines={"SUP001": 7},
    )


def test_the_nearest_policy_upward_is_in_force(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "audit.toml").write_text("")
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\n")
    assert find_policy(inner) == tmp_path / "audit.toml"

    (tmp_path / "a" / "pyproject.toml").write_text('[tool.imbalance-audit]\nignore = ["SKW"]\n')
    assert find_policy(inner) == tmp_path / "a" / "pyproject.toml"
    assert load_policy(tmp_path / "a" / "pyproject.toml").ignore == ("SKW",)


def test_without_a_file_the_default_is_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert load_policy() == Policy()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("selct = []", 'selct is not known. Did you mean "select"?'),
        ("[rules.SUP01]\nwarning = 1", 'rules.SUP01 is not known. Did you mean "SUP001"?'),
        ("[rules.SUP001]\nwarn = 1", 'rules.SUP001.warn is not known. Did you mean "warning"?'),
        ("[rules.SUP001]\nwarning = true", 'SUP001.warning should be a number of at least 0, or false, got "True"'),
        ("[rules.SUP001]\nwarning = -1", "should be a number of at least 0"),
        ("[rules.SUP001.splits.test]\nsplits = {}", "rules.SUP001.splits.test.splits is not known"),
        ('[rules.SUP001]\nseverity = "fatal"', "should be one of error, warning, info"),
        ('select = ["SUPP"]', "select.1 should be one of"),
        ('select = "SUP"', "select should be a list"),
        ('[[waivers]]\nrule = "SUP"\nexpires = 2027-01-01', "waivers.1 has no reason"),
        ('[[waivers]]\nrule = "SUP"\nreason = ""\nexpires = 2027-01-01', "waivers.1.reason should be text"),
        ('[[waivers]]\nrule = "SUP"\nreason = "r"\nexpires = "soon"', "should be a day such as 2027-01-31"),
        ("[rules.SUP002]\nwarning = 1", "rules.SUP002.warning is not known"),  # a rule without limits
        ("select = [", "is not TOML"),
    ],
)
def test_what_is_not_known_is_refused_with_what_was_meant(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "audit.toml").write_text(text)

    with pytest.raises(PolicyError) as error:
        load_policy(tmp_path / "audit.toml")

    assert told in str(error.value)
    assert "audit.toml" in str(error.value)


def test_a_missing_file_and_a_project_without_the_table_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")

    for name in ("nowhere.toml", "pyproject.toml"):
        with pytest.raises(PolicyError, match=name):
            load_policy(tmp_path / name)


def test_the_committed_schema_is_the_program_s_and_a_valid_one() -> None:
    committed = json.loads((ROOT / "audit.schema.json").read_text())

    jsonschema.Draft202012Validator.check_schema(committed)
    assert committed == policy_schema(), "write it again: see CONTRIBUTING.md"


def test_the_schema_and_the_program_agree_on_what_is_right() -> None:
    validator = jsonschema.Draft202012Validator(policy_schema())

    def valid(text: str) -> bool:
        return bool(validator.is_valid(json.loads(json.dumps(tomllib.loads(text), default=str))))

    assert valid(TEXT)
    assert not valid("selct = []")
    assert not valid("[rules.SUP001]\nwarning = true")
    assert not valid('[[waivers]]\nrule = "SUP"\nexpires = 2027-01-01')
