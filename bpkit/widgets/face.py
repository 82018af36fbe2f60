"""The page's side of an explorer: one widget with controls, a canvas and a sentence."""

import base64
import threading
import traceback
from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from bpkit.plots.base import SHOWN_DPI
from bpkit.plots.static import picture_of

_HERE = Path(__file__).parent


class Face(anywidget.AnyWidget):
    """An explorer in the page: it sends states and buttons, and draws what comes back.

    Messages may arrive on any thread, so one lock guards the explorer. An error in the
    explorer's code is shown in the widget, with its place, and the last scene stays.
    """

    _esm = _HERE / "face.js"
    _css = _HERE / "face.css"
    title = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    controls = traitlets.List().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    scene = traitlets.Dict().tag(sync=True)
    sentence = traitlets.Unicode().tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, explorer):
        self.explorer = explorer
        self._lock = threading.RLock()
        state = explorer.start()
        self.first = explorer.view(state)
        super().__init__(
            title=explorer.title,
            alt=explorer.alt,
            controls=explorer.as_data(),
            state=state,
            scene=_message(0, self.first.as_data(), self.first.stop),
            sentence=self.first.sentence,
        )
        self.on_msg(self._on_message)

    def _on_message(self, _, content, __):
        """Answer a message of the page: every one, so that it can send the next."""
        with self._lock:
            self.answer(content)

    def answer(self, content):
        """Take changed values, and a button if one was pressed; show what follows.

        Parameters
        ----------
        content : dict
            ``state``, the values of the controls that were moved (of several views of
            one widget, each sends its own); ``act``, the name of a button or None;
            ``number``, a name for the message, which the answer bears.
        """
        error, state = "", self.state
        try:
            state = self.explorer.clean(self.state | content["state"])
            if content.get("act"):
                state = self.explorer.act(content["act"], state)
            scene = self.explorer.view(state)
            panels, sentence, stop = scene.as_data(), scene.sentence, scene.stop
        except Exception as problem:
            place = traceback.extract_tb(problem.__traceback__)[-1]
            error = (
                f"{type(problem).__name__}: {problem} "
                f"({Path(place.filename).name}, line {place.lineno})"
            )
            panels, sentence, stop = self.scene["panels"], self.sentence, True
        with self.hold_sync():
            self.error, self.sentence, self.state = error, sentence, state
            self.scene = _message(content.get("number", 0), panels, stop)


def _message(answers, panels, stop):
    """Return what the page draws, with the name of the message that it answers."""
    return {"answers": answers, "panels": panels, "stop": stop}


class _Explore(ipywidgets.VBox):
    """An explorer as a lesson shows it, with a static picture for pages without it."""

    def __init__(self, explorer):
        self.face = Face(explorer)
        super().__init__([self.face])

    def _repr_mimebundle_(self, **options):
        """Put the first state's picture and sentence beside the widget."""
        data = dict(super()._repr_mimebundle_(**options) or {})
        picture = picture_of(self.face.first)
        alt = f"{self.face.alt} {picture.finding}"
        data["text/plain"] = f"{self.face.title}\n{picture.finding}"
        data["image/png"] = base64.b64encode(picture.png()).decode("ascii")
        width = round(picture.get_figwidth() * SHOWN_DPI)
        return data, {"image/png": {"alt": alt, "width": width}}


def explore(explorer):
    """Show an explorer: its controls, its picture, and a sentence that follows them.

    Parameters
    ----------
    explorer : bpkit.widgets.explorer.Explorer
        The thing to explore.

    Returns
    -------
    ipywidgets.VBox
        A widget; the last expression of a cell shows it.
    """
    return _Explore(explorer)
