"""What is asked: an exercise with its cases, its right answers and its wrong ones.

An exercise is defined once, as code that runs: the reference is a function (a class,
where one is asked for), and so is every unusual right answer. A typical mistake is a
slip of the reference or a function. A prediction is the experiment that it foretells.
"""

import inspect
import re
from dataclasses import dataclass, field
from functools import cached_property

from bpkit.exercises import slips
from bpkit.exercises.compare import RTOL


class Case:
    """One call of an answer: its arguments, made afresh for every run."""

    def __init__(self, *args, **kwargs):
        self.args, self.kwargs = args, kwargs


class Formula:
    """A function to hand to an answer, shown by its formula.

    Examples
    --------
    >>> square = Formula("x²", lambda x: x**2)
    >>> square, square(3)
    (x², 9)
    """

    def __init__(self, text, function):
        self.text, self.function = text, function

    def __call__(self, *args):
        """Return the function's value."""
        return self.function(*args)

    def __repr__(self):
        return self.text


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer, and the question that helps whoever gave it.

    ``lines`` is what a slip puts in place of the reference's lines.
    """

    name: str
    function: object
    question: str
    lines: str = ""


@dataclass(eq=False)
class Exercise:
    """How answers to a task are judged. Made by `exercise` or `number`.

    The task itself stands in the lesson, where the learner reads it.

    Attributes
    ----------
    reference : callable
        The right answer; `reveal` shows its source.
    lesson : int
        The lesson it belongs to.
    cases : callable
        Returns the cases, made afresh at every call so that nothing is shared.
    hints : tuple of str
        From a nudge to nearly the answer.
    observe : callable
        ``observe(answer, *args)`` gives the facts that are compared; by default what
        the answer returns. Facts as a dict are named in the message.
    returns : tuple of str
        Names of the results, for messages.
    quantities : callable or None
        ``quantities(*args)`` names the numbers that may be wrong factors, such as
        ``{"m, the number of examples,": 5}``.
    explain : callable or None
        ``explain(answer)`` says more about a wrong answer, from numbers.
    rtol : float
        Relative difference up to which numbers are the same.
    quiet : bool
        Whether numpy's warnings count as wrong.
    may_share : bool
        Whether the result may hold an argument's memory.
    is_number : bool
        Whether the answer is a number, or another value, not a function.
    kind : str
        What such a value is called.
    by_hand : bool
        Whether about ten steps on paper are enough for a small call.
    seconds : float
        Time limit for all cases together.
    fresh : bool
        Whether a right answer stays right where the cases' floats are moved a little.
    mistakes, variants : list
        Filled by `slips` and the decorators `mistake` and `variant`.
    """

    reference: object
    lesson: int
    cases: object
    hints: tuple
    observe: object = None
    returns: tuple = ()
    quantities: object = None
    explain: object = None
    rtol: float = RTOL
    quiet: bool = False
    may_share: bool = False
    is_number: bool = False
    kind: str = "number"
    by_hand: bool = True
    seconds: float = 5.0
    fresh: bool = True
    mistakes: list = field(default_factory=list)
    variants: list = field(default_factory=list)

    def __call__(self, *args):
        """Return the right answer, so that one reference may build on another."""
        return self.reference(*args)

    @property
    def name(self):
        """The name that the learner's function or class must have."""
        return self.reference.__name__

    @property
    def signature(self):
        """The call, as the task shows it."""
        signature = "" if self.is_number else inspect.signature(self.reference)
        return f"{self.name}{signature}"

    @cached_property
    def parameters(self):
        """The names of its arguments."""
        return tuple(inspect.signature(self.reference).parameters)

    @property
    def source(self):
        """The reference's source, without the exercise around it."""
        source = inspect.getsource(self.reference)
        return source[re.search("^(?:def|class) ", source, re.MULTILINE).start() :]

    def mistake(self, question):
        """Register the decorated function as a typical wrong answer."""

        def register(function):
            self.mistakes.append(Mistake(function.__name__, function, question))
            return function

        return register

    def variant(self, function):
        """Register the decorated function as a right answer written another way."""
        self.variants.append(function)
        return function

    def slips(self, text):
        """Register slips: the lines that a learner writes in place of the right ones.

        Parameters
        ----------
        text : str
            A slip is its name, a colon and its question, which may go on over further
            lines; then, indented, its lines. A line that ends with a mark, ``# BP1``,
            stands for the line of the reference with the same mark, together with the
            slip's lines right before it. ``pass  # BP1`` leaves it out. In an exercise
            whose answer is a number, a slip's line is the wrong number.

        Raises
        ------
        ValueError
            If the text is of another form, a slip's last line has no mark, or the
            reference has no line, or more than one, with a slip's mark.

        Examples
        --------
        >>> @exercise(lesson=0, cases=list, hints=())
        ... def double(x):
        ...     twice = 2 * x  # product
        ...     return twice
        >>> double.slips('''
        ... adds_two: Added to x, or times x?
        ...     twice = 2 + x  # product
        ... ''')
        >>> double.mistakes[0].function(5)
        7
        """
        source = self.source
        for name, question, lines in slips.parse(text):
            make = slips.wrong_number if self.is_number else slips.slipped
            function = make(name, self.reference, source, lines)
            self.mistakes.append(Mistake(name, function, question, lines))


def exercise(lesson, cases, hints, **options):
    """Make an exercise of the decorated reference answer."""

    def make(reference):
        return Exercise(reference, lesson, cases, hints, **options)

    return make


def number(lesson, hints, rtol=1e-3, **options):
    """Make an exercise whose answer is worked by hand: the reference computes it."""
    options |= {"is_number": True, "rtol": rtol}
    return exercise(lesson, lambda: [Case()], hints, **options)


@dataclass(eq=False)
class Prediction:
    """What a learner foretells before an experiment. Made by `prediction`.

    Attributes
    ----------
    truth : callable
        Runs the experiment: returns the choice, or the number, that is right.
    lesson : int
        The lesson it belongs to.
    choices : dict
        What is said of each choice, a letter, once one is made: of the right one what
        happens, of any other why it is tempting. Where a number is foretold, the
        numbers that known mistakes would give.
    rtol : float
        Relative difference up to which numbers are the same.
    """

    truth: object
    lesson: int
    choices: dict
    rtol: float

    @property
    def name(self):
        """The name under which the learner's prediction is checked."""
        return self.truth.__name__

    @property
    def is_number(self):
        """Whether a number is foretold, not a letter."""
        return not any(isinstance(choice, str) for choice in self.choices)


def prediction(lesson, choices, rtol=0.02):
    """Make a prediction of the decorated function, which runs the experiment.

    Examples
    --------
    >>> @prediction(lesson=0, choices={"a": "Up.", "b": "It falls: down is downhill."})
    ... def prediction_0_1():
    ...     return "b"
    >>> prediction_0_1.name, prediction_0_1.is_number
    ('prediction_0_1', False)
    """

    def make(truth):
        return Prediction(truth, lesson, choices, rtol)

    return make
