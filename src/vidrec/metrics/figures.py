"""How figures are written: one number of decimals in every file under metrics/."""

DECIMALS = 4


def rounded(value: float) -> float:
    """`value` as metrics are stored."""
    return round(float(value), DECIMALS)
