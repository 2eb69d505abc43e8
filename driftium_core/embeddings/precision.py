"""Which arithmetic the encoder uses, decided without importing torch."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

__all__ = ["CPUINFO", "Precision", "choose_precision", "has_bf16"]

Precision = Literal["fp32", "bf16"]

CPUINFO = Path("/proc/cpuinfo")

_FLAGS = {"avx512_bf16", "amx_bf16"}
"""Names of the instructions in Linux's list; without them bf16 is emulated, and slower than fp32."""


def has_bf16(cpuinfo: Path = CPUINFO) -> bool:
    """Whether the CPU multiplies bf16 matrices in hardware; False where there is no such list (not Linux)."""
    try:
        with cpuinfo.open(encoding="utf-8", errors="replace") as lines:
            flags = next((line for line in lines if line.startswith("flags")), "")
    except OSError:
        return False
    return bool(_FLAGS & set(flags.split()))


def choose_precision(wanted: Literal["auto", "fp32", "bf16"] = "auto") -> Precision:
    """Return the precision that was asked for; ``auto`` is the faster one on this CPU.

    It is a property of the machine, so that vectors stored by one run can be used by the next.
    """
    if wanted != "auto":
        return wanted
    return "bf16" if has_bf16() else "fp32"
