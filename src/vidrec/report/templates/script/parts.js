// ---- what the page is built of ----

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, said] of Object.entries(value)) node.style.setProperty(key, said);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== false && child !== ""));
  return node;
}

const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// Text of strangers, in whatever direction it is written.
const name = (text, className = "") => h("span", { dir: "auto", class: className }, text);

function mark(kind) {
  const { spot } = data;
  return s("svg", {
    class: `mark hue-${kind % data.hues}`, "aria-hidden": "true", focusable: "false",
    viewBox: `${-spot / 2} ${-spot / 2} ${spot} ${spot}`,
  }, s("use", { href: `#mark.${kind}` }));
}

const category = (kind) => h("span", { class: "kind" }, mark(kind), name(data.categories[kind].name));

function poster(place) {
  const address = posterOf(place);
  const partial = data.partial[place];
  return h("span", { class: "poster" },
    address ? h("img", { src: address, alt: "", loading: "lazy", decoding: "async" })
      : h("span", { class: "blank" }, say("noFrames")),
    partial ? h("span", { class: "partial", title: partial }, say("partial")) : null);
}

// The picture at a place in the strip of a video, and over it the objects that have masks.
function cell(place, at, count) {
  const video = told.get(place);
  return h("span", { class: "cell-picture" }, h("img", {
    src: stripOf(place), alt: "", loading: "lazy", decoding: "async",
    style: { "object-position": `${(100 * at) / Math.max(1, count - 1)}% 0` },
  }), video ? masksOver(video, video.shown[at]) : null);
}

const MASK_SIDE = 56; // pixels of a mask

function masksOver({ masks }, frame) {
  const found = masks?.[frame];
  if (!found) return null;
  return s("svg", { class: "masks", viewBox: `0 0 ${MASK_SIDE} ${MASK_SIDE}`, role: "img",
    "aria-label": found.map(objectText).join("; ") }, found.map((object, at) => s("path", {
    class: `hue-${at % data.hues}`, d: outline(object[3]) }, s("title", {}, objectText(object)))));
}

const objectText = ([label, sure, area]) => say("objectAt", shown(label), percent(sure), percent(area / 100));

// A mask is told as the lengths of its runs, outside and inside in turn.
function outline(runs) {
  let start = 0;
  const parts = [];
  runs.split(".").map((length) => parseInt(length, 36)).forEach((length, turn) => {
    for (let at = start, left = turn % 2 ? length : 0; left > 0;) {
      const wide = Math.min(left, MASK_SIDE - (at % MASK_SIDE));
      parts.push(`M${at % MASK_SIDE} ${Math.floor(at / MASK_SIDE)}h${wide}v1h${-wide}z`);
      at += wide;
      left -= wide;
    }
    start += length;
  });
  return parts.join("");
}

function meter(share) {
  return h("span", { class: "meter" },
    h("span", { style: { width: `${100 * Math.max(0, Math.min(1, share))}%` } }));
}

// ---- a video plays where it is shown, from a second on ----

function watchAddress(address, frame) {
  return `${address}&t=${Math.floor(seconds(frame))}s`;
}

function playIn(slot, place, frame) {
  const { file } = told.get(place);
  const video = h("video", { controls: true, playsinline: true, preload: "metadata",
    src: `${file}#t=${seconds(frame).toFixed(2)}`, "aria-label": titleOf(place) });
  video.addEventListener("error", () => {
    slot.replaceChildren(h("p", { class: "note" }, say("cannotPlay"), " ",
      h("a", { class: "plain", href: file, target: "_blank", rel: "noopener" }, say("openFile"))));
  });
  for (const other of document.querySelectorAll("video")) other.pause();
  slot.replaceChildren(video);
  video.focus({ preventScroll: true });
  slot.scrollIntoView({ block: "nearest" });
  // A browser that does not let a page begin to play leaves that to the button in the video.
  video.play().catch(() => {});
}

// A picture that plays: in its own place, or in `slot`.
function moment(place, picture, frame, className, slot = null) {
  const { file, address } = told.get(place) ?? {};
  const at = timeText(frame);
  const inside = [picture, h("span", { class: "time" }, at)];
  if (file) {
    const button = h("button", { type: "button", class: `${className} plays`,
      "aria-label": say("playAt", titleOf(place), at) }, inside);
    button.addEventListener("click", () => {
      if (slot) { playIn(slot, place, frame); return; }
      const own = h("span", { class: className });
      button.replaceWith(own);
      playIn(own, place, frame);
    });
    return button;
  }
  if (address) {
    return h("a", { class: `${className} plays`, href: watchAddress(address, frame), target: "_blank",
      rel: "noopener noreferrer", "aria-label": say("watchAt", titleOf(place), at) }, inside);
  }
  return h("span", { class: className }, inside);
}

function copyButton(text, label) {
  const button = h("button", { type: "button", class: "small" }, label);
  button.addEventListener("click", async () => {
    await copy(text);
    button.textContent = say("copied");
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  return button;
}

// A page that a server has without encryption has no clipboard but the old one.
async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = h("textarea", {});
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

function save(file, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: address, download: file });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// ---- reasons ----

const LEAST = 0.005; // the share that rounds to one of a hundred

function labelsText(labels, more) {
  const worth = labels.filter(([, share]) => share >= LEAST);
  if (!worth.length) return "";
  const parts = worth.map(([label, share]) => `${shown(data.labels[label])}${NARROW}${Math.round(100 * share)}`);
  return `${parts.join(", ")}${more || worth.length < labels.length ? " …" : ""}`;
}

// A group is told with its labels where they say more.
function groupName([group, , labels, more]) {
  const title = data.groups[group];
  const only = labels.length === 1 && !more && data.labels[labels[0][0]] === title;
  const said = only ? "" : labelsText(labels, more);
  return [name(shown(title), "label"), said ? h("span", { class: "of", dir: "auto" }, said) : null];
}

function reasons({ objects, others: [count, rest] }) {
  return h("ul", { class: "reasons" },
    objects.map((object) => h("li", { class: "reason", style: { "--share": `${100 * object[1]}%` } },
      h("span", { class: "named" }, groupName(object)), h("span", { class: "share" }, percent(object[1])))),
    count ? h("li", { class: "rest" }, say("othersOf", count, percent(rest))) : null);
}
