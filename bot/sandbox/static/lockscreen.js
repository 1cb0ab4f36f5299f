// What somebody who finds the phone on the table can read: the lock screen, and the banner of a new notice.

import { h, icon, setText, spoken } from './dom.js';
import { say } from './language.js';
import { chatDay, dayNumber, hour, longDay } from './times.js';

const BANNER_MS = 4500;

export class LockScreen {
  #drawn = '';

  constructor() {
    this.time = h('div', { class: 'lock-time' });
    this.day = h('div', { class: 'lock-day' });
    this.notices = h('ul', { class: 'lock-notices', tabindex: 0 });
    this.gone = h('p', { class: 'lock-gone' });
    this.element = h('div', { class: 'lock', hidden: true }, icon('lock', 'lock-symbol'), this.time, this.day, this.notices, this.gone);
  }

  update(phone, bot, now) {
    setText(this.time, hour(now));
    setText(this.day, longDay(now));
    const standing = phone.lock.filter((notice) => !notice.deleted).reverse();
    const state = JSON.stringify([standing, bot, dayNumber(now), document.documentElement.lang]);
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.notices.setAttribute('aria-label', say('lock.name'));
    this.notices.replaceChildren(...standing.map((one) => h('li', {}, notice(one, bot, now))));
    if (standing.length === 0) this.notices.append(h('li', { class: 'lock-none' }, say('lock.none')));
    const gone = phone.lock.length - standing.length;
    setText(this.gone, gone > 0 ? say('lock.gone', { count: gone }) : '');
  }
}

/** Slides in at the top of the phone for a few seconds; a newer one takes its place. */
export class Banner {
  #timer = 0;

  constructor() {
    this.element = h('div', { class: 'banner', 'aria-hidden': 'true' });
  }

  show(one, bot, now) {
    this.element.replaceChildren(notice(one, bot, now));
    this.element.classList.add('is-shown');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), BANNER_MS);
  }

  hide() {
    clearTimeout(this.#timer);
    this.element.classList.remove('is-shown');
  }
}

function notice(one, bot, now) {
  const sound = one.silent ? 'lock.silent' : 'lock.loud';
  const day = dayNumber(one.at) === dayNumber(now) ? '' : `${chatDay(one.at, now)} `;
  return h(
    'div',
    { class: `notice${one.silent ? '' : ' is-loud'}` },
    h(
      'div',
      { class: 'notice-top' },
      h('span', { class: 'notice-app' }, icon('plane'), 'Telegram'),
      h('span', { class: 'notice-time' }, `${day}${hour(one.at)}`),
      h('span', { class: 'notice-sound', title: say(sound) }, icon(one.silent ? 'bell-off' : 'bell'), spoken(say(sound))),
    ),
    h('div', { class: 'notice-title' }, bot),
    h('div', { class: 'notice-words', lang: 'id' }, one.text || say(one.unsaid ?? 'message.other')),
  );
}
