// ---- the data, what is asked, and the address that says it ----

const element = (name) => document.getElementById(`.${name}`);
const data = JSON.parse(element("data").textContent);
const placeOf = new Map(data.ids.map((id, place) => [id, place]));
const REASONS = 4;
const LABELS_TOLD = 3;
const OBJECTS_TOLD = 8;
const FACTORS = [0, 0.5, 1, 2];
const WORDS_OF = ["without", "less", null, "more"];
const LISTS = ["objects", "without", "less", "more", "category", "not"];

size = data.labels.length;

const order = data.ids.map(() => 0);
data.ids.map((id, place) => [id, place]).sort(([a], [b]) => (a < b ? -1 : 1))
  .forEach(([, place], at) => { order[place] = at; });

const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
const bare = (text) => plain(text).replace(/[-_\s]+/g, " ").trim();

const spanish = (name) => (Object.hasOwn(data.spanish, name) ? data.spanish[name] : name);
const shown = (name) => (lang === "es" ? spanish(name) : name);

const titleOf = (place) => data.titles[place] || data.ids[place];
const seconds = (frame) => (frame - 1) / data.fps;
const timeText = (frame) => say("second", number(seconds(frame), 1));

// ---- what lies beside the page ----

const told = new Map(); // of a video, by its place, what is told of it
const units = []; // of all videos, once they are there
const waiting = new Map(); // of a piece, by its name, who is to be called when it is there
const root = "pieces";

function take(kind, number_, items) {
  const start = number_ * data.pieces[kind];
  items.forEach((item, at) => {
    if (kind === "told") told.set(start + at, item);
    else units[start + at] = unit(item);
  });
}

window.vidrecPiece = (kind, number_, items) => {
  take(kind, number_, items);
  const name = `${kind}/${number_}`;
  const calls = waiting.get(name) ?? [];
  waiting.set(name, null);
  for (const call of calls) call();
};

if (data.pieces === null) {
  data.videos.forEach((video, place) => told.set(place, video));
  data.values.forEach((values, place) => { units[place] = unit(values); });
}

function whenPiece(name, call) {
  if (waiting.get(name) === null) { call(); return; }
  if (waiting.has(name)) { waiting.get(name).push(call); return; }
  waiting.set(name, [call]);
  const script = document.createElement("script");
  script.src = `${root}/${name}.js`;
  script.addEventListener("load", () => script.remove());
  script.addEventListener("error", () => {
    waiting.delete(name); // it is asked for again when it is needed again
    tell([say("missingPiece")]);
  });
  document.head.append(script);
}

function whenAll(names, call) {
  let left = names.length;
  if (!left) { call(); return; }
  for (const name of names) {
    whenPiece(name, () => {
      left -= 1;
      if (!left) call();
    });
  }
}

// Calls when it is known what is told of the videos at these places: at once, if it is in the page.
function whenTold(places, call) {
  const missing = places.filter((place) => !told.has(place));
  whenAll([...new Set(missing.map((place) => `told/${Math.floor(place / data.pieces.told)}`))], call);
}

function whenVectors(call) {
  if (data.pieces === null) { call(); return; }
  const count = Math.ceil(data.ids.length / data.pieces.vectors);
  whenAll([...Array(count).keys()].map((each) => `vectors/${each}`), call);
}

function posterOf(place) {
  if (!data.frames[place]) return null;
  return data.pieces === null ? data.videos[place].poster
    : `${root}/posters/${encodeURIComponent(data.ids[place])}.webp`;
}

function stripOf(place) {
  return data.pieces === null ? data.videos[place].strip
    : `${root}/strips/${encodeURIComponent(data.ids[place])}.webp`;
}

// ---- what words stand for ----

// From the widest meaning to the narrowest; the words as they are written, and loosely.
const LEVELS = ["parents", "groups", "labels", "several", "synonyms"].map(() => [new Map(), new Map()]);

function addWords(level, words, labels) {
  for (const word of words) {
    LEVELS[level].forEach((known, loosely) => {
      const key = loosely ? bare(word) : word;
      if (key) known.set(key, [...new Set([...(known.get(key) ?? []), ...labels])]);
    });
  }
}

const bothNames = (name) => [...new Set([name, spanish(name)])];
const labelsOfGroup = data.groups.map(() => []);
data.groupOf.forEach((group, label) => labelsOfGroup[group].push(label));
data.parents.forEach((name, parent) => addWords(0, bothNames(name), labelsOfGroup.flatMap((labels, group) => (
  data.parentOf[group] === parent || data.groups[group] === name ? labels : []))));
data.groups.forEach((name, group) => addWords(1, bothNames(name), labelsOfGroup[group]));
data.labels.forEach((name, label) => addWords(2, bothNames(name), [label]));
// Of a group of several things each.
data.groups.forEach((name, group) => bothNames(name).forEach((each) => addWords(3,
  each.split(/, | and | y /), labelsOfGroup[group])));
