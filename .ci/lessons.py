"""Execute lessons again and store their outputs; an unchanged lesson keeps its bytes.

``python .ci/lessons.py [NOTEBOOK ...]`` refreshes those named, or all of them.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert.preprocessors import CoalesceStreamsPreprocessor

LESSONS = Path(__file__).resolve().parent.parent / "lessons"
WIDGET = "application/vnd.jupyter.widget-view+json"
SECONDS_A_CELL = 300


def refresh(path):
    """Execute one lesson in place."""
    nb = nbformat.read(path, as_version=4)
    NotebookClient(
        nb,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    # How the kernel cuts what a cell prints into pieces depends on the moment.
    nb, _ = CoalesceStreamsPreprocessor(enabled=True).preprocess(nb, {})
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if WIDGET in output.get("data", {}):
                # A widget's id is random, and means nothing once its kernel is gone.
                output.data[WIDGET]["model_id"] = cell.id
    nb.metadata.pop("widgets", None)
    nb.metadata["language_info"] = {"name": "python"}
    nbformat.write(nb, path)


def main():
    """Refresh the lessons that were named, or all."""
    named = [Path(name) for name in sys.argv[1:]]
    for path in named or sorted(LESSONS.glob("*.ipynb")):
        print(path.name, flush=True)
        refresh(path)


if __name__ == "__main__":
    main()
