// What the compiler knows of the selected function.

import {html, percent, plural, signed} from './dom.js';
import {figures} from './flame.js';

const MOST = 30;
const HOTTEST = 20;

export function makeDetails(aside, model, state) {
  aside.append(html('p', {class: 'hint'}, 'Select a function to see its callers, its call sites, and what is hot about them.'),
               ...hottest(model, state));
  return {
    selected(frame) {
      const f = state.selected;
      aside.replaceChildren(
        html('h2', {}, html('span', {class: 'dim'}, f.path), f.rest),
        html('p', {class: 'verdict'}, verdict(f)),
        ...(frame ? [html('h3', {}, 'This frame'), ...figures(frame, model)] : []),
        ...totals(f, model),
        ...list('Callers', f.callers, 'caller', model, state),
        ...list('Call sites in it', f.callees, 'callee', model, state));
    },
  };
}

/** What to look at first: the functions that hot edges lead to, by the weight of these. */
function hottest(model, state) {
  const hot = model.functions.filter((f) => f.hot).sort((a, b) => b.hotWeight - a.hotWeight || a.id - b.id);
  const rows = hot.slice(0, HOTTEST).map((f) => row(f, f.hotWeight, true, null, model, state));
  return rows.length ? [html('h3', {}, 'Hottest callees'), html('table', {}, html('tbody', {}, rows))] : [];
}

function row(f, weight, hot, offset, model, state) {
  return html('tr', {class: hot ? `heat-${model.heatOf(weight)}` : 'heat-0'},
              html('td', {class: 'hot', title: hot ? 'hot' : 'not hot'}),
              html('td', {class: 'number'}, percent(model.share(weight))),
              offset !== null && html('td', {class: 'number dim'}, signed(offset)),
              html('td', {class: 'name'}, html('button', {type: 'button', class: 'function', title: f.name,
                                                         on: {click: () => state.select(f)}}, f.short)));
}

function verdict(f) {
  const sites = new Set(f.callees.filter((edge) => edge.hot).map((edge) => edge.offset)).size;
  return [
    f.hot && html('span', {class: 'badge hot', title: 'Its inlining budget is 2000 instead of 80.'}, 'hot callee'),
    sites > 0 && html('span', {class: 'badge hot', title: 'Calls at these lines are inlined up to a cost of 2000.'},
                      plural(sites, 'hot call site')),
    !f.hot && !sites && html('span', {class: 'badge'}, 'not hot'),
  ];
}

function totals(f, model) {
  if (!model.root) return [];
  const {weight, self} = model.totals(f);
  const of = (part) => `${model.weight(part)} (${percent((part / model.root.value) * 100)})`;
  return [html('h3', {}, 'In whole stacks'), html('div', {}, `${of(weight)} with its callees, ${of(self)} in itself`)];
}

function list(title, edges, end, model, state) {
  if (!edges.length) return [html('h3', {}, title), html('div', {class: 'dim'}, 'none among the call edges')];
  const rows = edges.slice(0, MOST).map((edge) => row(edge[end], edge.weight, edge.hot, edge.offset, model, state));
  const left = edges.length - rows.length;
  return [html('h3', {}, `${title} (${plural(edges.length, 'edge')})`), html('table', {}, html('tbody', {}, rows)),
          left > 0 && html('div', {class: 'dim'}, `and ${left} lighter`)].filter(Boolean);
}
