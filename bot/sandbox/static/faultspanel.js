// The bench of faults: break something on purpose, watch what happens, and that nothing is lost.

import { h, icon, setAttribute, setText } from './dom.js';
import { soon } from './frames.js';
import { inEveryLanguage, say, worded } from './language.js';
import { Ledger } from './ledger.js';
import { askStage, attempt } from './notice.js';
import { showOne } from './pairs.js';
import { post, remove } from './requests.js';

const WORDS_OUT = ['sendMessage', 'editMessageText'];
const BENCH = {
  drop: { symbol: 'drop', fault: { kind: 'drop_answer', method: WORDS_OUT, times: 1 } },
  delay: { symbol: 'clock', fault: { kind: 'delay', method: WORDS_OUT, seconds: 5, times: 1 } },
  flood: { symbol: 'hand', fault: { kind: 'flood', method: WORDS_OUT, retry_after: 5, times: 1 } },
};
const CUT = { kind: 'reset' };

export class FaultsPanel {
  #drawn = '';

  constructor(world) {
    this.world = world;
    this.ledger = new Ledger(world);
    this.cut = h('button', { type: 'button', class: 'switch', role: 'switch', test: 'fault-cut', 'aria-labelledby': 'fault-cut-name', on: { click: () => this.#toggleCut() } }, h('i', {}));
    this.kill = this.#botButton('bot-kill', 'faults.kill', 'power', 'kill', 'is-danger');
    this.start = this.#botButton('bot-start', 'faults.start', 'power', 'start', 'is-main');
    this.start.hidden = true;
    this.botCard = card('power', 'bot', h('div', { class: 'card-side' }, this.kill, this.start));
    const breaks = Object.entries(BENCH).map(([name, { symbol, fault }]) => {
      const does = () => attempt(post('/control/faults', fault));
      return card(symbol, name, h('button', { type: 'button', class: 'button', test: `fault-${name}`, 'aria-describedby': `fault-${name}-why`, on: { click: does } }, worded(h('span', {}), 'faults.do')));
    });
    this.list = h('ul', { class: 'strikes' });
    this.active = h('section', { class: 'group' }, worded(h('h3', {}), 'faults.active'), this.list);
    this.element = h('div', { class: 'panel' }, this.ledger.element, h('section', { class: 'group' }, worded(h('h3', {}), 'faults.bench'), breaks, card('no-signal', 'cut', this.cut), this.botCard), this.active);
    const draw = () => this.#draw();
    for (const kind of ['faults', 'stage', 'phones']) world.on(kind, () => soon(draw));
    this.opened = () => {
      this.#drawn = '';
      draw();
    };
    inEveryLanguage(this.opened);
  }

  #draw() {
    const { faults, stage } = this.world;
    this.ledger.update();
    setAttribute(this.cut, 'aria-checked', String(faults.some(isCut)));
    this.botCard.hidden = stage === null;
    showOne(this.kill, this.start, stage?.bot === 'running');
    setAttribute(this.start, 'aria-disabled', stage?.bot === 'starting' ? 'true' : null);
    const state = JSON.stringify(faults);
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.list.replaceChildren(...faults.map((fault) => this.#strike(fault)));
    if (faults.length === 0) this.list.append(h('li', { class: 'strike-none' }, say('faults.none')));
  }

  #strike(fault) {
    const name = Object.keys(BENCH).find((key) => BENCH[key].fault.kind === fault.kind);
    const words = say(isCut(fault) ? 'faults.cut' : name ? `faults.${name}` : 'faults.other', { kind: fault.kind });
    const isOver = fault.times !== null && fault.struck >= fault.times;
    const label = say('faults.remove', { name: words });
    const takeAway = h('button', { type: 'button', class: 'tool', 'aria-label': label, title: label, on: { click: () => attempt(remove(`/control/faults/${fault.id}`)) } }, icon('close'));
    return h(
      'li',
      { class: `strike${isOver ? ' is-over' : ''}` },
      icon(isOver ? 'check' : 'hourglass'),
      h('span', { class: 'line-words' }, h('span', { class: 'line-name' }, words), h('small', {}, say(isOver ? 'faults.struck-over' : 'faults.struck', { count: fault.struck }))),
      takeAway,
    );
  }

  async #toggleCut() {
    const standing = this.world.faults.filter(isCut);
    if (standing.length === 0) await attempt(post('/control/faults', CUT));
    else for (const fault of standing) await attempt(remove(`/control/faults/${fault.id}`));
  }

  #botButton(test, key, symbol, does, style) {
    return h('button', { type: 'button', class: `button ${style}`, test, on: { click: () => askStage('bot', { do: does }) } }, icon(symbol), worded(h('span', {}), key));
  }
}

function isCut(fault) {
  return fault.kind === 'reset' && fault.method.length === 0 && fault.times === null;
}

function card(symbol, name, side) {
  return h(
    'div',
    { class: 'bench' },
    h('span', { class: 'bench-symbol' }, icon(symbol)),
    h('div', { class: 'bench-words' }, worded(h('strong', { id: `fault-${name}-name` }), `faults.${name}`), worded(h('p', { id: `fault-${name}-why` }), `faults.${name}-why`)),
    side,
  );
}
