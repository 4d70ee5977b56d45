"""`audit weights` and `audit inspect` with every scheme, as a user meets them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import torch

from imbalance_audit.weights import SCHEMES
from tests.cli.conftest import Run

COSTS = ",cat,dog,fox\ncat,0,1,1\ndog,5,0,5\nfox,20,10,0\n"


@pytest.fixture
def grouped(tmp_path: Path) -> Path:
    """Return a table in which every cell of site and class has a row, and integers stand beside the names."""
    counts = {("cat", "x"): 40, ("cat", "y"): 20, ("dog", "x"): 10, ("dog", "y"): 30, ("fox", "x"): 5, ("fox", "y"): 5}
    rows = [(label, site) for (label, site), n in counts.items() for _ in range(n)]
    table = pl.DataFrame(rows, schema=["label", "site"], orient="row").with_row_index("id")
    ages = pl.col("label").replace_strict({"cat": 1, "dog": 2, "fox": 4}, return_dtype=pl.Int64)
    table.with_columns(age=ages).write_parquet(tmp_path / "rows.parquet")
    (tmp_path / "costs.csv").write_text(COSTS)
    (tmp_path / "prior.json").write_text('{"cat": 0.2, "dog": 0.3, "fox": 0.5}')
    return tmp_path / "rows.parquet"


OPTIONS = {
    "target-prior": ["--prior", "cat=0.2,dog=0.3,fox=0.5"],
    "cost-matrix": ["--costs", "costs.csv"],
    "group-label": ["--group", "site"],
    "group-label-balanced": ["--group", "site"],
    "lds": ["--label", "age", "--kernel", "triang", "--kernel-size", "3"],
    "effective-number": ["--beta", "0.9"],
    "power": ["--tau", "0.25", "--max-ratio", "1.2"],
    "enet": ["--enet-k", "1.1"],
    "log-smoothed": ["--mu", "0.5"],
    "balanced": ["--clip", "0.5,2"],
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_is_reached(run: Run, grouped: Path, scheme: str) -> None:
    options = OPTIONS.get(scheme, [])
    label = [] if "--label" in options else ["--label", "label"]

    made = run("weights", grouped.name, *label, "--scheme", scheme, *options)

    assert made.returncode == 0, made.stderr
    loaded = torch.load(grouped.parent / "weights.pt")
    assert loaded["scheme"] == scheme
    assert float(loaded["weight"].double() @ loaded["counts"].double()) / 110 == pytest.approx(1, rel=1e-6)
    assert ("group_weight" in loaded) == scheme.startswith("group-")
    assert "Design effect" in made.stdout


def test_a_file_of_groups_is_inspected_with_what_to_beware_of(run: Run, grouped: Path) -> None:
    made = run("weights", grouped.name, "--label", "label", "--group", "site", "--scheme", "group-label")

    shown = run("inspect", "weights.pt")

    assert shown.returncode == 0, shown.stderr
    assert shown.stdout == made.stdout
    assert "Groups" in shown.stdout


def test_a_prior_can_come_from_a_file(run: Run, grouped: Path) -> None:
    (grouped.parent / "prior.csv").write_text("class,share\nfox,0.5\ncat,0.2\ndog,0.3\n")
    common = ("weights", grouped.name, "--label", "label", "--scheme", "target-prior", "--prior")

    files = [
        run(*common, given, "-o", f"{at}.pt")
        for at, given in enumerate(("prior.csv", "prior.json", "cat=.2,dog=.3,fox=.5"))
    ]

    assert [done.returncode for done in files] == [0, 0, 0], files
    assert len({(grouped.parent / f"{at}.pt").read_bytes() for at in range(3)}) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--scheme", "target-prior"], "give prior (--prior)"),
        (["--scheme", "target-prior", "--prior", "cat=1"], 'lacks the classes "dog", "fox"'),
        (["--scheme", "target-prior", "--prior", "nowhere.csv"], "Cannot read the prior in nowhere.csv"),
        (["--scheme", "cost-matrix", "--costs", "nowhere.csv"], "Cannot read the costs in nowhere.csv"),
        (["--scheme", "cost-matrix", "--costs", "prior.json"], "Cannot read the costs in prior.json"),
        (["--scheme", "group-label"], "need a column of groups"),
        (["--scheme", "lds"], "bins of a regression target"),
        (["--clip", "0.1"], "clip is two positive numbers"),
        (["--clip", "a,b"], "Expected --clip LOW,HIGH"),
        (["--max-ratio", "0"], "max_ratio is a number from 1 up"),
        (["--per-sample", "s.parquet"], "name it with id (--id)"),
        (["--batch-size", "0"], "batch-size"),
    ],
)
def test_what_cannot_be_weighed_is_refused_in_a_sentence(
    run: Run, grouped: Path, options: list[str], said: str
) -> None:
    done = run("weights", grouped.name, "--label", "label", *options)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (grouped.parent / "weights.pt").exists()


def test_a_weight_for_each_sample_is_written_beside_the_file(run: Run, grouped: Path) -> None:
    done = run(
        "weights", grouped.name, "--label", "label", "--id", "id", "--group", "site", "--scheme", "group-label",
        "--per-sample", "s.parquet",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    written = pl.read_parquet(grouped.parent / "s.parquet")
    assert written["id"].to_list() == list(range(110))
    assert written["weight"].sum() == pytest.approx(110, rel=1e-6)
    assert done.stderr.splitlines() == ["wrote weights.pt", "wrote s.parquet"]


def test_an_audit_json_has_no_samples_to_weigh(run: Run, grouped: Path) -> None:
    run("scan", grouped.name, "--label", "label", "--json", "a.json")

    done = run("weights", "a.json", "--per-sample", "s.parquet")

    assert done.returncode == 2
    assert "needs the source itself" in done.stderr


def test_the_comparison_shows_every_scheme_and_writes_nothing(run: Run, grouped: Path) -> None:
    before = set(grouped.parent.iterdir())

    done = run("weights", grouped.name, "--label", "label", "--group", "site", "--compare", "--costs", "costs.csv")

    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in SCHEMES)
    assert "no line for lds" in done.stdout
    assert "no line for target-prior" in done.stdout
    assert "prefer logit adjustment" in done.stdout
    assert set(grouped.parent.iterdir()) == before
