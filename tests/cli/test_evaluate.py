"""`audit evaluate` in a real process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from imbalance_audit import class_weights, evaluate, scan
from imbalance_audit.decisions import decide, tune_decision
from imbalance_audit.files.audit import save_audit
from imbalance_audit.files.decision import load_decision, save_decision
from imbalance_audit.files.evaluation import dump_evaluation
from imbalance_audit.predictions.prediction_options import PredictionOptions
from imbalance_audit.predictions.reading import read_predictions

Run = Callable[..., "subprocess.CompletedProcess[str]"]

NAMES = ["cat", "dog", "fox"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two runs over the same rows, one of which knows the rare classes."""
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], [240, 45, 15])
    for name, lift in (("plain", 0.5), ("weighted", 3.0)):
        logits = rng.normal(size=(300, 3))
        logits[np.arange(300), truth] += np.where(truth == 0, 3.0, lift)
        pl.DataFrame({"id": np.arange(300), "species": [NAMES[at] for at in truth], "split": ["test"] * 300}).hstack(
            pl.DataFrame(logits, schema=[f"logit_{one}" for one in NAMES])
        ).sample(fraction=1, shuffle=True, seed=len(name)).write_parquet(tmp_path / f"{name}.parquet")
        pl.DataFrame({"species": truth, "logits": logits}).write_parquet(tmp_path / f"{name}_lists.parquet")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_runs_are_compared_and_gated(run: Run) -> None:
    done = run(
        "evaluate", "--run", "plain=plain.parquet", "--run", "weighted=weighted.parquet", "--id", "id", "--json", "-",
        "--require", "weighted:recall[fox]>=0.8", "--require", "recall[fox]>=0.8", "--resamples", "200", "--seed", "3",
    )  # fmt: skip

    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (found["resamples"], found["seed"]) == (200, 3)
    assert [one["met"] for one in found["requirements"]] == [True, False, True]
    verdicts = {one["metric"]: one["verdict"] for one in found["differences"]}
    assert verdicts["balanced_accuracy"] == "better"
    assert verdicts["recall[cat]"] == "noise"
    assert "not met by plain: recall[fox]>=0.8" in done.stderr


@pytest.mark.usefixtures("folder")
def test_a_finished_evaluation_can_be_gated_again(run: Run, tmp_path: Path) -> None:
    done = run(
        "evaluate", "weighted.parquet", "--json", "found.json", "--output-format", "json", "--require", "macro_f1>0.5"
    )

    again = run("evaluate", "found.json", "--json", "-", "--require", "macro_f1>=0.99")
    refused = run("evaluate", "found.json", "--json", "-", "--label", "species")

    assert (done.returncode, done.stderr) == (0, "wrote found.json\n")
    assert (tmp_path / "found.json").read_text() == done.stdout
    assert again.returncode == 1
    assert json.loads(again.stdout)["requirements"][0]["met"] is False
    assert refused.returncode == 2
    assert "its rows are judged" in refused.stderr


@pytest.fixture
def decision(folder: Path) -> Path:
    """Return a decision that the odd rows of the plain run were tuned on, and write what it makes of all of them."""
    frame = pl.read_parquet(folder / "plain.parquet").drop("split")
    part = pl.when(pl.col("id") % 2 == 1).then(pl.lit("val")).otherwise(pl.lit("test"))
    frame.with_columns(part=part).write_parquet(folder / "plain.parquet")
    odd = read_predictions(str(folder / "plain.parquet"), PredictionOptions(split="part", of_split="val"))
    logits = [f"logit_{name}" for name in odd.classes]
    found = tune_decision(frame.filter(pl.col("id") % 2 == 1).select(logits).to_numpy(), odd.truth, odd.classes)
    save_decision(found, folder / "decision.json")
    said = [found.classes[at] for at in decide(found, frame.select(logits).to_numpy()).predicted]
    frame.select("id", "species", predicted=pl.Series(said)).write_parquet(folder / "decided.parquet")
    return folder / "decision.json"


