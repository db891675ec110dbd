// Regions as spheres, connections as rods in a brain that is turned: WebGL 2, without perspective,
// in MNI millimetres.
// All that it shows stands in the table beside it, from which it is read.

const CENTRE = [0, -17, 5]; // millimetres: the middle of the surface
const REACH = 108; // millimetres from the middle to the nearer edge of the picture
const SMALLEST = 1.2, LARGEST = 8; // radius in millimetres; the area goes with the magnitude
const THINNEST = 0.35, THICKEST = 1.6; // of a rod: radius in millimetres, by the magnitude
const REACHED = 4; // pixels from a rod's middle within which it is pointed at
const STEP = Math.PI / 18, TURN = 0.008, MOST_PITCH = Math.PI / 2;
const ZOOM = { least: 0.6, most: 5, step: 1.2 };
const VIEWS = { left: [Math.PI / 2, 0], right: [-Math.PI / 2, 0], front: [Math.PI, 0], top: [0, MOST_PITCH] };
const START = [2.2, 0.25];
const LETTERS = { L: [-84, 0, 0], R: [84, 0, 0], A: [0, 100, 0], P: [0, -102, 0], S: [0, 0, 88], I: [0, 0, -82] };

const SURFACE_VERTEX = `#version 300 es
uniform mat3 turn; uniform vec2 scale;
in vec3 place; in vec3 normal;
out vec3 facing;
void main() {
  vec3 seen = turn * place;
  facing = turn * normal;
  gl_Position = vec4(seen.xy * scale, -seen.z / 400.0, 1.0);
}`;
const SURFACE_FRAGMENT = `#version 300 es
precision highp float;
uniform vec3 colour;
in vec3 facing;
out vec4 drawn;
void main() {
  float rim = 1.0 - abs(normalize(facing).z);
  float alpha = 0.05 + 0.32 * rim * rim;
  drawn = vec4(colour * alpha, alpha);
}`;
const SPHERE_VERTEX = `#version 300 es
uniform mat3 turn; uniform vec2 scale; uniform int chosen;
in vec2 corner; in vec3 place; in float radius; in vec3 colour;
out vec2 at; out float size; out float depth; out vec3 own; flat out int marked;
void main() {
  vec3 seen = turn * place;
  marked = gl_InstanceID == chosen ? 1 : 0;
  float reach = marked == 1 ? max(radius * 1.25, radius + 1.0) : radius;
  at = corner; size = radius; own = colour;
  depth = seen.z;
  gl_Position = vec4((seen.xy + corner * reach) * scale, -seen.z / 400.0, 1.0);
}`;
const SPHERE_FRAGMENT = `#version 300 es
precision highp float;
uniform vec3 ring;
in vec2 at; in float size; in float depth; in vec3 own; flat in int marked;
out vec4 drawn;
void main() {
  float far = dot(at, at);
  if (far > 1.0) { discard; }
  float height = sqrt(1.0 - far);
  gl_FragDepth = 0.5 - (depth + height * size) / 800.0;
  if (marked == 1 && far > 0.72) { drawn = vec4(ring, 1.0); return; }
  float light = 0.45 + 0.55 * max(0.0, dot(vec3(at, height), normalize(vec3(-0.4, 0.5, 0.8))));
  drawn = vec4(own * light, 1.0);
}`;
const ROD_VERTEX = `#version 300 es
uniform mat3 turn; uniform vec2 scale; uniform int chosen;
in vec2 corner; in vec3 place; in vec3 other; in float radius; in vec3 colour;
out float across; out float size; out float depth; out vec3 own; flat out int marked;
void main() {
  vec3 one = turn * place;
  vec3 two = turn * other;
  vec2 along = two.xy - one.xy;
  float far = length(along);
  vec2 side = far > 0.001 ? vec2(-along.y, along.x) / far : vec2(1.0, 0.0);
  vec3 seen = mix(one, two, 0.5 + 0.5 * corner.x);
  marked = gl_InstanceID == chosen ? 1 : 0;
  across = corner.y; size = radius; depth = seen.z; own = colour;
  gl_Position = vec4((seen.xy + side * corner.y * (marked == 1 ? radius + 0.9 : radius)) * scale, -seen.z / 400.0, 1.0);
}`;
const ROD_FRAGMENT = `#version 300 es
precision highp float;
uniform vec3 ring;
in float across; in float size; in float depth; in vec3 own; flat in int marked;
out vec4 drawn;
void main() {
  float height = sqrt(max(0.0, 1.0 - across * across));
  gl_FragDepth = 0.5 - (depth + height * size) / 800.0;
  if (marked == 1 && abs(across) > 0.6) { drawn = vec4(ring, 1.0); return; }
  drawn = vec4(own * (0.55 + 0.45 * height), 1.0);
}`;

