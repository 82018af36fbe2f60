// One explorer in the page: controls, a canvas, a sentence. The kernel does the
// mathematics; this file sends what the reader does and draws the scene that returns.

const FONT = "system-ui, sans-serif";
const GAP = { left: 62, right: 14, top: 10, bottom: 44 };
const NARROW = 320; // pixels; a panel that would be narrower gets a row of its own
const LOST = 8000; // milliseconds after which a missing answer is not waited for
const SLOP = 6; // pixels within which a finger has not moved
const STILL = 1000; // milliseconds that a picture stays where motion is not wanted

function render({ model, el }) {
  const root = element("section", "bpkit", { "aria-label": model.get("title") });
  el.append(root);
  const head = element("div", "bpkit-head");
  head.append(element("p", "bpkit-title", {}, model.get("title")));
  const bar = element("div", "bpkit-controls", { role: "group", "aria-label": "Controls" });
  const canvas = element("canvas", "", { role: "img" });
  const sentence = element("p", "bpkit-sentence", { "aria-live": "polite" });
  const error = element("p", "bpkit-error", { role: "alert" });
  const first = model.get("sentence_first");
  const texts = first ? element("div", "bpkit-controls") : bar;
  if (first) root.append(head, bar, error, sentence, canvas, texts);
  else root.append(head, bar, error, canvas, sentence);

  const complain = (problem) => {
    setText(error, problem);
    // Whoever reads elsewhere in the page is not carried here.
    if (problem && root.matches(":focus-within")) error.scrollIntoView({ block: "nearest" });
  };
  const scene = sceneOf(model);
  const line = conversation(model, complain);
  const controls = model.get("controls").map((c) => ({ name: c.name, kind: c.kind, ...makeControl(c, line) }));
  for (const { node, name, kind } of controls) (name === "reset" ? head : kind === "entry" ? texts : bar).append(node);

  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let shown = 0;
  const show = () => {
    shown = performance.now();
    draw(canvas, scene().panels);
    canvas.setAttribute("aria-label", `${model.get("alt")} ${model.get("sentence")}`);
    setText(sentence, model.get("sentence"));
    complain(model.get("error"));
    for (const control of controls) control.show(model.get("state"));
    const { idle } = scene();
    for (const { node, name } of controls) rest(node, idle.includes(name));
  };
  const answered = () => {
    const ours = line.arrived(scene().answers);
    // A run that plays would talk without end.
    sentence.setAttribute("aria-live", line.playing() ? "off" : "polite");
    // Where motion is not wanted, a run goes as fast, and some of its pictures are seen.
    const skipped = calm.matches && line.playing() && performance.now() - shown < STILL;
    // The kernel works on the next picture while the page draws this one.
    if (ours) line.goOn(scene().stop);
    if (!skipped || scene().stop) show();
  };
  model.on("change:scene", answered);
  // JupyterLab asks the focused element whose a key is; in Notebook 7 it asks before the
  // key arrives here, so the answer is given at the window.
  const pressed = (e) => {
    if (root.contains(e.target)) e.target.toggleAttribute("data-lm-suppress-shortcuts", isOurs(e));
  };
  window.addEventListener("keydown", pressed, true);
  const resized = new ResizeObserver(() => draw(canvas, scene().panels));
  resized.observe(root);
  show();
  return () => {
    model.off("change:scene", answered);
    resized.disconnect();
    window.removeEventListener("keydown", pressed, true);
    line.close();
  };
}

// A scene comes as one text: its thousands of numbers would be walked through, one by one,
// on either side of the wire.
function sceneOf(model) {
  let text = null, scene = null;
  return () => {
    if (text !== model.get("scene")) {
      text = model.get("scene");
      scene = JSON.parse(text);
    }
    return scene;
  };
}

// Whether a key is the control's, so that JupyterLab does not move or edit cells with it.
// The notebook's are chords such as that which saves or runs; a text keeps its own.
function isOurs(e) {
  const chord = e.ctrlKey || e.metaKey;
  if (e.key === "Enter") return !(chord || e.shiftKey || e.altKey);
  return !chord || (e.target.matches("textarea") && "acvxyzZ".includes(e.key));
}

