// The profile as the page knows it: functions, the edges between them as the compiler counts them, and merged stacks.

import {count} from './dom.js';

/** Heat 0 is not hot, 1 a function that is hot by another caller only, 2 to 5 a hot call, by weight. */
const HOTTEST = 5;
const COOLEST_HOT = 2;

const packagePath = (name) => {
  const plain = name.split('[', 1)[0];  // type arguments have slashes, too
  return name.slice(0, plain.lastIndexOf('/') + 1);
};

function makeFunction(name, id) {
  const path = packagePath(name);
  const rest = name.slice(path.length);
  const short = rest.replace(/\[.*\]/, '[…]') || '(no name)';
  return {id, name: name || '(no name)', path, rest: rest || '(no name)', short, callers: [], callees: [],
          folded: name.toLowerCase()};
}

export class Model {
  constructor(data) {
    this.data = data;
    this.functions = data.names.map(makeFunction);
    this.edges = data.edges.weight.map((_, i) => this.#edge(i));
    this.#sumUp();
    this.#pairs = new Map();
    for (const edge of this.edges) {
      edge.caller.callees.push(edge);
      edge.callee.callers.push(edge);
      const key = this.#key(edge.caller, edge.callee);
      this.#pairs.set(key, [...(this.#pairs.get(key) ?? []), edge]);
    }
    for (const f of this.functions) f.shown = Boolean(f.callers.length || f.callees.length);
    for (const f of this.functions) {
      f.hotWeight = f.callers.reduce((sum, edge) => sum + (edge.hot ? edge.weight : 0), 0);
      f.hot = f.callers.some((edge) => edge.hot);
    }
    if (data.stacks) this.root = this.#stackTree(data.stacks);
  }

  #pairs;

  #key(caller, callee) {
    return caller.id * this.functions.length + callee.id;
  }

  #edge(i) {
    const {caller, callee, offset, weight, file, line} = this.data.edges;
    return {
      rank: i + 1,
      caller: this.functions[caller[i]],
      callee: this.functions[callee[i]],
      offset: offset[i],
      weight: weight[i],
      percent: this.share(weight[i]),
      place: file[i] && this.data.names[file[i]] ? `${this.data.names[file[i]]}:${line[i]}` : '',
      hot: i < this.data.hot_edge_count,
    };
  }

  #sumUp() {
    let sum = 0;
    for (const edge of this.edges) {
      sum += edge.weight;
      edge.sum = this.share(sum);
    }
    const hot = this.edges.filter((edge) => edge.hot);
    this.heaviest = hot[0]?.weight ?? 1;
    this.lightestHot = hot.at(-1)?.weight ?? 1;
  }

  /** In percent of the weight of all edges, as the compiler's threshold is. */
  share(weight) {
    return this.data.total_weight ? (weight / this.data.total_weight) * 100 : 0;
  }

  /** The edges from one function to another, one for each call site; heaviest first. */
  between(caller, callee) {
    return this.#pairs.get(this.#key(caller, callee)) ?? [];
  }

  /** Of a call over all its sites. */
  heat(caller, callee) {
    const hot = this.between(caller, callee).filter((edge) => edge.hot);
    if (!hot.length) return callee.hot ? 1 : 0;
    return this.heatOf(hot.reduce((sum, edge) => sum + edge.weight, 0));
  }

  /** Of the weight of hot edges, on a logarithmic scale: weights span many magnitudes. */
  heatOf(weight) {
    if (weight >= this.heaviest) return HOTTEST;
    const place = Math.log(weight / this.lightestHot) / Math.log(this.heaviest / this.lightestHot);
    return Math.min(HOTTEST, COOLEST_HOT + Math.floor(place * (HOTTEST - COOLEST_HOT + 1)));
  }

  weight(weight) {
    const unit = this.data.sample_type?.split('/')[1];
    if (unit !== 'nanoseconds') return count(weight);
    return weight >= 1e9 ? `${(weight / 1e9).toFixed(2)} s` : `${(weight / 1e6).toFixed(1)} ms`;
  }

  #stackTree({name, parent, weight, self}) {
    const frames = name.map((id, i) => ({
      name: i ? this.functions[id].short : 'all stacks', function: i ? this.functions[id] : null, value: weight[i],
      self: self[i], heat: 0, children: [],
    }));
    for (let i = 1; i < frames.length; ++i) {
      const [frame, caller] = [frames[i], frames[parent[i]]];
      frame.function.shown = true;
      caller.children.push(frame);
      frame.caller = caller.function;
      if (caller.function) frame.heat = this.heat(caller.function, frame.function);
      else if (frame.function.hot) frame.heat = 1;
    }
    return frames[0];
  }

  /** Of all stacks, the weight of those with a function in them, and of those that end in it. */
  totals(f) {
    const {weight, self} = this.data.totals;
    return {weight: weight[f.id], self: self[f.id]};
  }
}

/** Whether a function's name has all the words in it, whatever their case; null if there are none. */
export function matcher(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length ? (f) => words.every((word) => f.folded.includes(word)) : null;
}
