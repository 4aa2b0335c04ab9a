"""The arithmetic of generated code, for numba: choices, exponentials, logarithms and powers of many draws at once.

Generated code takes all its words from here. Nothing branches and nothing is called out of line, so that the compiler
turns a loop over draws into instructions on several draws each.
Loads and stores say that they do not overlap, which the compiler could not know of rows found by their addresses.

Functions expect operands that are finite or NaN. Exponential and logarithm: argument reduction by powers of two, then
the Taylor series of exp and of the inverse hyperbolic tangent; Muller, Elementary Functions (2016), ch. 11. Errors are
below 2 units in the last place; a power carries the logarithm in two doubles, so that a large exponent loses nothing.
"""

from __future__ import annotations

import math
from typing import Any, Final

from llvmlite import ir
from numba import cfunc, njit, types
from numba.extending import intrinsic

__all__ = [
    "PIECE",
    "call",
    "cfunc",
    "exp",
    "infinite",
    "load",
    "log",
    "nan",
    "njit",
    "normal_cdf",
    "pick",
    "power",
    "root",
    "row",
    "store",
]

nan: Final = math.nan
infinite: Final = math.inf
DOUBLE, INTEGER = ir.DoubleType(), ir.IntType(64)
ROW: Final = types.CPointer(types.float64)
ROWS: Final = types.CPointer(types.intp)
PIECE: Final = types.void(types.intp, ROWS, ROW)
"""What every piece is: draws, addresses of the rows it reads and writes, certain values."""


# Rows -----------------------------------------------------------------------------------------------------------------


def _scopes(module: Any, names: list[str]) -> Any:
    """Metadata that names sets of memory; loads are one set and each store is another."""
    domain = module.add_metadata(["valuation"])
    return module.add_metadata([module.add_metadata([name, domain]) for name in names])


@intrinsic
def row(context: Any, rows: Any, number: Any) -> Any:
    """The row at the numbered address."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(builder.load(builder.gep(args[0], [args[1]])), DOUBLE.as_pointer())

    return ROW(ROWS, types.intp), build


@intrinsic
def load(context: Any, from_row: Any, draw: Any) -> Any:
    """The value of a draw in a row that no store of the same piece touches."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        value = builder.load(builder.gep(args[0], [args[1]]))
        value.set_metadata("alias.scope", _scopes(builder.module, ["read"]))
        return value

    return types.float64(ROW, types.intp), build


@intrinsic(prefer_literal=True)
def store(context: Any, to_row: Any, draw: Any, value: Any, number: Any, count: Any) -> Any:
    """Keep the value of a draw: the numbered of so many rows, none of which overlap."""
    others = [f"row {other}" for other in range(count.literal_value) if other != number.literal_value]

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kept = builder.store(args[2], builder.gep(args[0], [args[1]]))
        kept.set_metadata("alias.scope", _scopes(builder.module, [f"row {number.literal_value}"]))
        kept.set_metadata("noalias", _scopes(builder.module, ["read", *others]))
        return context.get_dummy_value()

    return types.void(ROW, types.intp, types.float64, number, count), build


@intrinsic
def call(context: Any, code: Any, draws: Any, rows: Any, certain: Any) -> Any:
    """Call the piece at an address, with the addresses of its table of rows and of its certain values."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        given = [INTEGER, INTEGER.as_pointer(), DOUBLE.as_pointer()]
        piece = builder.inttoptr(args[0], ir.FunctionType(ir.VoidType(), given).as_pointer())
        builder.call(piece, [args[1], *(builder.inttoptr(a, t) for a, t in zip(args[2:], given[1:], strict=True))])
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.intp, types.intp), build


# Single instructions --------------------------------------------------------------------------------------------------


@intrinsic
def pick(context: Any, test: Any, then: Any, otherwise: Any) -> Any:
    """One of two values, both of which are known: a choice without a branch."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(*args)

    return types.float64(types.boolean, types.float64, types.float64), build


