"""REG: classes of boxes and pixels, by images too."""

from __future__ import annotations

from tests.rules.audits import audit_samples, of_rule


def test_boxes_are_judged_by_images_too() -> None:
    audit = audit_samples([["crowd"] * 500] + [["car"]] * 60 + [[]] * 100, unit="box")
    even = audit_samples([["crowd"], ["car"]] * 60, unit="box")

    assert of_rule(audit, "REG001")[0].message == '"crowd" has 500 boxes in 1 images'
    assert [(f.label, f.severity) for f in of_rule(audit, "REG002")] == [("crowd", "error")]
    assert of_rule(audit, "REG003")[0].rows == 100
    assert of_rule(audit, "LBL001") == []
    assert all(of_rule(even, code) == [] for code in ("REG001", "REG002", "REG003"))
