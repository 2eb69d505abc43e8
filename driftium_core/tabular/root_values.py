"""What is known of a root when it is put into words, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from driftium_core.formats import fmt_name
from driftium_core.tabular.attribution_report import GoneRange, RootAction
from driftium_core.tabular.column_result import ColumnKind

__all__ = ["RootValues", "RootWords"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RootValues:
    """Values of a root.

    Attributes
    ----------
    column : str
    kind : ColumnKind
        Text, identifiers and points in time are told by their missing values alone.
    reference, current : Series
        All rows: what is said to be gone is gone from all of them.
    sample, weights : Series and float array
        Reference rows, and their weights with the other roots held; a shift of values is told against these.
    aside : bool
        The column moved alone.
    held : tuple of str
        The other roots that are held.
    unchanged : tuple of str
        Columns that did not move, but would have if rows had been selected by these values.
    """

    column: str
    kind: ColumnKind
    reference: pd.Series[Any]
    current: pd.Series[Any]
    sample: pd.Series[Any]
    weights: npt.NDArray[np.float64]
    aside: bool
    held: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The column as it is written."""
        return fmt_name(self.column)

    @property
    def action(self) -> RootAction:
        """What the search took the root for."""
        return "measurement" if self.aside else "reweight"

    @property
    def mix_action(self) -> RootAction:
        """What a mere change of shares is: another mix of rows, unless other columns rule that out."""
        return "measurement" if self.aside and self.unchanged else "reweight"


@dataclass(frozen=True, slots=True)
class RootWords:
    """A description without a full stop, the action that fits it, and where numbers are gone.

    A column that nothing else depends on may have been filtered or measured in another way; where its values say
    which, the action follows them. ``held``: it is told against the reference with the other roots held.
    """

    description: str
    action: RootAction
    gone: GoneRange = ""
    held: bool = False
