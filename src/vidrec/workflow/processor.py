"""What the processor can do."""


def computes_bf16() -> bool | None:
    """x"""
    return None