Object.entries(data.synonyms).forEach(([name, group]) => addWords(4, [name], labelsOfGroup[group]));

const found = (word) => LEVELS.map(([exact, loose]) => exact.get(word) ?? loose.get(bare(word))).find(Boolean);

// The labels that a word stands for, be it a plural; undefined where there are none.
const meant = (word) => [word, word.replace(/s$/, ""), word.replace(/es$/, "")].map(found).find(Boolean);

function kindOf(word) {
  const tests = [({ id }) => id === word, ({ name }) => name === word, ({ name }) => bare(name) === bare(word)];
  const found = tests.map((test) => data.categories.findIndex(test)).find((each) => each >= 0);
  return found ?? null;
}

// ---- what is asked ----

const EMPTY = { videos: [], varied: false, ...Object.fromEntries(LISTS.map((list) => [list, []])) };

let asked = EMPTY;
let view = "videos";
let unknown = [];

const isAsked = (ask) => ask.videos.length + ask.objects.length > 0;

// Whether it is a question about one video, as it was answered before anybody asked.
function isPlain(ask) {
  return ask.videos.length === 1 && !ask.varied && LISTS.every((list) => !ask[list].length);
}

// Where several words are for a label, the narrowest counts, which stands for the fewest labels.
function weightsOf(ask) {
  const weights = new Float64Array(size).fill(1);
  const narrowest = new Float64Array(size).fill(size + 1);
  WORDS_OF.forEach((list, at) => {
    for (const word of list ? ask[list] : []) {
      const labels = meant(word);
      for (const label of labels) {
        if (labels.length >= narrowest[label]) continue;
        [weights[label], narrowest[label]] = [FACTORS[at], labels.length];
      }
    }
  });
  return weights;
}

function baseOf(ask, weights) {
  return queryOf(ask.videos.map((place) => units[place]),
    ask.objects.map(meant), weights, size);
}

function answerTo(ask, count) {
  const query = baseOf(ask, weightsOf(ask));
  const own = new Set(ask.videos.map((place) => (data.copies === null ? place : data.copies[place])));
  const only = new Set(ask.category.map(kindOf));
  const not = new Set(ask.not.map(kindOf));
  const allowed = (place) => !own.has(data.copies === null ? place : data.copies[place])
    && (!only.size || only.has(data.kinds[place])) && !not.has(data.kinds[place]);
  const found = ranked(query, {
    units, hubness: ask.videos.length ? data.hubness : null, copies: data.copies, order, allowed, count, varied: ask.varied,
  });
  return found.map((one) => ({
    ...one,
    ...sharesOf(query, units[one.place], data.groupOf, data.labels, REASONS, LABELS_TOLD),
  }));
}

// ---- the address: #<id>,<id>?without=<object>…, or #/<view> ----

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function read(hash) {
  const [head, tail = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  const said = new URLSearchParams(tail);
  if (said.has("lang") && Object.hasOwn(WORDS, said.get("lang"))) lang = said.get("lang");
  unknown = [];
  const name = decoded(head);
  if (name.startsWith("/")) return { go: name.slice(1), ask: EMPTY };
  const names = placeOf.has(name) ? [name] : [...new Set(head.split(",").filter(Boolean).map(decoded))];
  const keep = (items, test, key) => items.filter((item) => {
    if (!test(item)) unknown.push(say(key, item));
    return test(item);
  });
  const ask = { videos: keep(names, (each) => placeOf.has(each), "unknownVideo")
    .map((each) => placeOf.get(each)), varied: said.has("varied") };
  for (const list of LISTS) {
    const isKind = list === "category" || list === "not";
    ask[list] = keep(said.getAll(list), (word) => (isKind ? kindOf(word) !== null : meant(word)),
      isKind ? "unknownCategory" : "unknownObject");
  }
  return { go: null, ask };
}

function write(ask) {
  const said = new URLSearchParams();
  for (const list of LISTS) for (const word of ask[list]) said.append(list, word);
  if (ask.varied) said.append("varied", "");
  const head = ask.videos.map((place) => encodeURIComponent(data.ids[place])).join(",");
  const tail = said.toString();
  return `#${head}${tail ? `?${tail}` : ""}`;
}

// The same on the command line.
function command(ask) {
  const quoted = (word) => (/^[\w.-]+$/.test(word) ? word
    : `'${word.replaceAll("'", "'\\''")}'`);
  const options = { objects: "--objects", without: "--without", less: "--less", more: "--more",
    category: "--category", not: "--not-in-category" };
  // What begins with - would be taken for an option.
  const said = LISTS.flatMap((list) => ask[list].map((word) => (word.startsWith("-")
    ? `${options[list]}=${quoted(word)}` : `${options[list]} ${quoted(word)}`)));
  if (ask.varied) said.push("--diverse");
  const ids = ask.videos.map((place) => data.ids[place]);
  const parts = ids.some((id) => id.startsWith("-")) ? [...said, "--", ...ids] : [...ids, ...said];
  return ["vidrec recommend", ...parts].join(" ");
}
