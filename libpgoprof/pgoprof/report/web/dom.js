// Elements and figures. Text out of the profile becomes text nodes and attributes, never markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    } else {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** html('a', {class: 'x', on: {click}}, 'text', child, ...) */
export const html = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
export const byId = (id) => document.getElementById(id);

const grouped = new Intl.NumberFormat('en-US');
export const count = (n) => grouped.format(n);
export const plural = (n, one) => `${count(n)} ${one}${n === 1 ? '' : 's'}`;

/** Three digits that count, and never "0%" of something. */
export function percent(p) {
  const size = Math.abs(p);
  if (p === 0 || size >= 99.95) return `${Math.round(p)}%`;
  if (size >= 10) return `${p.toFixed(1)}%`;
  if (size >= 1) return `${p.toFixed(2)}%`;
  return size >= 0.001 ? `${p.toFixed(3)}%` : `${p.toPrecision(1)}%`;
}

/** A call-site offset as the text report has it: lines after the caller's first. */
export const signed = (offset) => (offset < 0 ? String(offset) : `+${offset}`);