// Columns of a 3 x 3 matrix, from MNI to the picture: x to its right, y up, z towards the eye, which
// is behind the head at first. The yaw turns about the body's axis, the pitch tips the crown forward.
const turnOf = (yaw, pitch) => {
  const [c, s, d, t] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  return [c, t * s, -d * s, -s, t * c, -d * c, 0, d, t];
};
const seenAt = (turn, [x, y, z]) => [0, 1, 2].map((row) => turn[row] * x + turn[row + 3] * y + turn[row + 6] * z);
const centred = (place) => place.map((value, axis) => value - CENTRE[axis]);
const rgb = (text) => {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = text;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((value) => value / 255);
};

const regionsIn = (root) => {
  const rows = [...root.querySelectorAll("tr[data-place]")];
  const found = rows.map((row) => ({
    row,
    name: row.dataset.name,
    said: row.dataset.said,
    place: centred(row.dataset.place.split(" ").map(Number)),
    value: Number(row.dataset.value),
    sign: row.dataset.sign,
    depth: Number(row.dataset.depth),
  }));
  const largest = Math.max(...found.map((each) => Math.abs(each.value)), 1e-12);
  for (const each of found) {
    each.radius = Math.max(SMALLEST, LARGEST * Math.sqrt(Math.abs(each.value) / largest));
  }
  return found;
};

const edgesIn = (root, regions) => {
  const found = [...root.querySelectorAll("tr[data-ends]")].map((row) => ({
    row,
    said: row.dataset.said,
    ends: row.dataset.ends.split(" ").map((place) => regions[Number(place)].place),
    value: Math.abs(Number(row.dataset.value)),
    sign: row.dataset.sign,
  }));
  const largest = Math.max(...found.map((each) => each.value), 1e-12);
  for (const each of found) { each.radius = Math.max(THINNEST, (THICKEST * each.value) / largest); }
  return found;
};

const surfaceFrom = async (address) => {
  const reply = await fetch(address);
  if (!reply.ok) { throw new Error(`${reply.status}`); }
  const bytes = await reply.arrayBuffer();
  const [vertices, triangles] = new Uint32Array(bytes, 0, 2);
  const places = Float32Array.from(new Int16Array(bytes, 8, 3 * vertices), (value, place) => value / 100 - CENTRE[place % 3]);
  const corners = new Uint16Array(bytes.slice(8 + 6 * vertices, 8 + 6 * vertices + 6 * triangles));
  return { places, corners, normals: normalsOf(places, corners) };
};

// Of each vertex, the sum of its triangles' normals, each as long as the triangle is large.
const normalsOf = (places, corners) => {
  const normals = new Float32Array(places.length);
  for (let start = 0; start < corners.length; start += 3) {
    const [a, b, c] = [0, 1, 2].map((place) => 3 * corners[start + place]);
    const [u, v] = [b, c].map((other) => [0, 1, 2].map((axis) => places[other + axis] - places[a + axis]));
    const cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    for (const corner of [a, b, c]) { cross.forEach((value, axis) => { normals[corner + axis] += value; }); }
  }
  return normals;
};

