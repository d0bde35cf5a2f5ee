from __future__ import annotations

import asyncio
import contextlib
import math
import time
from contextlib import asynccontextmanager

import pytest
from fakes.openai_server import FakeOpenAI, Step

from interviewer.errors import BadOutput, EndpointDown, EndpointRefused
from interviewer.models.chat import Message, TokenCount
from interviewer.models.endpoint import Endpoint
from interviewer.models.faults import TooLong, Unsupported
from interviewer.models.openai_chat import OpenAIChat

KEY = "a1b2c3d4.secret"  # of a form that only its owner knows for a key
ASK = [Message("system", "你是面试官"), Message("user", "什么是 LoRA？")]
SCHEMA = {"type": "object", "properties": {"verdict": {"enum": ["hit", "miss"]}}}


@asynccontextmanager
async def talking(script, *, timeout_s=5.0, url=None, **options):
    """A chat on a scripted server, the server, and the pauses it made."""
    pauses = []

    async def sleep(seconds):
        pauses.append(seconds)

    with FakeOpenAI(script, **options) as server:
        endpoint = Endpoint(name="home", base_url=url or server.url, model="m1", api_key=KEY, timeout_s=timeout_s)
        chat = OpenAIChat(endpoint, sleep=sleep, jitter=lambda: 0.5)
        try:
            yield chat, server, pauses
        finally:
            await chat.aclose()


async def failure(script, expected, *, schema=None, **options):
    async with talking(script, **options) as (chat, server, pauses):
        with pytest.raises(expected) as caught:
            await chat.reply(ASK, max_tokens=64, schema=schema)
        assert KEY not in str(caught.value)
        assert caught.value.__cause__ is None  # a server's own text may echo the key
        return caught.value, server, pauses


async def test_a_reply_carries_text_and_the_endpoint_s_own_token_counts():
    async with talking([Step(text="低秩分解", cached=9)], api_key=KEY) as (chat, server, _):
        reply = await chat.reply(ASK, max_tokens=64)
    assert (reply.text, reply.complete) == ("低秩分解", True)
    assert reply.tokens == TokenCount(prompt=11, cached=9, completion=7)
    assert (chat.endpoint, chat.model) == ("home", "m1")
    assert server.requests[0].path == "/v1/chat/completions"
    assert server.requests[0].body == {
        "model": "m1",
        "messages": [{"role": "system", "content": "你是面试官"}, {"role": "user", "content": "什么是 LoRA？"}],
        "max_tokens": 64,
        "temperature": 0,
    }


async def test_a_reply_cut_by_the_length_limit_is_not_complete():
    async with talking([Step(text="低", finish="length")]) as (chat, _, _):
        assert not (await chat.reply(ASK, max_tokens=1)).complete


@pytest.mark.parametrize(
    ("mode", "sent"),
    [
        (
            "json_schema",
            {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA}},
        ),
        ("json_object", {"type": "json_object"}),
        ("prompt", None),
    ],
)
async def test_json_is_asked_for_in_the_way_that_was_chosen(mode, sent):
    async with talking(["{}"]) as (chat, server, _):
        await chat.reply(ASK, max_tokens=64, schema=SCHEMA, json_mode=mode)
    assert server.requests[0].body.get("response_format") == sent


async def test_next_token_gives_the_probabilities_of_the_first_token():
    step = Step(text="hit", logprobs={"hit": -0.1, "miss": -2.5, "wrong": -9.0})
    async with talking([step]) as (chat, server, _):
        token = await chat.next_token(ASK, top=2)
    assert token.logprobs == {"hit": -0.1, "miss": -2.5}
    assert token.tokens.prompt == 11
    body = server.requests[0].body
    assert (body["max_tokens"], body["logprobs"], body["top_logprobs"]) == (1, True, 2)


async def test_tokens_that_read_the_same_are_added_up():
    raw = (
        '{"choices": [{"message": {"content": ""}, "logprobs": {"content": [{"top_logprobs": ['
        '{"token": "\\ufffd", "logprob": -1.0}, {"token": "\\ufffd", "logprob": -1.0}]}]}}]}'
    )
    async with talking([Step(garbage=raw)]) as (chat, _, _):
        token = await chat.next_token(ASK)
    assert token.logprobs["\ufffd"] == pytest.approx(-1.0 + math.log(2))


