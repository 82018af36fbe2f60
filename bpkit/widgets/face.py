"""The page's side of an explorer: one widget with controls, a canvas and a sentence."""

import json
import threading
import traceback
from html import escape
from pathlib import Path

import anywidget
import ipywidgets
import traitlets
from IPython.display import display

from bpkit.plots.base import as_html
from bpkit.plots.static import picture_of
from bpkit.words import unbroken

_HERE = Path(__file__).parent
_VIEW = "application/vnd.jupyter.widget-view+json"
# Of an explorer's two outputs one is seen: the picture gives way to the widget, and
# JupyterLab's message that a widget has no kernel gives way to the picture.
_STORED = """<div class="bpkit-stored">
<style>
.jp-OutputArea-child:has(.bpkit-stored):has(+ .jp-OutputArea-child .bpkit),
.jp-OutputArea-child:has(.bpkit-stored) + :has(> .jupyter-widgets) {{ display: none; }}
</style>
<p><strong>{title}</strong></p>
{image}
<p>{sentence}</p>
<p><em>This is a picture. Run this cell in Jupyter to bring it to life.</em></p>
</div>"""


class Face(anywidget.AnyWidget):
    """An explorer in the page: it sends states and buttons, and draws what comes back.

    Messages may arrive on any thread, so one lock guards the explorer. An error in the
    explorer's code is shown in the widget, with its place, and the last scene stays.
    """

    _esm = _HERE / "face.js"
    _css = _HERE / "face.css"
    title = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    sentence_first = traitlets.Bool().tag(sync=True)
    controls = traitlets.List().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    scene = traitlets.Dict().tag(sync=True, to_json=lambda scene, _: json.dumps(scene))
    sentence = traitlets.Unicode().tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, explorer):
        self.explorer = explorer
        self._lock = threading.RLock()
        state = explorer.start()
        self.first = first = explorer.view(state)
        super().__init__(
            title=explorer.title,
            alt=explorer.alt,
            sentence_first=explorer.sentence_first,
            controls=explorer.as_data(),
            state=state,
            scene=_message(0, _panels(first), first.stop, explorer.idle(state)),
            sentence=unbroken(first.sentence),
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
            panels, sentence, stop = (
                _panels(scene),
                unbroken(scene.sentence),
                scene.stop,
            )
            idle = self.explorer.idle(state)
        except Exception as problem:
            place = traceback.extract_tb(problem.__traceback__)[-1]
            error = (
                f"{type(problem).__name__}: {problem} "
                f"({Path(place.filename).name}, line {place.lineno})"
            )
            panels, sentence, stop = self.scene["panels"], self.sentence, True
            idle = self.scene["idle"]
        with self.hold_sync():
            self.error, self.sentence, self.state = error, sentence, state
            self.scene = _message(content.get("number", 0), panels, stop, idle)


def _panels(scene):
    """Return a scene's panels, their titles to be broken outside expressions only."""
    return [p | {"title": unbroken(p["title"])} for p in scene.as_data()]


def _message(answers, panels, stop, idle):
    """Return what the page shows, with the name of the message that it answers."""
    return {"answers": answers, "panels": panels, "stop": stop, "idle": list(idle)}


class _Explore(ipywidgets.VBox):
    """An explorer as a lesson shows it, with a static picture for pages without it."""

    def __init__(self, explorer):
        self.face = Face(explorer)
        super().__init__([self.face])

    def _ipython_display_(self):
        """Display the explorer's picture, then the widget.

        They are two outputs: beside a widget, JupyterLab shows nothing of the same
        output, not even when the widget's kernel is gone.
        """
        explorer, title = self.face.explorer, self.face.title
        picture = picture_of(explorer.preview() or self.face.first)
        stored = _STORED.format(
            title=escape(title),
            image=as_html(picture, f"{self.face.alt} {picture.finding}"),
            sentence=escape(unbroken(picture.finding)),
        )
        plain = f"{title}\n{picture.finding}"
        display({"text/html": stored, "text/plain": plain}, raw=True)
        # nbconvert warns of an output that it can make nothing of: so, an empty text.
        widget = {_VIEW: self._repr_mimebundle_()[_VIEW], "text/html": ""}
        display(widget, raw=True)


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
