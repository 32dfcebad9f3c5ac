"""Conditions in scripts: a small expression language about answers and facts, in which blank is never true.

    temperature >= fever_c or 'cough' in symptoms.present
    not known(onset) and day > 1

Names are answers of the script (about the person being asked about) and `FACTS`; `previous.<answer>` is the answer of
the last round. Three-valued: a comparison with a blank is blank, `not` blank is blank, and in the end blank is false.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

FACTS = frozenset({
    "fever_c", "day", "channel", "recorded", "proxy", "alone", "language", "sex", "age", "volunteered", "times",
})  # fmt: skip

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
    ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip


class Scope(Protocol):
    """What a condition is asked about: the answers and facts known at the moment."""

    def value(self, name: str) -> Any:
        """An answer or a fact by its name; None is blank."""

    def before(self, name: str) -> Any:
        """The answer of the last round; None is blank."""


Evaluate = Callable[[Scope], Any]


class ConditionError(ValueError):
    """A condition that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression that was checked when the script was loaded."""

    text: str
    evaluate: Evaluate
    names: frozenset[str]

    def holds(self, scope: Scope) -> bool:
        """True only where the expression is known to be true."""
        return bool(self.evaluate(scope))


def read_condition(text: str, answers: Collection[str]) -> Condition:
    """Read one condition; `answers` are the names it may speak of besides `FACTS`. Raises ConditionError."""
    try:
        tree = ast.parse(str(text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ConditionError(f"`{text}` is not an expression") from None
    names: set[str] = set()
    return Condition(str(text), _build(tree, frozenset(answers) | FACTS, names), frozenset(names))


def _build(node: ast.expr, known: frozenset[str], names: set[str]) -> Evaluate:
    def build(part: ast.expr) -> Evaluate:
        return _build(part, known, names)

    match node:
        case ast.Constant(value=bool() | int() | float() | str() as constant):
            return lambda scope: constant
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            constants = [_constant(part) for part in parts]
            return lambda scope: constants
        case ast.Name(id=name):
            names.add(_known(name, known))
            return lambda scope: scope.value(name)
        case ast.Attribute(value=ast.Name(id="previous"), attr=name):
            names.add(_known(name, known))
            return lambda scope: scope.before(name)
        case ast.Attribute(value=inner, attr=key):
            return _part(build(inner), key)
        case ast.BoolOp(op=op, values=parts):
            return _both(*map(build, parts)) if isinstance(op, ast.And) else _either(*map(build, parts))
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _not(build(inner))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return lambda scope: -number
        case ast.Compare(left=left, ops=ops, comparators=rights):
            return _compare(build(left), [(_COMPARE[type(op)], build(r)) for op, r in _pairs(ops, rights)])
        case ast.Call(func=ast.Name(id="known"), args=[inner], keywords=[]):
            inside = build(inner)
            return lambda scope: inside(scope) is not None
        case ast.Call(func=ast.Name(id="count"), args=[inner], keywords=[]):
            return _count(build(inner))
    raise ConditionError(f"`{ast.unparse(node)}` is not allowed in a condition")


def _pairs(ops: list[ast.cmpop], rights: list[ast.expr]) -> list[tuple[ast.cmpop, ast.expr]]:
    for op in ops:
        if type(op) not in _COMPARE:
            raise ConditionError("use known(...) to ask whether something is blank, not `is`")
    return list(zip(ops, rights, strict=True))


def _known(name: str, known: frozenset[str]) -> str:
    if name not in known:
        raise ConditionError(f"`{name}` is neither an answer of the script nor a fact ({', '.join(sorted(FACTS))})")
    return name


def _constant(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    raise ConditionError(f"`{ast.unparse(node)}`: a list holds plain words and numbers only")


def _part(inner: Evaluate, key: str) -> Evaluate:
    def part(scope: Scope) -> Any:
        whole = inner(scope)
        return whole.get(key) if isinstance(whole, dict) else None

    return part


def _both(*parts: Evaluate) -> Evaluate:
    def both(scope: Scope) -> Any:
        blank = False
        for part in parts:
            value = part(scope)
            if value is None:
                blank = True
            elif not value:
                return False
        return None if blank else True

    return both


def _either(*parts: Evaluate) -> Evaluate:
    def either(scope: Scope) -> Any:
        blank = False
        for part in parts:
            value = part(scope)
            if value is None:
                blank = True
            elif value:
                return True
        return None if blank else False

    return either


def _not(inner: Evaluate) -> Evaluate:
    def negated(scope: Scope) -> Any:
        value = inner(scope)
        return None if value is None else not value

    return negated


def _compare(left: Evaluate, rights: list[tuple[Callable[[Any, Any], bool], Evaluate]]) -> Evaluate:
    def compare(scope: Scope) -> Any:
        a = left(scope)
        for op, right in rights:
            b = right(scope)
            if a is None or b is None:
                return None
            try:
                if not op(a, b):
                    return False
            except TypeError:  # a word compared with a number: not known
                return None
            a = b
        return True

    return compare


def _count(inner: Evaluate) -> Evaluate:
    def count(scope: Scope) -> Any:
        value = inner(scope)
        return len(value) if isinstance(value, (list, tuple, str, dict)) else None

    return count
