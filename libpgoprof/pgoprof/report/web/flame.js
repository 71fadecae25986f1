// The merged stacks, root on top, coloured by what the compiler makes of each call.

import flamegraph from 'd3-flame-graph';
import {select} from 'd3-selection';

import {html, percent, plural} from './dom.js';

const LEGEND = [
  ['heat-2 heat-3 heat-4 heat-5', 'hot call: an edge of the hot set, the redder the heavier'],
  ['heat-1', 'a hot callee, but not by this caller'],
  ['heat-0', 'not hot'],
];

export function makeFlame(section, model, state) {
  if (!model.root) return null;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const reset = html('button', {type: 'button', disabled: true, on: {click: () => chart.resetZoom()}}, 'Whole graph');
  const holder = html('div', {class: 'flame-holder'});
  const tip = html('div', {class: 'tip', hidden: true});
  section.append(html('div', {class: 'bar'}, reset, legend()), holder, note(model));
  document.body.append(tip);

  const chart = flamegraph()
    .cellHeight(19).minFrameSize(1.5).inverted(true).resetHeightOnZoom(true).transitionDuration(0)
    .sort((a, b) => b.data.value - a.data.value || (a.data.name < b.data.name ? -1 : 1))
    .setColorMapper((d) => `var(${d.highlight ? '--found' : `--heat-${d.data.heat}`})`)
    .setSearchMatch((d, match) => d.data.function !== null && match(d.data.function))
    .setSearchHandler(() => {})
    .tooltip(tooltip(tip, model))
    .onClick((d) => {
      reset.disabled = !d.parent;
      if (d.data.function) state.select(d.data.function, d.data);
    });

  let drawn = 0;
  const draw = () => {
    if (!holder.clientWidth || holder.clientWidth === drawn) return;
    chart.width(holder.clientWidth);
    if (drawn) chart.update();
    else select(holder).datum(model.root).call(chart);
    chart.transitionDuration(calm ? 0 : 250);  // the first time, there is nothing to move from
    drawn = holder.clientWidth;
    search();
  };
  let searched = null;
  const search = () => {
    if (!drawn || searched === state.match) return;
    searched = state.match;
    if (state.match) chart.search(state.match);
    else chart.clear();
  };
  new ResizeObserver(draw).observe(holder);
  return {search, shown: draw};
}

function legend() {
  return html('ul', {class: 'legend'}, LEGEND.map(([colours, text]) => html('li', {},
    colours.split(' ').map((colour) => html('i', {class: colour})), text)));
}

function note(model) {
  const {hidden_weight: hidden, negative_samples: negative} = model.data.stacks;
  const parts = ['The compiler counts the two leaf-most locations of a stack only, with what is inlined there: a call ' +
    'that merely leads to where the time goes is not hot.'];
  if (hidden) {
    const {weight} = model.data.stacks;
    const of = (part) => percent((part / model.root.value) * 100);
    parts.push(`Only the ${plural(weight.length - 1, 'heaviest frame')} are in this page, down to ` +
      `${model.weight(weight.at(-1))} (${of(weight.at(-1))}); below them, unseen, ends ${of(hidden)} of the weight.`);
  }
  if (negative) parts.push(`${plural(negative, 'sample')} of negative weight cannot be drawn.`);
  return html('p', {class: 'note'}, parts.join(' '));
}

/** What a frame is, beside the pointer. d3-flame-graph calls show, hide, and the function itself once. */
function tooltip(tip, model) {
  const controller = () => {};
  controller.show = (event, d) => {
    tip.replaceChildren(html('b', {}, d.data.function?.name ?? 'all stacks'), ...figures(d.data, model));
    tip.hidden = false;
    const {offsetWidth: width, offsetHeight: height} = tip;
    const x = Math.min(event.clientX + 14, innerWidth - width - 8);
    const below = event.clientY + 18;
    tip.style.left = `${Math.max(8, x)}px`;
    tip.style.top = `${below + height > innerHeight ? Math.max(8, event.clientY - height - 12) : below}px`;
  };
  controller.hide = () => {
    tip.hidden = true;
  };
  return controller;
}

/** Lines about a frame, for the tooltip and the details. */
export function figures(frame, model) {
  const of = (weight) => `${model.weight(weight)} (${percent((weight / model.root.value) * 100)})`;
  const lines = [`${of(frame.value)} in these stacks, ${of(frame.self)} in itself`];
  if (frame.caller) lines.push(...callLines(model.between(frame.caller, frame.function), model));
  return lines.map((line) => html('div', {}, line));
}

function callLines(edges, model) {
  if (!edges.length) {
    const all = model.edges.length === model.data.edge_count;
    return [all ? 'no call edge: never in the two leaf-most locations' : 'not among the call edges in this page'];
  }
  const shown = edges.slice(0, 3).map((edge) => `edge #${edge.rank} at ${edge.offset < 0 ? '' : '+'}${edge.offset}: ` +
    `${model.weight(edge.weight)} (${percent(edge.percent)}), ${edge.hot ? 'hot' : 'not hot'}`);
  return edges.length > 3 ? [...shown, `and ${edges.length - 3} more call sites`] : shown;
}
