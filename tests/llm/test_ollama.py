"""Ollama's client over real HTTP: what is sent, and a sentence for everything that can go wrong."""

import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from driftium_core.errors import DriftiumError, GeneratorUnavailableError, InputError, ModelNotFoundError
from driftium_core.formats import NARROW_SPACE, fmt_n
from driftium_core.llm.ollama import Ollama
from driftium_core.llm.port import Generation, GenerationOptions
from tests.llm.answers import answer_threads, answered, greedy, never, wait_until
from tests.llm.ollama_server import OllamaServer
from tests.llm.text_sources import FixedText

ROOT = Path(__file__).parents[2]
HTML = "<html><head><title>502</title></head><body>Bad gateway</body></html>"


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer(FixedText(words=tuple(f"w{n} " for n in range(40)))) as running:
        yield running


@pytest.fixture
def ollama(server: OllamaServer) -> Ollama:
    return Ollama(server.url)


def ask(ollama: Ollama, prompt: str = "Hello.", options: GenerationOptions | None = None, **more: Any) -> Generation:
    model = more.pop("model", "smollm:135m")
    rest = {"timeout_s": 20, "stopped": never} | more
    return answered(ollama.stream(prompt, options or greedy(max_tokens=5), model=model, **rest))


def sent(server: OllamaServer) -> dict[str, Any]:
    """Body of the last chat."""
    return next(body for path, body in reversed(server.requests) if path.endswith("/api/chat"))


def test_what_is_asked_for_is_sent(ollama: Ollama, server: OllamaServer) -> None:
    ask(ollama, "Hi.", GenerationOptions(system="Be brief.", temperature=0.3, max_tokens=9, seed=5))
    body = sent(server)
    assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi."}]
    assert body["options"] == {"temperature": 0.3, "num_predict": 9, "num_ctx": 4096, "seed": 5}
    ask(ollama, "Hi.", GenerationOptions(system="  "))
    assert [message["role"] for message in sent(server)["messages"]] == ["user"]
    assert "seed" not in sent(server)["options"]
    ask(ollama, "Hi.", GenerationOptions(seed=2**32 - 1))  # which means "random" to llama.cpp
    assert sent(server)["options"]["seed"] == 0


def test_a_context_is_asked_for_that_surely_holds_the_prompt(server: OllamaServer) -> None:
    server.context_tokens = 10_000
    ollama = Ollama(server.url)
    for n_letters, n_context in ((100, 4096), (5000, 8192), (9000, 10_000)):
        ask(ollama, "x" * n_letters)
        assert sent(server)["options"]["num_ctx"] == n_context


def test_a_model_that_was_replaced_is_asked_for_its_length_again(ollama: Ollama, server: OllamaServer) -> None:
    assert ollama.context_tokens("smollm:135m") == 4096
    server.context_tokens = 131_072
    assert ollama.context_tokens("smollm:135m") == 131_072


@pytest.mark.parametrize(
    ("prompt", "length"),
    [("word " * 5000, "5,000 words"), ("x" * 9000, "9,000 characters"), ("漢字。" * 3000, "9,000 characters")],
    ids=["many words", "one long word", "no words"],
)
def test_a_prompt_that_ollama_would_cut_silently_is_not_answered_as_if_it_had_been_read(
    ollama: Ollama, prompt: str, length: str
) -> None:
    """The one long word is 4,500 tokens, which only Ollama's count of what it read shows."""
    *_, record = _or_error(ollama, prompt)
    sentence = str(record) if isinstance(record, InputError) else record.error
    assert f"The prompt is {length} long with its system prompt" in sentence.replace(NARROW_SPACE, ",")
    assert f"smollm:135m reads at most {fmt_n(4096)} tokens. Shorten it" in sentence


def _or_error(ollama: Ollama, prompt: str) -> list[Any]:
    try:
        return [ask(ollama, prompt)]
    except InputError as error:
        return [error]