async def test_an_endpoint_without_logprobs_is_told_apart():
    async with talking(["hit"]) as (chat, _, _):
        with pytest.raises(Unsupported, match="log-probabilities"):
            await chat.next_token(ASK)


async def test_a_refusal_that_names_logprobs_is_unsupported_whatever_its_status():
    error = {"message": "You are not allowed to request logprobs from this model"}
    async with talking([Step(status=403, error=error)]) as (chat, _, _):
        with pytest.raises(Unsupported):
            await chat.next_token(ASK)


@pytest.mark.parametrize("status", [400, 422])
async def test_a_bad_request_is_unsupported_only_when_it_carried_extras(status):
    fault, _, _ = await failure([Step(status=status)], Unsupported, schema=SCHEMA)
    assert isinstance(fault, EndpointRefused)
    fault, _, _ = await failure([Step(status=status)], EndpointRefused)
    assert not isinstance(fault, Unsupported)


@pytest.mark.parametrize(("status", "hint"), [(401, "api_key"), (403, "key"), (404, "/v1"), (402, "balance")])
async def test_what_will_not_pass_is_refused_at_once_with_what_to_check(status, hint):
    fault, server, pauses = await failure([Step(status=status)], EndpointRefused, schema=SCHEMA)
    assert not isinstance(fault, Unsupported)
    assert hint in fault.hint
    assert "home" in fault.title
    assert f"HTTP {status}" in fault.message
    assert (len(server.requests), pauses) == (1, [])


async def test_a_key_that_the_server_echoes_is_not_repeated():
    echoed = {"message": f"Incorrect API key provided: {KEY}, or sk-other-key-999"}
    fault, _, _ = await failure([Step(status=401, error=echoed)], EndpointRefused)
    assert "Incorrect API key provided" in fault.message
    assert "other-key" not in str(fault)


@pytest.mark.parametrize("status", [429, 500, 503, 529])
async def test_what_may_pass_is_asked_once_more(status):
    async with talking([Step(status=status), "second"]) as (chat, server, pauses):
        assert (await chat.reply(ASK, max_tokens=8)).text == "second"
    assert pauses == [pytest.approx(0.4)]
    assert len(server.requests) == 2


@pytest.mark.parametrize("step", [Step(status=500), Step(drop=True), Step(cut=20)])
async def test_what_fails_twice_is_down(step):
    fault, server, _ = await failure([step, step, "never asked"], EndpointDown)
    assert "home" in fault.title
    assert len(server.requests) == 2


async def test_a_short_retry_after_is_honoured_and_a_long_one_is_not_waited_for():
    short = Step(status=429, headers={"retry-after": "2"})
    async with talking([short, "second"]) as (chat, _, pauses):
        await chat.reply(ASK, max_tokens=8)
    assert pauses == [2.0]
    _, server, pauses = await failure([Step(status=429, headers={"retry-after": "60"})], EndpointDown)
    assert (len(server.requests), pauses) == (1, [])


async def test_a_hanging_endpoint_costs_its_timeout_once():
    began = time.monotonic()
    fault, _, _ = await failure([Step(hang=True), Step(hang=True)], EndpointDown, timeout_s=0.4)
    assert "within 0.4 s" in fault.title
    assert time.monotonic() - began < 1.5


