// The heaviest call edges as a graph, callers on top.

import {Graph, layout} from '@dagrejs/dagre';
import {select} from 'd3-selection';
import {zoom, zoomIdentity} from 'd3-zoom';

import {html, percent, plural, signed, svg} from './dom.js';

const FEWEST = 10;
const MOST = 200;  // beyond that nobody reads it, and the layout takes seconds
const USUAL = 40;

const CHARACTER = 6.9;  // of 11.5 px monospace
const LONGEST = 44;     // characters of a name

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
    const graph = new Graph({multigraph: false}).setGraph({nodesep: 18, ranksep: 44, edgesep: 12});
    graph.setDefaultEdgeLabel(() => ({}));
    for (const call of calls) {
      for (const f of [call.caller, call.callee]) graph.setNode(String(f.id), {...sizeOf(f), function: f});
      const text = callText(call, model);
      graph.setEdge(String(call.caller.id), String(call.callee.id),
                    {call, text, width: text.length * 5.6, height: 12, labelpos: 'c', weight: 1 + model.heatOf(call.weight)});
    }
    layout(graph);
    const lines = graph.edges().map((edge) => drawCall(graph.edge(edge), model));
    boxes = graph.nodes().map((id) => drawFunction(graph.node(id), state));
    content.replaceChildren(...lines, ...boxes.map((box) => box.node));
    return graph.graph();
  }

  function fit() {
    const {clientWidth: width, clientHeight: height} = picture;
    if (!size || !width) return;
    const scale = Math.min(1, Math.max(0.35, Math.min((width - 32) / size.width, (height - 32) / size.height)));
    const left = Math.max(16, (width - size.width * scale) / 2);
    select(picture).call(zooming.transform, zoomIdentity.translate(left, 16).scale(scale));
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

const label = (f) => (f.short.length > LONGEST ? `${f.short.slice(0, LONGEST - 1)}…` : f.short);
const sizeOf = (f) => ({width: label(f).length * CHARACTER + 20, height: 26});

function callText({weight, sites}, model) {
  const where = sites.length > 1 ? `${sites.length} sites` : signed(sites[0]);
  return `${where}  ${percent(model.share(weight))}`;
}

function drawCall({call, text, points, x, y}, model) {
  const heat = call.hot ? model.heatOf(call.weight) : 0;
  const width = 1 + 4 * Math.sqrt(call.weight / model.heaviest);
  return svg('g', {class: `call heat-${heat}`},
             svg('path', {d: curve(points), 'stroke-width': width.toFixed(2), 'marker-end': `url(#arrow-${heat})`}),
             svg('text', {x, y: y + 3}, text));
}

/** Through the middles of the polyline's sides, so that it has no corners. */
function curve(points) {
  const [first, ...rest] = points.map(({x, y}) => [x, y]);
  const last = rest.at(-1);
  const bends = rest.slice(0, -1).map((point, i) => {
    const next = rest[i + 1];
    const end = next === last ? last : [(point[0] + next[0]) / 2, (point[1] + next[1]) / 2];
    return `Q${point.map((n) => n.toFixed(1))} ${end.map((n) => n.toFixed(1))}`;
  });
  return `M${first.map((n) => n.toFixed(1))}${bends.length ? bends.join('') : `L${last.map((n) => n.toFixed(1))}`}`;
}

function drawFunction({function: f, x, y, width, height}, state) {
  const select = () => state.select(f);
  const onKey = (event) => (event.key === 'Enter' || event.key === ' ') && select();
  const node = svg('g', {class: `function ${f.hot ? 'hot' : ''}`, transform: `translate(${x - width / 2} ${y - height / 2})`,
                         tabindex: 0, role: 'button', 'aria-label': f.name, on: {click: select, keydown: onKey}},
                   svg('title', {}, f.name), svg('rect', {width, height, rx: 5}),
                   svg('text', {x: width / 2, y: height / 2 + 4}, label(f)));
  return {node, of: f};
}

function markers() {
  return svg('defs', {}, [0, 2, 3, 4, 5].map((heat) => svg(
    'marker', {id: `arrow-${heat}`, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto',
               markerUnits: 'userSpaceOnUse', class: `heat-${heat}`},
    svg('path', {d: 'M0 0L8 4L0 8z'}))));
}
