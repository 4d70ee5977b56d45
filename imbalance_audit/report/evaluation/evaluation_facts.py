"""An evaluation in words: which run is best and by how much, what was required, how the figures were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.evaluation.arrangement import LEADING, region_spans, value, weakest
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit import metric_figures as metrics
from imbalance_audit.report.kit.metric_figures import metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import Confusion, Difference, Evaluation, Requirement, RunEvaluation, Verdict
    from imbalance_audit.report.evaluation.arrangement import EvaluationContents

Outcome = Literal["fail", "pass", "unchecked"]

MARKS: dict[Verdict, str] = {"better": "▲", "worse": "▼", "noise": "≈"}
"""The shape of a verdict; the word stands beside it."""

ARROWS = {"higher": "↑", "lower": "↓", None: ""}
"""Which way is better, beside the name of a metric."""

_COMPARED = 8
_BESIDE = ("balanced_accuracy", "macro_f1", "micro_f1", "accuracy", "worst_recall")
_PROBABILITIES = ("nll", "brier", "ece")


class Answer(NamedTuple):
    """A plain answer, and whether it is good news."""

    kind: Verdict | Literal["fact"]
    sentence: str


def outcome(requirements: Sequence[Requirement]) -> tuple[Outcome, str]:
    """Return whether what was required is met, in words.

    >>> outcome(())
    ('unchecked', 'Nothing was required')
    """
    failed, n = sum(not requirement.met for requirement in requirements), len(requirements)
    if not n:
        return "unchecked", "Nothing was required"
    if not failed:
        return "pass", "The requirement is met" if n == 1 else f"All {figures.count(n)} requirements are met"
    return (
        "fail",
        "The requirement is not met"
        if n == 1
        else f"{failed:,} of {n:,} requirements {'is' if failed == 1 else 'are'} not met",
    )


def observed(requirement: Requirement) -> str:
    """Return what a requirement was judged by, on the scale in which it is written."""
    return "not defined" if requirement.observed is None else figures.number(requirement.observed)


def condition(text: str, *, longest: int = 80) -> str:
    """Return what was required, a long label cut in its middle so that the limit stays.

    >>> condition("recall[" + "x" * 90 + "]>=0.5", longest=30)
    'recall[xxxxxxxxxxxx…xxxxx]>=0.5'
    """
    safe = plain(text)
    return safe if len(safe) <= longest else f"{safe[: longest - 11]}…{safe[-11:]}"


def level(confidence: float) -> str:
    """Return the level of intervals in per cent.

    >>> level(0.95), level(1 - 0.95), level(0.999)
    ('95 %', '5 %', '99.9 %')
    """
    return f"{figures.number(100 * confidence)} %"


def name(run: str) -> str:
    """Return a run's name, quoted for a sentence."""
    return quoted(run, longest=40)


def title(run: str) -> str:
    """Return a run's name as a heading."""
    safe = plain(run[:41])
    return safe if len(safe) <= 40 else safe[:39] + "…"


def answers(evaluation: Evaluation, contents: EvaluationContents) -> list[Answer]:
    """Return what the evaluation says, in sentences: which run is best, and what each changes against the first."""
    runs = evaluation.runs
    if not runs:
        return [Answer("fact", "No run was judged.")]
    found = [_alone(runs[0], contents)] if len(runs) == 1 else []
    found += _best(contents, evaluation.confidence) if len(runs) > 2 else []
    found += [_against(runs[0], run, contents, evaluation.confidence) for run in runs[1 : _COMPARED + 1]]
    left = len(runs) - 1 - _COMPARED
    found += [Answer("fact", f"{figures.counted(left, 'more run')} in evaluation.json.")] if left > 0 else []
    found += _weakest((contents.ranked or runs)[0], several=len(runs) > 1)
    # Which run is best may turn with the class shares.
    found += [Answer("fact", prior_line(evaluation))] if evaluation.target else []
    return found


def _alone(run: RunEvaluation, contents: EvaluationContents) -> Answer:
    keys = [key for key in (contents.leading, *_BESIDE, "nll") if key and value(run, key) is not None]
    parts = [f"{metric(key).name} {metrics.told(metric(key).unit, run.metrics[key])}" for key in dict.fromkeys(keys)]
    return Answer("fact", f"{name(run.name)}: {', '.join(parts) or 'no metric is defined'}.")


