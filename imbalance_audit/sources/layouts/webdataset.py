"""WebDataset: a sample as neighbouring members of a tar archive, such as `000017.jpg` beside `000017.cls`.

A member's key is its path up to the first dot in its base name, and what follows says what it holds. As for the loader,
members make one sample where they stand together: a key that comes again later is another sample.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.layouts.shards import find_shards, is_shard
from imbalance_audit.sources.layouts.tar import open_archive
from imbalance_audit.sources.places.folders import IMAGES, listing, not_special, path_texts
from imbalance_audit.sources.places.paths import shown_path
from imbalance_audit.sources.reading_progress import steps
from imbalance_audit.sources.tidying.column_roles import listed
from imbalance_audit.sources.tidying.tidy import Origin, tidy_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from imbalance_audit.records import Labels, ReadOptions
    from imbalance_audit.sources.layouts.shards import Shard
    from imbalance_audit.sources.layouts.tar import Archive, Member

    Label = str | list[str] | None

_DEFAULT = "cls"
_WHOLE = frozenset(("class", "cls", "cls2", "count", "id", "index", "inx"))
"""Members that webdataset decodes as whole numbers."""
_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")
_LARGEST = 2**24
"""Bytes of a member in which a label is looked for."""
_TABLES = (".arrow", ".csv", ".feather", ".jsonl", ".parquet", ".tsv")


class _Place(NamedTuple):
    """Where something stands, as an error says it."""

    shard: Shard
    member: Member

    def __str__(self) -> str:
        return f"{plain(self.shard.name)} at {quoted(self.member.name)}"


@dataclass
class _Samples:
    """What the shards hold, sample after sample.

    Attributes:
        ids: Shard and key.
        members: The label in a member of its own.
        fields: The label in the JSON member.
        splits: The split of each shard and its samples.
        kinds: How many samples have a member of a kind.
        keys: What the first JSON member says.
        nameless: Members whose name gives no key.
        apart: Samples whose key a sample before them in the shard has.
        endless: Shards without an end mark.
        joined: Shards with more behind it.
    """

    ids: list[str] = field(default_factory=list)
    members: list[Label] = field(default_factory=list)
    fields: list[Label] = field(default_factory=list)
    splits: list[tuple[str | None, int]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    keys: tuple[str, ...] = ()
    nameless: int = 0
    apart: int = 0
    endless: list[str] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)


def claims(paths: Sequence[Path]) -> bool:
    """Tell whether these are tar archives, a pattern of them, or folders that hold them and no table."""
    try:
        return all(_holds_shards(path) if path.is_dir() else is_shard(path.name) for path in paths)
    except (OSError, SourceError):
        return False


def read(paths: Sequence[Path], options: ReadOptions) -> Labels:
    """Return a row for each sample, in the order of the shards and of the samples in each.

    Raises:
        EmptySourceError: there are no samples.
        SourceError: a shard is damaged or cut off, or says nothing of a label.
    """
    path = shown_path([str(one) for one in paths])
    if len(options.label) > 1:
        message = "A sample in a shard has its label in one member. Pass one --label."
        raise SourceError(message)
    wanted = options.label[0] if options.label else None
    shards, notes = find_shards(paths)
    found = _Samples()
    for shard in shards:
        with open_archive(shard.path, shard.name) as archive:
            _read_shard(archive, shard, wanted, found)
    labels = _labels(found, wanted, path)
    frame, more = _frame(found, labels)
    images = any(f".{kind.rpartition('.')[2]}" in IMAGES for kind in found.kinds)
    origin = Origin(
        path=path,
        kind="webdataset",
        untyped=True,
        unit="image" if images else "row",
        notes=(*notes, *more),
    )
    return tidy_parts(frame, options, origin)


WEBDATASET = Layout(name="webdataset", claims=claims, read=read, heeds=frozenset({"classes", "label"}))


def _holds_shards(folder: Path) -> bool:
    top = listing(str(folder), keep=not_special)
    below = [
        listing(str(folder / name), keep=not_special).files
        for name in sorted(top.folders)[:64]
        if not name.startswith(".")
    ]
    names = [name.lower() for files in (top.files, *below) for name in files]
    return any(map(is_shard, names)) and not any(name.endswith(_TABLES) for name in names)


def _read_shard(archive: Archive, shard: Shard, wanted: str | None, found: _Samples) -> None:
    seen: set[str] = set()
    before = len(found.ids)
    for key, parts in groupby(steps(_parts(archive, found), "tar members"), key=itemgetter(0)):
        member_label: Label = None
        field_label: Label = None
        kinds: set[str] = set()
        for _, kind, member in parts:
            where = _Place(shard, member)
            if kind in kinds:
                message = f"{where} holds that member of one sample twice, where webdataset stops. Pack the shard anew."
                raise SourceError(message)
            kinds.add(kind)
            if kind == (wanted or _DEFAULT).lower():
                member_label = _member_label(kind, _read(archive, where), where)
            elif kind == "json" and (wanted is not None or not found.keys):
                document = _document(_read(archive, where), where)
                found.keys = found.keys or _keys(document)
                field_label = None if wanted is None else _field_label(document, wanted, where)
        found.kinds.update(kinds)
        found.apart += key in seen
        seen.add(key)
        found.ids.append(f"{shard.name}/{key}")
        found.members.append(member_label)
        found.fields.append(field_label)
    found.splits.append((shard.split, len(found.ids) - before))
    if not archive.ended:
        found.endless.append(shard.name)
    if archive.goes_on:
        found.joined.append(shard.name)


def _parts(archive: Archive, found: _Samples) -> Iterator[tuple[str, str, Member]]:
    """Yield the key, what follows it, and the member."""
    for member in archive:
        name = member.name
        if "/" not in name and name.startswith("__") and name.endswith("__"):
            continue
        base = name.rfind("/") + 1
        dot = name.find(".", base)
        if dot > base:
            yield name[:dot], name[dot + 1 :].lower(), member
        else:
            found.nameless += 1


def _read(archive: Archive, where: _Place) -> str:
    member = where.member
    if member.size > _LARGEST:
        message = f"{where} has {member.size:,} bytes, too many for a label. Pass the --label that names one."
        raise SourceError(message)
    try:
        return archive.read(member).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{where} is not UTF-8 text, so it is no label. Pass the --label that names one."
        raise SourceError(message) from error


def _member_label(kind: str, text: str, where: _Place) -> Label:
    """Return the label in a member of its own; an empty one is none."""
    label = text.rstrip("\r\n")
    if kind in _WHOLE and _INTEGER.fullmatch(label):
        return str(int(label))
    if len(label.splitlines()) > 1:
        message = f"{where} holds several lines, and a label is one. Pass the --label that names one."
        raise SourceError(message)
    return label or None


def _document(text: str, where: _Place) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"{where} is no JSON: {plain(str(error))}. Pack the shard anew."
        raise SourceError(message) from error


def _keys(document: object) -> tuple[str, ...]:
    return tuple(document) if isinstance(document, dict) else ()


def _field_label(document: object, key: str, where: _Place) -> Label:
    """Return what stands under the key, which may lead into nested objects: `meta.label`."""
    parts = [key] if isinstance(document, dict) and key in document else key.split(".")
    value = document
    for part in parts:
        value = value.get(part) if isinstance(value, dict) else None
    try:
        if isinstance(value, list):
            return [_scalar(one) for one in value if one is not None]
        return None if value is None else _scalar(value)
    except (TypeError, ValueError) as error:
        message = f"{where} holds under {quoted(key)} what is no label: text, a number, or a list of these is one."
        raise SourceError(message) from error


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise TypeError
    text = str(value)
    text.encode()
    return text


def _labels(found: _Samples, wanted: str | None, path: str) -> list[Label]:
    """Return the labels, from a member of that name or else from that key of the JSON members."""
    if not found.ids:
        message = f"{plain(path)} holds no samples: there is nothing to check."
        raise EmptySourceError(message)
    if found.kinds[(wanted or _DEFAULT).lower()]:
        return found.members
    if any(label is not None for label in found.fields):
        return found.fields
    commonest = sorted(found.kinds, key=lambda kind: (-found.kinds[kind], kind))
    kinds = ", ".join(f".{plain(kind)}" for kind in commonest[:8])
    keys = f" Keys of the first .json: {listed(found.keys)}." if found.keys else ""
    no = f"no member .{_DEFAULT}" if wanted is None else f"neither a member .{plain(wanted)} nor such a key"
    message = f"The samples of {plain(path)} have {no}. Members: {kinds}.{keys} Pass --label with one of them."
    raise SourceError(message)


def _frame(found: _Samples, labels: list[Label]) -> tuple[pl.LazyFrame, list[str]]:
    ids, escaped = path_texts(found.ids)
    if any(isinstance(label, list) for label in labels):
        lists = [[label] if isinstance(label, str) else label for label in labels]
        columns = {"label": pl.Series(lists, dtype=pl.List(pl.String)), "id": ids}
    else:
        columns = {"label": pl.Series(labels, dtype=pl.String), "id": ids}
    if any(split is not None for split, _ in found.splits):
        splits = [split for split, samples in found.splits for _ in range(samples)]
        columns["split"] = pl.Series(splits, dtype=pl.String)
    counts = (
        (found.nameless, "Members whose name gives no key left out, as webdataset does"),
        (found.apart, "Samples whose key stood before in their shard, which webdataset takes for samples of their own"),
        (escaped, "Keys that are not UTF-8 text, written with escapes in the ids"),
    )
    notes = [f"{sentence}: {count:,}." for count, sentence in counts if count]
    if found.endless:
        notes.append(f"Shards without an end mark, which may have been cut off: {listed(found.endless)}.")
    if found.joined:
        notes.append(f"Shards with more behind their end mark, which webdataset does not read: {listed(found.joined)}.")
    return pl.LazyFrame(columns), notes