// Back-pressure: one message is under way at a time; what happens meanwhile is sent
// together after it.
// The numbers bear the view's own name: two views of one widget hear each other's answers.
function conversation(model, complain) {
  const view = Math.random().toString(36).slice(2);
  const plays = [];
  let number = 0, waiting = false, acts = [], changes = {}, sent = {}, timer = null, closed = false;
  const send = () => {
    if (closed || waiting || (!acts.length && !Object.keys(changes).length)) return;
    const act = acts.shift() ?? null;
    [sent, changes] = [changes, {}];
    number += 1;
    waiting = true;
    timer = setTimeout(lost, LOST);
    model.send({ state: sent, act, number: `${view}-${number}` });
  };
  const release = () => {
    clearTimeout(timer);
    waiting = false;
    sent = {};
  };
  const lost = () => {
    release();
    for (const play of plays) play.stop();
    complain(`No answer from the kernel for ${LOST / 1000} seconds. It may be busy; if it was restarted, run this cell again.`);
    send();
  };
  return {
    change(name, value) { changes[name] = value; send(); },
    act(name) {
      // Of two plays the last pressed goes on.
      if (plays.some((play) => play.name === name)) for (const play of plays) if (play.name !== name) play.stop();
      acts.push(name);
      send();
    },
    arrived(answers) {
      const ours = answers === `${view}-${number}` && waiting;
      if (ours) release();
      return ours;
    },
    goOn(stop) {
      if (!acts.length) for (const play of plays) play.tick(stop);
      send();
    },
    pending: (name) => name in changes || name in sent,
    playing: () => plays.some((play) => play.on()),
    addPlay(play) { plays.push(play); },
    close() { closed = true; clearTimeout(timer); },
  };
}

// --- controls ------------------------------------------------------------------------

function makeControl(c, line) {
  return { slider, choice, toggle, entry, pad, action, play }[c.kind](c, line);
}

// What would change nothing now is shown, but cannot be moved. A button says so and stays
// in reach: one that was disabled while it is pressed would drop the focus.
function rest(node, idle) {
  node.classList.toggle("bpkit-idle", idle);
  if (node.matches("button")) node.setAttribute("aria-disabled", idle);
  for (const input of node.querySelectorAll("input, select")) input.disabled = idle;
}

function slider(c, line) {
  const toPosition = (v) => (c.log ? Math.log10(v) : v);
  const toValue = (p) => (c.log ? 10 ** p : p);
  const input = element("input", "", {
    type: "range", min: toPosition(c.low), max: toPosition(c.high), step: c.step, name: c.name,
  });
  const number = element("span", "bpkit-number");
  const text = element("span", "", {}, `${c.label} = `);
  text.append(number);
  const say = (value) => {
    setText(number, shortNumber(value));
    input.setAttribute("aria-valuetext", `${c.label} ${shortNumber(value)}`);
  };
  const undecided = onceMeant(input, () => {
    const value = toValue(Number(input.value));
    say(value);
    line.change(c.name, value);
  });
  const node = element("label");
  node.append(text, input);
  const show = (state) => {
    if (undecided() || line.pending(c.name)) return; // the reader is ahead of the kernel
    input.value = toPosition(state[c.name]);
    say(state[c.name]);
  };
  return { node, show };
}

// A finger that comes down on a slider may be there to scroll the page, though the browser
// moves the slider at once. It is meant if the finger goes sideways, or leaves where it came.
function onceMeant(input, moved) {
  let start = null, held = false;
  const gone = (e) => [Math.abs(e.clientX - start.x), Math.abs(e.clientY - start.y)];
  const end = (meant) => {
    held = false;
    if (!meant) input.value = start.value;
    else if (input.value !== start.value) moved();
  };
  input.addEventListener("input", () => { if (!held) moved(); });
  input.addEventListener("pointerdown", (e) => {
    held = e.pointerType !== "mouse";
    start = { x: e.clientX, y: e.clientY, value: input.value };
  });
  input.addEventListener("pointermove", (e) => {
    if (!held) return;
    const [across, along] = gone(e);
    if (across > Math.max(along, SLOP)) end(true);
  });
  input.addEventListener("pointerup", (e) => { if (held) end(gone(e)[1] <= SLOP); });
  input.addEventListener("pointercancel", () => { if (held) end(false); });
  return () => held;
}

