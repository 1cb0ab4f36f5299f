// What appears over a chat for a moment: a short line, or a small dialog that waits for OK.

import { h, icon } from './dom.js';
import { say } from './language.js';

const TOAST_MS = 3500;

export class Toast {
  #timer = 0;

  constructor() {
    this.element = h('div', { class: 'toast', role: 'status' });
  }

  /** `kind` is said or wrong. */
  show(text, kind = 'said') {
    clearTimeout(this.#timer);
    this.element.replaceChildren(h('span', {}, text));
    this.element.className = `toast is-shown is-${kind}`;
    this.#timer = setTimeout(() => this.element.classList.remove('is-shown'), TOAST_MS);
  }
}

export class Alert {
  #back = null;

  constructor(name) {
    this.words = h('p', { lang: 'id' });
    this.ok = h('button', { type: 'button', class: 'alert-ok', on: { click: () => this.close() } });
    this.box = h('div', { class: 'alert-box', role: 'alertdialog', 'aria-label': name }, icon('info'), this.words, this.ok);
    this.element = h('div', { class: 'alert', hidden: true, on: { keydown: (event) => event.key === 'Escape' && this.close() } }, this.box);
  }

  /** Takes the focus only from inside the same phone: others are not interrupted. */
  show(text, phone) {
    this.words.textContent = text;
    this.ok.textContent = say('alert.ok');
    this.element.hidden = false;
    if (phone.contains(document.activeElement)) {
      this.#back = document.activeElement;
      this.ok.focus();
    }
  }

  close() {
    this.element.hidden = true;
    if (this.#back?.isConnected) this.#back.focus();
    this.#back = null;
  }
}