def test_who_sends_a_byte_now_and_then_does_not_hold_up_the_list_of_models() -> None:
    """Every page, and the start of the app, wait for the list."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
                while True:
                    connection.sendall(b" ")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        started_s = time.monotonic()
        with pytest.raises(GeneratorUnavailableError, match="sent nothing for too long"):
            Ollama(f"http://127.0.0.1:{listener.getsockname()[1]}").models(timeout_s=0.4)
        assert time.monotonic() - started_s < 2


def test_a_silent_download_is_told_of_again_and_stops_at_once(
    ollama: Ollama, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise neither Cancel nor the end of the app would come through for minutes."""
    monkeypatch.setattr("driftium_core.llm.ollama.PULL_TELL_S", 0.05)
    server.trouble.pull_silent_s = 2.0
    started_s = time.monotonic()
    pull = ollama.pull("qwen3:0.6b")
    told = list(islice(pull, 10))
    assert [part.status for part in told[-4:]] == ["verifying sha256 digest"] * 4
    pull.close()  # type: ignore[attr-defined] - a generator
    assert wait_until(lambda: not any(thread.name == "driftium-paced" for thread in threading.enumerate()), 1)
    assert time.monotonic() - started_s < 1.8
    server.trouble.pull_silent_s = 0.2
    assert list(ollama.pull("qwen3:0.6b"))[-1].status == "success"


def test_counts_that_cannot_be_are_not_shown(ollama: Ollama, server: OllamaServer) -> None:
    line = '{"model":"m","message":{"role":"assistant","content":"Hi."},"done":true,"done_reason":"stop",'
    counts = f'"eval_count":-5,"eval_duration":-9,"prompt_eval_count":{10**30}}}\n'
    server.trouble.chat_answers = (200, "application/x-ndjson", line + counts)
    record = ask(ollama)
    assert (record.text, record.tokens, record.prompt_tokens, record.tokens_per_s) == ("Hi.", None, None, None)


def test_half_a_character_in_an_answer_is_replaced(ollama: Ollama, server: OllamaServer) -> None:
    """JSON can spell it; the database and the page cannot take it."""
    server.source = FixedText(words=("half ", "\ud83d", " and \ud83d\ude00"))
    assert ask(ollama, options=greedy(max_tokens=3)).text == "half \ufffd and \U0001f600"


def test_a_model_that_thinks_is_not_silent_and_its_thoughts_are_no_answer(ollama: Ollama, server: OllamaServer) -> None:
    server.trouble.n_thinking = 10
    said: list[str] = []
    record = ask(ollama, on_activity=said.append)
    assert said == ["thinking"] * 10
    assert record.text == "w0 w1 w2 w3 w4 "
    assert (record.first_token_ms or 0) > 150


def test_a_model_that_thinks_can_be_stopped(ollama: Ollama, server: OllamaServer) -> None:
    server.trouble.n_thinking = 10_000
    said: list[str] = []
    record = ask(ollama, on_activity=said.append, stopped=lambda: len(said) > 2)
    assert (record.stop_reason, record.text) == ("cancelled", "")
    assert wait_until(lambda: server.n_left == 1, 2)


@pytest.mark.parametrize("silent", ["before the first piece", "between two pieces"])
def test_a_stop_ends_the_work_at_ollama_even_while_nothing_comes(
    ollama: Ollama, server: OllamaServer, silent: str
) -> None:
    """Otherwise Ollama would write on for minutes, and the thread here would wait for it."""
    if silent == "before the first piece":
        server.trouble.delay_s = 1.5
    else:
        server.source = FixedText(token_s=1.5)
    started_s = time.monotonic()
    record = ask(ollama, stopped=lambda: time.monotonic() > started_s + 0.3)
    assert record.stop_reason == "cancelled"
    assert time.monotonic() - started_s < 1
    assert wait_until(lambda: not answer_threads(), 0.5), "the thread still waits for Ollama"
    assert wait_until(lambda: server.n_left == 1, 3), "Ollama still answers"


