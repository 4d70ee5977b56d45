"""The only place that knows `weights.pt`: a plain dict that `torch.load` reads without running code.

    format "imbalance-audit/weights" · version 1 · task · classes [str] · weight float32[C] · counts int64[C]
    prior float64[C] · implied_prior float64[C] · scheme · parameters {…} · normalisation · zero_count · ignore_index
    fingerprint · split str|None · ess · created_by
    pos_weight float32[C] (binary and multilabel only)
    groups [str] · group_weight float32[G,C] (group × class only)

Every list and tensor follows the order of `classes`. There are no other keys; the members of the archive are stored and
not compressed; `prior` is that of the counts, and `implied_prior` that of the prior and the weights.
"""

from __future__ import annotations

import io
import math
import sys
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import plain
from imbalance_audit.errors import MissingExtraError, WeightFileError
from imbalance_audit.files.own_kinds import WEIGHT_FILE
from imbalance_audit.files.staging import write_file
from imbalance_audit.files.weight_fields import WAY_OUT, Fields, broken, kind_of
from imbalance_audit.records import ClassWeights

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike

FORMAT = "imbalance-audit/weights"
VERSION = 1

_ZIP = b"PK\x03\x04"
_KEYS = frozenset(
    (
        "format", "version", "task", "classes", "weight", "counts", "prior", "implied_prior", "scheme", "parameters",
        "normalisation", "zero_count", "ignore_index", "fingerprint", "split", "ess", "created_by", "pos_weight",
        "groups", "group_weight",
    )
)  # fmt: skip


def save_weights(weights: ClassWeights, path: str | PathLike[str]) -> None:
    """Write a weight file in one step: a reader never meets half of it. The same weights give the same bytes.

    Raises:
        MissingExtraError: torch is not installed.
        OptionError: the path cannot be written.
        WeightFileError: the value could not be read back, because it was put together by hand.
    """
    write_file(path, dump_weights(weights), WEIGHT_FILE)


def dump_weights(weights: ClassWeights) -> bytes:
    """Return the bytes of a weight file.

    Raises:
        MissingExtraError: torch is not installed.
        WeightFileError: the value could not be read back, because it was put together by hand.
    """
    _need_torch("Writing a weight file")
    import torch

    content = _content(weights)
    _weights(content, "this value")
    # Through a buffer: torch.save names the archive inside after the path it is given.
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


def load_weights(path: str | PathLike[str]) -> ClassWeights:
    """Return the weights of a file, on the CPU. The weights are what the file holds: float32 values.

    Nothing in the file is ever run.

    Raises:
        MissingExtraError: torch is not installed.
        WeightFileError: there is no such file, or it is damaged, of another kind, or of a newer version.

    >>> from tempfile import NamedTemporaryFile
    >>> from imbalance_audit import class_weights, scan
    >>> with NamedTemporaryFile(suffix=".pt") as file:
    ...     class_weights(scan(["cat"] * 90 + ["lynx"] * 10)).save(file.name)
    ...     load_weights(file.name).classes
    ('cat', 'lynx')
    """
    _need_torch("Reading a weight file")
    shown = plain(str(path))
    return _weights(_unpickled(_bytes(Path(path), shown), shown), shown)


def _need_torch(what: str) -> None:
    try:
        import torch  # noqa: F401 -- only whether it can be imported
    except ModuleNotFoundError as error:
        raise MissingExtraError.of(what, extra="torch") from error


def _content(weights: ClassWeights) -> dict[str, Any]:
    import torch

    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "task": _text(weights.task),
        "classes": [_text(name) for name in weights.classes],
        "weight": torch.tensor(weights.weight, dtype=torch.float32, device="cpu"),
        "counts": torch.tensor(weights.counts, dtype=torch.int64, device="cpu"),
        "prior": torch.tensor(weights.prior, dtype=torch.float64, device="cpu"),
        "implied_prior": torch.tensor(weights.implied_prior, dtype=torch.float64, device="cpu"),
        "scheme": _text(weights.scheme),
        "parameters": {_text(name): _scalar(value) for name, value in sorted(weights.parameters.items())},
        "normalisation": _text(weights.normalisation),
        "zero_count": _text(weights.zero_count),
        "ignore_index": int(weights.ignore_index),
        "fingerprint": _text(weights.fingerprint),
        "split": None if weights.split is None else _text(weights.split),
        "ess": float(weights.ess),
        "created_by": _text(weights.created_by),
    }
    if weights.pos_weight is not None:
        content["pos_weight"] = torch.tensor(weights.pos_weight, dtype=torch.float32, device="cpu")
    if weights.group_weight is not None:
        content["groups"] = [_text(name) for name in weights.groups]
        content["group_weight"] = torch.tensor(weights.group_weight, dtype=torch.float32, device="cpu")
    return content


def _text(value: str) -> str:
    # Pickle writes an object once and refers back to it, so equal strings must be one object for equal bytes.
    return sys.intern(str(value))


def _scalar(value: float | int | str | bool | None) -> float | int | str | bool | None:
    return _text(value) if isinstance(value, str) else value


