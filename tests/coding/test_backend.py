"""Values cross to a solution and back without losing dtype or shape, and without being shared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from interviewer.coding.backend import Backend, NumpyBackend, make_backend, same

DTYPES = ["float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool"]
BACKENDS = [
    "numpy",
    "python",
    pytest.param("torch", marks=pytest.mark.torch),
]


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    return make_backend(request.param)


@pytest.mark.parametrize("dtype", DTYPES)
def test_arrays_keep_dtype_and_shape(backend: Backend, dtype: str):
    for shape in ((), (3,), (2, 0, 3), (2, 3)):
        array = np.ones(shape, dtype=dtype)
        back = backend.leave(backend.enter(array))
        assert same(back, array)


def test_other_values_stay_what_they_are(backend: Backend):
    value = {"a": [1, 2.5, None, "text", b"bytes", True], ("b", "c"): (np.arange(3), [np.zeros((2, 2))]), 3: {}}
    assert same(backend.leave(backend.enter(value)), value)


def test_nothing_is_shared(backend: Backend):
    array = np.arange(6.0).reshape(2, 3)
    entered = backend.enter(array)
    entered[0, 0] = 100
    assert array[0, 0] == 0
    left = backend.leave(entered)
    entered[0, 1] = 100
    assert left[0, 1] == 1


def test_views_with_odd_strides_cross(backend: Backend):
    array = np.arange(12.0).reshape(3, 4)
    for view in (array[::-1], array.T, array[:, 1::2], np.broadcast_to(array[0], (2, 4))):
        assert same(backend.leave(backend.enter(view)), np.array(view, order="C"))


def test_what_is_no_plain_value_does_not_come_back(backend: Backend):
    for value in ({1, 2}, object(), (x for x in [1])):
        with pytest.raises(TypeError, match="came back"):
            backend.leave([value])


def test_numpy_scalars_come_back_as_arrays():
    back = NumpyBackend().leave(np.float32(1.5))
    assert same(back, np.array(1.5, dtype=np.float32))
    assert list(NumpyBackend().leave({np.int64(4): 1})) == [4]


def test_numpy_keeps_no_gradients():
    with pytest.raises(TypeError, match="no gradients"):
        NumpyBackend().gradients(lambda x: x, [np.ones(2)], {}, np.ones(2))


@pytest.mark.torch
class TestTorch:
    def test_arrays_become_tensors(self):
        entered = make_backend("torch").enter([np.ones(2, np.float16), 3, "x"])
        assert [type(one).__name__ for one in entered] == ["Tensor", "int", "str"]
        assert str(entered[0].dtype) == "torch.float16"

    def test_a_tensor_that_carries_a_gradient_comes_back(self):
        backend = make_backend("torch")
        tensor = backend.enter(np.ones(2)).requires_grad_()
        assert same(backend.leave(tensor * 2), np.full(2, 2.0))

    def test_gradients_are_of_the_first_output_for_each_floating_array(self):
        def function(x: Any, order: Any, y: Any, *, factor: float) -> Any:
            return (x[order] * factor, y)

        args = [np.arange(3.0), np.array([2, 2, 0]), np.ones(2)]
        found = make_backend("torch").gradients(function, args, {"factor": 2.0}, np.array([1.0, 10.0, 100.0]))
        assert [one.tolist() for one in found] == [[200.0, 0.0, 22.0], [0.0, 0.0]]

    def test_an_output_without_gradient_is_refused(self):
        with pytest.raises(TypeError, match="carries no gradient"):
            make_backend("torch").gradients(lambda x: x.detach(), [np.ones(2)], {}, np.ones(2))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.ones(2), np.ones(2, np.float32)),
        (np.ones(2), np.ones((1, 2))),
        (np.ones(2), [1.0, 1.0]),
        (1, 1.0),
        (True, 1),
        ([1, 2], [1]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (float("nan"), 1.0),
    ],
)
def test_what_is_not_the_same(one: Any, other: Any):
    assert not same(one, other)
    assert not same(other, one)


def test_nan_is_the_same_as_nan():
    assert same([float("nan"), np.array([np.nan, 1])], [float("nan"), np.array([np.nan, 1])])
