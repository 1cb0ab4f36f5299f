// The language of the page: Indonesian first, English beside it, changed without a reload.

import { keep, recall } from './kept.js';
import { setAttribute, setText } from './dom.js';
import { indonesian } from './words-id.js';
import { english } from './words-en.js';

const WORDS = { id: indonesian, en: english };
const listeners = new Set();
const known = new Set(); // elements that name their key, also those not on the page just now
let current = recall('language', 'id') === 'en' ? 'en' : 'id';
document.documentElement.lang = current;

export function language() {
  return current;
}

/** The sentence of this key; {name} is filled from `facts`. */
export function say(key, facts = {}) {
  const sentence = WORDS[current][key] ?? indonesian[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));
}

/** A {id, en} of the stage in the language of the page. */
export function pick(said) {
  return said === null || said === undefined ? '' : (said[current] ?? said.id ?? '');
}

/** Call `draw` now and whenever the language changes. */
export function inEveryLanguage(draw) {
  listeners.add(draw);
  draw();
}

/** Keep an element's text in the language of the page. */
export function worded(element, key) {
  element.dataset.say = key;
  known.add(element);
  fill(element);
  return element;
}

/** Keep an element's accessible name (and tooltip) in the language of the page. */
export function labelled(element, key, tooltip = true) {
  element.dataset.label = key;
  if (tooltip) element.dataset.tip = '';
  known.add(element);
  fill(element);
  return element;
}

export function setLanguage(chosen) {
  current = chosen;
  keep('language', chosen);
  document.documentElement.lang = chosen;
  for (const element of known) fill(element);
  for (const draw of listeners) draw();
}

/** Take in the elements of the page's own markup that name their key. */
export function adopt(root) {
  for (const element of root.querySelectorAll('[data-say], [data-label]')) {
    known.add(element);
    fill(element);
  }
}

function fill(element) {
  if (element.dataset.say) setText(element, say(element.dataset.say));
  if (!element.dataset.label) return;
  setAttribute(element, 'aria-label', say(element.dataset.label));
  if ('tip' in element.dataset) setAttribute(element, 'title', say(element.dataset.label));
}
