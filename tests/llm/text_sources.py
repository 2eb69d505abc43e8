"""Where the test server takes its text from: the real embedded model, or a fixed text with exact timing."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from driftium_core.llm.embedded import Embedded
from driftium_core.llm.port import Generation, GenerationOptions

Messages = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Counted:
    """How an answer ended."""

    tokens: int
    prompt_tokens: int
    finish: str


class Source(Protocol):
    """Answers messages under Ollama's options."""

    def count(self, text: str) -> int:
        """Tokens of a text."""
        ...

    def answer(self, messages: Messages, options: dict[str, Any], gone: Callable[[], bool]) -> Iterator[str | Counted]:
        """Yield the pieces, then the counts; end early, without counts, once the client is gone."""
        ...


class EmbeddedText:
    """The real model of the product, in this process."""

    def __init__(self, embedded: Embedded) -> None:
        self.embedded = embedded

    def count(self, text: str) -> int:
        """Words: llama.cpp's own tokens, of which there are never fewer, are not to be had without an answer."""
        return len(text.split())

    def answer(self, messages: Messages, options: dict[str, Any], gone: Callable[[], bool]) -> Iterator[str | Counted]:
        said = {message["role"]: message["content"] for message in messages}
        asked = GenerationOptions(
            system=said.get("system", ""),
            temperature=options.get("temperature", 0.8),
            max_tokens=options.get("num_predict", 4096),
            seed=options.get("seed"),
        )
        for part in self.embedded.stream(said["user"], asked, timeout_s=120, stopped=gone):
            if not isinstance(part, Generation):
                yield part
            elif part.complete:
                yield Counted(part.tokens or 0, part.prompt_tokens or 0, part.stop_reason)


@dataclass(slots=True)
class FixedText:
    """A test double, no model: the same words to every prompt, ``token_s`` apart; two letters count as a token."""

    words: tuple[str, ...] = tuple(f"word{n} " for n in range(200))
    token_s: float = 0.01

    def count(self, text: str) -> int:
        return -(-len(text) // 2)

    def answer(self, messages: Messages, options: dict[str, Any], gone: Callable[[], bool]) -> Iterator[str | Counted]:
        most = options.get("num_predict", len(self.words))
        for word in self.words[:most]:
            time.sleep(self.token_s)
            if gone():
                return
            yield word
        n_prompt = sum(self.count(message["content"]) for message in messages)
        yield Counted(min(most, len(self.words)), n_prompt, "length" if most < len(self.words) else "stop")