def _best(contents: EvaluationContents, confidence: float) -> list[Answer]:
    if contents.leading is None or len(contents.ranked) < 2:
        return []
    best, second = contents.ranked[:2]
    known = metric(contents.leading)
    lead = f"{name(best.name)} is best by {known.name}, {metrics.figure(known.unit, value(best, contents.leading))}"
    forward = contents.of(second.name, best.name, contents.leading)
    difference = forward or contents.of(best.name, second.name, contents.leading)
    if difference is None:
        return [Answer("fact", f"{lead}; {name(second.name)} follows.")]
    if difference.verdict == "noise":
        return [Answer("noise", f"{lead}, but {name(second.name)} follows within the noise.")]
    sure = f"{level(confidence)} interval"
    return [Answer("better", f"{lead}, and ahead of {name(second.name)} by more than noise ({sure} clear of 0).")]


def _against(first: RunEvaluation, run: RunEvaluation, contents: EvaluationContents, confidence: float) -> Answer:
    differences = contents.between.get((first.name, run.name), {})
    lead = next((key for key in (contents.leading, *LEADING) if key in differences), None)
    if lead is None:
        return Answer("fact", f"{name(run.name)} was not compared with {name(first.name)}.")
    told = differences[lead]
    sentence = _lead(told, confidence)
    rest = [_beside(differences[key]) for key in _BESIDE if key in differences and key != lead]
    probabilities = next((differences[key] for key in _PROBABILITIES if key in differences), None)
    rest += [_calibration(probabilities, first, run)] if probabilities else []
    return Answer(told.verdict, "; ".join([sentence, *rest]) + ".")


def _lead(difference: Difference, confidence: float) -> str:
    known, second, first = metric(difference.metric), name(difference.second), name(difference.first)
    size = metrics.change(known.unit, difference.change.value)
    # "Beats by" and "falls behind by" carry the sign, so that the interval is told without it.
    turned = difference.verdict != "noise" and (difference.change.value or 0) < 0
    interval = metrics.change_span(known.unit, metrics.negated(difference.change) if turned else difference.change)
    sure = f" ({level(confidence)} interval {interval})" if interval else ""
    points = " points" if known.unit == "share" else ""
    if difference.verdict == "noise":
        return f"{second} and {first} cannot be told apart by {known.name}: {size}{points}{sure}"
    verb = "beats" if difference.verdict == "better" else "falls behind"
    return f"{second} {verb} {first} by {size.lstrip('+−')}{points} of {known.name}{sure}"


def _beside(difference: Difference) -> str:
    known = metric(difference.metric)
    noise = " (noise)" if difference.verdict == "noise" else ""
    return f"{known.name} {metrics.change(known.unit, difference.change.value)}{noise}"


def _calibration(difference: Difference, first: RunEvaluation, run: RunEvaluation) -> str:
    known, key = metric(difference.metric), difference.metric
    word = "the same within the noise" if difference.verdict == "noise" else difference.verdict
    now, before = (metrics.figure(known.unit, value(side, key)) for side in (run, first))
    return f"probabilities {word} ({known.name} {now} against {before})"


def _weakest(run: RunEvaluation, *, several: bool) -> list[Answer]:
    lowest = weakest(run)[:1]
    if not lowest:
        return []
    score = lowest[0]
    trained = f" and {figures.counted(score.trained, 'row')} in training" if score.trained is not None else ""
    where = f" under {name(run.name)}" if several else ""
    sentence = (
        f"The class that fares worst{where} is {quoted(score.label)}: recall "
        f"{metrics.told('share', score.recall)}, with {figures.counted(score.support, 'row')}{trained}."
    )
    return [Answer("fact", sentence)]


def confusion_line(confusion: Confusion, support: int | None) -> str:
    """Return what was taken for what, and how often.

    >>> from imbalance_audit.records import Confusion
    >>> confusion_line(Confusion("lynx", "cat", 31, 0.62, 310.0), 50)
    '"lynx" taken for "cat": 31 of 50 rows (62.0 %), cost 310'
    """
    names = f"{quoted(confusion.truth)} taken for {quoted(confusion.predicted)}"
    return f"{names}: {confusion_parts(confusion, support)}"