function choice(c, line) {
  const input = element("select", "", { name: c.name });
  for (const option of c.options) input.append(element("option", "", { value: option }, option));
  input.addEventListener("change", () => line.change(c.name, input.value));
  const node = element("label", "", {}, c.label);
  node.append(input);
  return { node, show: (state) => { if (!line.pending(c.name)) input.value = state[c.name]; } };
}

function toggle(c, line) {
  const input = element("input", "", { type: "checkbox", name: c.name });
  input.addEventListener("change", () => line.change(c.name, input.checked));
  const node = element("label", "bpkit-toggle");
  node.append(input, c.label);
  return { node, show: (state) => { if (!line.pending(c.name)) input.checked = state[c.name]; } };
}

function entry(c, line) {
  const input = element("textarea", "", { name: c.name, rows: c.rows, spellcheck: "false" });
  let typing = false; // what is being typed is not overwritten
  input.addEventListener("input", () => { typing = true; });
  input.addEventListener("blur", () => { typing = false; });
  input.addEventListener("change", () => {
    if (typing) line.change(c.name, input.value);
    typing = false;
  });
  input.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || !isOurs(e)) return;
    e.preventDefault();
    input.dispatchEvent(new Event("change"));
  });
  const node = element("label", "bpkit-entry", {}, c.label);
  node.append(input);
  const show = (state) => {
    const value = state[c.name];
    if (!typing && !line.pending(c.name) && input.value !== value) input.value = value;
  };
  return { node, show };
}

function action(c, line) {
  const node = element("button", "", { type: "button", name: c.name }, c.label);
  node.addEventListener("click", () => line.act(c.name));
  return { node, show() {} };
}

function play(c, line) {
  const node = element("button", "bpkit-play", { type: "button", name: c.name });
  let playing = false;
  const set = (on) => {
    playing = on;
    setText(node, on ? "⏸ Pause" : `▶ ${c.label}`);
  };
  set(false);
  node.addEventListener("click", () => {
    set(!playing);
    if (playing) line.act(c.name);
  });
  // The next tick is asked for when the last has arrived: the page sets the pace.
  line.addPlay({
    name: c.name,
    tick(stop) {
      if (!playing) return;
      if (stop) set(false);
      else line.act(c.name);
    },
    stop() { set(false); },
    on: () => playing,
  });
  return { node, show() {} };
}

