"""Between two processes: exercises on their way out, attempts on their way back.

What goes out is pickled, since the grader made it. What comes back was made beside a
submission's code: it is JSON, and is checked as what it is, data from a stranger.
"""

import base64
import io
import pickle
import sys
from dataclasses import dataclass, fields
from functools import cache
from itertools import islice

import cloudpickle
import numpy as np

from bpkit.exercises import LESSONS
from bpkit.exercises.attempt import Attempt, Outcome, Raised
from bpkit.exercises.compare import real_numbers
from bpkit.exercises.sandbox import Ending
from bpkit.exercises.verdict import Foreign, kind_of, short

LARGE = 10**5  # numbers of an array; of a larger one only the shape comes back
LONG, DEEP = 1000, 20  # items of a list that come back, and lists within lists
DIGITS = 4000  # of a whole number; Python itself writes no more than 4,300


class WireError(ValueError):
    """What came over the wire is not what an attempt looks like."""


# --- out ------------------------------------------------------------------------


@dataclass
class Asked:
    """An exercise without its right answer: what `attempt` needs to know of it."""

    name: str
    parameters: tuple
    is_number: bool
    observe: object
    explain: object
    rtol: float
    quiet: bool
    may_share: bool
    seconds: float
    made: bytes

    def cases(self):
        """Return the cases, made afresh at every call."""
        return pickle.loads(self.made)


def asked(exercise, explain=False):
    """Return an exercise as bytes, for `pickle.loads` in a process without the bank.

    What it explains may hold the right answer, and goes out when it is asked for.
    """
    return by_value(
        Asked(
            name=exercise.name,
            parameters=exercise.parameters,
            is_number=exercise.is_number,
            observe=exercise.observe,
            explain=exercise.explain if explain else None,
            rtol=exercise.rtol,
            quiet=exercise.quiet,
            may_share=exercise.may_share,
            seconds=exercise.seconds,
            made=by_value(exercise.cases()),
        )
    )


def by_value(thing):
    """Return something as bytes, with the bank's functions that it is made of."""
    names = [f"bpkit.exercises.lesson_{n:02}" for n in LESSONS]
    modules = [sys.modules[name] for name in names if name in sys.modules]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        written = io.BytesIO()
        _Pickler(written).dump(thing)
        return written.getvalue()
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


class _Pickler(cloudpickle.Pickler):
    """Pickles a function with a cache by the function; else it goes by its name."""

    def reducer_override(self, thing):
        """Return how a thing is made again."""
        if isinstance(thing, type(cache(len))):
            return cache, (thing.__wrapped__,)
        return super().reducer_override(thing)


# --- back -----------------------------------------------------------------------


def as_json(tried):
    """Return an Attempt as what `json.dumps` takes."""
    ending = tried.ending
    return {
        "outcomes": [_outcome_as_json(outcome) for outcome in tried.outcomes],
        "leftover": tried.leftover,
        "ending": {
            "error": _raised_as_json(ending.error),
            "timed_out": ending.timed_out,
            "alive": ending.alive,
            "patched": list(ending.patched[:10]),
        },
        "is_stub": tried.is_stub,
        "is_function": tried.is_function,
        "given": value_as_json(tried.given),
    }


def value_as_json(value):
    """Return a value as what `json.dumps` takes; what is no data, in words."""
    return _Writer().write(value)


def value_from_json(data):
    """Return the value that `value_as_json` wrote, or raise WireError."""
    try:
        return _Reader().read(data)
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"{type(error).__name__}: {error}") from error


def _outcome_as_json(outcome):
    """Return an Outcome as what `json.dumps` takes."""
    return {
        "copy": value_as_json(outcome.copy),
        "returned": value_as_json(outcome.returned),
        "finished": outcome.finished,
        "error": _raised_as_json(outcome.error),
        "changed": list(outcome.changed),
        "shared": bool(outcome.shared),
        "warned": [text[:300] for text in outcome.warned[:10]],
        "printed": outcome.printed,
        "asked": [value_as_json(arguments) for arguments in outcome.asked],
    }


def _raised_as_json(raised):
    """Return an error in words as what `json.dumps` takes."""
    return raised and vars(raised)


def from_json(data):
    """Return the Attempt that `as_json` wrote.

    Raises
    ------
    WireError
        If it is anything else.
    """
    try:
        ending = data["ending"]
        return Attempt(
            outcomes=[_outcome_from_json(outcome) for outcome in data["outcomes"]],
            leftover=_one_of(data["leftover"], "", "reused", "kept", "raises once"),
            ending=Ending(
                error=_raised_from_json(ending["error"]),
                timed_out=_a(bool, ending["timed_out"]),
                alive=_a(bool, ending["alive"]),
                patched=tuple(_texts(ending["patched"])),
            ),
            is_stub=_a(bool, data["is_stub"]),
            is_function=_a(bool, data["is_function"]),
            given=value_from_json(data["given"]),
        )
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"{type(error).__name__}: {error}") from error


def _outcome_from_json(data):
    """Return an Outcome."""
    return Outcome(
        copy=value_from_json(data["copy"]),
        returned=value_from_json(data["returned"]),
        finished=_a(int, data["finished"]),
        error=_raised_from_json(data["error"]),
        changed=tuple(_texts(data["changed"])),
        shared=_a(bool, data["shared"]),
        warned=tuple(_texts(data["warned"])),
        printed=_a(str, data["printed"]),
        asked=tuple(value_from_json(arguments) for arguments in data["asked"]),
    )


