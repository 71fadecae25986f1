// Puts the page together: views that share one search and one selected function.

import {makeCallGraph} from './callgraph.js';
import {makeDetails} from './details.js';
import {byId, count, percent, plural} from './dom.js';
import {makeEdges} from './edges.js';
import {makeFlame} from './flame.js';
import {matcher, Model} from './model.js';

const data = JSON.parse(byId('data').textContent);
const model = new Model(data);

/** What the views share. */
const state = {
  match: null,
  selected: null,
  select(f, frame = null) {
    state.selected = f;
    for (const part of [...Object.values(views), details]) part?.selected?.(frame);
  },
};

const views = {
  flame: makeFlame(byId('flame'), model, state),
  edges: makeEdges(byId('edges'), model, state),
  graph: makeCallGraph(byId('graph'), model, state),
};
const details = makeDetails(byId('details'), model, state);

function describe() {
  byId('file').textContent = data.file;
  byId('figures').textContent = [
    `${model.weight(data.total_weight)} total edge weight${data.sample_type ? ` (${data.sample_type})` : ''}`,
    plural(data.edge_count, 'call edge'),
    `${count(data.hot_edge_count)} hot`,
    `threshold ${percent(data.threshold_percent)}`,
  ].join(' · ');
  byId('figures').title = 'The threshold is what the compiler prints as hot-callsite-thres-from-CDF.';
  byId('ignored').hidden = !data.ignored;
  if (data.ignored) byId('ignored').textContent = `The Go compiler ignores this profile: ${data.ignored}.`;
}

function show(name) {
  for (const [each, view] of Object.entries(views)) {
    const tab = byId(`tab-${each}`);
    tab.setAttribute('aria-selected', each === name);
    tab.tabIndex = each === name ? 0 : -1;
    tab.disabled = !view;
    if (!view) tab.title = 'Only the call edges of a preprofiled file are known.';
    byId(each).hidden = each !== name;
  }
  views[name].shown();
}

function followTabs() {
  const tabs = Object.keys(views).filter((name) => views[name]);
  for (const name of tabs) byId(`tab-${name}`).addEventListener('click', () => show(name));
  document.querySelector('[role=tablist]').addEventListener('keydown', (event) => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    const at = tabs.findIndex((name) => event.target.id === `tab-${name}`);
    if (!step || at < 0) return;
    const next = tabs.at((at + step) % tabs.length);
    byId(`tab-${next}`).focus();
    show(next);
  });
  show(tabs[0]);
}

function followSearch() {
  const box = byId('search');
  const search = () => {
    state.match = matcher(box.value);
    const found = state.match ? model.functions.filter((f) => f.shown && state.match(f)).length : 0;
    byId('found').textContent = state.match ? `${plural(found, 'function')} found` : '';
    for (const view of Object.values(views)) view?.search();
  };
  let timer;
  box.addEventListener('input', () => {  // a large flame graph takes a moment: not for every letter of a word
    clearTimeout(timer);
    timer = setTimeout(search, 120);
  });
  addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== box) {
      event.preventDefault();
      box.focus();
    }
  });
}

function followTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  byId('theme').addEventListener('click', () => {
    const {dataset} = document.documentElement;
    const now = dataset.theme ?? (dark.matches ? 'dark' : 'light');
    dataset.theme = now === 'dark' ? 'light' : 'dark';
  });
}

describe();
followTabs();
followSearch();
followTheme();
