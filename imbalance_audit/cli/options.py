"""The options that several commands share, and how a source on the command line becomes an audit."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Signature, signature
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import typer

from imbalance_audit.cli.progress import progress
from imbalance_audit.display import plain
from imbalance_audit.errors import OptionError
from imbalance_audit.records import Audit, Labels, OrderRule

OutputFormat = Annotated[Literal["text", "json"], typer.Option(help="What is printed.")]

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE…",
        show_default=False,
        help="Files, a glob, a folder, an address (s3://…), an audit.json, or one pipeline file (.py that defines "
        "labels(); it is run). "
        "Each of several files takes its split from its name.",
    ),
]
Label = Annotated[
    list[str] | None,
    typer.Option(help="Label column, by name, position (-1) or key (meta.label). Repeat for one-hot columns."),
]
Split = Annotated[str | None, typer.Option(help="Column of splits.")]
Group = Annotated[str | None, typer.Option(help="Column of groups, such as site or patient.")]
Id = Annotated[str | None, typer.Option(help="Column that tells samples apart.")]
Weight = Annotated[str | None, typer.Option(help="Integer column of counts, for a table already counted.")]
Separator = Annotated[str | None, typer.Option(help="What joins several labels in one text, such as '|'.")]
Format = Annotated[str | None, typer.Option(help="File format, if the name does not tell.")]
Header = Annotated[bool, typer.Option("--header/--no-header", help="CSV has a header.")]
Extensions = Annotated[
    list[str] | None,
    typer.Option(
        help="File suffix that is a sample in a folder tree. Repeatable. [default: images]", show_default=False
    ),
]
FoldTags = Annotated[bool, typer.Option("--fold-tags", help="Count the token tags B-PER and I-PER as PER.")]
Classes = Annotated[
    str | None,
    typer.Option(help="Class names in training-index order: a,b,c or a text file with one a line."),
]
ClassOrder = Annotated[OrderRule | None, typer.Option(help="How classes are ordered.")]
Ignore = Annotated[list[str] | None, typer.Option(help="A label that is no class. Repeatable.")]
Config = Annotated[
    Path | None,
    typer.Option(help="Policy file. [default: audit.toml or [tool.imbalance-audit], found upward]", show_default=False),
]
KeepIds = Annotated[Path | None, typer.Option(help="Also write the ids, there (parquet), for `audit merge`.")]
Memory = Annotated[str, typer.Option(help="Most memory for checking ids, such as 500MB or 4GB.")]


class Read(NamedTuple):
    """An audit, and the labels that it counted; None where an audit.json was read, which holds counts and no rows."""

    audit: Audit
    labels: Labels | None


def read_of(
    sources: Sources,
    label: Label = None,
    split: Split = None,
    group: Group = None,
    id: Id = None,
    weight: Weight = None,
    separator: Separator = None,
    format: Format = None,
    header: Header = True,
    extensions: Extensions = None,
    fold_tags: FoldTags = False,
    classes: Classes = None,
    class_order: ClassOrder = None,
    ignore: Ignore = None,
    config: Config = None,
    memory: Memory = "2GB",
    keep_id_state: KeepIds = None,
) -> Read:
    """Return the audit of an audit.json or of a scan, judged under the policy in force, and the labels it counted.

    Raises:
        AuditError: it cannot be read, or reading options are given for an audit.json.
    """
    from imbalance_audit.rules.policy_file import load_policy
    from imbalance_audit.sources import ReadOptions, read

    policy = load_policy(config)
    options = ReadOptions(
        label=tuple(label or ()),
        split=split,
        group=group,
        id=id,
        weight=weight,
        separator=separator,
        format=format,
        header=header,
        extensions=tuple(extensions or ()),
        fold_tags=fold_tags,
        classes=None if classes is None else tuple(class_names(classes)),
    )
    if _holds_audit(sources, format):
        if options != ReadOptions() or any((class_order, ignore, keep_id_state)):
            message = (
                f"{plain(sources[0])} is an audit, its labels are counted; options of reading need the source itself."
            )
            raise OptionError(message)
        from imbalance_audit.auditing.judging import judge_again
        from imbalance_audit.files.audit import load_audit

        return Read(judge_again(load_audit(sources[0]), policy), None)
    from imbalance_audit.auditing.scanning import scan_labels
    from imbalance_audit.sources.places.remote import address_of, is_remote

    named = [address_of(source) if is_remote(source) else Path(source) for source in sources]
    with progress() as shown:
        labels = read(sources[0] if len(sources) == 1 else named, options)
        shown.doing("counting")
        scanned = scan_labels(
            labels,
            class_order=class_order,
            ignore=ignore or (),
            policy=policy,
            memory=bytes_of(memory),
            keep_ids=keep_id_state,
        )
    return Read(scanned.audit, scanned.labels)


@wraps(read_of)
def audit_of(**options: Any) -> Audit:  # noqa: ANN401 -- typer has checked them
    """Return the audit alone."""
    return read_of(**options).audit


def given(**providers: Callable[..., object]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that gives a command's parameters by what providers make of options of their own.

    The command then takes the options of its providers and its own, and several commands share a set of options that
    is written once. An option of a provider that the command names too is given to both.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        takes = {
            name: list(signature(provider, eval_str=True).parameters.values()) for name, provider in providers.items()
        }
        own = [p for name, p in signature(command, eval_str=True).parameters.items() if name not in providers]
        options = {p.name: p.replace(kind=p.KEYWORD_ONLY) for p in (*chain.from_iterable(takes.values()), *own)}
        parameters = list(options.values())

        def call(**values: object) -> None:
            made = {name: providers[name](**{p.name: values[p.name] for p in needs}) for name, needs in takes.items()}
            command(**made, **{p.name: values[p.name] for p in own})

        # typer reads a command's options off its signature and its annotations.
        call.__name__, call.__doc__ = command.__name__, command.__doc__
        call.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # -- read by inspect.signature
        call.__annotations__ = {p.name: p.annotation for p in parameters}
        return call

    return decorate


def colours(stream_is_terminal: bool) -> bool:
    """Return whether to colour: on a terminal, unless NO_COLOR says otherwise (no-color.org)."""
    return stream_is_terminal and not os.environ.get("NO_COLOR")


def say(text: str) -> None:
    """Tell on stderr what is not the result."""
    print(plain(text), file=sys.stderr)


def _holds_audit(sources: Sequence[str], format: str | None) -> bool:
    return len(sources) == 1 and sources[0].endswith(".json") and format is None and _is_audit(Path(sources[0]))


def bytes_of(text: str) -> int:
    """Return the bytes that a size such as 4GB stands for.

    Raises:
        OptionError: it is no size, or next to nothing.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?)B?\s*", text.upper())
    size = 0 if found is None else int(float(found[1]) * 1000 ** " KMGT".index(found[2] or " "))
    if size < 10**6:
        message = f"--memory should be at least 1MB, such as 500MB or 4GB, got {plain(text)}."
        raise OptionError(message)
    return size


def _is_audit(path: Path) -> bool:
    """Tell an audit.json from annotations and labels by its "format"; a missing file is an audit that is missing."""
    from imbalance_audit.sources.layouts.json_head import json_head

    return not path.exists() or json_head(path).keys.get("format", "").startswith('"imbalance-audit/')


def class_names(text: str) -> list[str]:
    """Return the class names that --classes gives: those of a text file, one a line, or those between commas.

    Raises:
        OptionError: the file cannot be read as text.
    """
    path = Path(text)
    try:
        names = path.read_text(encoding="utf-8").splitlines() if path.is_file() else text.split(",")
    except (OSError, UnicodeDecodeError) as error:
        message = f"Cannot read the class names in {plain(text)}: expected a UTF-8 text file with one name a line."
        raise OptionError(message) from error
    return [name for name in names if name] if path.is_file() else names
