"""Pictures of hyperparameters: what each of them does to a training."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from bpkit.plots.base import (
    LINE_STYLES,
    TEXT,
    Picture,
    add_legend,
    label_axes,
    require_curves,
)
from bpkit.scene import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    VERMILION,
    Heat,
    Label,
    Line,
    Panel,
    Points,
    whole_ticks,
)
from bpkit.words import count, listed, multiple, number

FAINT = "#B0B0B0"  # what was before
LOWEST, HIGHEST = 0.01, 10.0  # ends of the axis of costs, the same for every run
VALIDATION = 300  # digits
GUESSED = 0.9 * VALIDATION  # misread by whoever guesses
TILES = 40  # neurons shown at most
TILES_A_ROW = 10
PALE_TO_BLUE = LinearSegmentedColormap.from_list("pale_to_blue", ["#F2F2F2", BLUE])


def slow_start(panels, goal=0.2):
    """Draw how the output of one neuron falls towards its target of 0.

    Parameters
    ----------
    panels : dict of str to dict of str to array_like, shape (steps + 1,)
        For each cost by its name, the outputs from each start by its name, the first
        before any step; dimensionless, 0 to 1.
    goal : float
        The output that counts as learnt, dimensionless.

    Returns
    -------
    Picture
        One panel a cost. Its finding says after how many steps each output is below
        the goal.

    Raises
    ------
    ValueError
        If there is no curve, or a curve has fewer than two points.
    """
    require_curves([c for runs in panels.values() for c in runs.values()])
    picture = Picture(height=3.3)
    axes = picture.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    found = []
    for ax, (cost, runs) in zip(axes, panels.items(), strict=True):
        label_axes(ax, "steps", "output a (target: 0)", title=cost)
        _draw_lines(ax, {k: (range(len(a)), a) for k, a in runs.items()})
        ax.axhline(goal, color=GREY, linewidth=1)
        ax.set_ylim(0, 1.03)
        found.append(
            f"{cost}: {listed([_arrival(*run, goal) for run in runs.items()])}"
        )
    add_legend(axes[-1])
    picture.finding = f"Output below {number(goal)}: {'; '.join(found)}."
    return picture


def _arrival(name, outputs, goal):
    """Say after how many steps the outputs of one start are below the goal."""
    below = np.flatnonzero(np.asarray(outputs) < goal)
    if not below.size:
        return f"not within {count(len(outputs) - 1, 'step')} from {name}"
    return f"after {count(int(below[0]), 'step')} from {name}"


def error_by_layer(errors):
    """Draw how large the error δ is in each layer of a deep network.

    Parameters
    ----------
    errors : dict of str to array_like, shape (layers,)
        For each network by its name, the size ‖δ‖ layer by layer, in the order of the
        arrays of weights; positive, dimensionless.

    Returns
    -------
    Picture
        Errors on a logarithmic axis. Its finding compares the last layer with the
        first.

    Raises
    ------
    ValueError
        If there is no curve, a curve has fewer than two points, or a size is not
        positive.
    """
    require_curves(errors.values())
    errors = {name: np.asarray(sizes, dtype=float) for name, sizes in errors.items()}
    if any(not np.all(sizes > 0) for sizes in errors.values()):
        raise ValueError("sizes of errors must be positive, for a logarithmic axis")
    picture = Picture(height=3.3)
    ax = label_axes(picture.subplots(), "l, of deltas[l]", "size of the error ‖δ‖")
    _draw_lines(ax, {k: (np.arange(len(s)), s) for k, s in errors.items()})
    ax.set_yscale("log")
    ax.tick_params(which="both", labelsize=TEXT)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    add_legend(ax)
    found = [
        f"{multiple(sizes[-1] / sizes[0])} times ({name})"
        for name, sizes in errors.items()
    ]
    picture.finding = (
        "The error in the last layer, as a multiple of that in the first: "
        f"{listed(found)}."
    )
    return picture


def range_test(etas, costs):
    """Draw the cost after a short training against the learning rate.

    Parameters
    ----------
    etas : array_like, shape (n,)
        Learning rates tried; positive, dimensionless.
    costs : dict of str to array_like, shape (n,)
        For each way of training by its name, the cost that each learning rate led to;
        NaN or infinite where the training diverged.

    Returns
    -------
    Picture
        Both axes logarithmic, the lowest cost of each curve ringed. Its finding names
        the learning rate with the lowest finite cost.

    Raises
    ------
    ValueError
        If a curve has not one cost for each learning rate, or none is finite.
    """
    etas = np.asarray(etas, dtype=float)
    costs = {name: np.asarray(c, dtype=float) for name, c in costs.items()}
    if not costs or any(c.shape != etas.shape for c in costs.values()):
        raise ValueError(f"each curve must have {etas.size} costs, one a learning rate")
    if any(not np.isfinite(c).any() for c in costs.values()):
        raise ValueError("a curve has no finite cost: every training diverged")
    picture = Picture(height=3.5)
    ax = label_axes(picture.subplots(), "learning rate η", "cost after the training")
    finite = {name: np.where(np.isfinite(c), c, np.nan) for name, c in costs.items()}
    _draw_lines(ax, {name: (etas, c) for name, c in finite.items()})
    found = []
    for name, c in finite.items():
        best = np.nanargmin(c)
        ax.plot(etas[best], c[best], "o", ms=15, mfc="none", mec=BLACK, mew=1.5)
        lost = int(np.isnan(c).sum())
        said = f"{c[best]:.2f} at η = {number(etas[best], 2)} ({name})"
        found.append(said + (f", {lost} of {etas.size} diverged" if lost else ""))
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.tick_params(which="both", labelsize=TEXT)
    add_legend(ax)
    picture.finding = f"Lowest cost, ringed: {listed(found)}."
    return picture


def over_fitting(on_training, on_validation, accuracies):
    """Draw cost and accuracy, epoch by epoch, and where to stop.

    Parameters
    ----------
    on_training, on_validation : array_like, shape (epochs,)
        Mean cost after each epoch, on the examples trained on and on the ones kept
        back; dimensionless or in nats.
    accuracies : array_like, shape (epochs,)
        Share of right answers on the ones kept back, 0 to 1.

    Returns
    -------
    Picture
        A dotted line marks the lowest validation cost. Its finding gives the costs
        there and at the end, and both accuracies.

    Raises
    ------
    ValueError
        If the curves are not of one length, two points or more.
    """
    curves = [np.asarray(c) for c in (on_training, on_validation, accuracies)]
    require_curves(curves)
    if len({len(c) for c in curves}) != 1:
        raise ValueError(
            f"curves must be of one length; got {[len(c) for c in curves]}"
        )
    training, validation, accuracies = curves
    epochs = np.arange(1, len(training) + 1)
    best = int(validation.argmin())
    picture = Picture(height=3.4)
    left, right = picture.subplots(1, 2)
    label_axes(left, "epochs trained", "mean cost")
    label_axes(right, "epochs trained", "right, validation (%)")
    lines = {"training": (epochs, training), "validation": (epochs, validation)}
    _draw_lines(left, lines)
    _draw_lines(right, {"validation": (epochs, 100 * accuracies)}, LINE_STYLES[1:])
    # Both costs fall from far above; what matters is the lower end.
    left.set_ylim(0, min(2 * validation.min(), 1.05 * validation.max()))
    right.set_ylim(0, 102)
    for ax in (left, right):
        ax.axvline(epochs[best], color=GREY, linestyle=":", linewidth=2)
    add_legend(left)
    picture.finding = (
        f"Validation cost lowest after {count(epochs[best].item(), 'epoch')}: "
        f"{validation[best]:.2f}; after {epochs[-1]} it is {validation[-1]:.2f}, "
        f"while the training cost went from {training[best]:.2f} to "
        f"{training[-1]:.2f}. Right answers (validation): {accuracies[best]:.0%} and "
        f"{accuracies[-1]:.0%}."
    )
    return picture


def search_map(searches):
    """Draw the settings that each search tried, and how well each one did.

    Parameters
    ----------
    searches : dict of str to (settings, scores)
        For each search by its name, `settings`, array_like of shape (n, 2), a learning
        rate and a mini-batch size a row, and `scores`, array_like of shape (n,), the
        share of right answers with each, 0 to 1.

    Returns
    -------
    Picture
        One panel a search; the darker and larger a dot, the better the setting; a
        cross on the best. Its finding names the best setting of each search, and how
        many different learning rates it tried.

    Raises
    ------
    ValueError
        If there is no search, or settings and scores do not fit.
    """
    searches = {k: tuple(map(np.asarray, pair)) for k, pair in searches.items()}
    if not searches:
        raise ValueError("searches must hold a search; got an empty dict")
    for name, (settings, scores) in searches.items():
        if scores.ndim != 1 or not scores.size or settings.shape != (scores.size, 2):
            raise ValueError(
                f"{name} must have settings (n, 2) and scores (n,); "
                f"got {settings.shape} and {scores.shape}"
            )
    picture = Picture(height=3.9)
    axes = picture.subplots(1, len(searches), sharex=True, sharey=True, squeeze=False)
    found = []
    for ax, (name, found_in) in zip(axes[0], searches.items(), strict=True):
        drawn = _draw_search(ax, name, *found_in)
        found.append(_search_sentence(name, *found_in))
    bar = picture.colorbar(drawn, ax=list(axes[0]), location="bottom", aspect=40)
    bar.set_label("right answers (%): darker and larger is better", fontsize=TEXT)
    bar.ax.tick_params(labelsize=TEXT)
    picture.finding = "; ".join(found) + "."
    return picture


def _draw_search(ax, name, settings, scores):
    """Draw one dot a setting, with a cross on the best; return the dots."""
    label_axes(ax, "learning rate η", "mini-batch size", title=name)
    etas, sizes = settings.T
    drawn = ax.scatter(
        etas,
        sizes,
        s=30 + 170 * scores**2,
        c=100 * scores,
        cmap=PALE_TO_BLUE,
        vmin=0,
        vmax=100,
        edgecolor=BLACK,
        linewidth=0.8,
    )
    best = scores.argmax()
    ax.plot(etas[best], sizes[best], "x", color=VERMILION, ms=9, mew=2.5)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.tick_params(which="both", labelsize=TEXT)
    ax.margins(0.12)
    return drawn


def _search_sentence(name, settings, scores):
    """Say which setting was best, and how many learning rates were tried."""
    best = scores.argmax()
    eta, size = settings[best]
    different = np.unique(settings[:, 0]).size
    return (
        f"{name}: {count(different, 'learning rate')} tried, best {scores[best]:.1%} "
        f"at η = {number(eta, 2)} with mini-batches of {size:.0f}"
    )


def _draw_lines(ax, lines, styles=LINE_STYLES):
    """Draw each line in its own colour, dash and marker."""
    for style, (name, (x, y)) in zip(styles, lines.items(), strict=False):
        ax.plot(x, y, label=name, markevery=max(1, len(y) // 8), **style)


# --- panels of the tuner -------------------------------------------------------------


def cost_curves(now, best, picked, runs, settings, constant):
    """Return the panel of costs against epochs: a run before all the others.

    Parameters
    ----------
    now, best, picked : bpkit.widgets.tuner.Run or None
        The run that is shown, and those to compare it with.
    runs : iterable of bpkit.widgets.tuner.Run
        All that are kept; of each the validation cost is drawn, dotted where it is
        another cost, which cannot be compared.
    settings : bpkit.widgets.tuner.Settings
        What is set, whether it was run or not.
    constant : float
        Cost of the best answer that is the same for every digit.

    Returns
    -------
    Panel
        Its axis of costs never changes; what lies beyond is drawn at its end.
    """
    runs = list(runs)
    most = max([settings.epochs, *(run.settings.epochs for run in runs)])
    last = most + -most % 10
    level = [constant, constant]
    marks = [Line([0, last], level, GREY, "dotted", 1.5, "constant")]
    for dash, same in (("solid", True), ("dotted", False)):
        marks += _faint(
            [r for r in runs if (r.settings.cost == settings.cost) is same], dash
        )
    named = ((picked, BLACK, "dotted"), (best, GREEN, "dashed"))
    for run, color, dash in named:
        if run not in (None, now) and run.settings.cost == settings.cost:
            word = "best" if color == GREEN else "picked"
            marks.append(
                _curve(run, "validation", color, dash, f"{word}: {run.number}")
            )
    title = "no run of these settings"
    if now is not None:
        marks.append(_curve(now, "training", BLUE, "solid", "training"))
        marks.append(_curve(now, "validation", VERMILION, "dashed", "validation"))
        costs = [number(now.curves[name][-1]) for name in ("training", "validation")]
        title = f"run {now.number}: cost {costs[0]}, validation {costs[1]}"
    return Panel(
        *((0, last), (LOWEST, HIGHEST), marks, "epochs", "cost", title),
        xticks=whole_ticks(0, last, most=6),
        ylog=True,
        height=250,
    )


def _faint(runs, dash):
    """Return the validation curves of some runs as one line with gaps."""
    if not runs:
        return []
    x, y = (
        np.concatenate([[*run.curves[name], np.nan] for run in runs])
        for name in ("epoch", "validation")
    )
    label = "earlier" if dash == "solid" else "other cost"
    return [Line(x, np.clip(y, LOWEST, HIGHEST), FAINT, dash, 1, label)]


def _curve(run, name, color, dash, label):
    """Return one curve of a run, kept between the ends of the axis."""
    cost = np.clip(run.curves[name], LOWEST, HIGHEST)
    return Line(run.curves["epoch"], cost, color, dash, 2, label)


def result_against(control, symbol, alike, others, here):
    """Return the panel of validation digits misread against one setting.

    Parameters
    ----------
    control : bpkit.widgets.explorer.Slider or Choice
        Of the setting.
    symbol : str
        Its name on the axis.
    alike, others, here : list of (float, int)
        Place on the axis and digits misread of the runs that differ by this setting
        and the seed alone, of all others, and of the run that is shown.

    Returns
    -------
    Panel
        A line leads through the means of `alike`, a bar from least to most at each.
    """
    low, high, look = _axis(control)
    guessed = [GUESSED] * 2
    marks = [Line([low, high], guessed, GREY, "dotted", 1.5, "guessing")]
    if others:
        marks.append(Points(*_shown(others), FAINT, "o", 6, "others"))
    title = f"result against {symbol}"
    if alike:
        means = _means(alike)
        marks += _valley(alike, means)
        marks.append(Points(*_shown(alike), BLUE, "D", 6, "same otherwise"))
        if len(means) > 1:
            place = min(means, key=means.get)
            best = _at(control, place)
            title = f"fewest misread at {symbol} = {best}: {number(means[place])}"
    if here:
        marks.append(Points(*_shown(here), VERMILION, "x", 12, "this run"))
    return Panel(
        *((low, high), (1, 400), marks, symbol, f"misread, of {VALIDATION}"),
        title=title,
        ylog=True,
        height=250,
        **look,
    )


def _axis(control):
    """Return the ends of a setting's axis, and how it is ticked."""
    if control.kind == "choice":
        return (
            -0.5,
            len(control.options) - 0.5,
            {"xticks": tuple(enumerate(control.options))},
        )
    if control.name == "seed":
        ticks = whole_ticks(control.low, control.high, most=6)
        return control.low - 1, control.high + 1, {"xticks": ticks}
    return control.low / 1.3, control.high * 1.3, {"xlog": True}


