"""`weights.pt`: what it holds, and what is refused."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

import imbalance_audit.files.weights
from imbalance_audit.errors import MissingExtraError, OptionError, WeightFileError
from imbalance_audit.files.weights import load_weights, save_weights
from imbalance_audit.records import ClassWeights

if TYPE_CHECKING:
    from collections.abc import Callable

WEIGHTS = ClassWeights(
    classes=("cat", "lynx", "train"),
    weight=(0.111111111, 1.111111111, 13.333333333),
    counts=(900, 90, 10),
    prior=(0.9, 0.09, 0.01),
    implied_prior=(0.3, 0.3, 0.4),
    scheme="effective-number",
    parameters={"beta": 0.999},
    normalisation="data-mean",
    zero_count="error",
    task="multiclass",
    fingerprint="ab" * 32,
    split="train",
    ess=80.5,
    ignore_index=255,
    pos_weight=None,
    created_by="imbalance-audit 0.1.0",
)


@pytest.fixture
def content(tmp_path: Path) -> dict[str, Any]:
    """What a good file holds, to be spoilt."""
    save_weights(WEIGHTS, tmp_path / "good.pt")
    loaded: dict[str, Any] = torch.load(tmp_path / "good.pt")
    return loaded


def test_torch_loads_the_file_and_takes_its_weights_without_us(tmp_path: Path) -> None:
    WEIGHTS.save(tmp_path / "weights.pt")

    loss = nn.CrossEntropyLoss(weight=torch.load(tmp_path / "weights.pt")["weight"])

    assert loss(torch.zeros(2, 3), torch.tensor([0, 2])).item() == pytest.approx(1.0986123)


def test_the_file_holds_plain_values_under_the_documented_keys(content: dict[str, Any]) -> None:
    assert {key: value for key, value in content.items() if not isinstance(value, torch.Tensor)} == {
        "format": "imbalance-audit/weights",
        "version": 1,
        "task": "multiclass",
        "classes": ["cat", "lynx", "train"],
        "scheme": "effective-number",
        "parameters": {"beta": 0.999},
        "normalisation": "data-mean",
        "zero_count": "error",
        "ignore_index": 255,
        "fingerprint": "ab" * 32,
        "split": "train",
        "ess": 80.5,
        "created_by": "imbalance-audit 0.1.0",
    }
    assert {
        key: (value.dtype, value.tolist()) for key, value in content.items() if isinstance(value, torch.Tensor)
    } == {
        "weight": (torch.float32, torch.tensor(WEIGHTS.weight).tolist()),
        "counts": (torch.int64, [900, 90, 10]),
        "prior": (torch.float64, [0.9, 0.09, 0.01]),
        "implied_prior": (torch.float64, [0.3, 0.3, 0.4]),
    }


@pytest.mark.parametrize(
    "weights",
    [
        WEIGHTS,
        replace(WEIGHTS, task="binary", pos_weight=(1.0, 0.1, 7.0), split=None),
        replace(WEIGHTS, groups=("a", "b"), group_weight=((0.5, 1.0, 2.0), (4.0, 0.25, 0.0))),
        replace(WEIGHTS, parameters={}, classes=("猫", "a\x1b[0m\n", ""), ignore_index=-(2**40)),
        replace(
            WEIGHTS,
            parameters={"a": 1, "b": "x", "c": True, "d": None},
            counts=(2**62, 0, 1),
            prior=(1.0, 0.0, 2**-62),
            implied_prior=(1.0, 0.0, 120 * 2**-62),
        ),
    ],
)
def test_what_is_saved_is_loaded_with_weights_of_float32(tmp_path: Path, weights: ClassWeights) -> None:
    save_weights(weights, tmp_path / "weights.pt")

    loaded = load_weights(tmp_path / "weights.pt")

    narrow = tuple(torch.tensor(weights.weight, dtype=torch.float32).tolist())
    positive = weights.pos_weight and tuple(torch.tensor(weights.pos_weight, dtype=torch.float32).tolist())
    assert loaded == replace(weights, weight=narrow, pos_weight=positive)


def test_loading_and_saving_again_gives_the_same_bytes_under_any_name(tmp_path: Path) -> None:
    first, second = tmp_path / "weights.pt", tmp_path / "deep" / "other.bin"
    save_weights(WEIGHTS, first)

    save_weights(load_weights(first), second)

    assert first.read_bytes() == second.read_bytes()


def test_equal_strings_give_equal_bytes_whether_or_not_they_are_one_object(tmp_path: Path) -> None:
    # The split has the name of a class here; pickle writes one object once and equal objects twice.
    apart = replace(WEIGHTS, split="".join(["tr", "ain"]), classes=("cat", "lynx", "".join(["tra", "in"])))
    save_weights(WEIGHTS, tmp_path / "one.pt")

    save_weights(apart, tmp_path / "two.pt")

    assert (tmp_path / "one.pt").read_bytes() == (tmp_path / "two.pt").read_bytes()


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    code = f"""
import sys
from imbalance_audit.records import ClassWeights
{WEIGHTS!r}.save(sys.argv[1])
"""
    for hash_seed, name in (("1", "one.pt"), ("2", "two.pt")):
        command = [sys.executable, "-c", code, str(tmp_path / name)]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[2], env={"PYTHONHASHSEED": hash_seed})
    save_weights(WEIGHTS, tmp_path / "here.pt")

    assert len({(tmp_path / name).read_bytes() for name in ("one.pt", "two.pt", "here.pt")}) == 1


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    save_weights(WEIGHTS, tmp_path / "weights.pt")
    before = (tmp_path / "weights.pt").read_bytes()

    with pytest.raises(WeightFileError, match=r'"weight" to hold finite numbers from 0 up, got inf at index 0'):
        save_weights(replace(WEIGHTS, weight=(1e39, 1.0, 1.0)), tmp_path / "weights.pt")

    assert (tmp_path / "weights.pt").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["weights.pt"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OptionError, match="Cannot write"):
        save_weights(WEIGHTS, tmp_path / "file" / "weights.pt")


def test_without_torch_the_way_to_install_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)

    with pytest.raises(MissingExtraError, match=r"Writing a weight file .* pip install 'imbalance-audit\[torch\]'"):
        save_weights(WEIGHTS, tmp_path / "weights.pt")
    with pytest.raises(MissingExtraError, match="Reading a weight file"):
        load_weights(tmp_path / "weights.pt")


def test_importing_the_module_does_not_import_torch() -> None:
    code = "import sys, imbalance_audit.files.weights; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_file_without_its_way_to_be_read_is_refused(tmp_path: Path) -> None:
    save_weights(WEIGHTS, tmp_path / "good.pt")
    good = (tmp_path / "good.pt").read_bytes()
    bare = io.BytesIO()
    torch.save({"a": 1}, bare, _use_new_zipfile_serialization=False)
    for name, raw, said in (
        ("empty", b"", "expected a weight file, got an empty file"),
        ("page", b"<!doctype html><title>404</title>", "got a file that torch did not write"),
        ("text", b"0.1 0.2 0.3\n", "got a file that torch did not write"),
        ("noise", bytes(range(7, 250)) * 9, "got a file that torch did not write"),
        ("half", good[: len(good) // 2], "got a truncated or damaged file"),
        ("all-but-one", good[:-1], "got a truncated or damaged file"),
        ("zip", b"PK\x03\x04" + bytes(100), "got a truncated or damaged file"),
        ("legacy", bare.getvalue(), "got a bare pickle, which is never opened"),
        ("pickle", pickle.dumps([1.0, 2.0]), "got a bare pickle, which is never opened"),
    ):
        (tmp_path / name).write_bytes(raw)

        with pytest.raises(WeightFileError) as caught:
            load_weights(tmp_path / name)

        assert said in str(caught.value)
        assert str(caught.value).startswith(f"{tmp_path / name}: expected a weight file, got ")
        assert str(caught.value).endswith("Write one with `audit weights` or `class_weights(audit).save(path)`.")


def test_a_file_cut_anywhere_is_refused_and_never_a_torch_error(tmp_path: Path) -> None:
    save_weights(WEIGHTS, tmp_path / "good.pt")
    good = (tmp_path / "good.pt").read_bytes()

    for length in range(0, len(good), 97):
        (tmp_path / "cut.pt").write_bytes(good[:length])
        with pytest.raises(WeightFileError):
            load_weights(tmp_path / "cut.pt")


def test_no_such_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightFileError, match=r"There is no weight file .*nowhere\.pt"):
        load_weights(tmp_path / "nowhere.pt")
    with pytest.raises(WeightFileError, match="got the folder"):
        load_weights(tmp_path)
    with pytest.raises(WeightFileError, match="Cannot read"):
        load_weights("null\0byte.pt")


class Malice:
    """Pickles to a call that makes a file."""

    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.victim,)


def test_a_malicious_file_is_refused_and_not_run(tmp_path: Path, content: dict[str, Any]) -> None:
    victim = tmp_path / "made by malice"
    torch.save({**content, "extra": Malice(victim)}, tmp_path / "weights.pt")

    with pytest.raises(WeightFileError, match=r"Python objects in it.*it was not run"):
        load_weights(tmp_path / "weights.pt")

    assert not victim.exists()
    # The file is a real one: opened carelessly, it does what it is made for.
    torch.load(tmp_path / "weights.pt", weights_only=False)
    assert victim.exists()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (torch.ones(3), "got a Tensor"),
        (nn.Linear(2, 2).state_dict(), 'got a dict with the keys "weight", "bias"'),
        ({}, "got an empty dict"),
        ([1.0, 2.0], "got a list"),
        ({"format": "imbalance-audit/audit"}, 'got a dict with the keys "format"'),
    ],
)
def test_a_torch_file_of_another_kind_is_refused(tmp_path: Path, other: object, said: str) -> None:
    torch.save(other, tmp_path / "weights.pt")

    with pytest.raises(WeightFileError) as caught:
        load_weights(tmp_path / "weights.pt")

    assert said in str(caught.value)


def test_a_newer_version_asks_for_an_update(tmp_path: Path, content: dict[str, Any]) -> None:
    torch.save({**content, "version": 2}, tmp_path / "weights.pt")

    with pytest.raises(WeightFileError, match=r"is of version 2 .* up to version 1\. Update imbalance-audit"):
        load_weights(tmp_path / "weights.pt")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("version", "1", "\"version\" to be a positive integer, got '1'"),
        ("version", True, '"version" to be a positive integer, got True'),
        ("classes", ["cat", "lynx", "cat"], '"classes" to name each class once, got "cat" twice'),
        ("classes", ["cat", "lynx", 3], '"classes" to hold names only, got an int in it'),
        ("classes", ["cat", None, "x"], '"classes" to hold names only, got a NoneType in it'),
        ("classes", [], '"classes" to be a list of names, got an empty list'),
        ("classes", "cat", '"classes" to be a list of names, got a str'),
        (
            "weight",
            torch.ones(3, dtype=torch.float64),
            '"weight" to be float32[3], one number for each class, got float64[3]',
        ),
        ("weight", torch.ones(2), "got float32[2]"),
        ("weight", torch.ones(3, 1), "got float32[3, 1]"),
        ("weight", torch.tensor(1.0), "got float32[]"),
        ("weight", [1.0, 1.0, 1.0], "got a list"),
        ("weight", torch.tensor([1.0, float("nan"), 1.0]), "finite numbers from 0 up, got nan at index 1"),
        ("weight", torch.tensor([1.0, 1.0, float("inf")]), "got inf at index 2"),
        ("weight", torch.tensor([1.0, -1.0, 1.0]), "got -1.0 at index 1"),
        ("weight", torch.zeros(3), '"weight" to hold a positive number, got zeros only'),
        ("weight", torch.ones(3).to_sparse(), "got a nested or sparse tensor"),
        ("weight", torch.ones(3, device="meta"), "a tensor without values, on device meta"),
        ("counts", torch.tensor([1, 2, 3], dtype=torch.int32), '"counts" to be int64[3]'),
        ("counts", torch.tensor([1, -2, 3]), "got -2 at index 1"),
        ("prior", torch.ones(3), '"prior" to be float64[3]'),
        ("implied_prior", torch.full((3,), float("nan"), dtype=torch.float64), "got nan at index 0"),
        ("pos_weight", torch.ones(4), '"pos_weight" to be float32[3]'),
        ("pos_weight", None, "got a NoneType"),
        ("task", "regression", '"task" to be one of multiclass, binary, multilabel, got "regression"'),
        ("scheme", 3, '"scheme" to be text, got an int'),
        ("split", 3, '"split" to be text, got an int'),
        ("ess", float("nan"), '"ess" to be a finite float, got nan'),
        ("ess", 3, '"ess" to be a finite float, got an int'),
        ("ignore_index", 1.0, '"ignore_index" to be an integer, got a float'),
        ("parameters", [0.9], '"parameters" to be a dict, got a list'),
        ("parameters", {"beta": [0.9]}, '"parameters" to map names to numbers or text, got a list'),
    ],
)
def test_a_spoilt_entry_is_named(tmp_path: Path, content: dict[str, Any], key: str, value: object, said: str) -> None:
    torch.save({**content, key: value}, tmp_path / "weights.pt")

    with pytest.raises(WeightFileError) as caught:
        load_weights(tmp_path / "weights.pt")

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"groups": ["a", "b"]}, 'expected the key "group_weight", got a file without it'),
        ({"group_weight": torch.ones(2, 3)}, 'expected the key "groups", got a file without it'),
        ({"groups": ["a", "a"], "group_weight": torch.ones(2, 3)}, '"groups" to name each group once, got "a" twice'),
        (
            {"groups": ["a", "b"], "group_weight": torch.ones(3, 2)},
            '"group_weight" to be float32[2, 3], one number for each class in each group, got float32[3, 2]',
        ),
        ({"groups": ["a"], "group_weight": torch.tensor([[1.0, -1.0, 1.0]])}, "got -1.0 at index 1"),
    ],
)
def test_a_spoilt_table_of_groups_is_named(
    tmp_path: Path, content: dict[str, Any], entries: dict[str, Any], said: str
) -> None:
    torch.save({**content, **entries}, tmp_path / "weights.pt")

    with pytest.raises(WeightFileError) as caught:
        load_weights(tmp_path / "weights.pt")

    assert said in str(caught.value)


def test_each_missing_key_is_named(tmp_path: Path, content: dict[str, Any]) -> None:
    for key in set(content) - {"format", "version"}:
        torch.save({k: v for k, v in content.items() if k != key}, tmp_path / "weights.pt")

        with pytest.raises(WeightFileError, match=f'expected the key "{key}", got a file without it'):
            load_weights(tmp_path / "weights.pt")


def test_a_key_that_the_file_has_not_is_refused(tmp_path: Path, content: dict[str, Any]) -> None:
    torch.save({**content, "bin_edges": torch.ones(4)}, tmp_path / "weights.pt")

    with pytest.raises(WeightFileError, match='got "bin_edges" as well'):
        load_weights(tmp_path / "weights.pt")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("prior", [0.0, 0.0, 0.0]),
        ("prior", [2.0, 2.5, 2.5]),
        ("prior", [0.8, 0.19, 0.01]),
        ("prior", [1e308, 0.0, 0.0]),
        ("implied_prior", [0.4, 0.3, 0.3]),
    ],
)
def test_priors_follow_from_the_counts(key: str, value: list[float], content: dict[str, Any], tmp_path: Path) -> None:
    torch.save({**content, key: torch.tensor(value, dtype=torch.float64)}, tmp_path / "weights.pt")

    with pytest.raises(WeightFileError, match=f'"{key}" to be the shares'):
        load_weights(tmp_path / "weights.pt")


def test_a_nested_tensor_is_refused(content: dict[str, Any], tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nested tensors are a prototype of torch's
        nested = torch.nested.nested_tensor([torch.ones(1), torch.ones(2)])
    torch.save({**content, "weight": nested}, tmp_path / "weights.pt")

    with pytest.raises(WeightFileError):
        load_weights(tmp_path / "weights.pt")


def test_an_archive_that_unpacks_to_more_than_it_is_is_refused_unopened(tmp_path: Path) -> None:
    save_weights(WEIGHTS, tmp_path / "good.pt")
    with (
        zipfile.ZipFile(tmp_path / "good.pt") as good,
        zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for member in good.infolist():
            bomb.writestr(member.filename, good.read(member))
        bomb.writestr("good/data/99", bytes(10**7))

    with pytest.raises(WeightFileError, match="a compressed member"):
        load_weights(tmp_path / "bomb.pt")


def test_a_foreign_path_does_not_act_on_the_terminal() -> None:
    with pytest.raises(WeightFileError, match=r"no weight file a\\x1b\[31m\.pt"):
        load_weights("a\x1b[31m.pt")


def test_files_are_read_and_written_under_another_default_device(tmp_path: Path) -> None:
    with torch.device("meta"):
        save_weights(WEIGHTS, tmp_path / "weights.pt")
        loaded = load_weights(tmp_path / "weights.pt")

    assert loaded.counts == WEIGHTS.counts


def test_the_layout_in_the_module_names_every_key(content: dict[str, Any]) -> None:
    words = set((imbalance_audit.files.weights.__doc__ or "").replace("float32[C]", "").split())

    assert set(content) | {"pos_weight", "groups", "group_weight"} <= words