async def test_an_endpoint_that_sends_its_reply_in_drops_is_timed_out_too():
    async def dribble(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        writer.close()

    server = await asyncio.start_server(dribble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await failure([], EndpointDown, url=f"http://127.0.0.1:{port}/v1", timeout_s=0.4)
    await asyncio.sleep(0.05)
    server.close()


async def test_nobody_listening_is_down_and_says_where():
    with FakeOpenAI() as gone:
        url = gone.url
    fault, _, _ = await failure([], EndpointDown, url=url)
    assert "127.0.0.1" in fault.title
    assert "running" in fault.hint


@pytest.mark.parametrize(
    "raw",
    ["", "{nope", "<html>busy</html>", "[1]", "null", '{"choices": [{"message": "hi"}]}', '{"choices": 5}'],
)
async def test_a_body_that_is_not_a_completion_is_bad_output(raw):
    fault, server, _ = await failure([Step(garbage=raw)], BadOutput)
    assert "home" in fault.title
    assert len(server.requests) == 1


async def test_an_error_in_a_good_status_is_told():
    fault, _, _ = await failure([Step(garbage='{"error": {"message": "model is loading"}}')], BadOutput)
    assert "model is loading" in fault.message


@pytest.mark.parametrize(
    "step", [Step(no_choices=True), Step(text=None), Step(text=" \n"), Step(text="", finish="length")]
)
async def test_a_reply_without_content_is_bad_output(step):
    await failure([step], BadOutput)


async def test_an_odd_token_count_does_not_spoil_a_good_reply():
    raw = '{"choices": [{"message": {"content": "fine"}}], "usage": {"prompt_tokens": "many"}}'
    async with talking([Step(garbage=raw)]) as (chat, _, _):
        reply = await chat.reply(ASK, max_tokens=8)
    assert (reply.text, reply.tokens) == ("fine", TokenCount())


@pytest.mark.parametrize(
    "error", [{"message": "x", "code": "context_length_exceeded"}, {"message": "exceeds the available context size"}]
)
async def test_a_prompt_that_is_too_long_does_not_count_as_a_refusal(error):
    fault, _, _ = await failure([Step(status=400, error=error)], TooLong, schema=SCHEMA)
    assert not isinstance(fault, EndpointRefused)


async def test_a_model_with_other_parameter_names_is_asked_its_way_and_that_is_remembered():
    limit = {"message": "Use 'max_completion_tokens' instead.", "param": "max_tokens", "code": "unsupported_parameter"}
    heat = {"message": "Only the default (1) is supported.", "param": "temperature", "code": "unsupported_value"}
    script = [Step(status=400, error=limit), Step(status=400, error=heat), "one", "two"]
    async with talking(script) as (chat, server, _):
        assert (await chat.reply(ASK, max_tokens=64)).text == "one"
        assert (await chat.reply(ASK, max_tokens=64)).text == "two"
    for seen in server.requests[2:]:
        assert seen.body["max_completion_tokens"] == 64
        assert not {"max_tokens", "temperature"} & seen.body.keys()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("value", ["http://127.0.0.1:1", "socks5://127.0.0.1:1", "socks://127.0.0.1:1"])
async def test_a_proxy_of_the_environment_is_not_used_for_this_machine(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    async with talking(["hello"]) as (chat, _, _):
        assert (await chat.reply(ASK, max_tokens=8)).text == "hello"


@pytest.mark.parametrize(
    ("value", "hint"), [("socks5://u:pw@127.0.0.1:1", "socksio"), ("socks://u:pw@127.0.0.1:1", "http://")]
)
async def test_a_broken_proxy_variable_is_named_without_its_value(monkeypatch, value, hint):
    monkeypatch.setenv("ALL_PROXY", value)
    chat = OpenAIChat(Endpoint(name="far", base_url="https://far.invalid/v1", model="m"))
    with pytest.raises(EndpointDown) as caught:
        await chat.ready()
    assert "ALL_PROXY" in caught.value.title
    assert hint in caught.value.hint
    assert "pw" not in str(caught.value)


async def test_half_characters_from_a_terminal_are_sent_as_question_marks():
    async with talking(["ok"]) as (chat, server, _):
        await chat.reply([Message("user", "a\udce4b")], max_tokens=8)
    assert server.requests[0].body["messages"][0]["content"] == "a?b"


async def test_a_cancelled_call_leaves_the_chat_usable():
    async with talking([Step(hang=True), "next"]) as (chat, server, _):
        call = asyncio.create_task(chat.reply(ASK, max_tokens=8))
        await asyncio.sleep(0.3)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert len(server.requests) == 1
        assert (await chat.reply(ASK, max_tokens=8)).text == "next"
