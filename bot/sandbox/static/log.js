// The messages of one chat: keeps the drawn bubbles, touches only what changed, holds the place read.

import { bubble, waitingBubble } from './bubble.js';
import { arrange, h, icon, setText } from './dom.js';
import { showPressed } from './keyboards.js';
import { inEveryLanguage, labelled, language, say } from './language.js';
import { chatDay, dayNumber } from './times.js';

const NEAR_END_PX = 48;
const FADE_MS = 260;

export class Log {
  #bubbles = new Map(); // message id: {message, row, language}
  #separators = new Map(); // day number: element
  #waiting = { texts: null, rows: [] };
  #isFollowing = true;
  #top = 0;

  constructor(deeds, seen) {
    this.deeds = deeds;
    this.seen = seen;
    this.list = h('div', { class: 'log', role: 'log', tabindex: 0, 'aria-live': 'off' });
    this.down = labelled(h('button', { type: 'button', class: 'to-end', hidden: true }, icon('down'), h('span', { class: 'count' })), 'log.end');
    this.element = h('div', { class: 'log-frame' }, this.list, this.down);
    this.list.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.follow()).observe(this.list);
    this.list.addEventListener('load', () => this.follow(), true); // pictures
    this.down.addEventListener('click', () => this.toEnd());
    inEveryLanguage(() => this.list.setAttribute('aria-label', say('log.name')));
  }

  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  /** Draw a phone's messages as they stand at `now`; `scene` as for a bubble. */
  update(scene, now) {
    const { phone } = scene;
    const wanted = [];
    let day = null;
    for (const message of phone.messages.values()) {
      const its = dayNumber(message.at);
      if (its !== day) wanted.push(this.#separator((day = its), message.at, now));
      wanted.push(this.#row(message, scene));
    }
    wanted.push(...this.#waitingRows(phone.waiting));
    this.#takeAway(phone.messages, wanted);
    arrange(this.list, wanted);
    for (const { message, row } of this.#bubbles.values()) if (message.buttons) showPressed(row, message, phone.pressed.values());
    this.follow();
    this.#showDown(phone.unread.size);
  }

  toEnd() {
    this.#isFollowing = true;
    this.follow();
    this.seen();
  }

  /** Stay at the newest message, unless somebody has scrolled up to read. */
  follow() {
    if (this.#isFollowing) this.list.scrollTop = this.list.scrollHeight;
  }

  #row(message, scene) {
    const drawn = this.#bubbles.get(message.message_id);
    if (drawn && drawn.message === message && drawn.language === language()) return drawn.row;
    const row = bubble(message, scene, this.deeds);
    if (drawn) this.#replace(drawn.row, row);
    else if (this.#bubbles.size > 0) row.classList.add('is-new');
    this.#bubbles.set(message.message_id, { message, row, language: language() });
    return row;
  }

  /** Put the new row where the old one was; a focused button hands its focus on. */
  #replace(old, row) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const place = focused ? [...old.querySelectorAll('button')].indexOf(focused) : -1;
    old.replaceWith(row);
    if (focused) (row.querySelectorAll('button')[place] ?? this.list).focus({ preventScroll: true });
  }

  #takeAway(messages, wanted) {
    for (const [id, { row }] of this.#bubbles) {
      if (messages.has(id)) continue;
      this.#bubbles.delete(id);
      if (!row.isConnected) continue;
      // A few fade where they stood; arranging keeps them in place until they are gone.
      if (row.contains(document.activeElement)) this.list.focus({ preventScroll: true });
      row.classList.add('is-leaving');
      row.setAttribute('aria-hidden', 'true');
      row.inert = true;
      setTimeout(() => row.remove(), FADE_MS);
    }
    for (const row of this.list.querySelectorAll(':scope > .is-leaving')) {
      const after = wanted.indexOf(row.previousElementSibling);
      wanted.splice(after + 1, 0, row);
    }
  }

  #separator(day, at, now) {
    let element = this.#separators.get(day);
    if (!element) {
      element = h('div', { class: 'day' }, h('span', {}));
      this.#separators.set(day, element);
    }
    setText(element.firstElementChild, chatDay(at, now));
    return element;
  }

  #waitingRows(waiting) {
    const texts = waiting.map(({ text }) => text).join('\u0000');
    if (texts !== this.#waiting.texts) this.#waiting = { texts, rows: waiting.map(({ text }) => waitingBubble(text)) };
    return this.#waiting.rows;
  }

  #scrolled() {
    // Growing moves nothing; only somebody who scrolls up leaves the end.
    const { scrollTop } = this.list;
    if (this.isAtEnd) this.#isFollowing = true;
    else if (scrollTop < this.#top) this.#isFollowing = false;
    this.#top = scrollTop;
    this.down.hidden = this.#isFollowing;
    if (this.#isFollowing) this.seen();
  }

  #showDown(unread) {
    this.down.hidden = this.#isFollowing;
    setText(this.down.lastElementChild, unread > 0 ? String(unread) : '');
  }
}