const program = (gl, vertex, fragment) => {
  const made = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) { throw new Error(gl.getProgramInfoLog(made)); }
  return made;
};

const attribute = (gl, made, name, values, size, every = 0) => {
  const place = gl.getAttribLocation(made, name);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  gl.enableVertexAttribArray(place);
  gl.vertexAttribPointer(place, size, gl.FLOAT, false, 0, 0);
  gl.vertexAttribDivisor(place, every);
};

class Brain {
  constructor(root, gl, surface) {
    this.root = root;
    this.gl = gl;
    this.canvas = gl.canvas;
    this.label = root.querySelector("[data-brain-label]");
    this.regions = regionsIn(root);
    this.chosen = -1;
    this.edges = edgesIn(root, this.regions);
    this.chosenEdge = -1;
    this.shown = 0;
    this.triangles = surface.corners.length;
    this.letters = Object.entries(LETTERS).map(([letter, place]) => {
      const shown = document.createElement("span");
      shown.className = "brain-letter";
      shown.textContent = letter;
      this.canvas.parentElement.append(shown);
      return { shown, place: centred(place) };
    });
    this.surface = this.loadSurface(surface);
    this.spheres = this.loadSpheres();
    this.rods = this.loadRods();
    this.showEdges();
    this.reset();
  }

