// The proof that nothing is lost: what people did, what the bot has kept, and what is still on its way.

import { h, icon, setText } from './dom.js';
import { say, worded } from './language.js';

export class Ledger {
  constructor(world) {
    this.world = world;
    this.written = figure('ledger.written');
    this.stored = figure('ledger.stored');
    this.lost = figure('ledger.lost');
    this.sentence = h('p', { class: 'ledger-sentence' });
    this.verdict = h('div', { class: 'ledger-verdict' }, icon('check'), this.sentence);
    this.bars = Object.fromEntries(['stored', 'way', 'expired', 'lost'].map((name) => [name, h('i', { class: `is-${name}` })]));
    this.bar = h('div', { class: 'ledger-bar', 'aria-hidden': 'true' }, Object.values(this.bars));
    this.waiting = h('p', { class: 'ledger-waiting' });
    this.expired = h('p', { class: 'ledger-waiting', hidden: true });
    const figures = h('dl', { class: 'figures' }, [this.written, this.stored, this.lost].map(({ element }) => element));
    this.element = h('section', { class: 'ledger', test: 'ledger' }, worded(h('h3', {}), 'ledger.name'), figures, this.bar, this.verdict, this.waiting, this.expired);
  }

  update() {
    const doors = this.world.stage?.doors;
    this.element.hidden = !doors;
    if (!doors) return;
    const { written, stored, expired } = doors;
    const way = doors.at_telegram ?? 0;
    const lost = doors.lost ?? Math.max(0, written - stored - expired - way);
    setText(this.written.value, String(written));
    setText(this.stored.value, String(stored));
    setText(this.lost.value, String(lost));
    for (const [name, count] of Object.entries({ stored, way, expired, lost })) {
      this.bars[name].style.flexGrow = String(count);
      this.bars[name].hidden = count === 0;
    }
    this.element.dataset.state = lost > 0 ? 'lost' : way > 0 ? 'way' : written > 0 ? 'kept' : 'new';
    setText(this.sentence, say(lost > 0 ? 'ledger.some-lost' : way > 0 ? 'ledger.on-way' : written > 0 ? 'ledger.all-kept' : 'ledger.nothing-yet', { count: lost || way }));
    setText(this.waiting, say('ledger.waiting', { in: doors.waiting_in, out: doors.waiting_out, way }));
    this.expired.hidden = expired === 0;
    setText(this.expired, say('ledger.expired', { count: expired }));
  }
}

function figure(key) {
  const value = h('dd', {}, '0');
  return { value, element: h('div', { class: 'figure' }, worded(h('dt', {}), key), value) };
}