def confusion_parts(confusion: Confusion, support: int | None) -> str:
    """Return how often a confusion occurs, of how many rows of the class, and what it costs."""
    whole = f" of {figures.count(support)}" if support is not None else ""
    cost = f", cost {metrics.figure('cost', confusion.cost)}" if confusion.cost is not None else ""
    noun = "row" if (support or confusion.rows) == 1 else "rows"
    return f"{figures.count(confusion.rows)}{whole} {noun} ({figures.share(confusion.share)}){cost}"


def verdict_line(difference: Difference) -> str:
    """Return a difference with its interval and its verdict in shape and word."""
    known = metric(difference.metric)
    interval = metrics.change_span(known.unit, difference.change)
    sure = f" ({interval})" if interval else ""
    return (
        f"{MARKS[difference.verdict]} {metrics.change(known.unit, difference.change.value)}{sure} {difference.verdict}"
    )


def prior_line(evaluation: Evaluation) -> str:
    """Return under which class shares the probabilities were judged."""
    if not evaluation.target:
        return "Probabilities and costs are judged as they come, under the class shares of the judged rows themselves."
    commonest = sorted(evaluation.target.items(), key=lambda entry: -entry[1])
    listed = ", ".join(f"{quoted(label, longest=30)} {figures.share(part)}" for label, part in commonest[:5])
    left = len(commonest) - 5
    more = f" and {figures.counted(left, 'more class', 'more classes')}" if left > 0 else ""
    return f"Probabilities and costs are judged under the prior that was asked for: {listed}{more}."


def method_lines(evaluation: Evaluation, contents: EvaluationContents) -> list[str]:
    """Return how the figures were made, a sentence each."""
    split = f"split {quoted(evaluation.split, longest=40)}" if evaluation.split is not None else "all splits together"
    drawn = figures.counted(evaluation.resamples, "resample")
    lines = [
        f"Judged: {figures.counted(evaluation.rows, 'row')} of {split}, the same ones in every run.",
        f"Intervals are at {level(evaluation.confidence)}: Wilson's for shares of rows (accuracy, precision, recall), "
        "all else by a bootstrap over the rows. Where none is shown, none was computed.",
        f"Drawn: {drawn} from the seed {evaluation.seed}. The same files and options give the same figures.",
    ]
    if len(evaluation.runs) > 1:
        lines.append(
            "A difference is second run minus first, on the same rows, by a paired bootstrap; of the recall of a class "
            "by the interval of Bonett and Price. Where the interval holds 0 it is called noise. Of differences that "
            f"are none, about {level(1 - evaluation.confidence)} are still clear of 0, by luck."
        )
    spans = region_spans(contents)
    if spans:
        held = ", ".join(f"{region} ({words})" for region, words in spans.items())
        lines.append(f"Regions by training counts: {held}.")
    return [*lines, prior_line(evaluation)]


def run_line(run: RunEvaluation) -> str:
    """Return a run's file and what it holds."""
    return f"{name(run.name)}: {plain(run.path)[:300]}, {run.outputs}, {figures.counted(run.rows, 'row')}"


def notes(evaluation: Evaluation) -> list[str]:
    """Return what was odd, of the whole and of each run; foreign text, to be escaped."""
    own = [f"{name(run.name)}: {note}" for run in evaluation.runs for note in run.notes]
    return [note[:800] for note in (*evaluation.notes, *own)]


def glossary(contents: EvaluationContents) -> list[tuple[str, str]]:
    """Return (name, meaning) of each metric that is shown, and of those of a class."""
    of_runs = [(metric(key), ARROWS[metric(key).better]) for key in contents.metrics]
    of_classes = [(known, ARROWS[known.better]) for key, known in metrics.CLASS_METRICS.items() if key in _SHOWN]
    return [
        (f"{known.name[:1].upper()}{known.name[1:]} {arrow}".rstrip(), known.meaning)
        for known, arrow in (*of_runs, *of_classes)
        if known.meaning
    ]


_SHOWN = ("recall", "precision", "f1")
