// ---- the map: the nearest mark counts, so that small ones are easily hit ----

const REACH = 28; // how far from a mark a pointer may be, in pixels of the screen
const DEEPEST = 16; // how many times larger the map can be
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const points = []; // the marks, by place; none before the map is first looked at
const zoomed = { scale: 1, x: 0, y: 0 };
const fingers = new Map();
let map = null;
let dragged = false;

function drawMap() {
  if (map) return;
  points.push(...data.points.map(([x, y], place) => s("a", {
    class: `point hue-${data.kinds[place] % data.hues}`, href: `#${encodeURIComponent(data.ids[place])}`,
    tabindex: place ? -1 : 0, "aria-label": `${titleOf(place)}, ${data.categories[data.kinds[place]].name}`,
    onfocus: () => showTip(place), onblur: () => showTip(-1),
  }, s("use", { href: `#mark.${data.kinds[place]}`, x, y }))));
  map = s("svg", { class: "map", viewBox: `0 0 ${data.side} ${data.side}`, role: "group",
    "aria-labelledby": ".map-title", "aria-describedby": ".map-help" }, points,
  s("g", { class: "regions", "aria-hidden": "true" }, data.regions.map(([x, y, group]) => s("text", { x, y },
    shown(data.groups[group])))),
  s("circle", { class: "ring", id: ".ring", r: 0.75 * data.spot }));
  const listen = { pointermove: move, pointerdown: press, pointerup: lift, pointercancel: lift,
    pointerleave: () => showTip(-1), click: pick, keydown: step, wheel };
  for (const [kind, call] of Object.entries(listen)) map.addEventListener(kind, call, { passive: false });
  element("chart").prepend(map);
  look();
  showOnMap();
  filter();
}

function zoom(factor, x = data.side / 2, y = data.side / 2) {
  const scale = Math.max(1, Math.min(DEEPEST, zoomed.scale * factor));
  const change = zoomed.scale / scale;
  zoomed.x = x - (x - zoomed.x) * change;
  zoomed.y = y - (y - zoomed.y) * change;
  zoomed.scale = scale;
  look();
}

function look() {
  const width = data.side / zoomed.scale;
  zoomed.x = Math.max(0, Math.min(data.side - width, zoomed.x));
  zoomed.y = Math.max(0, Math.min(data.side - width, zoomed.y));
  map.setAttribute("viewBox", `${zoomed.x} ${zoomed.y} ${width} ${width}`);
  map.style.setProperty("--scale", zoomed.scale);
  map.classList.toggle("zoomed", zoomed.scale > 1);
}

function onMap(event) {
  const box = map.getBoundingClientRect();
  const unitSize = data.side / zoomed.scale / box.width;
  return { x: zoomed.x + (event.clientX - box.left) * unitSize,
    y: zoomed.y + (event.clientY - box.top) * unitSize, unitSize };
}

function nearest(event) {
  const { x, y, unitSize } = onMap(event);
  let best = -1;
  let least = (REACH * unitSize) ** 2;
  data.points.forEach(([otherX, otherY], place) => {
    if (points[place].classList.contains("faint")) return;
    const away = (otherX - x) ** 2 + (otherY - y) ** 2;
    if (away < least) [best, least] = [place, away];
  });
  return best;
}

function wheel(event) {
  if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
  event.preventDefault();
  const { x, y } = onMap(event);
  zoom(event.deltaY < 0 ? 1.25 : 0.8, x, y);
}

function press(event) {
  fingers.set(event.pointerId, event);
  if (fingers.size === 1) dragged = false;
}

function lift(event) {
  fingers.delete(event.pointerId);
}

function move(event) {
  if (!event.buttons) fingers.delete(event.pointerId); // it was lifted elsewhere
  const before = fingers.get(event.pointerId);
  if (!before) { showTip(nearest(event)); return; }
  fingers.set(event.pointerId, event);
  const { unitSize } = onMap(event);
  const [one, other] = [...fingers.values()];
  if (other) {
    const fixed = event.pointerId === one.pointerId ? other : one;
    const apart = (at) => Math.hypot(at.clientX - fixed.clientX, at.clientY - fixed.clientY);
    const { x, y } = onMap(fixed);
    zoom(apart(event) / Math.max(1, apart(before)), x, y);
    dragged = true;
  } else if (zoomed.scale > 1) {
    zoomed.x -= (event.clientX - before.clientX) * unitSize;
    zoomed.y -= (event.clientY - before.clientY) * unitSize;
    if (Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) > 1) dragged = true;
    look();
  }
}

function pick(event) {
  if (!event.detail) return; // a key, not a pointer: it follows the mark's own link
  event.preventDefault();
  const place = dragged ? -1 : nearest(event);
  if (place < 0) return;
  cameFrom = points[place];
  location.hash = points[place].getAttribute("href");
}

function towards(place, [dx, dy]) {
  const [x, y] = data.points[place];
  let best = place;
  let least = Infinity;
  data.points.forEach(([otherX, otherY], other) => {
    const along = (otherX - x) * dx + (otherY - y) * dy;
    const aside = Math.abs((otherX - x) * dy) + Math.abs((otherY - y) * dx);
    if (along <= 0 || aside > along || points[other].classList.contains("faint")) return;
    const cost = along + 2 * aside;
    if (cost < least) [best, least] = [other, cost];
  });
  return best;
}

function step(event) {
  const place = points.indexOf(document.activeElement);
  if (place < 0 || !(event.key in STEPS)) return;
  event.preventDefault();
  const next = towards(place, STEPS[event.key]);
  makeEntry(next);
  comeInto(next);
  points[next].focus({ preventScroll: true });
}

// Moves a map that is zoomed so that a mark is in it.
function comeInto(place) {
  const [x, y] = data.points[place];
  const width = data.side / zoomed.scale;
  if (x > zoomed.x && x < zoomed.x + width && y > zoomed.y && y < zoomed.y + width) return;
  zoomed.x = x - width / 2;
  zoomed.y = y - width / 2;
  look();
}

function makeEntry(place) {
  map.querySelector(".point[tabindex='0']")?.setAttribute("tabindex", "-1");
  points[place].setAttribute("tabindex", "0");
}

function showTip(place) {
  const tip = element("tip");
  tip.hidden = place < 0;
  map.querySelector(".aimed")?.classList.remove("aimed");
  if (place < 0) return;
  points[place].classList.add("aimed");
  tip.replaceChildren(poster(place), name(titleOf(place), "title"),
    h("span", { class: "kind" }, name(data.categories[data.kinds[place]].name)));
  const { width, height } = map.getBoundingClientRect();
  const scale = (width / data.side) * zoomed.scale;
  const [x, y] = data.points[place];
  const top = (y - zoomed.y) * scale;
  tip.classList.toggle("above", top > height / 2);
  tip.style.setProperty("left",
    `${Math.max(0, Math.min(width - tip.offsetWidth, (x - zoomed.x) * scale - tip.offsetWidth / 2))}px`);
  tip.style.setProperty("top", `${top}px`);
}

// The video that is asked about, and its ten.
function showOnMap(near_ = []) {
  if (!map) return;
  const here = asked.videos;
  for (const point of map.querySelectorAll(".near, .here")) point.classList.remove("near", "here");
  for (const place of near_) points[place].classList.add("near");
  for (const place of here) points[place].classList.add("here");
  map.classList.toggle("picked", isAsked(asked));
  element("ring").classList.toggle("there", here.length > 0);
  if (!here.length) return;
  element("ring").setAttribute("cx", data.points[here[0]][0]);
  element("ring").setAttribute("cy", data.points[here[0]][1]);
  makeEntry(here[0]);
}