def test_an_unknown_model_says_how_to_get_it(ollama: Ollama) -> None:
    with pytest.raises(ModelNotFoundError) as unknown:
        ask(ollama, model="mistral:7b")
    assert str(unknown.value).endswith(
        "has no model called mistral:7b. Run `ollama pull mistral:7b`, or choose another one."
    )


def test_nobody_listening_says_how_to_start(server: OllamaServer, ollama: Ollama) -> None:
    server.stop()
    for request in (lambda: ask(ollama), ollama.models, lambda: list(ollama.pull("qwen3:0.6b"))):
        with pytest.raises(GeneratorUnavailableError) as gone:
            request()
        assert str(gone.value) == f"Ollama at {server.url} does not answer. Start it with `ollama serve` and try again."


@pytest.mark.parametrize(
    "answer",
    [
        (200, "text/html", HTML),
        (200, "application/json", '{"hello": "world"}'),
        (200, "application/json", "[]"),
        (200, "application/json", '"text"'),
        (200, "text/plain", ""),
        (200, "application/octet-stream", "\udcff".encode("utf-8", "surrogatepass").decode("latin-1")),
        (502, "text/html", HTML),
        (500, "application/json", "[]"),
        (404, "text/plain", "404 page not found"),
        (503, "text/plain", ""),
    ],
    ids=lambda answer: f"{answer[0]} {answer[1]} {answer[2][:12]}",
)
def test_another_server_is_not_taken_for_ollama(
    ollama: Ollama, server: OllamaServer, answer: tuple[int, str, str]
) -> None:
    server.trouble.answers = answer
    with pytest.raises(GeneratorUnavailableError) as other:
        ollama.models()
    assert str(other.value).startswith(f"What answers at {server.url} does not answer as Ollama does")
    assert "<" not in str(other.value)
    with pytest.raises(DriftiumError) as other:
        ask(ollama)
    assert server.url in str(other.value)
    assert "<" not in str(other.value)


@pytest.mark.parametrize(
    ("status", "message", "sentence"),
    [
        (500, "llama runner process has terminated: exit status 2", "failed: llama runner process has terminated"),
        (500, "model requires more system memory (5.6 GiB) than is available (2.1 GiB)", "Choose a smaller model."),
        (400, '"nomic-embed-text" does not support chat', "does not support chat. Try again, or choose another model."),
        (503, "server busy, please try again. maximum pending requests exceeded", "failed: server busy"),
        (400, "invalid model name", "has no model called smollm:135m"),
    ],
)
def test_a_refusal_of_ollama_is_handed_on_with_what_to_do(
    ollama: Ollama, server: OllamaServer, status: int, message: str, sentence: str
) -> None:
    body = '{"error": "' + message.replace('"', '\\"') + '"}'
    server.trouble.chat_answers = (status, "application/json", body)
    with pytest.raises(DriftiumError, match=re.escape(sentence)):
        ask(ollama)


