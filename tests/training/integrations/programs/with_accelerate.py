"""Accelerate on two ranks: the rows they get, a resume in mid-epoch, and stratified batches."""

from __future__ import annotations

from accelerate import Accelerator
from torch.utils.data import DataLoader

from imbalance_audit.training import ClassSampler, PowerLaw, StratifiedSampler
from imbalance_audit.training.integrations.accelerate import resumed
from tests.training.integrations.programs.common import LABELS, Rows, answer


def rows_of(loader: DataLoader[object]) -> list[list[int]]:
    return [batch["row"].tolist() for batch in loader]


def main() -> None:
    accelerator = Accelerator(cpu=True)

    def prepared(sampler: ClassSampler | StratifiedSampler) -> DataLoader[object]:
        loader: DataLoader[object] = accelerator.prepare(DataLoader(Rows(), batch_size=4, sampler=sampler))
        return loader

    def even() -> ClassSampler:
        return ClassSampler(LABELS, law=PowerLaw(q=1.0), draw="cycle").for_accelerate()

    loader = prepared(even())
    epochs = []
    for epoch in range(3):
        loader.set_epoch(epoch)  # type: ignore[attr-defined]  # -- a prepared loader
        epochs.append(rows_of(loader))
    rest = rows_of(resumed(prepared(even()), epoch=2, batches=2))
    stratified = rows_of(prepared(StratifiedSampler(LABELS, batch_size=4).for_accelerate()))
    answer({"epochs": epochs, "rest": rest, "stratified": stratified})


if __name__ == "__main__":
    main()
