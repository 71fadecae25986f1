// The heaviest call edges as a graph, callers on the left.

import {Graph, layout} from '@dagrejs/dagre';
import {select} from 'd3-selection';
import {zoom, zoomIdentity} from 'd3-zoom';

import {html, percent, plural, signed, svg} from './dom.js';

const FEWEST = 10;
const MOST = 200;  // beyond that nobody reads it, and the layout takes seconds
const USUAL = 40;

const CHARACTER = 6.9;  // of 11.5 px monospace
const LONGEST = 44;     // characters of a name
const BOX = 26;         // height of a function
const LOOP = 14;        // height of a call of itself

export function makeCallGraph(section, model, state) {
  const most = Math.min(MOST, model.edges.length);
  const slider = html('input', {type: 'range', min: Math.min(FEWEST, most), max: most, value: Math.min(USUAL, most),
                                'aria-label': 'How many edges', on: {input: () => draw()}});
  const around = html('input', {type: 'checkbox', disabled: true, on: {change: () => draw()}});
  const aroundName = html('span', {}, 'around the selected function');
  const summary = html('span', {class: 'dim'});
  const whole = html('button', {type: 'button', on: {click: () => fit()}}, 'Fit');
  const content = svg('g');
  const picture = svg('svg', {role: 'img', 'aria-label': 'Hot call graph'}, markers(), content);
  section.append(html('div', {class: 'bar'}, whole, html('label', {}, 'edges', slider), html('label', {}, around, aroundName),
                      summary), html('div', {class: 'graph-holder'}, picture));

  const zooming = zoom().scaleExtent([0.05, 4]).on('zoom', ({transform}) => content.setAttribute('transform', transform));
  select(picture).call(zooming).on('dblclick.zoom', null);

  let [size, drawn, boxes] = [null, null, []];

  function chosen() {
    const limit = Number(slider.value);
    if (around.checked && state.selected) return neighbourhood(state.selected, limit);
    return model.edges.slice(0, limit);
  }

  function draw() {
    const edges = chosen();
    size = lay(merged(edges));
    summary.textContent = `the heaviest ${plural(edges.length, 'edge')}, ` +
      `${percent(model.share(edges.reduce((sum, edge) => sum + edge.weight, 0)))} of the weight`;
    fit();
    mark();
  }

  function lay(calls) {
    const graph = new Graph().setGraph({rankdir: 'LR', nodesep: 12, ranksep: 36, edgesep: 8});
    const recursive = new Map(calls.filter(isRecursive).map((call) => [call.caller, call]));
    for (const call of calls) {
      for (const f of [call.caller, call.callee]) graph.setNode(String(f.id), sizeOf(f, recursive.get(f)));
      if (isRecursive(call)) continue;
      const text = callText(call, model);
      graph.setEdge(String(call.caller.id), String(call.callee.id),
                    {call, text, width: widthOf(text), height: 14, labelpos: 'c', weight: 1 + heatOf(call, model)});
    }
    layout(graph);
    const lines = graph.edges().map(({v, w}) => drawCall(graph.edge(v, w), graph.node(v), graph.node(w), model));
    boxes = graph.nodes().map((id) => drawFunction(graph.node(id), model, state));
    content.replaceChildren(...lines, ...boxes.map((box) => box.node));
    return graph.graph();
  }

  function fit() {
    const {clientWidth: width, clientHeight: height} = picture;
    if (!boxes.length || !width) return;
    const scale = Math.min(1, Math.max(0.55, Math.min((width - 32) / size.width, (height - 32) / size.height)));
    const [left, top] = [width - size.width * scale, height - size.height * scale].map((free) => Math.max(16, free / 2));
    select(picture).call(zooming.transform, zoomIdentity.translate(left, top).scale(scale));
  }

  function mark() {
    for (const {node, of} of boxes) {
      node.classList.toggle('found', Boolean(state.match?.(of)));
      node.classList.toggle('selected', of === state.selected);
    }
  }

  const shown = () => {
    if (section.hidden) return;
    if (!drawn) draw();
    drawn = true;
    mark();
  };
  const selected = () => {
    around.disabled = false;
    aroundName.textContent = `around ${state.selected.short}`;
    if (drawn && around.checked && !section.hidden) draw();
    else shown();
  };
  return {search: shown, shown, selected};
}

