"""The embedded model: memory, time to the first token, and tokens per second against llama.cpp called directly.

    python -m benchmarks.generation_speed [--threads 2] [--tokens 200] [--repeat 7]

Both answer the same prompt with the same seed on the same loaded model, taking turns; medians count, and the ratio is
one of CPU time, as others may use the machine. What the product adds is a thread, a queue, progress, and the look at
stop and deadline with every token.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from driftium_core.llm.embedded import Embedded
from driftium_core.llm.port import Generation, GenerationOptions

PROMPT = "Tell a long story about a lighthouse keeper and the sea."


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and what it took."""

    first_ms: float
    took_ms: float
    tokens: int
    text: str
    cpu_s: float = 0.0


Run = Callable[[Embedded, GenerationOptions], Answer]


def _resident_mb() -> float:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _ours(embedded: Embedded, options: GenerationOptions) -> Answer:
    *_, record = embedded.stream(PROMPT, options, timeout_s=600, stopped=lambda: False)
    assert isinstance(record, Generation)
    return Answer(record.first_token_ms or 0.0, record.latency_ms, record.tokens or 0, record.text)


def _direct(embedded: Embedded, options: GenerationOptions) -> Answer:
    """The same by llama.cpp's own call, doing no more than to keep the pieces."""
    started_s = time.perf_counter()
    first_s: list[float] = []
    pieces: list[str] = []
    tokens: list[int] = []

    def take(chunk: dict[str, Any]) -> bool:
        for choice in chunk.get("choices", ()):
            piece = choice["delta"].get("content")
            if piece:
                if not first_s:
                    first_s.append(time.perf_counter())
                pieces.append(piece)
        if chunk.get("usage"):
            tokens.append(chunk["usage"]["completion_tokens"])
        return False

    request = {
        "messages": [{"role": "user", "content": PROMPT}],
        "max_tokens": options.max_tokens,
        "temperature": options.temperature,
        "seed": options.seed,
        "stream": True,
        "stream_options": {"include_usage": True},
        "cache_prompt": False,
    }
    embedded._server.handle_chat_completions(request, take)
    ended_s = time.perf_counter()
    return Answer(1000 * (first_s[0] - started_s), 1000 * (ended_s - started_s), tokens[-1], "".join(pieces))


RUNS: dict[str, Run] = {"driftium": _ours, "llama.cpp directly": _direct}


def _timed(run: Run, embedded: Embedded, options: GenerationOptions) -> Answer:
    started_s = time.process_time()
    return replace(run(embedded, options), cpu_s=time.process_time() - started_s)


def main() -> None:
    """Print memory, first tokens and speeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=7)
    asked = parser.parse_args()
    options = GenerationOptions(max_tokens=asked.tokens, temperature=0.7, seed=1)
    embedded = Embedded(None, threads=asked.threads)
    before_mb = _resident_mb()
    cold_ms = _ours(embedded, options).first_ms
    loaded_mb = _resident_mb()
    turns = [{name: _timed(run, embedded, options) for name, run in RUNS.items()} for _ in range(asked.repeat)]
    assert len({answer.text for turn in turns for answer in turn.values()}) == 1, "they wrote different texts"
    print(f"{embedded.model}, {asked.threads} cores allowed, medians of {asked.repeat} answers")
    print(f"model loaded: {loaded_mb - before_mb:.0f} MB more; first token with loading: {cold_ms / 1000:.2f} s")
    for name in RUNS:
        first_ms = median(turn[name].first_ms for turn in turns)
        speed = median(turn[name].tokens / turn[name].took_ms * 1000 for turn in turns)
        print(f"{name:20} first token {first_ms:5.0f} ms   {speed:6.1f} tokens per s, prompt included")
    ratio = median(turn["driftium"].cpu_s / turn["llama.cpp directly"].cpu_s for turn in turns)
    print(f"CPU time of driftium / llama.cpp directly: {ratio:.3f}")
    embedded.close()
    print(f"after closing: {_resident_mb() - before_mb:.0f} MB more than before")


if __name__ == "__main__":
    main()
