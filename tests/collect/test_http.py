"""HTTP endpoints: each record once however answers overlap, and a sentence without secrets for what goes wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from driftium_core.collect import http_fetch, http_source
from driftium_core.collect.open import check_origin, open_source
from driftium_core.errors import InputError, SettingsError, SourceError
from driftium_core.origin import HttpOrigin
from driftium_core.text.log_columns import LogColumns
from tests.collect.http_server import Asked, JsonServer, Reply
from tests.collect.reading import Reader


def record(text: str, **more: object) -> dict[str, object]:
    return {"prompt": f"about {text}", "response": text, **more}


@dataclass
class Answers:
    """What the server answers next."""

    reply: Reply = field(default_factory=Reply)
    pages: dict[str, Reply] = field(default_factory=dict)
    first: list[Reply] = field(default_factory=list)

    def say(self, value: Any, **more: Any) -> None:
        self.reply = Reply(value if isinstance(value, str | bytes) else json.dumps(value), **more)

    def __call__(self, asked: Asked) -> Reply:
        if self.first:
            return self.first.pop(0)
        return self.pages.get(asked.path, self.reply)


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def server(answers: Answers) -> Iterator[JsonServer]:
    with JsonServer(answers) as running:
        yield running


def origin(server: JsonServer, path: str = "/logs", **more: Any) -> HttpOrigin:
    return HttpOrigin(url=f"{server.url}{path}", **more)


def test_overlapping_answers_add_each_record_once(answers: Answers, server: JsonServer) -> None:
    reader = Reader(origin(server))
    records = [record("a"), record("b"), record("a"), record("c", id=7)]
    answers.say(records)
    assert reader.run(max_rows=2) == ["a", "b", "a", "c"]
    assert reader.run() == []
    assert reader.taken == []  # the answer is what it was
    answers.say([*records[1:], record("d"), record("a")])
    assert reader.run() == ["d"]
    answers.say([record("a"), *records, record("d")])
    assert reader.run(max_rows=1) == ["a"]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([record("a")], ""),
        ({"data": [record("a")], "errors": []}, ""),
        ({"page": {"logs": [record("a")]}, "total": 1}, ""),
        ({"x": [record("b")], "y": {"z": [record("a")]}}, "y.z"),
        ({"log.entries": [record("a")]}, "log.entries"),
        ({"data": {"x": record("a")}}, "data.x"),
        (record("a", contexts=[{"text": "b"}]), ""),
        (json.dumps(record("a")) + "\n", ""),
        ("\ufeff" + json.dumps([record("a")]), ""),
    ],
)
def test_records_are_found(answers: Answers, server: JsonServer, value: Any, path: str) -> None:
    answers.say(value)
    reader = Reader(origin(server, records=path))
    assert reader.run() == ["a"], reader.error


def test_json_lines(answers: Answers, server: JsonServer) -> None:
    answers.say("\n".join([json.dumps(record("a")), "broken", "", json.dumps(record("b")), "7"]))
    reader = Reader(origin(server))
    assert reader.run() == ["a", "b"]
    assert reader.skipped == [(2, "not a JSON object"), (4, "not a JSON object")]
    assert reader.batches[0].unit == "item"
    answers.say(json.dumps(record("c", contexts=[{"text": "x"}])), content_type="application/x-ndjson")
    assert reader.run() == ["c"]


def test_nothing_there(answers: Answers, server: JsonServer) -> None:
    reader = Reader(origin(server))
    for empty in ("", "[]", '{"data": []}'):
        answers.say(empty)
        assert reader.run() == []
        assert reader.error == ""
    answers.say("", status=204)
    assert reader.run() == []
    answers.say([record("a")])
    assert reader.run() == ["a"]


def test_the_watermark_goes_on_where_it_was(answers: Answers, server: JsonServer) -> None:
    reader = Reader(origin(server, "/logs?limit=5", watermark="meta.at", since="after"))
    answers.say(
        [record("a", meta={"at": "2024-05-01T10:00:00Z"}), record("b", meta={"at": "2024-05-01T09:00:00+00:00"})]
    )
    assert reader.run() == ["a", "b"]
    assert server.asked[-1].query == {"limit": "5"}
    answers.say(
        [
            record("old", meta={"at": "2024-05-01T09:59:59Z"}),
            record("tied", meta={"at": "2024-05-01T10:00:00.000Z"}),
            record("new", meta={"at": "2024-05-01T10:00:00.5Z"}),
        ]
    )
    assert reader.run() == ["tied", "new"]
    assert server.asked[-1].query == {"limit": "5", "after": "2024-05-01T10:00:00Z"}
    reader.run()
    assert server.asked[-1].query["after"] == "2024-05-01T10:00:00.5Z"
    answers.say([])
    reader.run()
    reader.run()
    assert server.asked[-1].query["after"] == "2024-05-01T10:00:00.5Z"


def test_watermarks_that_are_numbers(answers: Answers, server: JsonServer) -> None:
    reader = Reader(origin(server, watermark="n"))
    answers.say([record("a", n=9), record("b", n=10), record("c")])
    assert reader.run() == ["a", "b", "c"]
    assert "Records without `n` are told by their content alone." in reader.notes
    answers.say([record("late", n=9.5), record("d", n=10), record("e", n=123456789012345678901)])
    assert reader.run() == ["d", "e"]
    answers.say([record("f", n="text")])
    reader.run()
    assert "holds a text now, and a number before" in reader.error
    answers.say([record("f", n=[1])])
    reader.run()
    assert "The watermark `n` holds no number, time or text" in reader.error


@pytest.mark.parametrize("how", ["Link", "next", "next_page_url", "links.next", "relative"])
def test_pages_are_followed(answers: Answers, server: JsonServer, how: str) -> None:
    second = f"{server.url}/second?token=x" if how != "relative" else "second?token=x"
    body: dict[str, Any] = {"data": [record("a"), record("b")]}
    if how == "links.next":
        body["links"] = {"next": second}
    elif how != "Link":
        body["next" if how == "relative" else how] = second
    headers = {"Link": f'<{second}>; rel="next"'} if how == "Link" else {}
    answers.pages["/logs"] = Reply(json.dumps(body), headers=headers)
    answers.say({"data": [record("b"), record("c")], "next": None})
    reader = Reader(origin(server, watermark="", headers=(("X-Key", "k"),)))
    assert reader.run(max_rows=3) == ["a", "b", "c"]
    assert [(asked.path, asked.query, asked.headers["x-key"]) for asked in server.asked] == [
        ("/logs", {}, "k"),
        ("/second", {"token": "x"}, "k"),
    ]


def test_pages_of_another_place_are_not_asked_for(answers: Answers, server: JsonServer) -> None:
    answers.say({"data": [record("a")], "next": "https://evil.example/steal?x=1"})
    reader = Reader(origin(server, headers=(("Authorization", "Bearer s3cret"),)))
    reader.run()
    assert "names a next page at evil.example, which is another place and was not asked." in reader.error
    assert reader.cursor == {}


def test_pages_end(answers: Answers, server: JsonServer, monkeypatch: pytest.MonkeyPatch) -> None:
    answers.say({"data": [record("a", n=1)], "next": "/logs"})  # a circle
    reader = Reader(origin(server))
    assert reader.run() == ["a"]
    assert len(server.asked) == 1
    monkeypatch.setattr(http_source, "MOST_PAGES", 3)
    count = iter(range(1, 100))

    def next_page(_asked: Asked) -> Reply:
        n = next(count)
        return Reply(json.dumps({"data": [record(f"r{n}", n=n)], "next": f"/page/{n}"}))

    server.reply = next_page
    endless = Reader(origin(server, watermark="n", since="after"))
    assert endless.run() == ["r1", "r2", "r3"]
    assert any("has more than 3 pages; the next run goes on there." in note for note in endless.notes)
    assert endless.run() == ["r4", "r5", "r6"]
    assert server.asked[-3].query == {"after": "3"}


def test_pages_from_the_newest_on_do_not_move_the_watermark_past_what_is_left(
    answers: Answers, server: JsonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_source, "MOST_PAGES", 2)
    for page, n in (("/logs", 9), ("/p2", 8), ("/p3", 7)):
        answers.pages[page] = Reply(json.dumps({"data": [record(f"r{n}", n=n)], "next": f"/p{11 - n}"}))
    reader = Reader(origin(server, watermark="n", since="after"))
    assert reader.run() == ["r9", "r8"]
    assert any("the others were not read" in note for note in reader.notes)
    monkeypatch.setattr(http_source, "MOST_PAGES", 3)
    assert reader.run() == ["r7"]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "answered with status 400. Check the URL and its parameters."),
        (401, "answered with status 401. Check the Authorization header or the token."),
        (403, "answered with status 403. Check that the token may read this."),
        (404, "answered with status 404. Check the path of the URL."),
        (418, "answered with status 418. Check the URL and the endpoint."),
        (429, "answered with status 429. It asks to be asked less often"),
    ],
)
def test_answers_that_refuse(answers: Answers, server: JsonServer, status: int, sentence: str) -> None:
    answers.say({"error": "no"}, status=status)
    reader = Reader(origin(server))
    reader.run()
    assert sentence in reader.error
    assert len(server.asked) == 1


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_fetch, "FIRST_WAIT_S", 0.001)


@pytest.mark.usefixtures("no_wait")
def test_what_passes_by_itself_is_tried_again(answers: Answers, server: JsonServer) -> None:
    answers.say([record("a")])
    answers.first = [Reply(status=503), Reply('[{"response": "half', cut=True)]
    reader = Reader(origin(server))
    assert reader.run() == ["a"]
    answers.say("", status=500)
    reader.run()
    assert reader.error.endswith("/logs answered with status 500. The next run tries again.")
    assert len(server.asked) == 6


@pytest.mark.usefixtures("no_wait")
def test_nobody_there() -> None:
    reader = Reader(HttpOrigin(url="http://127.0.0.1:9/logs?key=s3cret"))
    reader.run()
    assert reader.error == "http://127.0.0.1:9/logs?key=… cannot be reached. Check that it runs, and the URL."


def test_a_server_that_hangs(answers: Answers, server: JsonServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_fetch, "SILENCE_S", 0.05)
    answers.say("", hang=True)
    reader = Reader(origin(server))
    reader.run()
    assert "said nothing for" in reader.error


def test_an_answer_that_is_too_large(answers: Answers, server: JsonServer) -> None:
    answers.say([record("x" * 3_000_000)])
    reader = Reader(origin(server), more={"max_bytes": 1 << 20})
    reader.run()
    assert "answers with more than 1 MB, which is the most. Ask for fewer records." in reader.error


@pytest.mark.parametrize(
    ("body", "content_type", "sentence"),
    [
        ("<html>Sign in</html>", "text/html; charset=utf-8", "answers with text/html that is no JSON."),
        (b"\xff\xfe\x00", "application/json", "does not answer in UTF-8"),
        ('"text"', "application/json", "answers with a single value"),
        ('{"a": [{"response": "x"}], "b": [{"response": "y"}]}', "application/json", "has several lists"),
        ("[" * 100_000, "application/json", "JSON"),
        ('[{"question": "q"}]', "application/json", "no column that is known to hold responses"),
    ],
)
def test_answers_that_hold_no_records(
    answers: Answers, server: JsonServer, body: str | bytes, content_type: str, sentence: str
) -> None:
    answers.say(body, content_type=content_type)
    reader = Reader(origin(server))
    reader.run()
    assert sentence in reader.error
    assert reader.cursor == {}


def test_a_path_that_leads_nowhere(answers: Answers, server: JsonServer) -> None:
    answers.say({"items": [record("a")], "total": 1})
    reader = Reader(origin(server, records="data.logs"))
    reader.run()
    assert "has no list at `data.logs`; the answer has `items` and `total`. Correct the path." in reader.error


def test_redirects_stay_in_one_place(answers: Answers, server: JsonServer) -> None:
    answers.say([record("a")])
    answers.pages["/logs"] = Reply(status=307, headers={"Location": "/new"})
    assert Reader(origin(server)).run() == ["a"]
    answers.pages["/logs"] = Reply(status=302, headers={"Location": "http://127.0.0.1:9/new?token=abc"})
    reader = Reader(origin(server, headers=(("Authorization", "Bearer s3cret"),)))
    reader.run()
    assert "sends on to 127.0.0.1, which is another place and was not asked." in reader.error
    answers.pages["/logs"] = Reply(status=302, headers={"Location": "/logs"})
    reader.run()
    assert reader.error.endswith("sends on in a circle. Check the URL.")


def test_secrets_are_sent_and_never_shown(
    answers: Answers, server: JsonServer, caplog: pytest.LogCaptureFixture
) -> None:
    def expand(text: str) -> str:
        if "${DRIFTIUM_SECRET_NONE}" in text:
            raise SettingsError("The environment variable DRIFTIUM_SECRET_NONE is not set.")
        return text.replace("${DRIFTIUM_SECRET_A}", "s3cret")

    caplog.set_level(logging.DEBUG)
    answers.say([record("a")])
    url = server.url.replace("//", "//user:pa55word@") + "/${DRIFTIUM_SECRET_A}/logs?key=${DRIFTIUM_SECRET_A}"
    private = HttpOrigin(url=url, headers=(("X-Token", "Bearer ${DRIFTIUM_SECRET_A}"),))
    reader = Reader(private, more={"expand": expand})
    assert reader.run() == ["a"]
    asked = server.asked[-1]
    assert (asked.path, asked.query, asked.headers["x-token"]) == ("/s3cret/logs", {"key": "s3cret"}, "Bearer s3cret")
    assert asked.headers["authorization"].startswith("Basic ")
    answers.say("", status=404)
    reader.run()
    answers.say("", status=302, headers={"Location": "https://127.0.0.1/s3cret"})
    failed = reader.error
    reader.run()
    shown = f"{failed} {reader.error} {reader.cursor} {caplog.text}"
    assert "s3cret" not in shown
    assert "pa55word" not in shown
    unset = Reader(HttpOrigin(url=server.url, headers=(("X", "${DRIFTIUM_SECRET_NONE}"),)), more={"expand": expand})
    unset.run()
    assert unset.error == "The environment variable DRIFTIUM_SECRET_NONE is not set."


def test_columns_may_be_told(answers: Answers, server: JsonServer) -> None:
    answers.say([{"q": "x", "verdict": "fine"}])
    assert Reader(origin(server), LogColumns(response="verdict", prompt="q")).run() == ["fine"]


def test_openai_completions_in_a_list(answers: Answers, server: JsonServer) -> None:
    completion = {
        "id": "chatcmpl-1",
        "model": "gpt",
        "created": 1700000000,
        "choices": [{"message": {"role": "assistant", "content": "Hi"}}],
    }
    answers.say({"object": "list", "data": [completion], "has_more": False})
    assert Reader(origin(server)).run() == ["Hi"]
    answers.say(completion)
    assert Reader(origin(server)).run() == ["Hi"]


def test_a_first_look(answers: Answers, server: JsonServer) -> None:
    source = open_source(origin(server, watermark="n"), name="x")
    assert source.probe().unclear.endswith("/logs answers with no record now.")
    answers.say([record("a"), record("b"), 7])
    probe = source.probe()
    assert probe.columns == ("prompt", "response")
    assert [response.response for response in probe.sample] == ["a", "b"]
    assert probe.notes == ("Skipped: 1 item, not a JSON object.", "No record has the watermark `n`.")
    answers.say([{"q": 1}])
    assert "no column that is known to hold responses" in source.probe().unclear
    answers.say("", status=401)
    with pytest.raises(SourceError, match="status 401"):
        source.probe()


def test_records_as_a_table(answers: Answers, server: JsonServer) -> None:
    people = [
        {"n": 1, "age": 30, "job": {"name": "a"}, "tags": [1]},
        {"n": 2, "age": 4.5, "job": {"name": "b"}, "day": "2024-01-01"},
    ]
    answers.say({"data": people})
    whole = open_source(origin(server), name="people")
    first = whole.table({})
    assert first.table is not None
    assert (first.only_new, list(first.table.frame.columns)) == (False, ["n", "age", "job.name", "day"])
    assert [str(dtype) for dtype in first.table.frame.dtypes] == ["int64", "float64", "str", "datetime64[us]"]
    assert "Lists or objects in `tags` were left out." in first.table.notes
    assert whole.table(json.loads(json.dumps(first.cursor))).table is None
    above = open_source(origin(server, watermark="n"), name="people")
    cursor = above.table({}).cursor
    answers.say({"data": [*people, {"n": 2, "age": 1}, {"n": 3, "age": 2}]})
    second = above.table(json.loads(json.dumps(cursor)))
    assert second.table is not None
    assert (second.only_new, list(second.table.frame["age"])) == (True, [1, 2])
    assert above.table(json.loads(json.dumps(second.cursor))).table is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (HttpOrigin(url=""), "needs a URL"),
        (HttpOrigin(url="ftp://x/y"), "cannot be used"),
        (HttpOrigin(url="http:///y"), "cannot be used"),
        (HttpOrigin(url="http://x:99999999/y"), "cannot be used"),
        (HttpOrigin(url="http://[x/y"), "cannot be used"),
        (HttpOrigin(url="http://x/y z"), "cannot be used"),
        (HttpOrigin(url="http://x", headers=(("A B", "s3cret"),)), "cannot be the name of a header"),
        (HttpOrigin(url="http://x", headers=(("A", "s3cret\r\nB: c"),)), "signs that HTTP does not allow"),
        (HttpOrigin(url="http://x", headers=(("A", "s3crét"),)), "signs that HTTP does not allow"),
        (HttpOrigin(url="http://x", since="after"), "needs a watermark"),
    ],
)
def test_what_cannot_be_meant(wrong: HttpOrigin, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        check_origin(wrong)
    assert "s3cr" not in str(caught.value)
