"""The features of a Hugging Face data set, and the class names that they declare.

Both spellings are read: that of files (`{"label": {"_type": "ClassLabel", "names": […]}}`), which stands in parquet and
Arrow metadata, `dataset_info.json` and `dataset_infos.json`, and that of a data set card, which is YAML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_WRAPPERS = ("dtype", "list", "sequence", "large_list", "struct")
"""The keys of a card below which a feature's own description stands."""


def features_in(metadata: str) -> Mapping[str, Any] | None:
    """Return the features in the `huggingface` metadata of a parquet or Arrow file; None where there are none."""
    try:
        features = json.loads(metadata)["info"]["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return features if isinstance(features, Mapping) else None


def features_of_card(features: object) -> Mapping[str, Any]:
    """Return the features of a data set card, spelled as in files as far as class names are concerned.

    >>> features_of_card([{"name": "label", "dtype": {"class_label": {"names": {"0": "cat", "1": "dog"}}}}])
    {'label': {'_type': 'ClassLabel', 'names': ['cat', 'dog']}}
    """
    spelled = _of_card(features)
    return spelled if isinstance(spelled, Mapping) else {}


def class_names(features: Mapping[str, Any], column: str) -> tuple[str, ...] | None:
    """Return the names of the classes of a column in index order, also of one that holds lists of classes.

    `"objects.category"` is the key `category` inside `objects`, unless a column has that very name.

    >>> class_names({"tags": {"_type": "List", "feature": {"_type": "ClassLabel", "names": ["a", "b"]}}}, "tags")
    ('a', 'b')
    """
    keys = (column,) if column in features else tuple(column.split("."))
    found: object = features
    for key in keys:
        inner = _inside(found)
        if not isinstance(inner, Mapping) or key not in inner:
            return None
        found = inner[key]
    found = _inside(found)
    names = found.get("names") if isinstance(found, Mapping) and found.get("_type") == "ClassLabel" else None
    if not isinstance(names, Sequence) or isinstance(names, str) or not names:
        return None
    return tuple(str(name) for name in names)


def _inside(feature: object) -> object:
    """Walk down through lists: `List`, `LargeList` and `Sequence` hold a feature, older files write `[feature]`."""
    while True:
        if isinstance(feature, list) and len(feature) == 1:
            feature = feature[0]
        elif isinstance(feature, Mapping) and isinstance(feature.get("_type"), str) and "feature" in feature:
            feature = feature["feature"]
        else:
            return feature


def _of_card(entry: object) -> object:
    if isinstance(entry, list):
        named = [one for one in entry if isinstance(one, Mapping) and isinstance(one.get("name"), str)]
        return {one["name"]: _of_card({key: value for key, value in one.items() if key != "name"}) for one in named}
    if not isinstance(entry, Mapping):
        return entry
    if isinstance(entry.get("class_label"), Mapping):
        return {"_type": "ClassLabel", "names": _in_order(entry["class_label"].get("names"))}
    return next((_of_card(entry[key]) for key in _WRAPPERS if key in entry), None)


def _in_order(names: object) -> list[str] | None:
    """Return the names of a card, which are a list, or keyed by their index."""
    if isinstance(names, list):
        return [str(name) for name in names]
    if not isinstance(names, Mapping):
        return None
    numbered = {str(index): str(name) for index, name in names.items()}
    wanted = [str(index) for index in range(len(numbered))]
    return [numbered[index] for index in wanted] if set(wanted) == numbered.keys() else None