// A field to draw on with mouse, finger, pen or keys (arrows move, space draws).
function pad(c, line) {
  const side = 192;
  const canvas = element("canvas", "bpkit-pad", {
    width: side, height: side, tabindex: "0", role: "application",
    "aria-label": `${c.label}. Arrow keys move the pen, space lowers or lifts it.`,
  });
  const node = element("label", "", {}, c.label);
  node.append(canvas);
  let strokes = [], pen = null, down = false;
  const pointers = new Map(); // of each that is pressed: its stroke, null while it is outside
  const paint = () => {
    const g = canvas.getContext("2d");
    g.fillStyle = "#fff";
    g.fillRect(0, 0, side, side);
    g.lineWidth = 18;
    g.lineCap = g.lineJoin = "round";
    g.strokeStyle = "#000";
    for (const stroke of strokes) {
      g.beginPath();
      stroke.forEach(([x, y], i) => (i ? g.lineTo(x * side, y * side) : g.moveTo(x * side, y * side)));
      if (stroke.length === 1) g.lineTo(stroke[0][0] * side + 0.1, stroke[0][1] * side);
      g.stroke();
    }
    if (pen) {
      g.strokeStyle = down ? "#d55e00" : "#0072b2";
      g.lineWidth = 2;
      g.strokeRect(pen[0] * side - 5, pen[1] * side - 5, 10, 10);
    }
  };
  const place = (e) => {
    const box = canvas.getBoundingClientRect();
    return [(e.clientX - box.x) / box.width, (e.clientY - box.y) / box.height];
  };
  const changed = () => { paint(); line.change(c.name, strokes); };
  const drawTo = (e) => {
    const point = place(e);
    if (point.some((v) => v < 0 || v > 1)) {
      pointers.set(e.pointerId, null);
      return;
    }
    if (!pointers.get(e.pointerId)) {
      const begun = [];
      pointers.set(e.pointerId, begun);
      strokes = [...strokes, begun];
      down = false; // the pen that the keys move draws the last stroke
    }
    pointers.get(e.pointerId).push(point);
    changed();
  };
  canvas.addEventListener("pointerdown", (e) => {
    if (e.button !== 0) return;
    canvas.setPointerCapture(e.pointerId);
    pointers.set(e.pointerId, null);
    drawTo(e);
  });
  canvas.addEventListener("pointermove", (e) => { if (pointers.has(e.pointerId)) drawTo(e); });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (e) => pointers.delete(e.pointerId));
  canvas.addEventListener("keydown", (e) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (!move && e.key !== " ") return;
    e.preventDefault();
    pen = pen ?? [0.5, 0.5];
    if (e.key === " ") {
      down = !down;
      if (down) strokes = [...strokes, [pen]];
    } else {
      pen = pen.map((p, i) => Math.min(1, Math.max(0, p + move[i] / 24)));
      if (down) strokes.at(-1).push(pen);
    }
    changed();
  });
  const show = (state) => {
    if (pointers.size || line.pending(c.name)) return;
    strokes = state[c.name].map((s) => s.map((p) => [...p]));
    if (!strokes.length) down = false;
    paint();
  };
  return { node, show };
}

// --- drawing -------------------------------------------------------------------------

function draw(canvas, panels) {
  const width = canvas.clientWidth || canvas.parentElement.clientWidth;
  if (!width || !panels) return;
  const rows = layOut(panels, width);
  const height = rows.reduce((sum, row) => sum + row.height, 0);
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.fillStyle = "#fff";
  g.fillRect(0, 0, width, height);
  let top = 0;
  for (const row of rows) {
    let left = 0;
    for (const { panel, wide } of row.cells) {
      drawPanel(g, panel, left, top, wide, row.height);
      left += wide;
    }
    top += row.height;
  }
}

// Panels stand side by side where each has room, else below one another.
function layOut(panels, width) {
  const total = panels.reduce((sum, p) => sum + p.weight, 0);
  const roomy = panels.length <= 3 && panels.every((p) => (width * p.weight) / total >= NARROW * Math.min(1, p.weight));
  const perRow = roomy ? panels.length : width >= 2 * NARROW ? 2 : 1;
  const rows = [];
  for (let i = 0; i < panels.length; i += perRow) {
    const group = panels.slice(i, i + perRow);
    const sum = group.reduce((s, p) => s + p.weight, 0);
    rows.push({
      height: Math.max(...group.map((p) => p.height)),
      cells: group.map((panel) => ({ panel, wide: (width * panel.weight) / sum })),
    });
  }
  return rows;
}

function drawPanel(g, panel, left, top, wide, high) {
  const gap = panel.bare ? { left: 6, right: 6, top: 6, bottom: 6 } : GAP;
  const room = wide - gap.left - gap.right;
  const title = panel.title ? wrap(g, panel.title, room, `600 14px ${FONT}`) : [];
  const legend = legendRows(g, panel.marks.filter((m) => m.label), room);
  const head = gap.top + 17 * title.length + 20 * legend.length;
  let box = { x: left + gap.left, y: top + head, w: room, h: high - head - gap.bottom };
  if (panel.equal) box = squared(box, panel);
  const at = scales(panel, box);
  g.save();
  g.beginPath();
  g.rect(box.x, box.y, box.w, box.h);
  g.clip();
  for (const mark of panel.marks) if (mark.kind !== "label") MARKS[mark.kind](g, mark, at);
  g.restore();
  for (const mark of panel.marks) if (mark.kind === "label") MARKS.label(g, mark, at);
  const look = { align: "left", font: `600 14px ${FONT}` };
  title.forEach((text, i) => write(g, text, left + gap.left, top + 12 + 17 * i, look));
  legend.forEach((row, i) => drawLegend(g, row, left + gap.left, top + 16 + 17 * title.length + 20 * i));
  if (!panel.bare) drawAxes(g, panel, box, at);
}