  loadSurface({ places, normals, corners }) {
    const { gl } = this;
    const made = program(gl, SURFACE_VERTEX, SURFACE_FRAGMENT);
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    attribute(gl, made, "place", places, 3);
    attribute(gl, made, "normal", normals, 3);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, corners, gl.STATIC_DRAW);
    return { made, array };
  }

  loadSpheres() {
    const { gl, regions } = this;
    const made = program(gl, SPHERE_VERTEX, SPHERE_FRAGMENT);
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    attribute(gl, made, "corner", new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), 2);
    attribute(gl, made, "place", new Float32Array(regions.flatMap((each) => each.place)), 3, 1);
    attribute(gl, made, "radius", new Float32Array(regions.map((each) => each.radius)), 1, 1);
    return { made, array };
  }

  loadRods() {
    const { gl, edges } = this;
    const made = program(gl, ROD_VERTEX, ROD_FRAGMENT);
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    const of = (values) => new Float32Array(edges.flatMap(values));
    attribute(gl, made, "corner", new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), 2);
    attribute(gl, made, "place", of(({ ends }) => ends[0]), 3, 1);
    attribute(gl, made, "other", of(({ ends }) => ends[1]), 3, 1);
    attribute(gl, made, "radius", of(({ radius }) => radius), 1, 1);
    return { made, array };
  }

  // As many as the slider says, in the picture and in their table.
  showEdges() {
    const slider = this.root.querySelector("[data-edges]");
    if (!slider) { return; }
    this.shown = Number(slider.value);
    this.root.querySelector("[data-edges-shown]").textContent = slider.value;
    this.edges.forEach(({ row }, place) => { row.hidden = place >= this.shown; });
    if (this.chosenEdge >= this.shown) { this.chooseEdge(-1); }
    this.draw();
  }

  // The theme may change while the page is open.
  colours() {
    const style = getComputedStyle(this.root);
    const found = ["up", "down", "unsure", "surface"].map((name) => style.getPropertyValue(`--brain-${name}`));
    const ink = style.getPropertyValue("--ink");
    const theme = [...found, ink].join();
    if (this.theme === theme) { return; }
    this.theme = theme;
    const { gl } = this;
    const [up, down, unsure, surface] = found.map(rgb);
    const by = { up, down, unsure };
    const shade = ({ sign, depth }) => by[sign].map((full, place) => unsure[place] + depth * (full - unsure[place]));
    gl.bindVertexArray(this.spheres.array);
    attribute(gl, this.spheres.made, "colour", new Float32Array(this.regions.flatMap(shade)), 3, 1);
    gl.bindVertexArray(this.rods.array);
    attribute(gl, this.rods.made, "colour", new Float32Array(this.edges.flatMap(({ sign }) => by[sign])), 3, 1);
    this.tint = { surface, ring: rgb(ink) };
  }

  reset() {
    [this.yaw, this.pitch] = START;
    this.zoom = 1;
    this.draw();
  }

  look(view) {
    [this.yaw, this.pitch] = VIEWS[view];
    this.draw();
  }

  rotate(yaw, pitch) {
    this.yaw += yaw;
    this.pitch = Math.max(-MOST_PITCH, Math.min(MOST_PITCH, this.pitch + pitch));
    this.draw();
  }

  scaleBy(factor) {
    this.zoom = Math.max(ZOOM.least, Math.min(ZOOM.most, this.zoom * factor));
    this.draw();
  }

  choose(place, options) {
    [this.chosen, this.chosenEdge] = [place, -1];
    this.mark(this.regions[place], options);
  }

  chooseEdge(place, options) {
    [this.chosen, this.chosenEdge] = [-1, place];
    this.mark(this.edges[place], options);
  }

  mark(found, { say = false } = {}) {
    this.marked?.row.classList.remove("chosen");
    this.marked = found;
    found?.row.classList.add("chosen");
    if (say) { this.label.setAttribute("aria-live", "polite"); } else { this.label.removeAttribute("aria-live"); }
    this.label.textContent = found?.said ?? "";
    this.draw();
  }

  stepEdge(step) {
    if (!this.shown) { return; }
    const from = this.chosenEdge < 0 && step < 0 ? 0 : this.chosenEdge;
    this.chooseEdge((from + step + this.shown) % this.shown, { say: true });
  }

  // What is under a point of the picture: a region before a connection.
  pointAt(x, y) {
    const region = this.under(x, y);
    if (region >= 0) { this.choose(region); } else { this.chooseEdge(this.edgeUnder(x, y)); }
  }

  edgeUnder(x, y) {
    const { width, height } = this.canvas.getBoundingClientRect();
    const { turn, unit } = this.geometry(width, height);
    let found = -1, nearest = Infinity;
    this.edges.slice(0, this.shown).forEach(({ ends, radius }, place) => {
      const [one, two] = ends.map((end) => seenAt(turn, end)).map(([across, up]) => [width / 2 + across * unit, height / 2 - up * unit]);
      const along = [two[0] - one[0], two[1] - one[1]];
      const square = along[0] ** 2 + along[1] ** 2 || 1;
      const part = Math.max(0, Math.min(1, ((x - one[0]) * along[0] + (y - one[1]) * along[1]) / square));
      const away = Math.hypot(x - one[0] - part * along[0], y - one[1] - part * along[1]) - radius * unit;
      if (away <= REACHED && away < nearest) { [found, nearest] = [place, away]; }
    });
    return found;
  }

  // The region under a point of the picture that is nearest to the eye; -1 if there is none.
  under(x, y) {
    const { width, height } = this.canvas.getBoundingClientRect();
    const { turn, unit } = this.geometry(width, height);
    let found = -1, nearest = -Infinity;
    this.regions.forEach((each, place) => {
      const [across, up, depth] = seenAt(turn, each.place);
      const away = Math.hypot(x - width / 2 - across * unit, y - height / 2 + up * unit);
      if (away <= Math.max(each.radius * unit, 5) && depth > nearest) { [found, nearest] = [place, depth]; }
    });
    return found;
  }

  geometry(width, height) {
    const unit = (this.zoom * Math.min(width, height)) / (2 * REACH);
    return { turn: turnOf(this.yaw, this.pitch), unit };
  }

  draw() {
    this.waits ??= requestAnimationFrame(() => { this.waits = null; this.drawNow(); });
  }

  drawNow() {
    const { gl, canvas } = this;
    const { width, height } = canvas.getBoundingClientRect();
    const dots = Math.min(2, window.devicePixelRatio || 1);
    const [wide, high] = [Math.round(width * dots), Math.round(height * dots)];
    if (canvas.width !== wide || canvas.height !== high) { [canvas.width, canvas.height] = [wide, high]; }
    const { turn, unit } = this.geometry(width, height);
    this.colours();
    gl.viewport(0, 0, wide, high);
    gl.clearColor(0, 0, 0, 0);
    gl.enable(gl.DEPTH_TEST);
    gl.depthMask(true);
    gl.disable(gl.BLEND);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const use = ({ made, array }) => {
      gl.useProgram(made);
      gl.bindVertexArray(array);
      gl.uniformMatrix3fv(gl.getUniformLocation(made, "turn"), false, turn);
      gl.uniform2f(gl.getUniformLocation(made, "scale"), (2 * unit) / width, (2 * unit) / height);
      return (name) => gl.getUniformLocation(made, name);
    };
    const sphere = use(this.spheres);
    gl.uniform1i(sphere("chosen"), this.chosen);
    gl.uniform3fv(sphere("ring"), this.tint.ring);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.regions.length);
    if (this.shown) {
      const rod = use(this.rods);
      gl.uniform1i(rod("chosen"), this.chosenEdge);
      gl.uniform3fv(rod("ring"), this.tint.ring);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.shown);
    }
    const surface = use(this.surface);
    gl.uniform3fv(surface("colour"), this.tint.surface);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.depthMask(false);
    gl.drawElements(gl.TRIANGLES, this.triangles, gl.UNSIGNED_SHORT, 0);
    this.placeLetters(turn, unit, width, height);
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
  }

  placeLetters(turn, unit, width, height) {
    for (const { shown, place } of this.letters) {
      const [across, up, depth] = seenAt(turn, place);
      shown.style.left = `${width / 2 + across * unit}px`;
      shown.style.top = `${height / 2 - up * unit}px`;
      shown.hidden = Math.abs(depth) > 50 || Math.abs(across * unit) > width / 2 - 8 || Math.abs(up * unit) > height / 2 - 8;
    }
  }

  // The picture with its letters and legend on the ground of the page.
  picture() {
    this.drawNow();
    const { width, height } = this.canvas;
    const dots = width / this.canvas.getBoundingClientRect().width;
    const legend = [...this.root.querySelectorAll(".brain-legend li")];
    const made = Object.assign(document.createElement("canvas"), { width, height: height + 24 * dots * legend.length + 12 * dots });
    const context = made.getContext("2d");
    const style = getComputedStyle(this.root);
    context.fillStyle = style.getPropertyValue("--paper");
    context.fillRect(0, 0, made.width, made.height);
    context.drawImage(this.canvas, 0, 0);
    context.font = `${14 * dots}px sans-serif`;
    context.textBaseline = "middle";
    context.fillStyle = style.getPropertyValue("--ink");
    context.textAlign = "center";
    for (const { shown } of this.letters.filter((each) => !each.shown.hidden)) {
      context.fillText(shown.textContent, parseFloat(shown.style.left) * dots, parseFloat(shown.style.top) * dots);
    }
    context.textAlign = "left";
    legend.forEach((line, place) => {
      const middle = height + (12 + 24 * place) * dots;
      context.fillStyle = style.getPropertyValue(`--brain-${line.dataset.sign}`) || "transparent";
      if (line.dataset.sign) { context.beginPath(); context.arc(14 * dots, middle, 6 * dots, 0, 2 * Math.PI); context.fill(); }
      context.fillStyle = style.getPropertyValue("--ink");
      context.fillText(line.textContent.trim(), 28 * dots, middle);
    });
    return made;
  }

  save() {
    this.picture().toBlob((blob) => {
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: this.root.dataset.file });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }
}

