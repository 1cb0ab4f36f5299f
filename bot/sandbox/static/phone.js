// One phone: its frame, its chat and its lock screen, drawn from what the world knows of it.

import { Composer, barButton } from './composer.js';
import { Deeds } from './deeds.js';
import { h, icon, setAttribute, setText } from './dom.js';
import { soon } from './frames.js';
import { Holder } from './holder.js';
import { ReplyKeyboard } from './keyboards.js';
import { inEveryLanguage, pick, say, worded } from './language.js';
import { Banner, LockScreen } from './lockscreen.js';
import { Log } from './log.js';
import { Alert, Toast } from './popup.js';
import { hour } from './times.js';

const WALLPAPERS = 5;
const IN_HAND_MS = 12_000;

export class PhoneView {
  isLocked = false;
  #isNear = false; // a pointer or the focus is in it
  #usedAt = 0; // by its holder, who then has the chat before the eyes

  /** `does`: hide(id), calls(id). */
  constructor(world, id, does) {
    this.world = world;
    this.id = id;
    this.toast = new Toast();
    this.deeds = new Deeds(id, () => this.phone, (sentence) => this.toast.show(sentence, 'wrong'));
    this.holder = new Holder(id, this.#ownDeeds(does));
    this.alert = new Alert(say('alert.name'));
    this.banner = new Banner();
    this.lock = new LockScreen();
    this.log = new Log(
      {
        press: (message, button) => this.#press(message, button),
        edit: (message) => this.composer.startEdit(message),
        erase: (message) => this.deeds.erase(message.message_id),
      },
      () => this.#isNear && this.seen(),
    );
    this.replies = new ReplyKeyboard((label) => this.deeds.press(label));
    this.composer = new Composer(this.#composerDeeds(), () => this.name);
    this.element = this.#build();
    this.draw = () => this.#draw();
    this.#listen();
    inEveryLanguage(this.draw);
  }

  get phone() {
    return this.world.phones.get(this.id);
  }

  get name() {
    const { phone } = this;
    return this.world.personOf(this.id)?.name ?? [phone?.first_name, phone?.last_name].filter(Boolean).join(' ');
  }

  /** Draw at the next frame. */
  touch() {
    soon(this.draw);
  }

  /** What an entry shows for a moment: a notice, a line, a dialog. */
  moment({ entry, banner, toast, alert }) {
    const isWritten = entry.kind === 'sent' && !banner;
    if (isWritten) this.log.toEnd();
    if (isWritten || entry.kind === 'pressed') this.#inHand();
    const isInHand = Date.now() - this.#usedAt < IN_HAND_MS;
    const isWatched = (this.#isNear || isInHand) && !this.isLocked;
    if (banner && !isWatched) this.banner.show(banner, this.botName, this.world.now());
    if (entry.kind === 'deleted') this.banner.hide();
    if (toast) this.toast.show(toast);
    if (alert) this.alert.show(alert, this.element);
    if (entry.kind === 'action') setTimeout(() => this.touch(), 5100);
  }

  /** Everything on the screen counts as read. */
  seen() {
    const { phone } = this;
    if (!phone || phone.unread.size === 0 || this.isLocked) return;
    phone.unread.clear();
    this.touch();
  }

  /** Its holder has just done something, and so has read what stands there. */
  #inHand() {
    this.#usedAt = Date.now();
    this.phone?.unread.clear();
  }

  get botName() {
    return this.world.bot?.first_name ?? 'Kabar';
  }

  #draw() {
    const { phone, world } = this;
    if (!phone || !this.element.isConnected) return;
    const now = world.now();
    const person = world.personOf(this.id);
    if (this.#isNear && !this.isLocked && this.log.isAtEnd) phone.unread.clear();
    const part = [pick(person?.part), person?.case].filter(Boolean).join(' · ') || phone.phone || '';
    this.holder.update({ phone, name: this.name, part, hasLink: Boolean(person?.token), isLocked: this.isLocked });
    setAttribute(this.element, 'data-name', this.name);
    setText(this.time, hour(now));
    this.element.classList.toggle('is-offline', phone.offline);
    this.element.classList.toggle('is-locked', this.isLocked);
    this.chat.hidden = this.isLocked;
    this.lock.element.hidden = !this.isLocked;
    if (this.isLocked) this.lock.update(phone, this.botName, now);
    else this.#drawChat(phone, person, now);
  }

  #drawChat(phone, person, now) {
    const isEmpty = phone.messages.size === 0 && phone.waiting.length === 0;
    const isClosed = phone.deactivated || phone.blocked || (isEmpty && !phone.started);
    const isTyping = phone.typingUntil > Date.now() && !phone.offline;
    setText(this.botTitle, this.botName);
    setText(this.letter, this.botName.slice(0, 1));
    setText(this.botState, say(phone.deactivated ? 'chat.gone' : isTyping ? 'chat.typing' : 'chat.bot'));
    this.botState.classList.toggle('is-typing', isTyping);
    this.strip.hidden = !phone.offline;
    this.welcome.hidden = !isEmpty || phone.started;
    this.log.element.hidden = !this.welcome.hidden;
    this.log.update({ phone, bot: this.botName, name: this.name }, now);
    this.composer.element.hidden = isClosed;
    const hasKeyboard = this.replies.update(isClosed ? null : phone.keyboard);
    this.composer.update(phone.commands, hasKeyboard);
    this.#drawBars(phone, Boolean(person?.token), isEmpty);
  }

  #drawBars(phone, hasLink, isEmpty) {
    const isFresh = isEmpty && !phone.started && !phone.deactivated && !phone.blocked;
    this.linkBar.hidden = !(hasLink && isFresh);
    this.startBar.hidden = hasLink || !isFresh;
    this.unblockBar.hidden = !phone.blocked || phone.deactivated;
    this.goneBar.hidden = !phone.deactivated;
    setText(this.welcomeWords, say(hasLink ? 'chat.welcome-link' : 'chat.welcome'));
  }

