"""Labels of torch `Dataset` objects, taken from their attributes. Nothing is iterated: that would decode the images.

Where torchvision keeps them: `.targets` (MNIST, CIFAR, ImageFolder), `._labels` (Food101, DTD, Pets), `.labels` (SVHN,
STL10), `.samples` / `._samples` / `.imgs` as pairs, `.y` (Caltech), `.attr` (CelebA, one-hot), `.coco` (CocoDetection).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from typing import Any

from imbalance_audit.display import quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.memory.hub_datasets import frame_of, is_hub_dataset
from imbalance_audit.sources.reading_options import ReadOptions

_ATTRIBUTES = ("targets", "_labels", "labels", "y")
_PAIRS = ("samples", "_samples", "imgs")
_FILE_SUFFIXES = frozenset(
    [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".xml", ".json", ".txt", ".mat", ".npy", ".npz"]
)
_WAY_OUT = (
    "Pass the labels themselves, such as scan([label for _, label in ...]) over a dataset that skips decoding, or a"
    " table with one row a sample."
)


@dataclass(frozen=True)
class Found:
    """What a dataset object says about its labels.

    Attributes:
        values: A list, or an array of one or two dimensions.
        classes: Its class names in index order.
        notes: What was odd.
    """

    values: Any
    classes: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def is_dataset(source: object) -> bool:
    """Return whether this is a torch dataset, a data loader, or shaped like one."""
    if any(base.__module__.startswith("torch.utils.data") for base in type(source).__mro__):
        return True
    plain_value = isinstance(source, Sequence | dict) or hasattr(source, "dtype")
    return not plain_value and any(hasattr(source, name) for name in (*_ATTRIBUTES, *_PAIRS))


def labels_of_dataset(dataset: Any) -> Found:  # noqa: ANN401 -- torch is not imported here
    """Return the labels that a dataset holds, in its own order.

    Raises:
        SourceError: it holds none that can be had without decoding its samples.
    """
    found = _search(dataset)
    transformed = getattr(dataset, "target_transform", None) is not None
    note = ("The dataset has a target_transform, which was not applied: these are the labels before it.",)
    return Found(found.values, found.classes, (*found.notes, *(note if transformed else ())))


def _search(dataset: Any) -> Found:  # noqa: ANN401 -- torch is not imported here
    if is_hub_dataset(dataset):
        frame, options, said = frame_of(dataset, ReadOptions())
        return Found(frame.collect()[options.label[0]].to_list(), said["classes"], said["notes"])
    if isinstance(getattr(getattr(dataset, "coco", None), "imgToAnns", None), dict):
        return _of_coco(dataset)
    own = _own(dataset)
    if own is not None:
        return Found(own, _classes(dataset))
    if hasattr(dataset, "batch_sampler") and hasattr(dataset, "dataset"):
        inner = _search(dataset.dataset)
        return Found(
            inner.values, inner.classes, (*inner.notes, "Labels of the whole dataset, not of what its loader draws.")
        )
    if hasattr(dataset, "indices") and hasattr(dataset, "dataset"):
        inner = _search(dataset.dataset)
        return Found(_taken(inner.values, dataset.indices), inner.classes, inner.notes)
    if hasattr(dataset, "datasets") and type(dataset).__name__ == "StackDataset":
        message = "A StackDataset lays data sets side by side, and which holds the labels is not known. Pass that one."
        raise SourceError(message)
    if hasattr(dataset, "datasets") and isinstance(dataset.datasets, Sequence):
        return _joined([_search(part) for part in dataset.datasets])
    tensors = getattr(dataset, "tensors", None)
    if isinstance(tensors, Sequence) and tensors:
        return Found(_target_of(tensors, dataset), _classes(dataset))
    if hasattr(dataset, "attr") and hasattr(dataset, "attr_names"):
        return Found(dataset.attr, tuple(name for name in dataset.attr_names if name))
    message = (
        f"{type(dataset).__name__} keeps no labels in .targets, .labels, .samples or .y, and it is not iterated, which"
        f" would decode every sample. {_WAY_OUT}"
    )
    raise SourceError(message)


def _target_of(tensors: Sequence[Any], dataset: object) -> Any:  # noqa: ANN401 -- torch is not imported here
    """Return the tensor of targets: the only one beside the inputs, which come first, or the only column among them."""
    rest = tensors[1:] or tensors
    columns = [tensor for tensor in rest if len(tensor.shape) == 1]
    for candidates in (rest, columns):
        if len(candidates) == 1:
            return candidates[0]
    message = (
        f"{type(dataset).__name__} holds {len(tensors)} tensors, and which one holds the labels is not known. Pass that"
        " one: dataset.tensors[1], say."
    )
    raise SourceError(message)


def _of_coco(dataset: Any) -> Found:  # noqa: ANN401 -- torch is not imported here
    """Return the categories of each image, in the order of `CocoDetection`: sorted by the image's id."""
    categories = {key: str(one["name"]) for key, one in sorted(dataset.coco.cats.items())}
    boxes = dataset.coco.imgToAnns
    found = [
        [categories.get(box["category_id"], str(box["category_id"])) for box in boxes.get(i, ())] for i in dataset.ids
    ]
    return Found(found, tuple(categories.values()))


