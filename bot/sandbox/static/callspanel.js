// The raw Bot API calls about one phone, newest first, each with what was sent and what came back.

import { h, icon, setText, spoken } from './dom.js';
import { soon } from './frames.js';
import { inEveryLanguage, say, worded } from './language.js';
import { attempt } from './notice.js';
import { get } from './requests.js';
import { hour } from './times.js';

const SHOWN = 150;

export class CallsPanel {
  #after = 0;
  #isReading = false;
  #asksAgain = false;
  #person = null;

  constructor(world) {
    this.world = world;
    this.choice = h('select', { name: 'phone', on: { change: () => this.choose(Number(this.choice.value)) } });
    this.list = h('ol', { class: 'calls' });
    this.none = worded(h('p', { class: 'strike-none' }), 'calls.none');
    this.element = h('div', { class: 'panel', test: 'calls-drawer' }, h('label', { class: 'form-line' }, worded(h('span', {}), 'calls.phone'), this.choice), worded(h('p', { class: 'panel-why' }), 'calls.why'), this.list, this.none);
    const draw = () => this.#drawChoice();
    for (const kind of ['phones', 'stage']) world.on(kind, () => soon(draw));
    world.on('phones', () => this.#fromStart());
    world.on('calls', () => this.#read());
    this.opened = () => {
      draw();
      this.#read();
    };
    inEveryLanguage(draw);
  }

  /** Show the calls of this person's phone. */
  choose(person) {
    this.#person = person;
    this.#drawChoice();
    this.#fromStart();
  }

  #drawChoice() {
    const people = this.world.stage?.people ?? [];
    const named = new Map(people.map((one) => [one.person, one.case ? `${one.name} (${one.case})` : one.name]));
    const phones = [...this.world.phones.values()];
    const order = [...new Set([...named.keys(), ...phones.map((phone) => phone.id)])].filter((id) => this.world.phones.has(id));
    this.#person ??= order[0] ?? null;
    const options = order.map((id) => [String(id), named.get(id) ?? this.world.phones.get(id).first_name]);
    const state = JSON.stringify(options);
    if (this.choice.dataset.state !== state) {
      this.choice.dataset.state = state;
      this.choice.replaceChildren(...options.map(([value, name]) => h('option', { value }, name)));
    }
    this.choice.value = String(this.#person ?? '');
  }

  #fromStart() {
    this.#after = 0;
    this.list.replaceChildren();
    this.#read();
  }

  /** Read what is new; asked for again while reading, it reads once more afterwards. */
  async #read() {
    if (!this.element.isConnected || this.#person === null) return;
    if (this.#isReading) {
      this.#asksAgain = true;
      return;
    }
    this.#isReading = true;
    const person = this.#person;
    const after = this.#after;
    const found = await attempt(get(`/control/calls?chat_id=${person}&after=${after}`));
    this.#isReading = false;
    if (found !== null && person === this.#person && after === this.#after) this.#add(found);
    if (this.#asksAgain) {
      this.#asksAgain = false;
      this.#read();
    }
  }

  #add({ calls, next }) {
    this.#after = next;
    this.list.prepend(...calls.slice(-SHOWN).reverse().map(line));
    while (this.list.children.length > SHOWN) this.list.lastElementChild.remove();
    this.none.hidden = this.list.children.length > 0;
  }
}

function line(call) {
  const isOk = call.answer?.ok !== false;
  const code = isOk ? '' : String(call.answer?.error_code ?? '');
  const seconds = String(new Date(call.at * 1000).getUTCSeconds()).padStart(2, '0');
  const separator = hour(call.at)[2];
  const body = h('div', { class: 'call-body' });
  const summary = h(
    'summary',
    {},
    icon('chevron', 'icon call-arrow'),
    h('code', { class: 'call-method' }, call.method),
    call.fault ? h('span', { class: 'call-mark is-fault', title: say('calls.fault') }, icon('bolt'), spoken(say('calls.fault')), faultName(call.fault)) : null,
    code ? h('span', { class: 'call-mark is-wrong' }, code) : null,
    h('time', {}, `${hour(call.at)}${separator}${seconds}`),
  );
  const details = h('details', {}, summary, body);
  details.addEventListener('toggle', () => {
    if (details.open && !body.hasChildNodes()) body.append(block('calls.sent', call.params), block('calls.answered', call.answer));
  });
  return h('li', { class: `call${isOk ? '' : ' is-wrong'}` }, details);
}

function block(key, value) {
  const text = h('pre', { tabindex: 0, role: 'group', 'aria-label': say(key) });
  setText(text, value === null || value === undefined ? say('calls.no-answer') : JSON.stringify(value, null, 2));
  return h('div', {}, h('p', { class: 'call-part', 'aria-hidden': 'true' }, say(key)), text);
}

function faultName(fault) {
  return typeof fault === 'string' ? fault : (fault.kind ?? '');
}