def test_a_server_killed_in_the_middle_leaves_a_partial_answer() -> None:
    command = [sys.executable, "-m", "tests.llm.ollama_server", "--port", "0", "--fixed", "--token-s", "0.05"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        parts = Ollama(url).stream("Hello.", greedy(max_tokens=100), model="smollm:135m", timeout_s=20, stopped=never)
        begun = "".join(map(str, islice(parts, 3)))
        process.kill()
        *_, record = parts
        assert isinstance(record, Generation)
        assert (record.stop_reason, record.complete) == ("interrupted", False)
        assert record.text.startswith(begun)
        assert record.error == (
            f"Ollama at {url} broke the connection off. Start it with `ollama serve` and try again."
        )
    finally:
        process.kill()
        process.communicate()


def test_an_answer_without_an_end_is_interrupted(ollama: Ollama, server: OllamaServer) -> None:
    """A proxy may close a stream properly though the answer has not ended."""
    line = (
        '{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"half"},"done":false}'
    )
    server.trouble.chat_answers = (200, "application/x-ndjson", line + "\n")
    record = ask(ollama)
    assert (record.text, record.stop_reason) == ("half", "interrupted")
    assert "broke the answer off" in record.error


@pytest.mark.parametrize("reason", ["load", "unload"])
def test_loading_alone_is_no_answer(ollama: Ollama, server: OllamaServer, reason: str) -> None:
    line = f'{{"message":{{"role":"assistant","content":""}},"done":true,"done_reason":"{reason}"}}'
    server.trouble.chat_answers = (200, "application/x-ndjson", line + "\n")
    with pytest.raises(GeneratorUnavailableError, match=f"{reason}ed smollm:135m and did not answer"):
        ask(ollama)


def test_counts_that_ollama_leaves_out_are_unknown(ollama: Ollama, server: OllamaServer) -> None:
    line = '{"message":{"role":"assistant","content":"Yes."},"done":true}'
    server.trouble.chat_answers = (200, "application/x-ndjson", line + "\n")
    record = ask(ollama)
    assert (record.text, record.stop_reason) == ("Yes.", "stop")
    assert (record.tokens, record.prompt_tokens, record.tokens_per_s) == (None, None, None)


@pytest.mark.parametrize(
    ("message", "error", "sentence"),
    [
        (
            "pull model manifest: file does not exist",
            ModelNotFoundError,
            "Ollama's library has no model called nope:1b.",
        ),
        ("write /root/.ollama/blobs/x: no space left on device", GeneratorUnavailableError, "has no space left"),
        (
            'pull model manifest: Get "https://registry.ollama.ai/v2/": dial tcp: lookup: no such host',
            GeneratorUnavailableError,
            "Ollama cannot reach its library to download nope:1b",
        ),
        (
            "pull model manifest: 412: this model requires a newer version of Ollama",
            GeneratorUnavailableError,
            "requires a newer version of Ollama",
        ),
    ],
)
def test_a_download_that_fails_says_why(
    ollama: Ollama, server: OllamaServer, message: str, error: type[DriftiumError], sentence: str
) -> None:
    server.trouble.pull_error = message
    with pytest.raises(error, match=re.escape(sentence)):
        list(ollama.pull("nope:1b"))


@pytest.mark.parametrize("name", ["", "  ", "two words"])
def test_no_name_is_no_download(ollama: Ollama, server: OllamaServer, name: str) -> None:
    with pytest.raises(InputError, match="Give the name of one model"):
        list(ollama.pull(name))
    assert server.requests == []


def test_a_proxy_is_not_asked_for_this_machine(
    ollama: Ollama, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert [model.name for model in ollama.models()] == ["smollm:135m"]
    assert ask(Ollama(server.url.replace("127.0.0.1", "localhost"))).complete


def test_a_server_behind_a_path_is_asked_there(server: OllamaServer) -> None:
    with pytest.raises(GeneratorUnavailableError):
        Ollama(f"{server.url}/behind").models()
    assert server.requests[-1][0] == "/behind/api/tags"


def test_a_server_on_ipv6_is_asked() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        answer = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"models":[]}'
        threading.Thread(target=_answer_once, args=(listener, answer), daemon=True).start()
        assert Ollama(f"http://[::1]:{listener.getsockname()[1]}").models() == []


def _answer_once(listener: socket.socket, answer: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(answer)


def test_https_where_there_is_none_is_said(server: OllamaServer) -> None:
    host = server.url.replace("http://", "https://")
    with pytest.raises(GeneratorUnavailableError, match=f"Ollama at {host} does not answer"):
        Ollama(host).models()


@pytest.mark.parametrize("host", ["http://127.0.0.1:99999", "http://[::1", "http://\x7f:1"])
def test_a_host_that_is_no_address_is_said(host: str) -> None:
    with pytest.raises(GeneratorUnavailableError) as wrong:
        Ollama(host).models()
    assert str(wrong.value).startswith(f"OLLAMA_HOST is {host}, which is no usable address")
