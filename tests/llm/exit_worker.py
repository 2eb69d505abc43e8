"""A process that ends while answers are under way: `python tests/llm/exit_worker.py HOW`, see test_embedded.py."""

import sys
import threading
import time

from driftium_core.llm.embedded import Embedded
from driftium_core.llm.port import GenerationOptions


def main(how: str) -> None:
    """Start six answers, two of them reading a long prompt, and end as ``how`` says."""
    embedded = Embedded(None, threads=2)
    said: list[str] = []

    def answer(prompt: str) -> None:
        options = GenerationOptions(max_tokens=2000)
        list(embedded.stream(prompt, options, timeout_s=600, stopped=lambda: False, on_activity=said.append))

    for prompt in ["word " * 3500, "Tell a long story.", "word " * 3500, *["Tell a long story."] * 3]:
        threading.Thread(target=answer, args=(prompt,), daemon=True).start()
    while not any(words.startswith("reading") for words in said):
        time.sleep(0.05)
    print("under way", flush=True)
    if how == "close":
        embedded.close()
    elif how == "error":
        raise RuntimeError("meant to end the process")
    elif how == "wait":
        time.sleep(600)
    sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