def _bytes(path: Path, shown: str) -> bytes:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        message = f"There is no weight file {shown}. {WAY_OUT}"
        raise WeightFileError(message) from error
    except IsADirectoryError as error:
        message = f"Expected a weight file, got the folder {shown}. Name the file in it."
        raise WeightFileError(message) from error
    except (OSError, ValueError) as error:
        message = f"Cannot read {shown}: {plain(str(error))}. Name a weight file that can be read."
        raise WeightFileError(message) from error
    if not raw:
        raise broken(shown, "a weight file", "an empty file")
    if not raw.startswith(_ZIP):
        got = "a bare pickle, which is never opened" if raw.startswith(b"\x80") else "a file that torch did not write"
        raise broken(shown, "a weight file", got)
    _refuse_packed(raw, shown)
    return raw


def _refuse_packed(raw: bytes, shown: str) -> None:
    """Refuse an archive that is damaged, or compressed: torch stores its members, and small ones may unpack to much."""
    # zipfile answers damage with many error types; torch reads what is damaged without a word.
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        members = archive.infolist()
        packed = any(one.compress_type != zipfile.ZIP_STORED or one.file_size > len(raw) for one in members)
        whole = packed or archive.testzip() is None
    except Exception as error:
        raise broken(shown, "a weight file", "a truncated or damaged file, or a zip archive of another kind") from error
    if packed:
        raise broken(shown, "a weight file as torch writes it", "an archive with a compressed member")
    if not whole:
        raise broken(shown, "a weight file", "a damaged file: a checksum in it does not fit")


def _unpickled(raw: bytes, shown: str) -> object:
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(io.BytesIO(raw), map_location="cpu", weights_only=True)
    # torch answers damage with half a dozen error types, from RuntimeError to KeyError and UnicodeDecodeError.
    except Exception as error:
        if "weights only" in str(error).lower():
            got = "a file with Python objects in it, which only running its code could rebuild; it was not run"
        else:
            got = "a truncated or damaged file, or a zip archive of another kind"
        raise broken(shown, "a weight file", got) from error


def _weights(content: object, shown: str) -> ClassWeights:
    fields = Fields(_checked_format(content, shown), shown)
    classes = fields.names("classes")
    fields.refuse_unknown(_KEYS)
    size = len(classes)
    weight = fields.numbers("weight", "float32", size)
    if not any(weight):
        raise broken(shown, '"weight" to hold a positive number', "zeros only")
    groups, group_weight = _groups(fields, size)
    weights = ClassWeights(
        classes=classes,
        weight=weight,
        counts=fields.numbers("counts", "int64", size),
        prior=fields.numbers("prior", "float64", size),
        implied_prior=fields.numbers("implied_prior", "float64", size),
        scheme=fields.text("scheme"),
        parameters=fields.parameters("parameters"),
        normalisation=fields.text("normalisation"),
        zero_count=fields.text("zero_count"),
        task=fields.task("task"),
        fingerprint=fields.text("fingerprint"),
        split=None if fields.value("split") is None else fields.text("split"),
        ess=fields.real("ess"),
        ignore_index=fields.integer("ignore_index"),
        pos_weight=fields.numbers("pos_weight", "float32", size) if "pos_weight" in fields.content else None,
        created_by=fields.text("created_by"),
        groups=groups,
        group_weight=group_weight,
    )
    for key, expected, got in _contradictions(weights):
        raise broken(shown, f'"{key}" to be {expected}', got)
    return weights


def _contradictions(weights: ClassWeights) -> Iterator[tuple[str, str, str]]:
    """Yield what cannot be, though every entry is of its kind: key, what is expected, what is there."""
    total = sum(weights.counts)
    if not total:
        yield "counts", "of at least one instance", "zeros only"
        return
    if not _close(weights.prior, [n / total for n in weights.counts]):
        yield "prior", "the shares of the counts", "others"
    seen = [share * weight for share, weight in zip(weights.prior, weights.weight, strict=True)]
    mass = math.fsum(seen)
    if not mass or not _close(weights.implied_prior, [share / mass for share in seen], within=1e-5):
        yield "implied_prior", "the shares that the prior and the weights give", "others"
    if not 0 < weights.ess <= total * (1 + 1e-6):
        yield "ess", f"above 0 and at most {total:,}, the instances", f"{weights.ess:g}"
    if weights.pos_weight is not None and weights.task == "multiclass":
        yield "pos_weight", "of a binary or multilabel task", "a multiclass one"


def _close(found: Sequence[float], wanted: Sequence[float], *, within: float = 1e-9) -> bool:
    return all(abs(one - other) <= within for one, other in zip(found, wanted, strict=True))


def _groups(fields: Fields, size: int) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...] | None]:
    if not {"groups", "group_weight"} & set(fields.content):
        return (), None
    groups = fields.names("groups")
    flat = fields.numbers("group_weight", "float32", len(groups), size)
    return groups, tuple(flat[at : at + size] for at in range(0, len(flat), size))


def _checked_format(content: object, shown: str) -> dict[str, Any]:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise broken(shown, f'a weight file (a dict whose "format" is "{FORMAT}")', kind_of(content))
    version = content.get("version")
    if type(version) is not int or version < 1:
        raise broken(shown, '"version" to be a positive integer', repr(version)[:80])
    if version > VERSION:
        message = (
            f"{shown} is of version {version} of the weight file; this program reads up to version {VERSION}. "
            "Update imbalance-audit, or write the file again with this version."
        )
        raise WeightFileError(message)
    return content