// Equal units on both axes: the larger side of the box gives way.
function squared(box, panel) {
  const unit = Math.min(box.w / span(panel.xlim), box.h / span(panel.ylim));
  const w = unit * span(panel.xlim), h = unit * span(panel.ylim);
  return { x: box.x + (box.w - w) / 2, y: box.y + (box.h - h) / 2, w, h };
}

const span = (lim) => Math.abs(lim[1] - lim[0]);

function scales(panel, box) {
  const axis = (lim, log, from, length) => {
    const f = log ? Math.log10 : (v) => v;
    const a = f(lim[0]), b = f(lim[1]);
    return (v) => (v === null || (log && v <= 0) ? NaN : from + ((f(v) - a) / (b - a)) * length);
  };
  return {
    x: axis(panel.xlim, panel.xlog, box.x, box.w),
    y: axis(panel.ylim, panel.ylog, box.y + box.h, -box.h),
    get base() { return panel.ylog ? box.y + box.h : this.y(0); }, // where bars stand
  };
}

// Pixels drawn and left out; matplotlib knows these dashes by the same names.
const DASHES = { solid: [], dashed: [8, 5], dotted: [2, 4] };

const MARKS = {
  line(g, m, at) {
    stroke(g, m);
    g.beginPath();
    let open = false;
    m.x.forEach((x, i) => {
      const px = at.x(x), py = at.y(m.y[i]);
      if (!Number.isFinite(px) || !Number.isFinite(py)) { open = false; return; }
      // A canvas gives up on astronomical coordinates, so they stop far outside.
      const cx = clamp(px), cy = clamp(py);
      if (open) g.lineTo(cx, cy); else g.moveTo(cx, cy);
      open = true;
    });
    g.stroke();
  },
  points(g, m, at) {
    g.fillStyle = g.strokeStyle = m.color;
    g.setLineDash([]);
    markers(g, m.marker, m.x.map((x, i) => [at.x(x), at.y(m.y[i])]), m.size / 2);
  },
  arrow(g, m, at) {
    const x = at.x(m.x), y = at.y(m.y), ex = at.x(m.x_end), ey = at.y(m.y_end);
    const length = Math.hypot(ex - x, ey - y);
    if (!Number.isFinite(length) || length < 0.5) return;
    stroke(g, m);
    const head = Math.min(10, length * 0.6), a = Math.atan2(ey - y, ex - x);
    g.beginPath();
    g.moveTo(clamp(x), clamp(y));
    g.lineTo(clamp(ex - head * 0.7 * Math.cos(a)), clamp(ey - head * 0.7 * Math.sin(a)));
    g.stroke();
    g.setLineDash([]);
    g.fillStyle = m.color;
    g.beginPath();
    g.moveTo(ex, ey);
    for (const turn of [0.42, -0.42]) g.lineTo(ex - head * Math.cos(a + turn), ey - head * Math.sin(a + turn));
    g.fill();
  },
  label(g, m, at) {
    write(g, m.text, at.x(m.x), at.y(m.y), { align: m.align, color: m.color, font: `${m.bold ? 600 : 400} ${m.size}px ${FONT}` });
  },
  box(g, m, at) {
    const x0 = at.x(m.x - m.width / 2), x1 = at.x(m.x + m.width / 2);
    const y0 = at.y(m.y + m.height / 2), y1 = at.y(m.y - m.height / 2);
    g.beginPath();
    g.roundRect(x0, y0, x1 - x0, y1 - y0, Math.max(0, Math.min(x1 - x0, y1 - y0) / 5));
    g.fillStyle = m.fill;
    g.fill();
    g.lineWidth = m.border;
    g.strokeStyle = m.color;
    g.setLineDash(DASHES[m.dash]);
    g.stroke();
    write(g, m.text, (x0 + x1) / 2, (y0 + y1) / 2, { font: `${m.size}px ${FONT}` });
  },
  bars(g, m, at) {
    g.fillStyle = m.color;
    m.x.forEach((x, i) => {
      const x0 = at.x(x - m.width / 2), x1 = at.x(x + m.width / 2), y0 = at.base, y1 = at.y(m.height[i]);
      if (Number.isFinite(y1)) g.fillRect(x0, Math.min(y0, y1), x1 - x0, Math.abs(y1 - y0));
    });
  },
  heat(g, m, at) {
    const rows = m.values.length, columns = m.values[0].length;
    const cells = new ImageData(columns, rows);
    const ramp = m.colors.map(parts);
    m.values.forEach((row, r) => row.forEach((v, c) => {
      const k = 4 * ((rows - 1 - r) * columns + c);
      colour(ramp, (v - m.low) / (m.high - m.low)).forEach((part, j) => { cells.data[k + j] = part; });
      cells.data[k + 3] = 255;
    }));
    const small = new OffscreenCanvas(columns, rows);
    small.getContext("2d").putImageData(cells, 0, 0);
    const [x0, x1, y0, y1] = m.extent;
    g.imageSmoothingEnabled = false;
    g.drawImage(small, at.x(x0), at.y(y1), at.x(x1) - at.x(x0), at.y(y0) - at.y(y1));
  },
};