@pytest.mark.usefixtures("decision")
def test_a_decision_makes_the_classes_of_the_run_that_it_names(run: Run) -> None:
    done = run(
        "evaluate", "--run", "plain=plain.parquet", "--run", "tuned=plain.parquet", "--run", "told=decided.parquet",
        "--decision", "tuned=decision.json", "--id", "id", "--json", "-", "--resamples", "100",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    plain, tuned, told = json.loads(done.stdout)["runs"]
    assert tuned["metrics"]["macro_f1"] == told["metrics"]["macro_f1"]
    assert tuned["metrics"]["macro_f1"]["value"] > plain["metrics"]["macro_f1"]["value"]
    assert (plain["outputs"], tuned["outputs"]) == ("logits", "probabilities")
    assert not plain["notes"]
    assert any("a decision (argmax, tuned by" in note for note in tuned["notes"])


def test_one_decision_is_of_every_run_and_the_split_is_named_as_in_a_scan(run: Run, decision: Path) -> None:
    rest = ("--split", "part", "--of-split", "test", "--json", "-", "--resamples", "10")

    for_all = json.loads(run("evaluate", "plain.parquet", "--decision", "decision.json", *rest).stdout)
    by_name = evaluate(
        {"plain": decision.parent / "plain.parquet"},
        decision={"plain": load_decision(decision)},
        split="part",
        of_split="test",
        resamples=10,
    )

    own = json.loads(dump_evaluation(by_name))
    assert {**for_all["runs"][0], "path": ""} == {**own["runs"][0], "path": ""}
    assert for_all["rows"] == 150


@pytest.mark.usefixtures("decision")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plain.parquet", "--decision", "plane=decision.json"), 'the run "plane", which is not there. Did you mean'),
        (("plain.parquet", "--decision", "none.json"), "none.json"),
        (("plain.parquet", "--decision", "decision.json", "--decision", "plain=decision.json"), "got both"),
        (("decided.parquet", "--decision", "decision.json"), "logits or probabilities"),
        (("found.json", "--decision", "decision.json"), "its rows are judged"),
    ],
)
def test_a_decision_that_cannot_be_applied_ends_in_one_sentence(
    run: Run, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    (folder / "found.json").write_text('{"format": "imbalance-audit/evaluation"}')

    done = run("evaluate", *arguments, "--json", "-")

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_audit_and_the_weights_give_the_class_order_and_the_counts(run: Run, folder: Path) -> None:
    counts = {"cat": 600, "dog": 90, "fox": 10}
    audit = scan([name for name, n in counts.items() for _ in range(n)])
    save_audit(audit, folder / "audit.json")
    class_weights(audit).save(folder / "weights.pt")

    by_weights, by_audit = (
        run("evaluate", "plain_lists.parquet", *given, "--target", "data", "--json", "-", "--resamples", "10")
        for given in (("--weights", "weights.pt"), ("--audit", "audit.json"))
    )

    assert by_weights.stdout == by_audit.stdout
    found = json.loads(by_audit.stdout)
    assert [one["trained"] for one in found["runs"][0]["classes"]] == [*counts.values()]
    assert [one["region"] for one in found["runs"][0]["classes"]] == ["head", "medium", "few"]
    assert found["target"] == pytest.approx({name: n / 700 for name, n in counts.items()})


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate",), "one table of predictions, or several runs"),
        (("evaluate", "plane.parquet"), 'Did you mean "plain.parquet"'),
        (("evaluate", "plain_lists.parquet"), "--classes, --weights or --audit"),
        (("evaluate", "plain.parquet", "--require", "macro_f2>1"), 'Did you mean "macro_f1"'),
        (("evaluate", "plain.parquet", "--regions", "many"), "--regions HEAD,FEW"),
        (("render", "none.json"), "Cannot read none.json"),
    ],
)
def test_what_cannot_be_judged_ends_in_one_sentence(run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments, *(("--json", "-") if arguments[0] == "evaluate" else ()))

    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_table_without_rows_is_nothing_to_check(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("label,predicted\n")

    assert run("evaluate", "empty.csv", "--json", "-").returncode == 5


def test_an_evaluation_leaves_torch_and_pandera_unimported(folder: Path) -> None:
    code = (
        "import sys; from imbalance_audit import evaluate; evaluate('plain.parquet', resamples=2);"
        " print({'torch', 'pandera'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


def test_the_report_is_written_and_rendered_again(run: Run, folder: Path) -> None:
    pytest.importorskip("imbalance_audit.report.evaluation.evaluation_page")

    done = run("evaluate", "plain.parquet", "--out", "out", "--resamples", "50")
    first = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    again = run("render", "out/evaluation.json", "--out", "again")

    assert (done.returncode, again.returncode) == (0, 0)
    assert sorted(first) == ["evaluation.json", "report.html", "report.md"]
    assert (folder / "again" / "evaluation.json").read_bytes() == first["evaluation.json"]
