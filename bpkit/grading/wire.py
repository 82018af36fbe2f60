"""Between two processes: exercises on their way out, attempts on their way back.

What goes out is pickled, since the grader made it. What comes back was made beside a
submission's code: it is JSON, and is checked as what it is, data from a stranger.
"""

import base64
import io
import math
import pickle
import sys
from dataclasses import dataclass, fields
from functools import cache, wraps
from itertools import islice

import cloudpickle
import numpy as np

from bpkit.exercises import LESSONS
from bpkit.exercises.attempt import Attempt, Outcome, Raised
from bpkit.exercises.compare import real_numbers
from bpkit.exercises.sandbox import Ending
from bpkit.exercises.verdict import Foreign, kind_of, short

LARGE = 10**5  # numbers of an array; of a larger one only the shape comes back
ROOM = 5 * 10**5  # numbers that come back of an attempt; no right answer has half of it
SHAPES = 10**7  # numbers of all arrays of which only the shape comes back
LONG, DEEP = 1000, 20  # items of a list that come back, and lists within lists
LONGEST = 10**4000  # of whole numbers; Python itself writes no more than 4,300 digits
ITEM = 6  # numbers whose room an item of a list takes
WORDS = 5000  # characters of a text that is no value
KINDS = "biufcUS"  # of arrays: numbers and texts
BEYOND = {"foreign": ["more than can be looked at"] * 2}


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
    ending, write = tried.ending, _Writer().write
    return {
        "outcomes": [_outcome_as_json(outcome, write) for outcome in tried.outcomes],
        "leftover": tried.leftover,
        "ending": {
            "error": _raised_as_json(ending.error),
            "timed_out": ending.timed_out,
            "alive": ending.alive,
            "patched": [text[:WORDS] for text in ending.patched[:10]],
        },
        "is_stub": tried.is_stub,
        "is_function": tried.is_function,
        "given": write(tried.given),
    }


def value_as_json(value):
    """Return a value as what `json.dumps` takes; what is no data, in words."""
    return _Writer().write(value)


def _outcome_as_json(outcome, write):
    """Return an Outcome as what `json.dumps` takes."""
    return {
        "copy": write(outcome.copy),
        "returned": write(outcome.returned),
        "finished": outcome.finished,
        "error": _raised_as_json(outcome.error),
        "changed": list(outcome.changed),
        "shared": bool(outcome.shared),
        "warned": [text[:WORDS] for text in outcome.warned[:10]],
        "printed": outcome.printed,
        "asked": write(outcome.asked),
    }


def _raised_as_json(raised):
    """Return an error in words as what `json.dumps` takes."""
    return raised and {
        name: words[:WORDS] if isinstance(words, str) else words
        for name, words in vars(raised).items()
    }


def _strict(read):
    """Let a function raise WireError, and nothing else, where data have no such form.

    Whoever sent them may have sent anything.
    """

    @wraps(read)
    def reading(data):
        try:
            return read(data)
        except WireError:
            raise
        except Exception as error:
            raise WireError(f"{type(error).__name__}: {error}") from error

    return reading


@_strict
def value_from_json(data):
    """Return the value that `value_as_json` wrote, or raise WireError."""
    return _Reader().read(data)


@_strict
def answer_from_json(data):
    """Return the Attempt that `as_json` wrote, or "missing" or "ours"; or WireError."""
    return _one_of(data, "missing", "ours") if isinstance(data, str) else _tried(data)


@_strict
def errors_from_json(data):
    """Return numbers of cells, and in words what each raised, or raise WireError."""
    return [(_a(int, number), _text(words)) for number, words in _a(list, data)]


@_strict
def words_from_json(data):
    """Return a text or None, or raise WireError."""
    return None if data is None else _text(data)


def _tried(data):
    """Return an Attempt."""
    ending, read = data["ending"], _Reader().read
    return Attempt(
        outcomes=[_outcome_from_json(outcome, read) for outcome in data["outcomes"]],
        leftover=_one_of(data["leftover"], "", "reused", "kept", "raises once"),
        ending=Ending(
            error=_raised_from_json(ending["error"]),
            timed_out=_a(bool, ending["timed_out"]),
            alive=_a(bool, ending["alive"]),
            patched=tuple(_texts(ending["patched"])),
        ),
        is_stub=_a(bool, data["is_stub"]),
        is_function=_a(bool, data["is_function"]),
        given=read(data["given"]),
    )


