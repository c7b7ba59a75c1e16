// ---- what is alike, and why: the same sums, rounded alike, as the command line's ----

const POOL = 5; // of `varied`: so many times the videos that are wanted are chosen from
const RELEVANCE = 0.7; // how much likeness counts there, and not being like what is already chosen
const MILLION = 1e6; // similarities have six digits

function rounded(value) {
  const whole = Math.floor(value * MILLION);
  const rest = value * MILLION - whole;
  const up = rest > 0.5 || (rest === 0.5 && whole % 2 !== 0);
  return (whole + (up ? 1 : 0)) / MILLION + 0;
}

// A vector, as the page has it: the numbers of its labels, and their values.
function unit([labels, values]) {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return { labels, values: values.map((value) => value / (length || 1)) };
}

// The query: each video and each named object adds a vector of length 1, then the weights count.
function queryOf(videos, named, weights, size) {
  const query = new Float64Array(size);
  for (const { labels, values } of videos) {
    labels.forEach((label, at) => { query[label] += values[at]; });
  }
  for (const labels of named) {
    for (const label of labels) query[label] += 1 / Math.sqrt(labels.length);
  }
  return query.map((value, label) => value * weights[label]);
}

function dot(query, { labels, values }) {
  let sum = 0;
  for (let at = 0; at < labels.length; at += 1) sum += query[labels[at]] * values[at];
  return sum;
}

const lengthOf = (query) => Math.sqrt(query.reduce((sum, value) => sum + value * value, 0));

// Of all videos those most like the query, best first. `units` are their vectors of length 1;
// `hubness` says how near each is to others, `copies` of which group of copies each is, `order` the
// place of its id among all; `allowed` which may be named.
function ranked(query, { units, hubness, copies, order, allowed, count, varied }) {
  const length = lengthOf(query);
  const found = [];
  units.forEach((vector, place) => {
    if (!allowed(place)) return;
    const similarity = length ? rounded(dot(query, vector) / length) : 0;
    const score = hubness === null ? similarity
      : rounded(similarity > 0 ? similarity - hubness[place] / 2 : similarity - 1);
    found.push({ place, similarity, score });
  });
  found.sort((one, other) => other.score - one.score || order[one.place] - order[other.place]);
  const taken = new Set();
  const each = found.filter(({ place }) => {
    const group = copies === null ? place : copies[place];
    return !taken.has(group) && taken.add(group);
  });
  const like = each.slice(0, (varied ? POOL : 1) * count).filter(({ similarity }) => similarity > 0);
  return varied ? diverse(like, units, count) : like;
}

// Maximal marginal relevance (Carbonell and Goldstein, 1998).
function diverse(pool, units, count) {
  const left = [...pool];
  const chosen = [];
  const nearest = new Map(left.map((one) => [one, 0]));
  while (left.length && chosen.length < count) {
    const values = left.map((one) => (chosen.length
      ? rounded(RELEVANCE * one.score - (1 - RELEVANCE) * nearest.get(one)) : one.score));
    const [next] = left.splice(values.indexOf(Math.max(...values)), 1);
    chosen.push(next);
    const dense = spread(units[next.place]);
    for (const one of left) {
      const alike = rounded(dot(dense, units[one.place]));
      nearest.set(one, chosen.length === 1 ? alike : Math.max(nearest.get(one), alike));
    }
  }
  return chosen;
}

let size = 0; // how many labels there are

function spread({ labels, values }) {
  const dense = new Float64Array(size);
  labels.forEach((label, at) => { dense[label] = values[at]; });
  return dense;
}

// The share of each group in the likeness of a query and a vector: the first ones, largest first, as
// [group, share, [[label, share], …], labels more], and [others, their share].
function sharesOf(query, { labels, values }, groupOf, names, most, told) {
  const products = labels.map((label, at) => query[label] * values[at]);
  const total = products.reduce((sum, value) => sum + value, 0);
  if (!total) return { objects: [], others: [0, 0] };
  const groups = new Map();
  labels.forEach((label, at) => {
    if (!products[at]) return;
    const group = groupOf[label];
    if (!groups.has(group)) groups.set(group, { share: 0, labels: [] });
    const own = groups.get(group);
    own.share += products[at] / total;
    own.labels.push([label, products[at] / total]);
  });
  const all = [...groups].sort(([one, a], [other, b]) => b.share - a.share || one - other);
  const objects = all.slice(0, most).map(([group, { share, labels: own }]) => {
    own.sort(([one, a], [other, b]) => b - a || (names[one] < names[other] ? -1 : 1));
    return [group, share, own.slice(0, told), Math.max(0, own.length - told)];
  });
  const rest = all.slice(most);
  return { objects, others: [rest.length, rest.reduce((sum, [, { share }]) => sum + share, 0)] };
}

// A similarity as the command line says it: 1.000 is only what is 1.
function similarityText(similarity) {
  const micro = Math.round(similarity * MILLION);
  if (micro >= MILLION) return number(1, 3);
  const [whole, rest] = [Math.floor(micro / 1000), micro % 1000];
  const up = rest > 500 || (rest === 500 && whole % 2 === 1);
  return number(Math.min(whole + (up ? 1 : 0), 999) / 1000, 3);
}
