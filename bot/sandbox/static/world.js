// All that the page knows of the sandbox, kept in step by the live line; screens listen to its changes.

import { apply, letGo, phoneFrom } from './entries.js';
import { get, getIfThere } from './requests.js';
import { listen } from './stream.js';

const AGAIN_MS = 1500;

/** Changes are told as: phone(id), phones, stage, story, clock, faults, calls, connected, moment({phone, ...}). */
export class World {
  phones = new Map();
  bot = null;
  faults = [];
  stage = null; // null without a stage (emulator only)
  story = null;
  isConnected = true;
  isLoaded = false;
  lastCall = 0;
  #seq = 0;
  #clock = { now: Date.now() / 1000, readAt: Date.now() };
  #held = null; // entries that came while the snapshot was read
  #heldOf = new Map(); // the same for one phone
  #load = 0;
  #listeners = new Map();

  /** Call `hear` at every change of that kind. */
  on(kind, hear) {
    this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), hear]);
  }

  begin() {
    listen({
      begun: () => this.#loadAll(),
      entry: (entry) => this.#take(entry),
      calls: (last) => {
        this.lastCall = last;
        this.#tell('calls');
      },
      connected: (is) => {
        if (is === this.isConnected) return;
        this.isConnected = is;
        this.#tell('connected');
      },
    });
  }

  /** Unix seconds of the sandbox. */
  now() {
    return this.#clock.now + (Date.now() - this.#clock.readAt) / 1000;
  }

  /** What the stage says of a person; undefined for phones it does not know. */
  personOf(id) {
    return this.stage?.people.find((one) => one.person === id);
  }

  /** The step to do next; undefined when the story is over or there is none. */
  step() {
    return this.stage && this.story ? this.story.steps[this.stage.story.at] : undefined;
  }

  /** The answer of a stage request holds the state; it need not wait for the line. */
  takeStage(stage) {
    if (!stage?.state) return;
    const hasOpened = stage.state === 'ready' && this.stage?.state !== 'ready';
    this.stage = stage;
    this.#tell('stage');
    if (hasOpened) this.#readStory();
  }

  /** Only an open stage knows whose phones a step happens on. */
  async #readStory() {
    const story = await getIfThere('/stage/story').catch(() => null);
    if (story === null) return;
    this.story = story;
    this.#tell('story');
  }

  takeFaults(faults) {
    this.faults = faults;
    this.#tell('faults');
  }

  async #loadAll() {
    const load = ++this.#load;
    this.#held = [];
    try {
      const [shown, stage] = await Promise.all([get('/control/phones'), getIfThere('/stage')]);
      const story = stage && (await getIfThere('/stage/story'));
      if (load === this.#load) this.#replace(shown, stage, story);
    } catch {
      // The sandbox is not answering (yet); the line says so, and the next try may be luckier.
      setTimeout(() => load === this.#load && this.#loadAll(), AGAIN_MS);
    }
  }

  #replace(shown, stage, story) {
    this.#seq = shown.seq;
    this.bot = shown.bot;
    this.faults = shown.faults;
    this.stage = stage;
    this.story = story;
    this.#setClock(shown.clock);
    this.phones = new Map(shown.phones.map((phone) => [phone.id, phoneFrom(phone)]));
    this.#heldOf.clear();
    this.isLoaded = true;
    const held = this.#held;
    this.#held = null;
    for (const kind of ['phones', 'story', 'stage', 'faults', 'clock', 'calls']) this.#tell(kind);
    for (const entry of held) this.#take(entry);
  }

  #take(entry) {
    if (this.#held !== null) {
      this.#held.push(entry);
      return;
    }
    if (entry.seq <= this.#seq) return;
    this.#seq = entry.seq;
    if (entry.kind === 'note') this.takeStage(entry.note?.stage);
    else if (entry.kind === 'faults') this.takeFaults(entry.faults);
    else if (entry.kind === 'clock') this.#setClock(entry.clock, true);
    else if (entry.kind === 'bot' && this.bot === null) this.#loadAll();
    else if (entry.kind === 'commands' || entry.kind === 'bot') this.#readBot();
    else if (entry.person) this.#takeOf(entry);
  }

  #takeOf(entry) {
    const phone = this.phones.get(entry.person);
    const held = this.#heldOf.get(entry.person);
    if (held) held.push(entry);
    else if (!phone || !this.bot || ['person', 'online', 'offline'].includes(entry.kind)) this.#reread(entry);
    else {
      const moment = apply(phone, entry, Date.now());
      this.#tell('moment', { phone, entry, ...moment });
      this.#tell('phone', phone.id);
    }
  }

  /** One phone anew; what happens on it meanwhile is applied afterwards. */
  async #reread(entry) {
    const id = entry.person;
    const load = this.#load;
    this.#heldOf.set(id, [entry]);
    const shown = await get(`/control/phones?person=${id}`).catch(() => null);
    if (load !== this.#load) return;
    const held = this.#heldOf.get(id) ?? [];
    this.#heldOf.delete(id);
    if (shown === null) return;
    this.bot = shown.bot;
    for (const phone of shown.phones) this.phones.set(id, phoneFrom(phone, this.phones.get(id) ?? null));
    this.#tell('phones');
    this.#tell('phone', id);
    const phone = this.phones.get(id);
    for (const later of held) {
      if (phone && later.seq > shown.seq) this.#tell('moment', { phone, entry: later, ...apply(phone, later, Date.now()) });
    }
  }

  /** The bot's name and what each chat offers as commands. */
  async #readBot() {
    const shown = await get('/control/phones').catch(() => null);
    if (shown === null) return;
    this.bot = shown.bot;
    for (const fresh of shown.phones) {
      const phone = this.phones.get(fresh.id);
      if (phone) phone.commands = fresh.commands ?? [];
    }
    this.#tell('phones');
  }

  #setClock(clock, tells = false) {
    this.#clock = { now: clock.now, readAt: Date.now() };
    for (const phone of this.phones.values()) {
      if (letGo(phone, clock.now)) this.#tell('phone', phone.id);
    }
    if (tells) this.#tell('clock');
  }

  #tell(kind, what) {
    for (const hear of this.#listeners.get(kind) ?? []) hear(what);
  }
}