def _outcome_from_json(data, read):
    """Return an Outcome."""
    return Outcome(
        copy=read(data["copy"]),
        returned=read(data["returned"]),
        finished=_a(int, data["finished"]),
        error=_raised_from_json(data["error"]),
        changed=tuple(_texts(data["changed"])),
        shared=_a(bool, data["shared"]),
        warned=tuple(_texts(data["warned"])),
        printed=_text(data["printed"]),
        asked=tuple(
            _a(tuple, call) for call in read(data["asked"]) if call is not None
        ),
    )


def _raised_from_json(data):
    """Return an error in words, or None."""
    if data is None:
        return None
    if set(data) != {field.name for field in fields(Raised)}:
        raise WireError("an error of another form")
    line = None if data["line"] is None else _text(data["line"])
    return Raised(
        _text(data["name"]), _text(data["words"]), line, _a(bool, data["is_dots"])
    )


def _a(kind, value):
    """Return a value that is of a kind."""
    if type(value) is not kind:
        raise WireError(f"{kind.__name__} expected; got {type(value).__name__}")
    return value


def _text(value):
    """Return a text that is not too long."""
    if len(_a(str, value)) > WORDS:
        raise WireError(f"a text of {len(value)} characters")
    return value


def _texts(values):
    """Return a list of texts."""
    return [_text(value) for value in _a(list, values)]


def _one_of(value, *values):
    """Return a value that is one of a few."""
    if value not in values:
        raise WireError(f"one of {values} expected; got {value!r:.100}")
    return value


