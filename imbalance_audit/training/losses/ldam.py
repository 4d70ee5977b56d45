"""Label-distribution-aware margins, and the classifier whose logits are cosines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it
from torch import nn

from imbalance_audit.errors import OptionError
from imbalance_audit.training.losses.cross_entropy import weighted_cross_entropy_parts
from imbalance_audit.training.losses.softmax import PriorLoss
from imbalance_audit.training.losses.targets import class_dim, indices_only, prepared
from imbalance_audit.training.losses.weighted import class_vector, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from torch import Tensor

    from imbalance_audit.training.losses.reduction import Reduction
    from imbalance_audit.training.losses.softmax import SoftmaxOptions


class NormedLinear(nn.Module):
    """A classifier whose logits are cosines: z_c = ⟨x/‖x‖, w_c/‖w_c‖⟩, from -1 to 1, without a bias.

    LDAM needs it: a margin of 0.5 says nothing on logits of any size. At test time multiply by the loss's scale for
    probabilities.

    Args:
        in_features: The size of x, (…, in_features).
        out_features: C.

    Raises:
        OptionError: a size is not positive.

    >>> layer = NormedLinear(2, 3)
    >>> bool((layer(torch.randn(5, 2)).abs() <= 1 + 1e-6).all())
    True
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        if in_features < 1 or out_features < 1:
            message = f"Expected positive sizes, got in_features={in_features}, out_features={out_features}. Give both."
            raise OptionError(message)
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))

    def forward(self, features: Tensor) -> Tensor:
        """Return the cosines (…, C); 0 for features of all zeros."""
        return F.linear(F.normalize(features, dim=-1), F.normalize(self.weight, dim=-1))

    def extra_repr(self) -> str:
        """Return what `repr` shows between the brackets."""
        return f"in_features={self.weight.shape[1]}, out_features={self.weight.shape[0]}"


def ldam_margins(counts: Tensor | Sequence[float], max_margin: float = 0.5) -> Tensor:
    """Return Δ_c = K·n_c^-¼ as float64[C], with K such that the largest is `max_margin`.

    A class without a row has the largest margin and no part in K: n^-¼ = ∞ would make every other margin 0.

    Raises:
        OptionError: the counts are no vector of finite numbers from 0 up, or all 0, or the margin is negative.

    >>> ldam_margins([16, 1, 0]).tolist()
    [0.25, 0.5, 0.5]
    """
    most = number("max_margin", max_margin, least=0.0)
    class_vector("count", counts)
    n = torch.as_tensor(counts, dtype=torch.float64, device="cpu").detach()
    root = torch.where(n > 0, n, n[n > 0].min()) ** -0.25
    return most * root / root.max()


def ldam_parts(
    logits: Tensor,
    target: Tensor,
    margin: Tensor,
    weight: Tensor,
    *,
    scale: float = 30.0,
    **options: Unpack[SoftmaxOptions],
) -> tuple[Tensor, Tensor]:
    """Return (Σ w·ℓ, denominator) with ℓ = -log softmax(s·(z - Δ_y·1[c = y]))_y. The pure core of `LDAMLoss`.

    Shapes, options and errors are those of `weighted_cross_entropy_parts`; margin Δ is (C,), targets are indices.

    >>> margin = torch.tensor([0.0, 0.5])
    >>> ldam_parts(torch.zeros(1, 2), torch.tensor([1]), margin, torch.ones(2), scale=2.0)[0]  # log(1 + e)
    tensor(1.3133)
    """
    indices_only(target, "LDAM")
    logits, target = prepared(logits, target, margin.shape[0])
    dim = class_dim(logits)
    own = target.masked_fill(target == options.get("ignore_index", -100), 0)
    taken = margin.to(logits.dtype)[own].neg().unsqueeze(dim)
    with_margin = logits.scatter_add(dim, own.unsqueeze(dim), taken)
    return weighted_cross_entropy_parts(scale * with_margin, target, weight, **options)


class LDAMLoss(PriorLoss):
    """Cross-entropy with a margin that is larger for rarer classes: ℓ = -log softmax(s·(z - Δ_y·1[c = y]))_y.

    Δ_c = K·n_c^-¼, at most `max_margin`. z must be cosines, as `NormedLinear` gives. The paper starts the weights late:
    LDAM-DRW is `LDAMLoss.from_file(path, classes=…, weighted=True)` under `DeferredReweighting`.

    Source: Cao et al., NeurIPS 2019, arXiv 1906.07413.

    Args:
        counts: Training instances of each class in the order of the logits.
        max_margin: The largest margin.
        scale: s.
        weight: A weight for each class besides; 1 for None.
        options: `ignore_index`, `label_smoothing`, `smoothing`, `reduction` as in `WeightedCrossEntropy`.

    Raises:
        OptionError: an argument is none of these.

    >>> LDAMLoss([16, 1]).margin
    tensor([0.2500, 0.5000])
    """

    margin: Tensor

    def __init__(
        self,
        counts: Tensor | Sequence[float],
        *,
        max_margin: float = 0.5,
        scale: float = 30.0,
        weight: Tensor | Sequence[float] | None = None,
        **options: Unpack[SoftmaxOptions],
    ) -> None:
        margin = ldam_margins(counts, max_margin)
        super().__init__(len(margin), weight, **options)
        self.scale = number("scale", scale, least=0.0)
        self.keep("margin", margin, device=self.weight.device)

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return ldam_parts(
            logits, target, self.margin, self.weight, scale=self.scale, reduction=reduction, **self.shared
        )