def _shown(results):
    """Return the coordinates of results; none misread is drawn at the axis's end."""
    x, misread = zip(*results, strict=True)
    return list(x), [max(1, m) for m in misread]


def _means(results):
    """Return the mean count of digits misread at each place, from left to right."""
    places = sorted({x for x, _ in results})
    return {p: float(np.mean([m for x, m in results if x == p])) for p in places}


def _at(control, place):
    """Return the value of a setting at a place of its axis, in words."""
    return control.options[place] if control.kind == "choice" else number(place)


def _valley(results, means):
    """Return a line through the mean of each place, and a bar from least to most."""
    bars = []
    for place in means:
        here = [m for x, m in results if x == place]
        bars += [min(here), max(here), np.nan]
    return [
        Line(list(means), np.maximum(1, list(means.values())), BLUE, "solid", 1.5),
        Line(np.repeat(list(means), 3), np.maximum(1, bars), BLUE, "solid", 4),
    ]


def table_of_runs(head, rows, looks, most, title):
    """Return the panel of a table of runs.

    Parameters
    ----------
    head : list of str
        Names of the columns.
    rows : list of list of str
        The best run first.
    looks : list of (bool, bool)
        Of each row, whether it is the run that is shown, and whether it is the best.
    most : int
        Rows that there is room for.
    title : str
        What it is a table of.

    Returns
    -------
    Panel
        The row of the run that is shown is bold, that of the best is green.
    """
    places = [k + 0.5 for k in range(len(head))]
    marks = [
        Label(x, most + 0.5, text, GREY) for x, text in zip(places, head, strict=True)
    ]
    for k, (row, (now, best)) in enumerate(zip(rows, looks, strict=True)):
        color = GREEN if best else BLACK
        marks += [
            Label(x, most - 0.5 - k, text, color, bold=now)
            for x, text in zip(places, row, strict=True)
        ]
    return Panel(
        *((0, len(head)), (0, most + 1), marks),
        title=title,
        bare=True,
        height=165,
        weight=1.2,
    )


def tiles_of_weights(weights):
    """Return the panel of what hidden neurons look at, a tile of 8 × 8 weights each.

    Parameters
    ----------
    weights : ndarray, shape (neurons, 64)
        Of the first layer.

    Returns
    -------
    Panel
        All tiles have one scale; only the first neurons are shown where they are many.
    """
    shown = weights[:TILES]
    rows = max(2, -(-len(shown) // TILES_A_ROW))
    sheet = np.zeros((9 * rows, 9 * TILES_A_ROW))
    for k, tile in enumerate(shown):
        row, column = divmod(k, TILES_A_ROW)
        sheet[9 * row :, 9 * column :][:8, :8] = tile.reshape(8, 8)
    largest = np.abs(shown).max()
    shares = np.rint(100 * sheet[::-1] / (largest or 1)).astype(int)
    window = (0, 9 * TILES_A_ROW), (0, 9 * rows)
    many = (
        f"{len(shown)} of {len(weights)}" if len(shown) < len(weights) else len(weights)
    )
    return Panel(
        *(*window, [Heat(shares, (*window[0], *window[1]), -100, 100)]),
        title=f"{many} neurons, |w| ≤ {number(largest)}",
        bare=True,
        height=165,
        weight=0.8,
    )