class _Room:
    """What may still come back: numbers, and arrays of which only the shape does.

    A grader holds what came, and compares it. It must not be told to hold more than
    there was room for on the wire, as by one array that stands in a thousand places.
    """

    def __init__(self):
        self.numbers, self.shapes = ROOM, SHAPES

    def holds(self, numbers):
        """Take room for so many numbers, if there is."""
        if numbers > self.numbers:
            return False
        self.numbers -= numbers
        return True

    def holds_array(self, array):
        """Take room for the numbers of an array, if there is."""
        return array.size <= LARGE and self.holds(max(array.size, array.nbytes // 8))

    def holds_shape(self, shape):
        """Take room for the shape of an array, if there is."""
        self.shapes -= math.prod(shape)
        return self.shapes >= 0


class _Writer:
    """Write the values of an attempt as JSON: each its kind, and what it holds.

    An array that stands at two places is written once, so that this can be seen.
    """

    def __init__(self):
        self.arrays, self.room = [], _Room()

    def write(self, value, depth=0):
        """Return a value as what `json.dumps` takes; what is no data, in words."""
        try:
            return self._write(value, depth)
        except BaseException:  # whatever a learner's class raises
            return self._foreign(value)

    def _write(self, value, depth):
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._string(value)
        if value is ...:
            return {"dots": True}
        if isinstance(value, int) and abs(value) < LONGEST:
            digits = str(int(value))
            return {"int": digits} if self.room.holds(len(digits) // 10) else BEYOND
        if isinstance(value, float) and not isinstance(value, np.generic):
            return {"float": float(value).hex()}
        if isinstance(value, list | tuple) and depth < DEEP:
            kind = "list" if isinstance(value, list) else "tuple"
            items = [self.write(item, depth + 1) for item in self._some(value)]
            return {kind: items, "length": len(value)}
        if isinstance(value, dict) and depth < DEEP:
            pairs = self._some(value.items())
            return {
                "dict": [[self.write(k), self.write(v, depth + 1)] for k, v in pairs]
            }
        return self._array(value)

    def _string(self, value):
        """Write a text, or its beginning."""
        beginning = str.__getitem__(value, slice(LARGE))
        return beginning if self.room.holds(len(beginning)) else BEYOND

    def _some(self, items):
        """Yield the first items, as long as there is room."""
        for item in islice(items, LONG):
            if not self.room.holds(ITEM):
                return
            yield item

    def _array(self, value):
        """Write an array, a number of numpy's, or what numpy makes an array of."""
        array = real_numbers(value)
        if array is None and isinstance(value, np.ndarray | np.generic | complex):
            array = np.asarray(value)
        if array is None or array.dtype.kind not in KINDS or array.itemsize > WORDS:
            return self._foreign(value)
        is_held = self.room.holds_array(array)
        if not (is_held or self.room.holds_shape(array.shape)):
            shape = f"an array of shape {array.shape}"
            return {"foreign": [shape, shape]}
        if isinstance(value, np.generic):
            return {"scalar": self._form(array, is_held)}
        for k, known in enumerate(self.arrays):
            if known is value:
                return {"again": k}
        self.arrays.append(value)
        return {"array": self._form(array, is_held)}

    def _form(self, array, is_held):
        """Write what an array is, with its numbers where there is room for them."""
        data = base64.b64encode(array.tobytes()).decode("ascii") if is_held else None
        return [array.dtype.str, list(array.shape), data]

    def _foreign(self, value):
        """Write what is no data by the words that a verdict has for it."""
        try:
            kind = kind_of(value)
        except BaseException:  # whatever a learner's class raises
            kind = "an object that cannot be looked at"
        words = [kind[:WORDS], short(value)[:WORDS]]
        return {"foreign": words} if self.room.holds(len("".join(words))) else BEYOND


class _Reader:
    """Read what a _Writer wrote."""

    def __init__(self):
        self.arrays, self.room, self.missing = [], _Room(), 0

    def read(self, data, depth=0):
        """Return the value."""
        if data is None or type(data) is bool:
            return data
        if type(data) is str:
            return self._held(data, self.room.holds(len(data)))
        if depth > DEEP + 1:
            raise WireError("lists within lists without end")
        kind, *rest = _a(dict, data)
        if rest != (["length"] if kind in ("list", "tuple") else []):
            raise WireError(f"a value of more than one kind: {kind} and {rest}")
        return self._read(kind, data[kind], data.get("length"), depth)

    def _read(self, kind, held, length, depth):
        if kind == "dots":
            return ...
        if kind == "int":
            return int(_text(held))
        if kind == "float":
            return float.fromhex(_text(held))
        if kind in ("list", "tuple"):
            return self._list(kind, _a(list, held), _a(int, length), depth)
        if kind == "dict":
            return {self.read(k): self.read(v, depth + 1) for k, v in self._some(held)}
        if kind == "again":
            return self._room_for(self.arrays[_a(int, held)])
        if kind == "foreign":
            return Foreign(*_texts(held))
        if kind == "scalar":
            return self._array(*held)[()]
        if kind == "array":
            self.arrays.append(self._array(*held))
            return self.arrays[-1]
        raise WireError(f"a value of no known kind: {kind!r:.100}")

    def _list(self, kind, items, length, depth):
        """Return a list or a tuple; what did not come back is counted all the same."""
        items = [self.read(item, depth + 1) for item in self._some(items)]
        missing = max(0, min(length - len(items), LARGE))
        self.missing += missing
        items += self._held([None] * missing, self.missing <= LARGE)
        return items if kind == "list" else tuple(items)

    def _some(self, items):
        """Yield items as long as there is room for them."""
        for item in items:
            yield self._held(item, self.room.holds(ITEM))

    def _array(self, dtype, shape, data):
        """Return an array; of a large one, only the shape is so."""
        dtype = np.dtype(_a(str, dtype))
        if dtype.kind not in KINDS or dtype.itemsize > WORDS:
            raise WireError(f"an array of dtype {dtype}")
        shape = tuple(_a(int, length) for length in shape)
        if data is None:
            return self._room_for(np.broadcast_to(np.zeros((), dtype), shape))
        array = np.frombuffer(base64.b64decode(data, validate=True), dtype)
        return self._room_for(array.reshape(shape).copy())

    def _room_for(self, array):
        """Return an array if there is room for it, or for its shape."""
        room = self.room
        return self._held(
            array, room.holds_array(array) or room.holds_shape(array.shape)
        )

    def _held(self, value, is_held):
        """Return a value that there is room for."""
        if not is_held:
            raise WireError("more than there is room for")
        return value
