from __future__ import annotations

import pytest

from interviewer.errors import BadOutput, EndpointDown, EndpointRefused, NoModel, StorageError
from interviewer.models.fallback import Fallback, Member, Switch
from interviewer.models.faults import Unsupported


class Bench:
    """Members a, b, c (or those named) whose next outcomes are set by `fails`; the clock stands still until moved."""

    def __init__(self, names="abc"):
        self.fails = {}
        self.asked = []
        self.switches = []
        self.now = 0.0
        members = [Member(name, name) for name in names]
        self.fallback = Fallback(members, self.switches.append, clock=lambda: self.now)

    async def call(self):
        self.asked.clear()
        return await self.fallback.call(self._ask)

    async def _ask(self, name):
        self.asked.append(name)
        if name in self.fails:
            raise self.fails[name]
        return name.upper()


async def test_the_first_member_answers_and_nothing_is_told():
    bench = Bench()
    assert await bench.call() == "A"
    assert (bench.asked, bench.switches, bench.fallback.speaking) == (["a"], [], "a")


@pytest.mark.parametrize("error", [EndpointDown("a is down", "HTTP 503"), BadOutput("a talks rubbish", "HTTP 503")])
async def test_a_member_that_is_down_rests_and_is_then_tried_first_again(error):
    bench = Bench()
    bench.fails["a"] = error
    assert await bench.call() == "B"
    assert bench.asked == ["a", "b"]
    assert bench.switches == [Switch("a", "b", f"{error.title}; HTTP 503")]

    bench.now = 29.9
    assert await bench.call() == "B"
    assert bench.asked == ["b"]

    bench.now = 30.1
    assert await bench.call() == "B"
    assert bench.asked == ["a", "b"]
    assert len(bench.switches) == 1

    bench.fails.clear()
    bench.now = 61
    assert await bench.call() == "A"
    assert bench.switches[1:] == [Switch("b", "a", "a answers again")]


@pytest.mark.parametrize("error", [EndpointRefused("bad key"), Unsupported("no json_schema")])
async def test_a_member_that_refuses_is_off_for_the_session(error):
    bench = Bench()
    bench.fails["a"] = error
    await bench.call()
    bench.fails.clear()
    bench.now = 10_000
    assert await bench.call() == "B"
    assert bench.asked == ["b"]
    assert bench.switches == [Switch("a", "b", error.title)]
    assert bench.fallback.causes == {"a": error}


async def test_when_all_fail_every_cause_is_named_and_the_silence_is_told_once():
    bench = Bench()
    bench.fails = {
        "a": EndpointRefused("a: bad key", "HTTP 401", "Check the key."),
        "b": EndpointDown("b: no connection"),
        "c": BadOutput("c: not JSON"),
    }
    with pytest.raises(NoModel) as caught:
        await bench.call()
    for cause in ("bad key", "HTTP 401", "no connection", "not JSON"):
        assert cause in caught.value.message
    assert caught.value.hint == "Check the key."
    with pytest.raises(NoModel):
        await bench.call()
    assert [(switch.from_name, switch.to_name) for switch in bench.switches] == [("a", "")]
    assert bench.fallback.speaking == ""

    del bench.fails["b"]
    assert await bench.call() == "B"
    assert bench.switches[1] == Switch("", "b", "b answers again")


async def test_a_resting_member_is_asked_when_nobody_else_can_answer():
    bench = Bench("ab")
    bench.fails["a"] = EndpointDown("a is down")
    await bench.call()
    bench.fails = {"b": EndpointDown("b is down")}
    assert await bench.call() == "A"
    assert bench.asked == ["b", "a"]


async def test_a_single_member_is_asked_again_without_waiting():
    bench = Bench("a")
    bench.fails["a"] = EndpointDown("blip")
    with pytest.raises(NoModel):
        await bench.call()
    bench.fails.clear()
    assert await bench.call() == "A"


async def test_no_members_is_no_model():
    bench = Bench("")
    with pytest.raises(NoModel, match="No model is configured"):
        await bench.call()
    assert bench.switches == []


async def test_other_errors_pass_through_and_change_nothing():
    bench = Bench()
    bench.fails["a"] = StorageError("disk full")
    with pytest.raises(StorageError):
        await bench.call()
    assert (bench.asked, bench.switches, bench.fallback.causes) == (["a"], [], {})


def test_two_members_of_one_name_are_refused():
    with pytest.raises(ValueError, match="share a name"):
        Bench("aa")
