// Buttons under a message and the reply keyboard below the chat.

import { h, icon } from './dom.js';
import { say } from './language.js';

/** Rows of inline buttons; those that open something outside are shown, and say so when pressed. */
export function inlineKeyboard(message, press) {
  const rows = message.buttons.map((row) => h('div', { class: 'button-row' }, row.map((button) => inlineButton(message, button, press))));
  return h('div', { class: 'inline-keyboard' }, rows);
}

function inlineButton(message, button, press) {
  const leaves = !('callback_data' in button);
  return h(
    'button',
    {
      type: 'button',
      class: 'inline-button',
      lang: 'id',
      dataset: leaves ? {} : { data: button.callback_data },
      title: leaves ? say('button.leaves') : null,
      on: { click: () => press(message, button) },
    },
    h('span', {}, button.text),
    leaves ? icon('leaves') : null,
  );
}

/** Show which buttons of a message wait for their answer. */
export function showPressed(row, message, presses) {
  const waiting = new Set([...presses].filter((press) => press.message_id === message.message_id).map((press) => press.data));
  for (const button of row.querySelectorAll('.inline-button[data-data]')) {
    const is = waiting.has(button.dataset.data);
    button.classList.toggle('is-pressed', is);
    if (is) button.setAttribute('aria-busy', 'true');
    else button.removeAttribute('aria-busy');
  }
}

/** The reply keyboard below the chat, drawn anew only when it is another one. */
export class ReplyKeyboard {
  #drawn = null;

  constructor(press) {
    this.element = h('div', { class: 'reply-keyboard', role: 'group', hidden: true });
    this.press = press;
    this.isFolded = false;
  }

  update(keyboard) {
    const usable = keyboard?.keyboard?.length ? keyboard : null;
    if (usable !== this.#drawn) {
      this.#drawn = usable;
      this.isFolded = false;
      this.element.setAttribute('aria-label', say('keyboard.name'));
      this.element.replaceChildren(...(usable?.keyboard ?? []).map((row) => h('div', { class: 'button-row' }, row.map((button) => this.#button(button)))));
    }
    this.element.hidden = usable === null || this.isFolded;
    return usable !== null;
  }

  #button(button) {
    return h(
      'button',
      { type: 'button', class: 'reply-button', lang: 'id', on: { click: () => this.press(button.text) } },
      button.request_contact ? icon('person') : null,
      h('span', {}, button.text),
    );
  }
}
