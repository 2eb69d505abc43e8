"""Reading both pools: ranked by the witness, searched, a page at a time, in pairs, and as CSV."""

import csv
import io
import time
from dataclasses import replace

import pandas as pd
import pytest

from driftium_core import monitor
from driftium_core.monitor import PoolIds
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.text.differences import AnswerPair, Witnesses
from tests.monitor.answers import answers
from tests.monitor.conftest import settle


def fill(services: Services, baseline: list[Response], current: list[Response]) -> PoolIds:
    """Both pools, and the ids of their responses."""
    services.store.responses.add(baseline)
    promoted = monitor.promote(services, "v1")
    services.store.responses.add(current)
    old, new = (services.store.pools().baseline_responses, services.store.pools().current_responses)
    assert promoted.size == len(old)
    return PoolIds(tuple(item.id for item in old), tuple(item.id for item in new))


def said(*texts: str) -> list[Response]:
    return [Response(response=text, prompt=f"What of {number}?") for number, text in enumerate(texts)]


WITNESSES = Witnesses(baseline_index=(0, 1), current_index=(0, 2, 3), baseline=(0.1, 0.2), current=(0.05, 0.3, -0.1))


@pytest.fixture
def ids(services: Services) -> PoolIds:
    return fill(services, said("old one", "old two"), said("zero", "not looked at", "two", "three", "nor this one"))


def shown(page: monitor.BrowsedPage) -> list[str]:
    return [item.response.content.response for item in page.items]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("novel first", ["two", "zero", "three", "nor this one", "not looked at"]),
        ("typical first", ["three", "zero", "two", "nor this one", "not looked at"]),
        ("newest first", ["nor this one", "three", "two", "not looked at", "zero"]),
    ],
)
def test_a_pool_is_ranked_and_what_was_not_looked_at_comes_last(
    services: Services, ids: PoolIds, order: monitor.BrowseOrder, expected: list[str]
) -> None:
    page = monitor.browse_responses(services, ids, pool="current", witnesses=WITNESSES, order=order)
    assert shown(page) == expected
    assert (page.n_found, page.n_pool, page.n_deleted) == (5, 5, 0)
    assert page.n_unranked == (0 if order == "newest first" else 2)
    by_text = {item.response.content.response: (item.position, item.witness) for item in page.items}
    assert by_text["two"] == (2, 0.3)
    assert by_text["nor this one"] == (4, None)


def test_the_baseline_is_ranked_by_its_own_witness(services: Services, ids: PoolIds) -> None:
    page = monitor.browse_responses(services, ids, pool="baseline", witnesses=WITNESSES)
    assert shown(page) == ["old two", "old one"]


def test_a_report_without_witnesses_is_browsed_by_time(services: Services, ids: PoolIds) -> None:
    page = monitor.browse_responses(services, ids, pool="current", order="novel first")
    assert shown(page)[0] == "nor this one"
    assert page.n_unranked == 0


def test_search_positions_and_pages_narrow_down(services: Services, ids: PoolIds) -> None:
    def browse(**options):
        return monitor.browse_responses(services, ids, pool="current", witnesses=WITNESSES, **options)

    found = browse(search=" O ")  # surrounding space is not meant; case is not either
    assert shown(found) == ["two", "zero", "three", "nor this one", "not looked at"]  # “What of 3?” has an o as well
    assert shown(browse(search="OF 2")) == ["two"]
    assert browse(search="nowhere").n_found == 0
    picked = browse(positions=[4, 0, 2, 2, 99, -1])
    assert (shown(picked), picked.n_found, picked.n_pool) == (["two", "zero", "nor this one"], 3, 5)
    assert browse(positions=[]).items == ()
    second = browse(limit=2, offset=2)
    assert (shown(second), second.n_found) == (["three", "nor this one"], 5)


def test_deleted_answers_are_counted_as_missing(services: Services, ids: PoolIds) -> None:
    monitor.delete_responses(services, [ids.current[2]])
    page = monitor.browse_responses(services, ids, pool="current", witnesses=WITNESSES)
    assert (shown(page)[0], page.n_deleted, page.n_found) == ("zero", 1, 5)


def test_twenty_thousand_answers_are_browsed_and_written_in_moments(services: Services) -> None:
    ids = fill(services, answers("bread", 5), answers("bicycle", 20_000))
    witnesses = Witnesses((), tuple(range(20_000)), (), tuple(float(at % 977) for at in range(20_000)))
    started = time.perf_counter()
    page = monitor.browse_responses(services, ids, pool="current", witnesses=witnesses, search="0-19999:")
    first = monitor.browse_responses(services, ids, pool="current", witnesses=witnesses)
    assert time.perf_counter() - started < 1.5
    assert (page.n_found, page.items[0].position) == (1, 19_999)
    assert {item.witness for item in first.items} == {976.0}
    started = time.perf_counter()
    text = monitor.export_responses(services, ids, witnesses=witnesses)
    assert time.perf_counter() - started < 5
    assert len(pd.read_csv(io.StringIO(text))) == 20_005


