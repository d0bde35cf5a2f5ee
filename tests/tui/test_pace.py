from __future__ import annotations

from tui.pace import Pace


def test_nothing_is_said_before_one_is_done():
    pace = Pace()
    assert pace.remaining_s(4, 100) is None
    assert pace.remaining_s(4, 130) is None


def test_what_is_left_takes_as_long_as_what_is_done_did():
    pace = Pace()
    pace.remaining_s(4, 100)
    assert pace.remaining_s(3, 120) == 60
    assert pace.remaining_s(3, 130) == 50
    assert pace.remaining_s(1, 160) == 20


def test_it_never_runs_below_zero_and_starts_anew_when_more_comes():
    pace = Pace()
    pace.remaining_s(2, 0)
    assert pace.remaining_s(1, 10) == 10
    assert pace.remaining_s(1, 500) == 0
    assert pace.remaining_s(5, 510) is None
