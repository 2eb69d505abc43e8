"""Lines as Ollama, OpenAI's interfaces and programs around them write them: what is read of each."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from driftium_core.collect.open import open_source
from driftium_core.logs import read_log
from driftium_core.origin import FileOrigin

CHAT = {
    "id": "chatcmpl-9",
    "object": "chat.completion",
    "created": 1711652795,
    "model": "gpt-4o-mini",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 22, "completion_tokens": 2, "total_tokens": 24},
}
RESPONSE = {
    "id": "resp_6",
    "object": "response",
    "created_at": 1711652795,
    "status": "completed",
    "error": None,
    "model": "gpt-4.1",
    "output": [
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {
            "type": "message",
            "id": "msg_6",
            "role": "assistant",
            "content": [
                {"type": "output_text", "text": "Once upon", "annotations": []},
                {"type": "output_text", "text": "a time"},
            ],
        },
    ],
    "usage": {"input_tokens": 36, "output_tokens": 87, "total_tokens": 123},
}
OLLAMA_CHAT = {
    "model": "smollm:135m",
    "created_at": "2024-03-28T19:06:35Z",
    "message": {"role": "assistant", "content": "Hello."},
    "done": True,
    "total_duration": 4883583458,
    "prompt_eval_count": 22,
    "eval_count": 2,
}
OLLAMA_GENERATE = {key: value for key, value in OLLAMA_CHAT.items() if key != "message"} | {
    "response": "Hello.",
    "context": [1, 2, 3],
}
ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi!"}]
WHEN = datetime(2024, 3, 28, 19, 6, 35, tzinfo=UTC)
MS = pytest.approx(4883.583458)

LINES: dict[str, tuple[dict[str, Any], tuple[Any, ...]]] = {
    "ollama generate": (OLLAMA_GENERATE, (None, "Hello.", "smollm:135m", MS, 2, 22, WHEN)),
    "ollama chat": (OLLAMA_CHAT, (None, "Hello.", "smollm:135m", MS, 2, 22, WHEN)),
    "ollama generate with its request": (
        {"request": {"model": "smollm:135m", "prompt": "Hi!", "stream": False}, "response": OLLAMA_GENERATE},
        ("Hi!", "Hello.", "smollm:135m", MS, 2, 22, WHEN),
    ),
    "ollama chat with its request": (
        {"request": {"model": "smollm:135m", "messages": ASKED}, "response": OLLAMA_CHAT},
        ("Hi!", "Hello.", "smollm:135m", MS, 2, 22, WHEN),
    ),
    "ollama generate and its prompt": (
        OLLAMA_GENERATE | {"prompt": "Hi!"},
        ("Hi!", "Hello.", "smollm:135m", MS, 2, 22, WHEN),
    ),
    "chat completion": (CHAT, (None, "Hello.", "gpt-4o-mini", None, 2, 22, WHEN)),
    "chat completion with its request": (
        {"request": {"model": "gpt-4o", "messages": ASKED}, "response": CHAT, "latency_ms": 321},
        ("Hi!", "Hello.", "gpt-4o-mini", 321, 2, 22, WHEN),
    ),
    "chat completion beside its messages": (
        {"messages": ASKED, "response": CHAT},
        ("Hi!", "Hello.", "gpt-4o-mini", None, 2, 22, WHEN),
    ),
    "batch output": (
        {"id": "batch_req_1", "custom_id": "r-1", "response": {"status_code": 200, "body": CHAT}, "error": None},
        (None, "Hello.", "gpt-4o-mini", None, 2, 22, WHEN),
    ),
    "batch output of responses": (
        {"id": "batch_req_2", "custom_id": "r-2", "response": {"status_code": 200, "body": RESPONSE}, "error": None},
        (None, "Once upon\na time", "gpt-4.1", None, 87, 36, WHEN),
    ),
    "response": (RESPONSE, (None, "Once upon\na time", "gpt-4.1", None, 87, 36, WHEN)),
    "response with its request": (
        {"request": {"model": "gpt-4.1", "input": "Tell me a story."}, "response": RESPONSE},
        ("Tell me a story.", "Once upon\na time", "gpt-4.1", None, 87, 36, WHEN),
    ),
    "response to a list of messages": (
        {
            "request": {"input": [{"role": "user", "content": [{"type": "input_text", "text": "A story."}]}]},
            "response": RESPONSE,
        },
        ("A story.", "Once upon\na time", "gpt-4.1", None, 87, 36, WHEN),
    ),
    "response that declines": (
        {"output": [{"role": "assistant", "content": [{"type": "refusal", "refusal": "I cannot."}]}]},
        (None, "I cannot.", None, None, None, None, None),
    ),
    "fine-tuning chat": (
        {"messages": [*ASKED, {"role": "assistant", "content": "Hello."}]},
        ("Hi!", "Hello.", None, None, None, None, None),
    ),
    "shared chat": (
        {"conversations": [{"from": "human", "value": "Hi!"}, {"from": "gpt", "value": "Hello."}]},
        ("Hi!", "Hello.", None, None, None, None, None),
    ),
    "text completion": (
        {"prompt": "Hi!", "model": "m", "choices": [{"text": "Hello.", "index": 0}], "usage": {"completion_tokens": 2}},
        ("Hi!", "Hello.", "m", None, 2, None, None),
    ),
}


@pytest.mark.parametrize("kind", LINES)
def test_what_is_read_of_a_line(kind: str, tmp_path: Path) -> None:
    record, expected = LINES[kind]
    line = json.dumps(record).encode() + b"\n"
    path = tmp_path / "log.jsonl"
    path.write_bytes(line)
    (batch,) = open_source(FileOrigin(path=str(path)), name="x").batches({})
    for response in (*read_log(line, "log.jsonl").responses, *batch.responses):
        assert (
            response.prompt,
            response.response,
            response.model,
            response.latency_ms,
            response.tokens,
            response.prompt_tokens,
            response.created_at,
        ) == expected


def test_a_batch_of_openai_with_failures(tmp_path: Path) -> None:
    path = tmp_path / "batch_output.jsonl"
    rows = [
        LINES["batch output"][0],
        {
            "id": "batch_req_3",
            "custom_id": "r-3",
            "response": None,
            "error": {"code": "expired", "message": "Too late."},
        },
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (batch,) = open_source(FileOrigin(path=str(path)), name="x").batches({})
    assert [(response.response, response.error) for response in batch.responses] == [
        ("Hello.", None),
        ("", "Too late."),
    ]


def test_lines_of_several_programs_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    for max_rows in (1, 100):
        path.write_text("")
        cursor: dict[str, Any] = {}
        found = []
        for kind in ("ollama chat with its request", "chat completion with its request", "response with its request"):
            with path.open("a") as file:
                file.write(json.dumps(LINES[kind][0]) + "\n")
            for batch in open_source(FileOrigin(path=str(path)), name="x").batches(cursor, max_rows=max_rows):
                cursor = batch.cursor
                found += [(response.prompt, response.response) for response in batch.responses]
        assert found == [("Hi!", "Hello."), ("Hi!", "Hello."), ("Tell me a story.", "Once upon\na time")]