// Red, green and blue, from 0 to 255, of a colour such as "#D55E00".
function parts(colour) { return [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)); }

function colour(ramp, share) {
  const p = Math.min(1, Math.max(0, share || 0)) * (ramp.length - 1);
  const i = Math.min(ramp.length - 2, Math.floor(p));
  return ramp[i].map((low, k) => Math.round(low + (ramp[i + 1][k] - low) * (p - i)));
}

function clamp(v) { return Math.min(1e5, Math.max(-1e5, v)); }

function stroke(g, m) {
  g.strokeStyle = m.color;
  g.lineWidth = m.width;
  g.setLineDash(DASHES[m.dash]);
  g.lineJoin = "round";
}

// All markers are one path: a canvas fills one path much faster than hundreds.
function markers(g, kind, places, r) {
  g.beginPath();
  for (const [x, y] of places) if (Number.isFinite(x) && Number.isFinite(y)) OUTLINES[kind](g, x, y, r);
  if (kind === "x") {
    g.lineWidth = 2;
    g.stroke();
  } else g.fill();
}

const OUTLINES = {
  o(g, x, y, r) { g.moveTo(x + r, y); g.arc(x, y, r, 0, 2 * Math.PI); },
  s(g, x, y, r) { g.rect(x - r, y - r, 2 * r, 2 * r); },
  "^"(g, x, y, r) { corners(g, [x, y - r], [x + r, y + r], [x - r, y + r]); },
  D(g, x, y, r) { corners(g, [x, y - r], [x + r, y], [x, y + r], [x - r, y]); },
  x(g, x, y, r) { g.moveTo(x - r, y - r); g.lineTo(x + r, y + r); g.moveTo(x - r, y + r); g.lineTo(x + r, y - r); },
};

function corners(g, first, ...others) {
  g.moveTo(...first);
  for (const corner of others) g.lineTo(...corner);
  g.closePath();
}

function write(g, text, x, y, { align = "center", color = "#000", font = `14px ${FONT}` } = {}) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  g.font = font;
  g.fillStyle = color;
  g.textAlign = align;
  g.textBaseline = "middle";
  const lines = String(text).split("\n");
  const step = parseInt(font.match(/(\d+)px/)[1], 10) * 1.2;
  lines.forEach((line, i) => g.fillText(line, x, y + (i - (lines.length - 1) / 2) * step));
}

