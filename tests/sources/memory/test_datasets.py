"""torch datasets: real ones of torch, and stand-ins that keep their labels where torchvision's keep theirs."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils.data import ConcatDataset, DataLoader, Dataset, IterableDataset, StackDataset, Subset, TensorDataset

from imbalance_audit.errors import SourceError
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read


class Stub(Dataset[Any]):
    """Has the given attributes, and fails when a sample is decoded."""

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)

    def __getitem__(self, index: int) -> Any:  # noqa: ANN401 -- never returns
        raise AssertionError

    def __len__(self) -> int:
        return 3


def named(labels: Labels) -> list[object]:
    raw = labels.frame.collect()["label"].to_list()
    return [None if label is None else labels.names.get(str(label), label) for label in raw]


@pytest.mark.parametrize(
    "attributes",
    [
        {"targets": [0, 1, 0]},
        {"targets": torch.tensor([0, 1, 0])},
        {"_labels": [0, 1, 0]},
        {"labels": torch.tensor([0, 1, 0]).numpy()},
        {"samples": [("a.jpg", 0), ("b.jpg", 1), ("c.jpg", 0)]},
        {"imgs": [("a.jpg", 0), ("b.jpg", 1), ("c.jpg", 0)]},
        {"_samples": [("a.jpg", 0), ("b.jpg", 1), ("c.jpg", 0)]},
        {"y": [0, 1, 0]},
    ],
    ids=str,
)
def test_labels_are_found_where_torchvision_keeps_them(attributes: dict[str, object]) -> None:
    labels = read(Stub(**attributes, classes=["cat", "dog"]))

    assert (named(labels), labels.classes, labels.kind) == (["cat", "dog", "cat"], ("cat", "dog"), "dataset")


def test_class_names_come_from_class_to_idx_too() -> None:
    assert read(Stub(targets=[0], class_to_idx={"dog": 1, "cat": 0})).classes == ("cat", "dog")


def test_synonyms_of_a_class_are_one_name() -> None:
    labels = read(Stub(targets=[0, 1], classes=[("crane",), ("crane", "lifting machine")]))

    assert labels.classes == ("crane", "crane, lifting machine")


def test_declared_classes_win_over_the_datasets() -> None:
    assert read(Stub(targets=[0], classes=["a"]), ReadOptions(classes=("b",))).names == {"0": "b"}


def test_minus_one_is_no_label_where_classes_are_declared() -> None:
    labels = read(Stub(labels=torch.tensor([-1, 0]).numpy(), classes=["cat"]))

    assert named(labels) == [None, "cat"]
    assert labels.notes == ("Labels of -1 read as no label: 1.",)
    assert named(read(Stub(labels=torch.tensor([-1, 0]).numpy()))) == [-1, 0]


def test_subsets_recurse_in_their_own_order() -> None:
    whole = Stub(targets=["a", "b", "c"])

    assert named(read(Subset(Subset(whole, [2, 1, 0]), [0, 0, 2]))) == ["c", "c", "a"]
    assert named(read(Subset(TensorDataset(torch.zeros(3), torch.tensor([4, 5, 6])), [2, 0]))) == [6, 4]


def test_concatenated_datasets_follow_each_other() -> None:
    joined: ConcatDataset[Any] = ConcatDataset([Stub(targets=[0]), Stub(labels=torch.tensor([1, 2]))])

    assert named(read(joined)) == [0, 1, 2]


def test_concatenated_datasets_with_other_classes_are_refused() -> None:
    joined: ConcatDataset[Any] = ConcatDataset([Stub(targets=[0], classes=["a"]), Stub(targets=[0], classes=["b"])])

    with pytest.raises(SourceError, match="one index means several"):
        read(joined)


def test_a_loader_gives_the_labels_of_its_dataset() -> None:
    labels = read(DataLoader(Stub(targets=[0, 1, 0]), batch_size=2))

    assert named(labels) == [0, 1, 0]
    assert labels.notes == ("Labels of the whole dataset, not of what its loader draws.",)


def test_multi_hot_tensors_and_celeba_are_multilabel() -> None:
    celeba = Stub(attr=torch.tensor([[1, 0], [1, 1]]), attr_names=["bald", "smiling", ""])

    labels = read(celeba)

    assert (named(labels), labels.task, labels.classes) == (
        ["bald", "bald", "smiling"],
        "multilabel",
        ("bald", "smiling"),
    )
    assert named(read(TensorDataset(torch.zeros(1), torch.tensor([[0.0, 1.0]])))) == ["1"]


def test_a_target_transform_leaves_a_note() -> None:
    assert "was not applied" in read(Stub(targets=[0], target_transform=str)).notes[0]


@pytest.mark.parametrize("paths", [["/data/a.xml"], ["a.png", "b.png"]])
def test_targets_that_are_files_are_refused(paths: list[str]) -> None:
    with pytest.raises(SourceError, match=r"Stub\.targets holds file names, such as \"a\.(xml|png)\", not labels"):
        read(Stub(targets=paths))


def test_nothing_is_iterated() -> None:
    class Endless(IterableDataset[Any]):
        def __iter__(self) -> Any:  # noqa: ANN401 -- never returns
            raise AssertionError

    for dataset in (Stub(), Endless(), Stub(targets=[{"boxes": 1}])):
        with pytest.raises(SourceError, match=r"keeps no labels in .* and it is not iterated"):
            read(dataset)


def test_folders_that_are_called_like_numbers_are_still_indices() -> None:
    labels = read(Stub(targets=[0, 1, 2, 1], classes=["1", "10", "2"]))

    assert named(labels) == ["1", "10", "2", "10"]


def test_a_class_of_the_users_own_datasets_module_is_not_the_librarys() -> None:
    own = type("Own", (Stub,), {"__module__": "datasets.own"})

    assert named(read(own(targets=[0, 1], classes=["cat", "dog"]))) == ["cat", "dog"]


def test_data_sets_side_by_side_are_not_laid_end_to_end() -> None:
    images, targets = TensorDataset(torch.tensor([5, 6])), TensorDataset(torch.tensor([0, 1]))

    with pytest.raises(SourceError, match="StackDataset lays data sets side by side"):
        read(StackDataset(images, targets))


def test_coco_detection_gives_the_categories_of_each_image() -> None:
    class Coco:
        def __init__(self) -> None:
            self.cats = {7: {"id": 7, "name": "dog"}, 3: {"id": 3, "name": "cat"}}
            self.imgToAnns = {2: [{"category_id": 7}, {"category_id": 3}], 5: [{"category_id": 7}]}

    labels = read(Stub(coco=Coco(), ids=[1, 2, 5]))

    assert (labels.classes, labels.task) == (("cat", "dog"), "multilabel")
    assert named(labels) == [None, "dog", "cat", "dog"]
