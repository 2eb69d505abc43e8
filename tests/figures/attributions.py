"""Attributions made by hand, as the core gives them."""

from driftium_core.tabular.attribution_report import Attribution, ColumnAttribution, Root


def column(name, role, alone, held, chance=0.06, pvalue=0.5):
    """One drifted column and what is left of it."""
    return ColumnAttribution(name, role, alone, held, chance, pvalue)


SCOPE = "Among the 14 columns given; an association, not proof of cause."

ONE_ROOT = Attribution(
    roots=(Root("employment", "reweight", ("income", "loan_amount"), "share of employment = gig ×3"),),
    columns=(
        column("employment", "root", 0.74, 0.74),
        column("income", "explained", 0.82, 0.05),
        column("loan_amount", "explained", 0.51, 0.04),
        column("utilisation", "left_over", 0.33, 0.31, pvalue=0.0),
    ),
    unexplained=("utilisation",),
    summary="employment shifted; with its shift taken out, 2 of 3 other alarms vanish; utilisation stays.",
    scope_note=SCOPE,
)

TWO_ROOTS = Attribution(
    roots=(
        Root("age", "reweight", ("job",), "rows with age ≥ 35 are gone"),
        Root("balance", "measurement", (), "values shifted by −12 % at unchanged age and job"),
    ),
    columns=(
        column("age", "root", 0.6, 0.58),
        column("balance", "root", 0.2, 0.19),
        column("job", "explained", 0.4, 0.02),
        column("day", "too_weak", 0.03, 0.03),
    ),
    unexplained=(),
    summary="age shifted, and balance is measured otherwise.",
    scope_note=SCOPE,
)

NO_ROOT = Attribution(
    roots=(),
    columns=(),
    unexplained=(),
    summary="No column drifted, so there is nothing to attribute.",
    scope_note=SCOPE,
)
