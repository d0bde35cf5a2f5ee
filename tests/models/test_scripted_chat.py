from __future__ import annotations

import time

import pytest

from interviewer.errors import EndpointDown, InterviewerError
from interviewer.models.chat import Chat, Message, Reply, TokenCount
from interviewer.models.scripted import ScriptedChat, ScriptEnded

ASK = [Message("user", "什么是 LoRA？")]


async def test_the_script_is_spoken_in_order_and_every_prompt_is_kept():
    cut = Reply(text="cu", complete=False, tokens=TokenCount())
    chat: Chat = ScriptedChat(["one", cut, EndpointDown("down"), lambda messages: messages[-1].content[:3]])
    assert (await chat.reply(ASK, max_tokens=1)).text == "one"
    assert await chat.reply(ASK, max_tokens=1) == cut
    with pytest.raises(EndpointDown):
        await chat.reply(ASK, max_tokens=1)
    assert (await chat.reply(ASK, max_tokens=1)).text == "什么是"
    assert isinstance(chat, ScriptedChat)
    assert chat.seen == [tuple(ASK)] * 4


async def test_next_tokens_have_a_script_of_their_own():
    chat = ScriptedChat(["text"], [{"miss": -3.0, "hit": -0.1, "wrong": -5.0}])
    assert (await chat.next_token(ASK, top=2)).logprobs == {"hit": -0.1, "miss": -3.0}


async def test_running_dry_is_loud_and_nothing_falls_back_on_it():
    chat = ScriptedChat(["one"])
    await chat.reply(ASK, max_tokens=1)
    with pytest.raises(ScriptEnded, match=r"call 2.*什么是 LoRA") as caught:
        await chat.reply(ASK, max_tokens=1)
    assert not isinstance(caught.value, InterviewerError)


async def test_a_delay_is_kept():
    chat = ScriptedChat(["slow"], delay_s=0.05)
    began = time.monotonic()
    await chat.reply(ASK, max_tokens=1)
    assert time.monotonic() - began >= 0.05
