// The line at the bottom of a chat: write, edit, attach, commands, send.

import { h, icon, setText } from './dom.js';
import { inEveryLanguage, labelled, say, worded } from './language.js';
import { openMenu } from './menu.js';

const LONGEST = 4096;

/** `deeds`: write(text), edit(id, text), photo(file, caption), voice(file), file(file), contact(). They answer true when done. */
export class Composer {
  #editing = null;
  #draft = '';

  constructor(deeds, name) {
    this.deeds = deeds;
    this.commands = [];
    this.field = h('textarea', { class: 'field', rows: 1, maxlength: LONGEST, lang: 'id', autocomplete: 'off', enterkeyhint: 'send' });
    inEveryLanguage(() => {
      this.field.setAttribute('aria-label', say('composer.field', { name: name() }));
      this.field.placeholder = say('composer.placeholder');
    });
    this.slash = this.#button('slash', 'composer.commands', () => this.#chooseCommand(), true);
    this.attach = this.#button('clip', 'composer.attach', () => this.#chooseFile(), true);
    this.fold = this.#button('keyboard', 'composer.keyboard', () => deeds.fold());
    this.send = labelled(h('button', { type: 'submit', class: 'round is-send' }, icon('send')), 'composer.send');
    this.files = h('input', { type: 'file', hidden: true, tabindex: -1, 'aria-hidden': 'true' });
    this.editingWords = h('span', { class: 'editing-words' });
    this.editingBar = h('div', { class: 'editing', hidden: true }, icon('pencil'), this.editingWords, this.#button('close', 'composer.cancel', () => this.#endEdit()));
    this.form = h('form', { class: 'composer', autocomplete: 'off' }, this.slash, this.field, this.attach, this.fold, this.send, this.files);
    this.element = h('div', { class: 'composer-frame' }, this.editingBar, this.form);
    this.#listen();
  }

  /** What the chat offers now. */
  update(commands, hasKeyboard) {
    this.commands = commands;
    this.slash.hidden = commands.length === 0;
    this.fold.hidden = !hasKeyboard;
  }

  /** Take an own message up to change it; what was being written waits. */
  startEdit(message) {
    if (this.#editing === null) this.#draft = this.field.value;
    this.#editing = message.message_id;
    this.field.value = message.text ?? message.caption ?? '';
    setText(this.editingWords, say('composer.editing'));
    this.editingBar.hidden = false;
    this.#grow();
    this.field.focus();
  }

  #listen() {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.field.addEventListener('input', () => this.#grow());
    this.field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      } else if (event.key === 'Escape' && this.#editing !== null) this.#endEdit();
    });
  }

  async #submit() {
    const text = this.field.value.trim();
    if (text === '') return;
    const editing = this.#editing;
    const before = this.field.value;
    this.field.value = '';
    this.#grow();
    const done = await (editing === null ? this.deeds.write(text) : this.deeds.edit(editing, text));
    if (!done && this.field.value === '') this.field.value = before; // nothing typed is lost
    else if (done && editing !== null) this.#endEdit();
    this.#grow();
  }

  #endEdit() {
    this.#editing = null;
    this.editingBar.hidden = true;
    this.field.value = this.#draft;
    this.#draft = '';
    this.#grow();
    this.field.focus();
  }

  #grow() {
    this.field.style.height = 'auto';
    this.field.style.height = `${Math.min(this.field.scrollHeight, 96)}px`;
    this.form.classList.toggle('has-text', this.field.value.trim() !== '');
  }

  #chooseCommand() {
    const items = this.commands.map(({ command, description }) => ({ text: `/${command}`, note: description, does: () => this.deeds.write(`/${command}`) }));
    openMenu(this.slash, items, say('composer.commands'));
  }

  #chooseFile() {
    const ask = (accept, deed) => () => {
      this.files.accept = accept;
      this.files.value = '';
      this.files.onchange = () => this.files.files[0] && deed(this.files.files[0]);
      this.files.click();
    };
    const items = [
      { text: say('attach.photo'), icon: 'image', does: ask('image/png,image/jpeg,image/gif,image/webp', (file) => this.#sendPhoto(file)) },
      { text: say('attach.voice'), icon: 'voice', does: ask('audio/*', this.deeds.voice) },
      { text: say('attach.file'), icon: 'document', does: ask('', this.deeds.file) },
      { text: say('attach.contact'), icon: 'person', does: this.deeds.contact },
    ];
    openMenu(this.attach, items, say('composer.attach'));
  }

  /** Words already written become the caption, as on a phone. */
  async #sendPhoto(file) {
    const caption = this.#editing === null ? this.field.value.trim() : '';
    if ((await this.deeds.photo(file, caption)) && caption !== '') {
      this.field.value = '';
      this.#grow();
    }
  }

  #button(symbol, key, does, opensMenu = false) {
    const button = h('button', { type: 'button', class: 'round', 'aria-haspopup': opensMenu ? 'menu' : null, 'aria-expanded': opensMenu ? 'false' : null, on: { click: does } }, icon(symbol));
    return labelled(button, key);
  }
}

/** The bar that stands in the composer's place: start, open a link, unblock. */
export function barButton(key, test, does) {
  return worded(h('button', { type: 'button', class: 'bar-button', test, on: { click: does } }), key);
}
