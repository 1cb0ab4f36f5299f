// Makes elements from plain values; data only ever becomes text, never markup.

const SVG = 'http://www.w3.org/2000/svg';

/** An element. `props`: class, dataset, on (listeners), or any attribute; null and false leave it out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === 'dataset') Object.assign(element.dataset, value);
    else element.setAttribute(name === 'test' ? 'data-testid' : name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** One symbol of the sprite in index.html; hidden from screen readers, words stand beside it. */
export function icon(name, className = 'icon') {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', className);
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Words for screen readers only. */
export function spoken(text) {
  return h('span', { class: 'spoken' }, text);
}

/** Set a text only when it is another one, so that nothing is painted or read out twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Set or take away an attribute, only when that changes something. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/** Make `parent` hold exactly `wanted`, in this order, and move only what stands elsewhere. */
export function arrange(parent, wanted) {
  const kept = new Set(wanted);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const child of wanted) {
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
}
