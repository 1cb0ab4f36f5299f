// The rail at the edge and the drawer it opens: phones, faults, raw calls.

import { h, icon } from './dom.js';
import { keep, recall } from './kept.js';
import { labelled, worded } from './language.js';

export class Drawer {
  #open = null;

  /** `panels`: {name: {symbol, element, opened?()}} in the order of the rail. */
  constructor(rail, drawer, panels) {
    this.drawer = drawer;
    this.panels = panels;
    this.title = h('h2', {});
    this.close = labelled(h('button', { type: 'button', class: 'tool', on: { click: () => this.show(null) } }, icon('close')), 'drawer.close');
    this.place = h('div', { class: 'drawer-place' });
    drawer.append(h('div', { class: 'drawer-head' }, this.title, this.close), this.place);
    drawer.addEventListener('keydown', (event) => event.key === 'Escape' && this.show(null));
    this.tabs = Object.fromEntries(Object.entries(panels).map(([name, { symbol }]) => [name, this.#tab(name, symbol)]));
    rail.append(...Object.values(this.tabs));
    const kept = recall('drawer', null);
    this.show(kept in panels ? kept : null, false);
  }

  /** Open one panel, or close with null. */
  show(name, moves = true) {
    const before = this.#open;
    this.#open = name;
    keep('drawer', name);
    this.drawer.hidden = name === null;
    for (const [tab, button] of Object.entries(this.tabs)) button.setAttribute('aria-expanded', String(tab === name));
    if (name === null) {
      if (moves && before) this.tabs[before].focus();
      return;
    }
    this.title.dataset.say = `drawer.${name}`;
    worded(this.title, `drawer.${name}`);
    this.place.replaceChildren(this.panels[name].element);
    this.place.scrollTop = 0;
    this.panels[name].opened?.();
    if (moves) this.close.focus();
  }

  #tab(name, symbol) {
    const does = () => this.show(this.#open === name ? null : name);
    return h('button', { type: 'button', class: 'rail-button', test: `tab-${name}`, 'aria-controls': 'drawer', 'aria-expanded': 'false', on: { click: does } }, icon(symbol), worded(h('span', {}), `drawer.${name}`));
  }
}
