"""Works out the numbers that the bank states, from the formula that stands beside each of them."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Mapping

_OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: lambda left, right: left % right,
    ast.Pow: math.pow,
}


def _choose(n: float, k: float) -> float:
    if int(n) != n or int(k) != k:
        raise ValueError(f"comb({n}, {k}): these are no whole numbers")
    return math.comb(int(n), int(k))


_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log2": math.log2,
    "ceil": math.ceil,
    "floor": math.floor,
    "comb": _choose,
    "min": lambda *numbers: min(numbers),
    "max": lambda *numbers: max(numbers),
}
_NUMERAL = re.compile(r"-?\d+(,\d{3})*(\.\d+)?")


def evaluate(formula: str, given: Mapping[str, float]) -> float:
    """The value of an arithmetic formula in Python's notation over the names in `given`.

    Raises ValueError for anything that is not arithmetic, an unknown name, and a result that is no finite number.
    """
    try:
        value = _value(ast.parse(formula, mode="eval").body, given)
        finite = math.isfinite(value)
    except SyntaxError as error:
        raise ValueError(f"not a formula: {formula}") from error
    except (ArithmeticError, TypeError) as error:
        raise ValueError(f"{formula}: {error}") from error
    if not finite:
        raise ValueError(f"{formula}: the result is {value}")
    return value


def states(numeral: str, value: float) -> bool:
    """Whether `numeral`, as written ("327,680", "2.5"), is `value` rounded to the places that are written.

    What comes out whole is stated exactly; for the rest, the trailing zeros of a whole numeral beyond its second digit
    are taken for rounding. Raises ValueError when the numeral is none.
    """
    if not _NUMERAL.fullmatch(numeral):
        raise ValueError(f"not a number: {numeral!r}")
    plain = numeral.replace(",", "")
    decimals = len(plain.partition(".")[2])
    places = -decimals
    if not decimals:
        digits = plain.lstrip("-")
        zeros = len(digits) - len(digits.rstrip("0"))
        places = max(0, min(zeros, len(digits) - 2))
    if not decimals and value == int(value):
        return int(plain) == value
    half = 0.5 * 10.0**places
    return abs(float(plain) - value) <= half * (1 + 1e-9)


def _value(node: ast.expr, given: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id=name) if name in given:
            return given[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, given)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return _OPERATIONS[type(op)](_value(left, given), _value(right, given))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*(_value(arg, given) for arg in args))
        case _:
            raise ValueError(f"not arithmetic over {', '.join(given) or 'numbers'}: {ast.unparse(node)}")