/** The heaviest edges to and from a function, then those of its neighbours. */
function neighbourhood(f, limit) {
  const found = new Set();
  let ring = [f];
  const seen = new Set(ring);
  for (let distance = 0; distance < 2; ++distance) {
    const edges = ring.flatMap((each) => [...each.callers, ...each.callees]).sort((a, b) => a.rank - b.rank);
    for (const edge of edges) if (found.size < limit) found.add(edge);
    ring = [...found].flatMap((edge) => [edge.caller, edge.callee]).filter((each) => !seen.has(each));
    for (const each of ring) seen.add(each);
  }
  return [...found];
}

/** One call for all sites of a caller that call the same function. */
function merged(edges) {
  const calls = new Map();
  for (const edge of edges) {
    const key = `${edge.caller.id} ${edge.callee.id}`;
    const call = calls.get(key) ?? {caller: edge.caller, callee: edge.callee, weight: 0, sites: [], hot: false};
    call.weight += edge.weight;
    call.hot ||= edge.hot;
    call.sites.push(edge.offset);
    calls.set(key, call);
  }
  return [...calls.values()];
}

const heatOf = (call, model) => (call.hot ? model.heatOf(call.weight) : 0);
const isRecursive = (call) => call.caller === call.callee;
const label = (f) => (f.short.length > LONGEST ? `${f.short.slice(0, LONGEST - 1)}…` : f.short);
const widthOf = (text) => text.length * 5.8 + 6;

/** `call` is that of itself, if there is one: its loop needs room above. */
function sizeOf(f, call) {
  return {function: f, call, width: label(f).length * CHARACTER + 20, height: BOX + (call ? 2 * LOOP : 0)};
}

function callText({weight, sites}, model) {
  const where = sites.length > 1 ? `${sites.length} sites` : signed(sites[0]);
  return `${where} · ${percent(model.share(weight))}`;
}

function drawLine(call, path, text, x, y, model) {
  const heat = heatOf(call, model);
  const width = 1 + 4 * Math.sqrt(call.weight / model.heaviest);
  return svg('g', {class: `call heat-${heat}`},
             svg('path', {d: path, 'stroke-width': width.toFixed(2), 'marker-end': `url(#arrow-${heat})`}),
             svg('rect', {x: x - widthOf(text) / 2, y: y - 7, width: widthOf(text), height: 14}),
             svg('text', {x, y: y + 4}, text));
}

function drawCall({call, text, points, x, y}, caller, callee, model) {
  const side = Math.sign(callee.x - caller.x) || 1;
  const begin = {x: caller.x + (side * caller.width) / 2, y: caller.y};
  const end = {x: callee.x - (side * (callee.width + 4)) / 2, y: callee.y};
  return drawLine(call, curve([begin, ...points.slice(1, -1), end]), text, x, y, model);
}

/** Through all points, level at each. */
function curve([first, ...rest]) {
  let [path, from] = [`M${first.x} ${first.y}`, first];
  for (const to of rest) {
    const middle = (from.x + to.x) / 2;
    path += `C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
    from = to;
  }
  return path;
}

function drawLoop(call, width, model) {
  const reach = Math.min(44, width / 2 - 6);
  const [left, right] = [width / 2 - reach, width / 2 + reach];
  const path = `M${right} ${LOOP}C${right + 8} ${-LOOP / 2} ${left - 8} ${-LOOP / 2} ${left} ${LOOP - 2}`;
  return drawLine(call, path, callText(call, model), width / 2, -1, model);
}

function drawFunction({function: f, call, x, y, width, height}, model, state) {
  const select = () => state.select(f);
  const onKey = (event) => (event.key === 'Enter' || event.key === ' ') && select();
  const top = (height - BOX) / 2;
  const node = svg('g', {class: f.hot ? `function hot heat-${model.heatOf(f.hotWeight)}` : 'function', transform: `translate(${x - width / 2} ${y - height / 2})`,
                         tabindex: 0, role: 'button', 'aria-label': f.name, on: {click: select, keydown: onKey}},
                   svg('title', {}, f.name), call && drawLoop(call, width, model),
                   svg('rect', {class: 'box', y: top, width, height: BOX, rx: 5}),
                   svg('text', {class: 'label', x: width / 2, y: top + BOX / 2 + 4}, label(f)));
  return {node, of: f};
}

function markers() {
  return svg('defs', {}, [0, 2, 3, 4, 5].map((heat) => svg(
    'marker', {id: `arrow-${heat}`, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto',
               markerUnits: 'userSpaceOnUse', class: `heat-${heat}`},
    svg('path', {d: 'M0 0L8 4L0 8z'}))));
}
