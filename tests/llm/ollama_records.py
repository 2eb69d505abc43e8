"""Ollama's records as its documentation has them."""

from datetime import UTC, datetime
from typing import Any

from tests.llm.text_sources import Counted

DETAILS = {"format": "gguf", "family": "llama", "parameter_size": "134.52M", "quantization_level": "Q4_1"}
_KEEP_S = {"s": 1, "m": 60, "h": 3600}


def listed(model: str) -> dict[str, Any]:
    return {
        "name": model,
        "model": model,
        "modified_at": "2026-01-01T00:00:00Z",
        "size": 91_739_413,
        "digest": "eb2c714d40d4" + 52 * "0",
        "details": DETAILS,
    }


def part(model: str, text: str, *, done: bool = False, thinking: str = "") -> dict[str, Any]:
    message = {"role": "assistant", "content": text} | ({"thinking": thinking} if thinking else {})
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {"model": model, "created_at": at, "message": message, "done": done}


def statistics(counted: Counted, cut: int | None, took_ns: int) -> dict[str, Any]:
    return {
        "done_reason": counted.finish,
        "total_duration": took_ns,
        "load_duration": 0,
        "prompt_eval_count": cut or counted.prompt_tokens,
        "prompt_eval_duration": took_ns // 10,
        "eval_count": counted.tokens,
        "eval_duration": took_ns - took_ns // 10,
    }


def seconds(keep_alive: str | float) -> float:
    """Ollama's ``keep_alive``: seconds, or a number with a unit; below zero is for ever."""
    if isinstance(keep_alive, str):
        keep_alive = float(keep_alive.rstrip("smh") or 0) * _KEEP_S.get(keep_alive[-1:], 1)
    return keep_alive if keep_alive >= 0 else 1e9
