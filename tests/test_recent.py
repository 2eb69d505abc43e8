"""The small cache: newest kept, longest unused goes first, safe for threads."""

import threading

from driftium_core.recent import Recent


def test_the_value_used_longest_ago_makes_room() -> None:
    recent: Recent[int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)
    recent.drop("a")
    recent.drop("never")
    assert recent.get("a") is None


def test_threads_never_exceed_the_size() -> None:
    recent: Recent[int] = Recent(8)

    def work(worker: int) -> None:
        for i in range(2000):
            recent.put(f"{worker}-{i % 12}", i)
            recent.get(f"{worker}-{(i + 3) % 12}")

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [key for worker in range(4) for i in range(12) if recent.get(key := f"{worker}-{i}") is not None]
    assert len(kept) == 8
