"""The only place that knows audit.toml: where it is found, what may stand in it, and its JSON Schema.

    select = ["LBL", "SUP"]              # codes or their starts; all without it
    [rules.SUP001]                       # warning, error, severity
    warning = 50                         # rows; 0.01 would be a share of them; false: never
    [rules.SUP001.splits.test]           # the same keys for one split, or [rules.SUP001.classes.owl] for one class
    [[waivers]]                          # rule, reason, expires; split, class

The schema is the one definition: the file is checked against it, and editors complete from it.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import PolicyError, did_you_mean
from imbalance_audit.records import SEVERITIES
from imbalance_audit.rules import RULES, refuse_foreign_codes
from imbalance_audit.rules.policy import NO_LIMIT, Override, Policy, Waiver

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from imbalance_audit.rules import Rule

NAME = "audit.toml"
TABLE = "imbalance-audit"
_HEADER = re.compile(r"\s*\[(?:tool\.imbalance-audit\.)?rules\.\"?([A-Z]{3}[0-9]{3})\"?[.\]]")


def policy_schema() -> dict[str, Any]:
    """Return the JSON Schema of audit.toml."""
    codes = sorted({prefix for rule in RULES for prefix in (rule.code, rule.code[:3])})
    text = {"type": "string", "minLength": 1}
    chosen = {"type": "array", "items": {"type": "string", "enum": codes}}
    number = {"anyOf": [{"type": "number", "minimum": 0}, {"const": False}]}
    severity = {"severity": {"type": "string", "enum": list(SEVERITIES)}}

    def of_rule(rule: Rule) -> dict[str, Any]:
        own = severity if rule.limit == NO_LIMIT else {"warning": number, "error": number, **severity}
        scope = {"type": "object", "properties": own, "additionalProperties": False}
        scopes = {"type": "object", "additionalProperties": scope}
        about = f"{rule.name}: {rule.summary}"
        return {**scope, "description": about, "properties": {**own, "splits": scopes, "classes": scopes}}

    waiver = {
        "type": "object",
        "properties": {
            "rule": {"type": "string", "enum": codes},
            "reason": text,
            "expires": {"type": "string", "format": "date", "description": "The last day on which it holds."},
            "split": text,
            "class": {"type": "string"},
        },
        "required": ["rule", "reason", "expires"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Policy of imbalance_audit",
        "type": "object",
        "properties": {
            "select": {**chosen, "description": "Rules that run, by code or its start; all without it."},
            "ignore": {**chosen, "description": "Rules that do not run, by code or its start."},
            "classes": {"type": "array", "items": {"type": "string"}, "description": "Class names in index order."},
            "fail-on": {"type": "string", "enum": [*SEVERITIES, "never"]},
            "rules": {
                "type": "object",
                "properties": {rule.code: of_rule(rule) for rule in RULES},
                "additionalProperties": False,
            },
            "waivers": {"type": "array", "items": waiver},
        },
        "additionalProperties": False,
    }


def find_policy(folder: Path) -> Path | None:
    """Return the nearest audit.toml, or pyproject.toml with [tool.imbalance-audit], from a folder upward."""
    for place in (folder, *folder.parents):
        if (place / NAME).is_file():
            return place / NAME
        project = place / "pyproject.toml"
        if project.is_file() and _table(project) is not None:
            return project
    return None


def load_policy(path: str | PathLike[str] | None = None, *, today: date | None = None) -> Policy:
    """Return the policy of a file; without a path that of the nearest one upward from here, or the default.

    Args:
        path: An audit.toml, or a pyproject.toml with a table [tool.imbalance-audit].
        today: The day on which waivers are judged; None: the day on which the program runs.

    Raises:
        PolicyError: there is no such file, or something in it is not known.

    >>> from tempfile import NamedTemporaryFile
    >>> with NamedTemporaryFile("w", suffix=".toml") as file:
    ...     _ = file.write('ignore = ["SKW"]')
    ...     file.flush()
    ...     load_policy(file.name).ignore
    ('SKW',)
    """
    file = Path(path) if path is not None else find_policy(Path.cwd())
    if file is None:
        return Policy(today=today)
    name = plain(relpath(file))
    found = _table(file) if file.name == "pyproject.toml" else _read(file)
    if found is None:
        message = f"{name} has no table [tool.{TABLE}]. Add one, or name an {NAME} with --config."
        raise PolicyError(message)
    _check(found, policy_schema(), name, ())
    policy = Policy(
        select=tuple(found.get("select", ())),
        ignore=tuple(found.get("ignore", ())),
        classes=tuple(found["classes"]) if "classes" in found else None,
        fail_on=found.get("fail-on"),
        rules={code: _override(said) for code, said in found.get("rules", {}).items()},
        waivers=tuple(_waiver(said, name) for said in found.get("waivers", ())),
        today=today,
        path=name,
        lines=_lines(file.read_text(encoding="utf-8")),
    )
    refuse_foreign_codes(policy)
    return policy


def _read(path: Path) -> dict[str, Any]:
    name = plain(relpath(path))
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"Cannot read the policy {name}: {error.strerror}. `audit init` writes one."
        raise PolicyError(message) from error
    except ValueError as error:
        message = f"{name} is not TOML in UTF-8: {plain(str(error))}."
        raise PolicyError(message) from error


def _table(project: Path) -> dict[str, Any] | None:
    found = _read(project).get("tool", {}).get(TABLE)
    return found if isinstance(found, dict) else None


def _check(value: object, schema: Mapping[str, Any], name: str, at: tuple[str, ...]) -> None:
    """Check a value against the part of JSON Schema that `policy_schema` uses."""
    value = value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
    if "anyOf" in schema:  # a limit
        if value is not False and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            raise _wrong(name, at, "a number of at least 0, or false", value)
        return
    types: dict[str, type] = {"string": str, "array": list, "object": dict}
    expected = types[schema["type"]]
    if not isinstance(value, expected) or (value == "" and schema.get("minLength")):
        raise _wrong(name, at, {"string": "text", "array": "a list", "object": "a table"}[schema["type"]], value)
    if isinstance(value, str) and "enum" in schema and value not in schema["enum"]:
        hint = did_you_mean(value, schema["enum"])
        raise _wrong(name, at, f"one of {', '.join(schema['enum'][:8])}", value, hint)
    if isinstance(value, list):
        for place, item in enumerate(value, start=1):
            _check(item, schema["items"], name, (*at, str(place)))
    if isinstance(value, dict):
        _check_table(value, schema, name, at)


def _check_table(table: dict[str, Any], schema: Mapping[str, Any], name: str, at: tuple[str, ...]) -> None:
    known: Mapping[str, Any] = schema.get("properties", {})
    for key, item in table.items():
        if key not in known and schema["additionalProperties"] is False:
            message = f"{name}: {_dotted((*at, key))} is not known.{did_you_mean(key, known)}"
            raise PolicyError(message)
        _check(item, known.get(key, schema["additionalProperties"]), name, (*at, key))
    for key in schema.get("required", ()):
        if key not in table:
            message = f"{name}: {_dotted(at)} has no {key}. Each needs {', '.join(schema['required'])}."
            raise PolicyError(message)


def _wrong(name: str, at: tuple[str, ...], expected: str, value: object, hint: str = "") -> PolicyError:
    return PolicyError(f"{name}: {_dotted(at)} should be {expected}, got {quoted(str(value))}.{hint}")


def _dotted(at: tuple[str, ...]) -> str:
    return plain(".".join(at)) or "the file"


def _override(said: Mapping[str, Any]) -> Override:
    return Override(
        warning=said.get("warning"),
        error=said.get("error"),
        severity=said.get("severity"),
        splits={split: _override(inner) for split, inner in said.get("splits", {}).items()},
        classes={label: _override(inner) for label, inner in said.get("classes", {}).items()},
    )


def _waiver(said: Mapping[str, Any], name: str) -> Waiver:
    expires = said["expires"]
    try:
        day = expires if isinstance(expires, date) else date.fromisoformat(expires)
    except ValueError as error:
        raise _wrong(name, ("waivers", "expires"), "a day such as 2027-01-31", expires) from error
    return Waiver(
        rule=said["rule"], reason=said["reason"], expires=day, split=said.get("split"), label=said.get("class")
    )


def _lines(text: str) -> dict[str, int]:
    """Return code → the first line that speaks of it: TOML's own reader tells no lines."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if (header := _HEADER.match(line)) is not None:
            lines.setdefault(header[1], number)
    return lines