def _raised_from_json(data):
    """Return an error in words, or None."""
    if data is None:
        return None
    if set(data) != {field.name for field in fields(Raised)}:
        raise WireError("an error of another form")
    line = None if data["line"] is None else _a(str, data["line"])
    words = _a(str, data["name"]), _a(str, data["words"])
    return Raised(*words, line, _a(bool, data["is_dots"]))


def _a(kind, value):
    """Return a value that is of a kind."""
    if type(value) is not kind:
        raise WireError(f"{kind.__name__} expected; got {type(value).__name__}")
    return value


def _texts(values):
    """Return a list of texts."""
    return [_a(str, value) for value in _a(list, values)]


def _one_of(value, *values):
    """Return a value that is one of a few."""
    if value not in values:
        raise WireError(f"one of {values} expected; got {value!r}")
    return value


class _Writer:
    """Write one value as JSON: a kind, and what it holds.

    An array that stands at two places is written once, so that this can be seen.
    """

    def __init__(self):
        self.arrays = []

    def write(self, value, depth=0):
        """Return a value as what `json.dumps` takes; what is no data, in words."""
        try:
            return self._write(value, depth)
        except BaseException:  # whatever a learner's class raises
            return self._foreign(value)

    def _write(self, value, depth):
        if value is None or isinstance(value, bool | str):
            return value if not isinstance(value, str) else str(value[:LARGE])
        if value is ...:
            return {"dots": True}
        if isinstance(value, int) and abs(value) < 10**DIGITS:
            return {"int": str(int(value))}
        if isinstance(value, float) and not isinstance(value, np.generic):
            return {"float": float(value).hex()}
        if isinstance(value, list | tuple) and depth < DEEP:
            kind = "list" if isinstance(value, list) else "tuple"
            items = [self.write(item, depth + 1) for item in islice(value, LONG)]
            return {kind: items, "length": len(value)}
        if isinstance(value, dict) and depth < DEEP:
            pairs = islice(value.items(), LONG)
            return {
                "dict": [[self.write(k), self.write(v, depth + 1)] for k, v in pairs]
            }
        return self._array(value)

    def _array(self, value):
        """Write an array, a number of numpy's, or what numpy makes an array of."""
        for k, array in enumerate(self.arrays):
            if array is value:
                return {"again": k}
        array = real_numbers(value)
        if array is None and isinstance(value, np.ndarray | np.generic | complex):
            array = np.asarray(value)
        if array is None or array.dtype.kind not in "biufcUS":
            return self._foreign(value)
        kind = "scalar" if isinstance(value, np.generic) else "array"
        if kind == "array":
            self.arrays.append(value)
        data = None
        if array.size <= LARGE:
            data = base64.b64encode(array.tobytes()).decode("ascii")
        return {kind: [array.dtype.str, list(array.shape), data]}

    def _foreign(self, value):
        """Write what is no data by the words that a verdict has for it."""
        try:
            kind = kind_of(value)
        except BaseException:  # whatever a learner's class raises
            kind = "an object that cannot be looked at"
        return {"foreign": [kind, short(value)]}


class _Reader:
    """Read what a _Writer wrote."""

    def __init__(self):
        self.arrays = []

    def read(self, data, depth=0):
        """Return the value."""
        if data is None or type(data) in (bool, str):
            return data
        if depth > DEEP + 1:
            raise WireError("lists within lists without end")
        kind, *rest = _a(dict, data)
        if rest not in ([], ["length"]):
            raise WireError(f"a value of more than one kind: {kind} and {rest}")
        return self._read(kind, data[kind], data.get("length"), depth)

    def _read(self, kind, held, length, depth):
        if kind == "dots":
            return ...
        if kind == "int":
            return int(_a(str, held))
        if kind == "float":
            return float.fromhex(_a(str, held))
        if kind in ("list", "tuple"):
            items = [self.read(item, depth + 1) for item in _a(list, held)]
            # What did not come back is not there, and yet it is counted.
            items += [None] * min(_a(int, length) - len(items), LARGE)
            return items if kind == "list" else tuple(items)
        if kind == "dict":
            return {self.read(k): self.read(v, depth + 1) for k, v in held}
        if kind == "again":
            return self.arrays[_a(int, held)]
        if kind == "foreign":
            return Foreign(*_texts(held))
        if kind == "scalar":
            return self._array(*held)[()]
        if kind == "array":
            self.arrays.append(self._array(*held))
            return self.arrays[-1]
        raise WireError(f"a value of no known kind: {kind!r}")

    def _array(self, dtype, shape, data):
        """Return an array; of a large one, only the shape is so."""
        dtype = np.dtype(_a(str, dtype))
        if dtype.kind not in "biufcUS" or dtype.hasobject:
            raise WireError(f"an array of dtype {dtype}")
        shape = tuple(_a(int, length) for length in shape)
        if data is None:
            return np.broadcast_to(np.zeros((), dtype), shape)
        return np.frombuffer(base64.b64decode(data), dtype).reshape(shape).copy()
