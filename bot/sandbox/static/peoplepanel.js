// Everybody with a phone: show, hide, add.

import { arrange, h, icon, setAttribute, setText } from './dom.js';
import { soon } from './frames.js';
import { inEveryLanguage, pick, say, worded } from './language.js';
import { askStage, attempt } from './notice.js';
import { post } from './requests.js';

const GROUPS = ['cast', 'added', 'training'];
const KINDS = ['mother_a', 'mother_b', 'social_worker', 'stranger'];

export class PeoplePanel {
  #lines = new Map();

  /** `added()` is called once a new phone stands in the row. */
  constructor(world, row, added) {
    this.world = world;
    this.row = row;
    this.added = added;
    this.groups = Object.fromEntries(GROUPS.map((name) => [name, group(name)]));
    this.form = this.#buildForm();
    this.element = h('div', { class: 'panel' }, this.groups.cast.element, this.groups.added.element, this.form, this.groups.training.element);
    const draw = () => this.#draw();
    for (const kind of ['phones', 'stage', 'phone']) world.on(kind, () => soon(draw));
    row.onShown(() => soon(draw));
    this.opened = draw;
    inEveryLanguage(draw);
  }

  #draw() {
    if (!this.element.isConnected) return;
    const people = this.world.stage?.people ?? [...this.world.phones.values()].map(bare);
    for (const name of GROUPS) {
      const members = people.filter((one) => one.group === name && this.world.phones.has(one.person));
      this.groups[name].element.hidden = members.length === 0;
      arrange(this.groups[name].list, members.map((one) => this.#line(one)));
    }
    this.kind.hidden = this.world.stage === null;
  }

  #line(one) {
    if (!this.#lines.has(one.person)) this.#lines.set(one.person, this.#buildLine(one.person));
    const line = this.#lines.get(one.person);
    setText(line.letter, one.name.replace(/^(Ibu|Bapak) /, '').slice(0, 1));
    setText(line.name, one.name);
    setText(line.part, [pick(one.part), one.case].filter(Boolean).join(' · '));
    setAttribute(line.toggle, 'aria-checked', String(this.row.isShown(one.person)));
    setAttribute(line.toggle, 'aria-label', say('people.show', { name: one.name }));
    const unread = this.world.phones.get(one.person)?.unread.size ?? 0;
    line.unread.hidden = unread === 0;
    setText(line.unread, String(unread));
    return line.element;
  }

  #buildLine(id) {
    const line = {
      letter: h('span', { class: 'avatar', 'aria-hidden': 'true' }),
      name: h('span', { class: 'line-name' }),
      part: h('small', {}),
      unread: h('span', { class: 'unread', 'aria-hidden': 'true', hidden: true }),
      toggle: h('button', { type: 'button', class: 'switch', role: 'switch', on: { click: () => this.row.show(id, !this.row.isShown(id), true) } }, h('i', {})),
    };
    line.element = h('li', { class: 'line' }, line.letter, h('span', { class: 'line-words' }, line.name, line.part), line.unread, line.toggle);
    return line;
  }

  #buildForm() {
    this.kind = h('label', { class: 'form-line' }, worded(h('span', {}), 'people.kind'), h('select', { name: 'kind' }, KINDS.map((kind) => worded(h('option', { value: kind }), `people.${kind}`))));
    const name = h('input', { name: 'name', required: true, maxlength: 40, autocomplete: 'off' });
    const submit = h('button', { type: 'submit', class: 'button is-main' }, icon('plus'), worded(h('span', {}), 'people.add'));
    const form = h('form', { class: 'card' }, worded(h('h3', {}), 'people.new'), this.kind, h('label', { class: 'form-line' }, worded(h('span', {}), 'people.name'), name), submit);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      submit.disabled = true;
      const added = await this.#add(form.elements.kind.value, name.value.trim());
      submit.disabled = false;
      if (added === null) return;
      name.value = '';
      this.row.show(added.person ?? added.id, true, true);
      this.added();
    });
    return form;
  }

  #add(kind, name) {
    if (this.world.stage) return askStage('people', { kind, name });
    const phone = `+62811${String(Math.floor(Math.random() * 1e7)).padStart(7, '0')}`;
    return attempt(post('/control/people', { first_name: name, language_code: 'id', phone }));
  }
}

function group(name) {
  const list = h('ul', { class: 'lines' });
  return { list, element: h('section', { class: 'group' }, worded(h('h3', {}), `people.group-${name}`), list) };
}

function bare(phone) {
  return { person: phone.id, name: phone.first_name, part: { id: phone.phone ?? '', en: phone.phone ?? '' }, group: 'added', case: null };
}