@intrinsic
def fused(context: Any, left: Any, right: Any, addend: Any) -> Any:
    """Left * right + addend, rounded once."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), build


def _of_one(name: str) -> Any:
    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.call(builder.module.declare_intrinsic(name, [DOUBLE]), args)

    return types.float64(types.float64), build


@intrinsic
def floor(context: Any, value: Any) -> Any:
    """The next whole number below."""
    return _of_one("llvm.floor")


@intrinsic
def root(context: Any, value: Any) -> Any:
    """The square root; NaN below 0."""
    return _of_one("llvm.sqrt")


@intrinsic
def two_to(context: Any, exponent: Any) -> Any:
    """2 to a whole exponent between -1022 and 1023, by writing the bits of its exponent."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        shifted = builder.fadd(args[0], ir.Constant(DOUBLE, 1.5 * 2.0**52 + 1023))
        return builder.bitcast(builder.shl(builder.bitcast(shifted, INTEGER), ir.Constant(INTEGER, 52)), DOUBLE)

    return types.float64(types.float64), build


_ONE: Final = 0x3FF0000000000000
_ROOT_OF_HALF: Final = 0x3FE6A09E667F3BCD
_TWO_TO_52: Final = 0x4330000000000000


def _biased(builder: Any, bits: Any) -> Any:
    """1023 more than the exponent that leaves a mantissa between the roots of 1/2 and 2."""
    return builder.lshr(builder.add(bits, ir.Constant(INTEGER, _ONE - _ROOT_OF_HALF)), ir.Constant(INTEGER, 52))


@intrinsic
def exponent_of(context: Any, value: Any) -> Any:
    """The exponent of 2 in a positive normal number whose mantissa is between the roots of 1/2 and 2."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        biased = _biased(builder, builder.bitcast(args[0], INTEGER))
        number = builder.bitcast(builder.or_(biased, ir.Constant(INTEGER, _TWO_TO_52)), DOUBLE)
        return builder.fsub(number, ir.Constant(DOUBLE, 2.0**52 + 1023))

    return types.float64(types.float64), build


@intrinsic
def mantissa_of(context: Any, value: Any) -> Any:
    """A positive normal number over 2 to its exponent: between the roots of 1/2 and 2."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], INTEGER)
        shift = builder.shl(_biased(builder, bits), ir.Constant(INTEGER, 52))
        return builder.bitcast(builder.add(builder.sub(bits, shift), ir.Constant(INTEGER, _ONE)), DOUBLE)

    return types.float64(types.float64), build


# Series ---------------------------------------------------------------------------------------------------------------