const KEYS = {
  ArrowLeft: (brain) => brain.rotate(-STEP, 0),
  ArrowRight: (brain) => brain.rotate(STEP, 0),
  ArrowUp: (brain) => brain.rotate(0, -STEP),
  ArrowDown: (brain) => brain.rotate(0, STEP),
  "+": (brain) => brain.scaleBy(ZOOM.step),
  "=": (brain) => brain.scaleBy(ZOOM.step),
  "-": (brain) => brain.scaleBy(1 / ZOOM.step),
  Home: (brain) => brain.reset(),
  PageDown: (brain) => brain.choose((brain.chosen + 1) % brain.regions.length, { say: true }),
  PageUp: (brain) => brain.choose((Math.max(brain.chosen, 0) + brain.regions.length - 1) % brain.regions.length, { say: true }),
  ".": (brain) => brain.stepEdge(1),
  ",": (brain) => brain.stepEdge(-1),
  Escape: (brain) => brain.choose(-1),
};
const BUTTONS = {
  in: (brain) => brain.scaleBy(ZOOM.step),
  out: (brain) => brain.scaleBy(1 / ZOOM.step),
  reset: (brain) => brain.reset(),
  save: (brain) => brain.save(),
};

const listen = (brain) => {
  const { canvas, root } = brain;
  const fingers = new Map();
  const apart = () => {
    const [one, two] = [...fingers.values()];
    return Math.hypot(one.x - two.x, one.y - two.y);
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !KEYS[event.key]) { return; }
    event.preventDefault();
    KEYS[event.key](brain);
  });
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) { brain.pointAt(event.offsetX, event.offsetY); return; }
    const distance = fingers.size === 2 ? apart() : 0;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 2) { brain.scaleBy(apart() / Math.max(distance, 1)); return; }
    brain.rotate((event.clientX - before.x) * TURN, (event.clientY - before.y) * TURN);
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, (event) => {
      fingers.delete(event.pointerId);
      if (event.pointerType === "touch") { brain.pointAt(event.offsetX, event.offsetY); }
    });
  }
  canvas.addEventListener("pointerleave", () => brain.choose(-1));
  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement !== canvas && !event.ctrlKey) { return; } // the page scrolls
    event.preventDefault();
    brain.scaleBy(event.deltaY < 0 ? ZOOM.step : 1 / ZOOM.step);
  }, { passive: false });
  root.addEventListener("click", (event) => {
    const { view, act } = event.target.closest("button")?.dataset ?? {};
    if (view) { brain.look(view); }
    if (act) { BUTTONS[act](brain); }
  });
  brain.regions.forEach(({ row }, place) => {
    row.addEventListener("pointerenter", () => brain.choose(place));
    row.addEventListener("pointerleave", () => brain.choose(-1));
  });
  brain.edges.forEach(({ row }, place) => {
    row.addEventListener("pointerenter", () => brain.chooseEdge(place));
    row.addEventListener("pointerleave", () => brain.chooseEdge(-1));
  });
  root.querySelector("[data-edges]")?.addEventListener("input", () => brain.showEdges());
  new ResizeObserver(() => brain.draw()).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => brain.draw());
  canvas.addEventListener("webglcontextlost", () => giveUp(root));
};

// Where there is no WebGL 2 the table stays, and the figure beside it.
const giveUp = (root) => {
  root.querySelector("[data-brain-stage]").hidden = true;
  root.querySelector("[data-brain-missing]").hidden = false;
};

export const show = async (root) => {
  const gl = root.querySelector("canvas").getContext("webgl2", { antialias: true, alpha: true });
  if (!gl) { giveUp(root); return; }
  try {
    const brain = new Brain(root, gl, await surfaceFrom(root.dataset.surface));
    listen(brain);
    brain.canvas.focus({ preventScroll: true });
  } catch (error) {
    console.warn("The brain could not be drawn:", error); // eslint-disable-line no-console
    giveUp(root);
  }
};
