"""One column of a report in full: distributions, both samples in words, categories, distances, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core.formats import fmt_effect, fmt_n, fmt_p, fmt_percent, fmt_value
from driftium_core.tabular.column_result import CategoryDistribution, ColumnResult, NumberDistribution
from pages.ui.widgets import card, chart, escape, prose, severity_badge, theme

if TYPE_CHECKING:
    from driftium_core.tabular.report import CompareSettings

__all__ = ["show_column"]


def show_column(column: ColumnResult, settings: CompareSettings, *, root: ColumnResult | None = None) -> None:
    """Draw one column: the chart first, then both samples in words, categories and distances.

    ``root`` is drawn below the chart: a root column that explains this one, or leaves it over.
    """
    with card("drill", column.column):
        st.markdown(_line(column, settings))
        _draw(column, "drill")
    if root is not None:
        with card("root-column", f"{root.column}, the root column"):
            _draw(root, "root-column")
    _show_categories(column)
    _show_samples(column)
    _show_distances(column)


def _line(column: ColumnResult, settings: CompareSettings) -> str:
    decisive, parts = column.decisive, [severity_badge(column.severity)]
    if decisive.pvalue is None:
        parts.append("not tested")
    else:
        p_name = "adjusted " if settings.correction == "bh" else ""
        parts += [f"effect {fmt_effect(decisive.effect_size)}", escape(decisive.method),
                  escape(p_name + fmt_p(column.decisive_pvalue_adjusted))]  # fmt: skip
    if column.decisive_shift:
        parts.append(f"**{escape(column.decisive_shift)}**")
    return f"{parts[0]} {' · '.join(parts[1:])}"


def _draw(column: ColumnResult, key: str) -> None:
    from driftium_core.figures.distributions import category_bars, overlay
    from driftium_core.figures.layout import empty_figure

    match column.distribution:
        case NumberDistribution() as distribution:
            figure = overlay(column.column, distribution, theme())
        case CategoryDistribution() as distribution:
            figure = category_bars(column.column, distribution, theme())
        case _:
            figure = empty_figure("Nothing to draw: this column is not compared by its values.", theme())
    chart(figure, key)


def _show_samples(column: ColumnResult) -> None:
    rows = [
        ("Values", fmt_n(column.value.n_reference), fmt_n(column.value.n_current)),
        ("Missing", fmt_percent(column.missing_reference), fmt_percent(column.missing_current)),
        ("Typical", column.reference_summary, column.current_summary),
    ]
    with card("samples", "Both samples"):
        st.dataframe(
            pd.DataFrame(rows, columns=["", "Reference", "Current"]),
            hide_index=True,
            alt=f"Counts, missing values and typical values of {column.column}",
        )
        if column.missing.pvalue is not None:
            st.caption(
                f"Values: effect {fmt_effect(column.value.effect_size)}, "
                f"{escape(fmt_p(column.value.pvalue))}. Missing against present: effect "
                f"{fmt_effect(column.missing.effect_size)}, {escape(fmt_p(column.missing.pvalue))}. Both uncorrected."
            )
        for note in (*column.value.notes, *column.notes):
            st.caption(prose(note))


def _show_categories(column: ColumnResult) -> None:
    sides = [
        ("New in current", column.new_categories, column.n_new_categories),
        ("Gone from reference", column.vanished_categories, column.n_vanished_categories),
    ]
    if not any(n for _, _, n in sides):
        return
    with card("categories", "Categories that only one side has"):
        for place, (words, names, n_names) in zip(st.columns(2), sides, strict=True):
            place.markdown(f"**{words}: {fmt_n(n_names)}**")
            if names:
                more = f"\n… and {fmt_n(n_names - len(names))} more" if n_names > len(names) else ""
                place.code("\n".join(names) + more, language=None, height=min(180, 34 + 22 * len(names)))


def _show_distances(column: ColumnResult) -> None:
    if not column.distances:
        return
    with card("distances", "Distances", "For those who know them; none has a p-value, and none decides."):
        frame = pd.DataFrame(
            [(name, fmt_value(distance)) for name, distance in column.distances.items()],
            columns=["Distance", "Value"],
        )
        st.dataframe(frame, hide_index=True, alt=f"Distances between both samples of {column.column}")
