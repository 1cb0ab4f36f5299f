// The phones side by side: which are shown, in which order, and where one has to look now.

import { arrange, h } from './dom.js';
import { soon } from './frames.js';
import { inEveryLanguage, say } from './language.js';
import { PhoneView } from './phone.js';

const HANDS_OFF_MS = 4000; // somebody busy with one phone is not pulled to another
const FOLLOW_MS = 900;

export class Row {
  #views = new Map();
  #chosen = new Map(); // shown or hidden by hand
  #wasShown = new Map(); // by the stage
  #touchedAt = 0;
  #followedAt = 0;
  #step = null;
  #wanted = null; // asked for by hand, to be scrolled to once it is there

  constructor(world, does) {
    this.world = world;
    this.does = { ...does, hide: (id) => this.show(id, false) };
    this.empty = h('p', { class: 'row-empty' });
    this.element = h('div', { class: 'row', role: 'group', tabindex: 0 });
    inEveryLanguage(() => {
      this.element.setAttribute('aria-label', say('row.name'));
      this.empty.textContent = say('row.empty');
    });
    const draw = () => this.#draw();
    for (const kind of ['phones', 'stage', 'story']) world.on(kind, () => soon(draw));
    world.on('phones', () => this.touchAll());
    world.on('clock', () => this.touchAll());
    world.on('phone', (id) => this.#views.get(id)?.touch());
    world.on('moment', (moment) => this.#moment(moment));
    this.element.addEventListener('pointerdown', () => (this.#touchedAt = Date.now()));
    this.element.addEventListener('keydown', () => (this.#touchedAt = Date.now()));
    this.element.addEventListener('wheel', () => (this.#touchedAt = Date.now()), { passive: true });
    setInterval(() => this.touchAll(), 10_000); // the minute in the status bars
  }

  isShown(id) {
    return this.#chosen.get(id) ?? this.world.personOf(id)?.shown ?? this.world.stage === null;
  }

  /** Show or hide by hand; a shown one is scrolled to. */
  show(id, is, scrolls = false) {
    this.#chosen.set(id, is);
    if (is && scrolls) this.#wanted = id;
    this.#draw();
    for (const hear of this.listeners ?? []) hear();
  }

  /** Call when phones were shown or hidden by hand. */
  onShown(hear) {
    this.listeners = [...(this.listeners ?? []), hear];
  }

  touchAll() {
    for (const view of this.#views.values()) if (view.element.isConnected) view.touch();
  }

  #draw() {
    this.#followStage();
    const shown = this.#order().filter((id) => this.isShown(id));
    for (const id of [...this.#views.keys()]) if (!this.world.phones.has(id)) this.#views.delete(id);
    const views = shown.map((id) => this.#view(id));
    arrange(this.element, views.length > 0 ? views.map((view) => view.element) : [this.empty]);
    for (const view of views) view.touch();
    this.#highlight();
    this.#scrollToWanted();
  }

  #scrollToWanted() {
    if (!this.#views.get(this.#wanted)?.element.isConnected) return;
    this.#scrollTo([this.#wanted], true);
    this.#wanted = null;
  }

  /** A phone the story brings in comes into view, even one that was put away before. */
  #followStage() {
    for (const { person, shown } of this.world.stage?.people ?? []) {
      if (shown && this.#wasShown.get(person) === false) this.#chosen.delete(person);
      this.#wasShown.set(person, shown);
    }
  }

  #order() {
    const known = (this.world.stage?.people ?? []).map((one) => one.person).filter((id) => this.world.phones.has(id));
    return [...new Set([...known, ...this.world.phones.keys()])];
  }

  #view(id) {
    if (!this.#views.has(id)) this.#views.set(id, new PhoneView(this.world, id, this.does));
    return this.#views.get(id);
  }

  #highlight() {
    const step = this.world.step();
    const acting = new Set(step?.people ?? []);
    for (const [id, view] of this.#views) view.element.classList.toggle('is-acting', acting.has(id));
    const key = step ? `${step.id}` : null;
    if (key === this.#step) return;
    this.#step = key;
    if ([...acting].some((id) => this.#chosen.get(id) === false)) {
      for (const id of acting) this.#chosen.delete(id);
      queueMicrotask(() => this.#draw());
    }
    if (acting.size > 0) this.#scrollTo([...acting]);
  }

  #moment(moment) {
    const view = this.#views.get(moment.phone.id);
    view?.moment(moment);
    const { stage } = this.world;
    const isActing = this.world.step()?.people.includes(moment.phone.id);
    if (!isActing || !(stage?.story.busy || stage?.story.playing) || moment.entry.kind === 'deleted') return;
    if (Date.now() - this.#followedAt < FOLLOW_MS) return;
    this.#followedAt = Date.now();
    this.#scrollTo([moment.phone.id]);
  }

  /** Bring phones into view, the first one at the left where they do not all fit. */
  #scrollTo(ids, isAsked = false) {
    if (!isAsked && Date.now() - this.#touchedAt < HANDS_OFF_MS) return;
    const elements = ids.map((id) => this.#views.get(id)?.element).filter((element) => element?.isConnected);
    if (elements.length === 0) return;
    const frame = this.element.getBoundingClientRect();
    const boxes = elements.map((element) => element.getBoundingClientRect());
    const left = Math.min(...boxes.map((box) => box.left)) - frame.left;
    const right = Math.max(...boxes.map((box) => box.right)) - frame.left;
    if (left >= 0 && right <= frame.width) return;
    const margin = 24;
    const by = right - left > frame.width || left < 0 ? left - margin : right - frame.width + margin;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.element.scrollBy({ left: by, behavior: calm ? 'auto' : 'smooth' });
  }
}
