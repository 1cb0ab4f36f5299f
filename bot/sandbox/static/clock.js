// The clock of the sandbox: what time it is there, and the buttons that move it.

import { h, icon, setAttribute, setText } from './dom.js';
import { soon } from './frames.js';
import { inEveryLanguage, labelled, say, worded } from './language.js';
import { askStage, attempt } from './notice.js';
import { showOne } from './pairs.js';
import { post } from './requests.js';
import { due, hour, longDay, seconds, shortDay } from './times.js';

const HOUR_S = 3600;
const DAY_S = 86_400;

export class ClockPanel {
  constructor(world, element) {
    this.world = world;
    this.element = element;
    this.day = h('span', { class: 'clock-day' });
    this.time = h('span', { class: 'clock-time' });
    this.moving = h('span', { class: 'clock-sign' }, icon('clock'), h('span', { class: 'spinner' }), worded(h('span', { class: 'spoken', hidden: true }), 'clock.moving'));
    this.now = h('div', { class: 'clock-now', test: 'clock-now' }, this.moving, this.day, this.time, h('span', { class: 'clock-zone' }, 'WIB'));
    this.hour = this.#button('clock-hour', 'clock.hour', null, () => this.#advance(HOUR_S));
    this.dayOn = this.#button('clock-day', 'clock.day', null, () => this.#advance(DAY_S));
    this.nextWords = h('span', {});
    this.nextTime = h('span', { class: 'clock-due' });
    this.next = h('button', { type: 'button', class: 'button', test: 'clock-next', on: { click: () => askStage('clock', { to: 'next' }) } }, icon('skip'), this.nextWords, ' ', this.nextTime);
    this.play = this.#button('clock-play', 'clock.play', 'play', () => askStage('clock', { do: 'play' }));
    this.pause = this.#button('clock-pause', 'clock.pause', 'pause', () => askStage('clock', { do: 'pause' }));
    this.pause.classList.add('is-on');
    this.pause.hidden = true;
    labelled(this.play, 'clock.play-long');
    element.append(this.now, h('div', { class: 'clock-buttons' }, this.hour, this.dayOn, this.next, this.play, this.pause));
    const draw = () => this.#draw();
    for (const kind of ['clock', 'stage', 'phones']) world.on(kind, () => soon(draw));
    setInterval(draw, 1000);
    inEveryLanguage(draw);
  }

  #draw() {
    const { world } = this;
    const now = world.now();
    const clock = world.stage?.clock;
    setText(this.day, shortDay(now));
    setAttribute(this.now, 'title', longDay(now));
    setText(this.time, world.isLoaded ? hour(now) : '··.··');
    const at = seconds(clock?.next_due_at);
    setText(this.nextWords, say('clock.next'));
    setText(this.nextTime, at === null ? '' : due(at, now));
    const long = at === null ? say('clock.nothing-due') : say('clock.next-long', { due: due(at, now), when: `${longDay(at)}, ${hour(at)}` });
    for (const name of ['title', 'aria-label']) setAttribute(this.next, name, long);
    this.next.hidden = !clock;
    this.element.classList.toggle('is-moving', Boolean(clock?.moving));
    this.moving.lastElementChild.hidden = !clock?.moving;
    if (clock) showOne(this.pause, this.play, clock.playing);
    else this.play.hidden = true;
  }

  /** With a stage the bot's clock moves along; without one there is only the emulator's. */
  #advance(bySeconds) {
    if (this.world.stage) return askStage('clock', { advance_s: bySeconds });
    return attempt(post('/control/clock', { advance_s: bySeconds }));
  }

  #button(test, key, symbol, does) {
    const words = worded(h('span', {}), key);
    return h('button', { type: 'button', class: 'button', test, on: { click: does } }, symbol ? icon(symbol) : null, words);
  }
}