  #build() {
    this.time = h('span', { class: 'bar-time' });
    this.botTitle = h('div', { class: 'bot-title' });
    this.botState = h('div', { class: 'bot-state' });
    this.letter = h('span', { class: 'avatar', 'aria-hidden': 'true' });
    this.strip = h('div', { class: 'strip', hidden: true }, icon('no-signal'), worded(h('span'), 'chat.offline'));
    this.welcomeWords = h('p');
    this.welcome = h('div', { class: 'welcome' }, h('span', { class: 'avatar is-big', 'aria-hidden': 'true' }, icon('chat')), this.welcomeWords);
    this.startBar = barButton('chat.start', 'start', () => this.deeds.start());
    this.linkBar = barButton('chat.open-link', 'open-link', () => this.#start());
    this.unblockBar = barButton('chat.unblock', 'unblock', () => this.deeds.block(false));
    this.goneBar = worded(h('p', { class: 'gone-bar' }), 'chat.deactivated');
    const bars = h('div', { class: 'bars' }, this.startBar, this.linkBar, this.unblockBar, this.goneBar);
    const head = h('div', { class: 'chat-head' }, this.letter, h('div', { class: 'bot-words' }, this.botTitle, this.botState));
    const floor = h('div', { class: 'floor' }, this.log.element, this.welcome, this.toast.element);
    this.chat = h('div', { class: `chat is-wallpaper-${this.id % WALLPAPERS}` }, head, this.strip, floor, this.composer.element, bars, this.replies.element, this.alert.element);
    const signal = h('span', { class: 'bar-symbols' }, icon('signal', 'icon has-signal'), icon('no-signal', 'icon has-no-signal'), icon('battery'));
    const screen = h('div', { class: 'screen' }, h('div', { class: 'status-bar' }, this.time, signal), this.banner.element, this.chat, this.lock.element);
    return h('article', { class: 'phone', dataset: { phone: this.id }, 'aria-labelledby': `holder-${this.id}` }, this.holder.element, h('div', { class: 'frame' }, screen));
  }

  #listen() {
    const near = (is) => () => {
      this.#isNear = is || this.element.contains(document.activeElement);
      if (this.#isNear && this.log.isAtEnd) this.seen();
      if (is) this.banner.hide();
    };
    this.element.addEventListener('pointerenter', near(true));
    this.element.addEventListener('pointerleave', near(false));
    this.element.addEventListener('focusin', () => {
      near(true)();
      this.log.list.setAttribute('aria-live', 'polite'); // read out only the phone somebody is in
    });
    this.element.addEventListener('focusout', (event) => {
      if (this.element.contains(event.relatedTarget)) return;
      this.#isNear = this.element.matches(':hover');
      this.log.list.setAttribute('aria-live', 'off');
    });
  }

  #ownDeeds(does) {
    return {
      lock: () => this.#toggleLock(),
      network: () => this.deeds.network(this.phone.offline),
      block: () => this.deeds.block(!this.phone.blocked),
      start: () => this.#start(),
      calls: () => does.calls(this.id),
      hide: () => does.hide(this.id),
      deactivate: () => this.deeds.deactivate(),
    };
  }

  #composerDeeds() {
    return {
      write: (text) => this.deeds.write(text),
      edit: (id, text) => this.deeds.edit(id, text),
      photo: (file, caption) => this.deeds.photo(file, caption),
      voice: (file) => this.deeds.voice(file),
      file: (file) => this.deeds.file(file),
      contact: () => this.deeds.contact(),
      fold: () => {
        this.replies.isFolded = !this.replies.isFolded;
        this.touch();
      },
    };
  }

  #start() {
    return this.deeds.start(this.world.personOf(this.id)?.token ?? '');
  }

  #toggleLock() {
    this.isLocked = !this.isLocked;
    this.banner.hide();
    this.#draw();
  }

  #press(message, button) {
    if ('callback_data' in button) this.deeds.tap(message.message_id, button.callback_data);
    else this.toast.show(say('button.leaves'));
  }
}