PAIRS = (AnswerPair(1, 2, 0.2), AnswerPair(0, 0, 0.9))


def test_pairs_come_in_their_order_with_the_words_that_differ(services: Services, ids: PoolIds) -> None:
    page = monitor.browse_pairs(services, ids, PAIRS)
    assert [(pair.baseline.content.response, pair.current.content.response) for pair in page.items] == [
        ("old two", "two"),
        ("old one", "zero"),
    ]
    assert (page.n_found, page.n_pairs, page.items[0].similarity) == (2, 2, 0.2)
    assert [passage.text for passage in page.items[0].difference.baseline if passage.only_here] == ["old"]


def test_pairs_are_found_by_either_answer_and_by_positions(services: Services, ids: PoolIds) -> None:
    def found(**options):
        page = monitor.browse_pairs(services, ids, PAIRS, **options)
        return [pair.current.content.response for pair in page.items], page.n_found

    assert found(search="old two") == (["two"], 1)
    assert found(search="ZERO") == (["zero"], 1)
    assert found(positions=([0], [])) == (["zero"], 1)
    assert found(positions=([], [2])) == (["two"], 1)
    assert found(positions=([], [])) == ([], 0)
    assert found(limit=1, offset=1) == (["zero"], 2)
    monitor.delete_responses(services, [ids.current[2]])
    page = monitor.browse_pairs(services, ids, PAIRS)
    assert (len(page.items), page.n_deleted) == (1, 1)


def test_both_pools_as_csv_run_nothing_and_lose_nothing(services: Services) -> None:
    mischief = Response(
        response='=HYPERLINK("http://x")', prompt="+1, \"two\"\nlines", model="@m", source="log.csv", tokens=3
    )  # fmt: skip
    ids = fill(services, said("old"), [mischief, Response(response="half \ud83d\x00", latency_ms=-1.5)])
    witnesses = Witnesses((0,), (1,), (0.25,), (-0.5,))
    text = monitor.export_responses(services, ids, witnesses=witnesses)
    text.encode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["pool"] for row in rows] == ["baseline", "current", "current"]
    assert [row["id"] for row in rows] == [*ids.baseline, *ids.current]
    assert [row["witness"] for row in rows] == ["0.25", "", "-0.5"]
    assert rows[1]["response"] == '\'=HYPERLINK("http://x")'
    assert (rows[1]["prompt"], rows[1]["model"], rows[1]["tokens"]) == ('\'+1, "two"\nlines', "'@m", "3")
    assert (rows[2]["response"], rows[2]["latency_ms"], rows[2]["prompt"]) == ("half ��", "-1.5", "")
    assert pd.Timestamp(rows[0]["time"]).tz is not None
    monitor.delete_responses(services, [ids.current[0]])
    assert monitor.export_responses(services, ids).count("\n") == 3


@pytest.mark.parametrize("text", ["a\r=1+1", "\r=1", "a\r\n=1", "=1\r=2", 'a"\r=1', "a\n=1"])
def test_no_line_break_of_a_text_ends_its_record(services: Services, text: str) -> None:
    ids = fill(services, said("old"), [Response(response=text, prompt=text)])
    exported = monitor.export_responses(services, ids)
    rows = list(csv.reader(io.StringIO(exported, newline="")))
    assert [row[0] for row in rows] == ["pool", "baseline", "current"]
    assert not any(cell.startswith(("=", "\r", "\n")) for row in rows for cell in row)
    assert rows[2][4].endswith(text)


def test_similar_answers_of_any_baseline(services: Services) -> None:
    ids = fill(services, answers("bread", 12), answers("bread", 12, seed=1))
    first = services.store.baselines.active()
    assert first is not None
    monitor.promote(services, "v2")
    services.store.responses.add([replace(answers("bread", 1)[0], prompt="asked again")])
    settle(services)
    monitor.reconcile(services)
    asked = monitor.current_responses(services)[0].id
    of_first = monitor.similar(services, asked, pool="baseline", baseline_id=first.id, limit=3)
    assert {item.response.id for item in of_first} <= set(ids.baseline)
    assert of_first[0].similarity == pytest.approx(1)
    active = monitor.similar(services, asked, pool="baseline", limit=3)
    assert {item.response.id for item in active} <= set(ids.current)
