// The call edges as a table to search and sort.

import {byId, count, html, percent, plural, signed} from './dom.js';

const PAGE = 300;

const COLUMNS = [
  {title: '#', key: (edge) => edge.rank, class: 'number', cell: (edge) => edge.rank},
  {title: 'Weight', key: (edge) => -edge.weight, class: 'number', cell: (edge, model) => model.weight(edge.weight)},
  {title: 'Share', key: (edge) => -edge.weight, class: 'number share', cell: (edge) => percent(edge.percent)},
  {title: 'Sum', key: (edge) => edge.rank, class: 'number dim', cell: (edge) => percent(edge.sum)},
  {title: 'Hot', key: (edge) => -edge.hot, class: 'hot', cell: (edge) => (edge.hot ? 'hot' : '')},
  {title: 'Caller', key: (edge) => edge.caller.name, class: 'name', cell: (edge, model, state) => nameCell(edge.caller, state)},
  {title: 'Line', key: (edge) => edge.offset, class: 'number', cell: (edge) => signed(edge.offset)},
  {title: 'Callee', key: (edge) => edge.callee.name, class: 'name', cell: (edge, model, state) => nameCell(edge.callee, state)},
  {title: 'Call site', key: (edge) => edge.place, class: 'place', cell: (edge) => placeCell(edge.place)},
];

function nameCell(f, state) {
  return html('button', {type: 'button', class: 'function', title: f.name, on: {click: () => state.select(f)}},
    html('span', {class: 'dim'}, f.path), f.rest);
}

function placeCell(place) {
  return html('span', {title: place}, place.slice(place.lastIndexOf('/') + 1));
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

export function makeEdges(section, model, state) {
  let [sorted, descending, limit] = [COLUMNS[0], false, PAGE];
  const hotOnly = html('input', {type: 'checkbox', on: {change: () => restart()}});
  const body = html('tbody');
  const more = html('button', {type: 'button', class: 'more', on: {click: () => grow()}});
  const headings = COLUMNS.map((column) => html('th', {scope: 'col', class: column.class},
    html('button', {type: 'button', on: {click: () => sortBy(column)}}, column.title)));
  const summary = html('span', {class: 'dim'});
  section.append(
    html('div', {class: 'bar'}, html('label', {}, hotOnly, 'hot only'), summary),
    html('div', {class: 'table-holder'}, html('table', {}, html('thead', {}, html('tr', {}, headings)), body), more),
    html('p', {class: 'note'}, note(model)));

  function sortBy(column) {
    descending = column === sorted && !descending;
    sorted = column;
    restart();
  }

  function matching() {
    const {match} = state;
    const rows = model.edges.filter((edge) => (!hotOnly.checked || edge.hot) &&
      (!match || match(edge.caller) || match(edge.callee)));
    if (sorted !== COLUMNS[0]) rows.sort((a, b) => compare(sorted.key(a), sorted.key(b)) || a.rank - b.rank);
    return descending ? rows.reverse() : rows;
  }

  function restart() {
    limit = PAGE;
    draw();
  }

  function grow() {
    limit += PAGE;
    draw();
  }

  function draw() {
    const rows = matching();
    const hot = rows.filter((edge) => edge.hot).length;
    const weight = rows.reduce((sum, edge) => sum + edge.percent, 0);
    summary.textContent = `${plural(rows.length, 'edge')}, ${count(hot)} hot, ${percent(weight)} of the weight`;
    body.replaceChildren(...rows.slice(0, limit).map(row));
    more.hidden = rows.length <= limit;
    more.textContent = `Show ${Math.min(PAGE, rows.length - limit)} more of ${count(rows.length - limit)}`;
    headings.forEach((heading, i) => {
      if (COLUMNS[i] === sorted) heading.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      else heading.removeAttribute('aria-sort');
    });
  }

  function row(edge) {
    const cells = COLUMNS.map((column) => html('td', {class: column.class}, column.cell(edge, model, state)));
    cells[2].style.setProperty('--share', `${(edge.weight / model.heaviest) * 100}%`);
    return html('tr', {class: edge.hot ? `hot heat-${model.heatOf(edge.weight)}` : 'heat-0'}, cells);
  }

  let drawnFor;
  const search = () => {
    if (drawnFor === state.match || section.hidden) return;
    drawnFor = state.match;
    restart();
  };
  byId('tab-edges').append(' ', html('span', {class: 'dim'}, count(model.data.edge_count)));
  return {search, shown: search};
}

function note(model) {
  const left = model.data.edge_count - model.edges.length;
  const what = 'Line: the call\'s line after the caller\'s first. Sum: of this edge and all heavier ones; the hot set ' +
    'ends where it exceeds the limit. One sample can count on several edges, through inlined calls.';
  return left ? `${what} ${plural(left, 'lighter edge')} are not in this page; --format json --all lists them.` : what;
}
