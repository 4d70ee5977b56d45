"""Plain DDP: two ranks, their rows, and a resume with a StatefulDataLoader in a later epoch."""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader

from imbalance_audit.training import ClassSampler, PowerLaw, ValidationTally
from tests.training.integrations.programs.common import LABELS, Rows, answer


def rows_of(loader: DataLoader[object]) -> list[int]:
    return [row for batch in loader for row in batch["row"].tolist()]


def resumed(workers: int) -> dict[str, list[int]]:
    def loader() -> tuple[ClassSampler, StatefulDataLoader]:
        sampler = ClassSampler(LABELS, draw="cycle", num_samples=48).for_ddp()
        return sampler, StatefulDataLoader(Rows(), batch_size=4, sampler=sampler, num_workers=workers)

    sampler, running = loader()
    sampler.set_epoch(2)
    whole = rows_of(running)
    batches = iter(running)
    for _ in range(3):
        next(batches)
    state = running.state_dict()

    sampler, fresh = loader()
    fresh.load_state_dict(state)
    sampler.set_epoch(2)
    rest = rows_of(fresh)
    sampler.set_epoch(3)
    return {"whole": whole, "rest": rest, "next": rows_of(fresh)}


def recall() -> tuple[float | None, ...]:
    """Count a row on rank 0 alone, and two on each rank."""
    tally = ValidationTally(["cat", "dog", "lynx"])
    if dist.get_rank() == 0:
        tally.add(torch.tensor([1]), torch.tensor([0]))
    tally.add(torch.tensor([0, 1]), torch.tensor([0, dist.get_rank()]))
    tally.all_reduce("cpu")
    return tally.figures().recall


def main() -> None:
    dist.init_process_group("gloo")
    sampler = ClassSampler(LABELS, law=PowerLaw(q=1.0), draw="cycle").for_ddp()
    epochs = []
    for epoch in range(2):
        sampler.set_epoch(epoch)
        epochs.append(rows_of(DataLoader(Rows(), batch_size=4, sampler=sampler)))
    answer({"recall": recall(), "epochs": epochs, "workers 0": resumed(0), "workers 2": resumed(2)})
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