def _series(*coefficients: float) -> Any:
    """The sum of coefficients times the powers of a value from the 0th upwards, by Horner's rule."""

    @intrinsic
    def summed(context: Any, value: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            *lower, found = (ir.Constant(DOUBLE, coefficient) for coefficient in coefficients)
            for coefficient in reversed(lower):
                found = builder.fma(found, args[0], coefficient)
            return found

        return types.float64(types.float64), build

    return summed


_exp_series: Final = _series(*(1 / math.factorial(n) for n in range(2, 14)))  # of (exp(x) - 1 - x) / x^2
log_series: Final = _series(*(1 / n for n in range(3, 24, 2)))
_MIDDLE: Final = 3.75
# (1 + 2 x) exp(x^2) erfc(x) for x from 0 to infinity, of (x - 3.75) / (x + 3.75): found by interpolation in 60 nodes of
# Chebyshev with 50 digits, to 4e-16. After Shepherd and Laframboise, Mathematics of Computation 36 (1981), 249-253.
_tail_series: Final = _series(
    1.2375126308378275,
    -0.14024059858554697,
    0.0035854154854644293,
    0.0822767384901452,
    -0.10880393014174886,
    0.09230432116037748,
    -0.05869339858963677,
    0.028362277418956406,
    -0.009746579558029276,
    0.0017556258528952954,
    0.0002937136655913448,
    -0.0002901540805408417,
    5.16490988926824e-05,
    2.238423915508223e-05,
    -1.144414623770052e-05,
    -9.73559896736777e-07,
    1.751637648849056e-06,
    -5.721823060322171e-08,
    -2.586685071615521e-07,
    2.3263508708857417e-08,
    3.867533424221777e-08,
    -3.744210080961323e-09,
    -5.173990214009514e-09,
    3.111433380978696e-10,
    4.2514714447933253e-10,
)


# Functions ------------------------------------------------------------------------------------------------------------

_inline = njit(error_model="numpy", forceinline=True)
_LN2_HIGH: Final = float.fromhex("0x1.62e42fefa3800p-1")  # 11 zeros at its end, so that its multiples are exact
_LN2_LOW: Final = float.fromhex("0x1.ef35793c76730p-45")
_PER_LN2: Final = 1 / math.log(2)
_TO_WHOLE: Final = 1.5 * 2.0**52
_SMALLEST_NORMAL: Final = 2.0**-1022
_BEYOND: Final = 800.0
_LEAST_TAIL: Final = 709.782712893384  # beyond it, at 37.7 standard deviations, SciPy has 0 and no subnormal number


@_inline
def _exp_of_sum(high, low):
    """exp(high + low) for a low part far smaller than the high one."""
    within = pick(high > _BEYOND, _BEYOND, pick(high < -_BEYOND, -_BEYOND, high))
    whole = (within * _PER_LN2 + _TO_WHOLE) - _TO_WHOLE
    rough = fused(-whole, _LN2_HIGH, within)
    fine = fused(-whole, _LN2_LOW, low)
    x = rough + fine
    sum_of_two = 1 + rough
    lost = rough - (sum_of_two - 1)
    found = sum_of_two + (fused(x * x, _exp_series(x), fine) + lost)
    half = floor(whole * 0.5)
    return found * two_to(half) * two_to(whole - half)


@_inline
def _log_parts(value):
    """The logarithm of a positive number as the sum of a high and a low part."""
    small = value < _SMALLEST_NORMAL
    normal = pick(small, value * 2.0**54, value)
    exponent = exponent_of(normal) - pick(small, 54.0, 0.0)
    above = mantissa_of(normal) - 1
    below = above + 2
    lost = above - (below - 2)
    ratio = above / below
    rest = (fused(-ratio, below, above) - ratio * lost) / below
    square = ratio * ratio
    low = 2 * (rest + ratio * square * log_series(square)) + exponent * _LN2_LOW
    big = exponent * _LN2_HIGH
    rough = big + 2 * ratio
    taken = rough - big
    low += (big - (rough - taken)) + (2 * ratio - taken)
    high = rough + low
    return high, low - (high - rough)


@_inline
def exp(value):
    """E to a value; infinite where it overflows."""
    return _exp_of_sum(value, 0.0)


@_inline
def log(value):
    """The natural logarithm; NaN at and below 0."""
    high, low = _log_parts(value)
    return pick(value > 0.0, high + low, nan)


@_inline
def power(base, exponent):
    """Power; NaN for 0^0, for 0 to a negative exponent, and for a negative base whose exponent is no whole number."""
    size = abs(base)
    high, low = _log_parts(size)
    product = exponent * high
    rest = fused(exponent, high, -product) + exponent * low
    found = _exp_of_sum(product, pick(abs(product) < _BEYOND, rest, 0.0))
    half = exponent * 0.5
    signed = pick(floor(half) == half, found, -found)
    negative = pick(floor(exponent) == exponent, signed, nan)
    of_zero = pick(exponent > 0.0, 0.0, nan)
    found = pick(base > 0.0, found, pick(base < 0.0, negative, pick(base == 0.0, of_zero, nan)))
    return found + (exponent - exponent)


@_inline
def normal_cdf(value):
    """The standard normal distribution function; its tails are as exact as its middle."""
    size = abs(value) * 0.7071067811865476
    squared = value * value
    rest = fused(value, value, -squared)
    density = _exp_of_sum(-0.5 * squared, pick(squared < _BEYOND * 2, -0.5 * rest, 0.0))
    tail = 0.5 * density * _tail_series((size - _MIDDLE) / (size + _MIDDLE)) / (1 + 2 * size)
    tail = pick(size * size > _LEAST_TAIL, 0.0, tail)
    return pick(value > 0.0, 1 - tail, tail)
