from __future__ import annotations

import pytest

from interviewer.interview.presets import PRESETS


@pytest.mark.parametrize(
    ("name", "minutes"), [("daily", 10), ("screen", 30), ("first", 50), ("second", 60), ("lead", 30), ("drill", None)]
)
def test_each_round_lasts_as_long_as_it_says(name: str, minutes: int | None):
    assert PRESETS[name].minutes == minutes


def test_a_squeezed_round_keeps_the_shares_of_its_phases():
    whole, half = PRESETS["second"], PRESETS["second"].lasting(30)
    assert half.minutes == pytest.approx(30)
    assert [shape.minutes for shape in half.phases] == pytest.approx([(s.minutes or 0) / 2 for s in whole.phases])


def test_a_drill_with_a_length_gets_a_clock():
    assert PRESETS["drill"].lasting(12).minutes == pytest.approx(12)