def _own(dataset: Any) -> Any | None:  # noqa: ANN401 -- torch is not imported here
    for name in _ATTRIBUTES:
        values = getattr(dataset, name, None)
        if _is_column(values):
            _refuse_paths(values, name, dataset)
            return values
    for name in _PAIRS:
        pairs = getattr(dataset, name, None)
        if isinstance(pairs, Sequence) and not isinstance(pairs, str) and _all_pairs(pairs[:100]):
            values = [pair[1] for pair in pairs]
            _refuse_paths(values, name, dataset)
            return values
    return None


def _is_column(values: object) -> bool:
    if isinstance(values, Sequence) and not isinstance(values, str | bytes):
        return not any(isinstance(value, dict) for value in values[:100])
    return hasattr(values, "dtype") and len(getattr(values, "shape", ())) in (1, 2)


def _all_pairs(pairs: Sequence[Any]) -> bool:
    return bool(pairs) and all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in pairs)


def _refuse_paths(values: Any, name: str, dataset: object) -> None:  # noqa: ANN401 -- any column of values
    first = [value for value in values[:100] if isinstance(value, str | PurePath)]
    paths = [v for v in first if isinstance(v, PurePath) or PurePath(v).suffix.lower() in _FILE_SUFFIXES]
    if paths:
        message = (
            f"{type(dataset).__name__}.{name} holds file names, such as {quoted(PurePath(paths[0]).name)}, not labels."
            f" {_WAY_OUT}"
        )
        raise SourceError(message)


def _taken(values: Any, indices: Any) -> Any:  # noqa: ANN401 -- any column of values
    if isinstance(values, Sequence):
        return [values[int(i)] for i in indices]
    return values[list(map(int, indices))]


def _listed(values: Any) -> list[Any]:  # noqa: ANN401 -- any column of values
    return list(values.tolist() if hasattr(values, "tolist") else values)


def _joined(parts: Sequence[Found]) -> Found:
    """An index means the same class only where the parts declare the same classes."""
    if len({part.classes for part in parts}) > 1:
        message = (
            "The concatenated datasets declare different classes, so one index means several. Audit them one by one."
        )
        raise SourceError(message)
    values = list(chain.from_iterable(_listed(part.values) for part in parts))
    notes = tuple(dict.fromkeys(chain.from_iterable(part.notes for part in parts)))
    return Found(values, parts[0].classes if parts else None, notes)


def _classes(dataset: Any) -> tuple[str, ...] | None:  # noqa: ANN401 -- torch is not imported here
    """Return the names in index order; ImageNet declares a tuple of synonyms for each class."""
    classes = getattr(dataset, "classes", None)
    if isinstance(classes, Sequence) and not isinstance(classes, str) and classes:
        if all(isinstance(name, str) for name in classes):
            return tuple(classes)
        if all(isinstance(name, tuple) and all(isinstance(part, str) for part in name) for name in classes):
            return tuple(", ".join(name) for name in classes)
    indices = getattr(dataset, "class_to_idx", None)
    if isinstance(indices, dict) and sorted(indices.values()) == list(range(len(indices))):
        return tuple(sorted(indices, key=indices.__getitem__))
    return None