function wrap(g, text, width, font) {
  g.font = font;
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && g.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function drawAxes(g, panel, box, at) {
  g.strokeStyle = "#1a1a1a";
  g.lineWidth = 1;
  g.setLineDash([]);
  g.beginPath();
  g.moveTo(box.x, box.y);
  g.lineTo(box.x, box.y + box.h);
  g.lineTo(box.x + box.w, box.y + box.h);
  g.stroke();
  const font = `13px ${FONT}`;
  for (const [v, text] of ticksOf(panel, box.w / 70)) {
    const x = at.x(v);
    g.beginPath(); g.moveTo(x, box.y + box.h); g.lineTo(x, box.y + box.h + 4); g.stroke();
    write(g, text, x, box.y + box.h + 13, { font });
  }
  let widest = 0;
  for (const v of ticks(panel.ylim, panel.ylog, box.h / 44)) {
    const y = at.y(v), text = tickText(v, panel.ylog);
    g.beginPath(); g.moveTo(box.x - 4, y); g.lineTo(box.x, y); g.stroke();
    write(g, text, box.x - 7, y, { font, align: "right" });
    widest = Math.max(widest, g.measureText(text).width);
  }
  write(g, panel.xlabel, box.x + box.w / 2, box.y + box.h + 33);
  g.save();
  // In a panel of equal units there is room for long numbers; in others there is less.
  const out = Math.min(Math.max(46, widest + 17), panel.equal ? Infinity : GAP.left - 7);
  g.translate(box.x - out, box.y + box.h / 2);
  g.rotate(-Math.PI / 2);
  write(g, panel.ylabel, 0, 0);
  g.restore();
}

// A panel may say where its ticks stand along x; else the axis chooses.
function ticksOf(panel, count) {
  if (panel.xticks.length) return panel.xticks;
  return ticks(panel.xlim, panel.xlog, count).map((v) => [v, tickText(v, panel.xlog)]);
}

function ticks(lim, log, count) {
  const [low, high] = [Math.min(...lim), Math.max(...lim)];
  if (log) {
    const a = Math.ceil(Math.log10(low) - 1e-9), b = Math.floor(Math.log10(high) + 1e-9);
    const step = Math.max(1, Math.ceil((b - a) / Math.max(2, count)));
    return range(a, b, step).map((p) => 10 ** p);
  }
  const rough = (high - low) / Math.max(2, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  if (!(step > 0) || !Number.isFinite(first)) return []; // or the range would never end
  const last = Math.floor(high / step + 1e-9);
  return range(first, last, 1).map((k) => k * step);
}

function range(a, b, step) {
  const values = [];
  for (let v = a; v <= b; v += step) values.push(v);
  return values;
}

function tickText(v, log) {
  if (log && (v < 0.01 || v > 999)) return written(v.toExponential(0));
  return shortNumber(v);
}

function shortNumber(v) {
  if (v === null || !Number.isFinite(v)) return "not finite";
  const rounded = Number(v.toPrecision(4)), size = Math.abs(rounded);
  const short = size === 0 || (size >= 1e-4 && size < 1e5);
  return written(short ? String(rounded) : rounded.toExponential());
}

// As bpkit/words.py writes numbers: a true minus, short powers of ten.
function written(text) { return text.replace("e+", "e").replaceAll("-", "−"); }

// The legend stands above the axes, where it hides nothing; it wraps like text.
function legendRows(g, named, room) {
  g.font = `13px ${FONT}`;
  const rows = [];
  let used = Infinity;
  for (const mark of named) {
    const wide = g.measureText(mark.label).width + 50;
    if (used + wide > room + 14) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1).push({ mark, x: used });
    used += wide;
  }
  return rows;
}

function drawLegend(g, row, left, y) {
  for (const { mark, x: shift } of row) {
    const x = left + shift;
    if (mark.kind === "line") {
      stroke(g, mark);
      g.beginPath();
      g.moveTo(x, y);
      g.lineTo(x + 28, y);
      g.stroke();
    } else if (mark.kind === "points") {
      g.fillStyle = g.strokeStyle = mark.color;
      g.setLineDash([]);
      markers(g, mark.marker, [[x + 14, y]], Math.max(7, mark.size) / 2);
    } else {
      g.fillStyle = mark.color;
      g.fillRect(x + 6, y - 5, 16, 10);
    }
    write(g, mark.label, x + 34, y, { align: "left", font: `13px ${FONT}` });
  }
}

// --- small helpers -------------------------------------------------------------------

function element(tag, className = "", attributes = {}, text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text) node.textContent = text;
  return node;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export { conversation, layOut, legendRows, shortNumber, tickText, ticks };
export default { render };
