// The label above a phone: whose it is, what is unread, and what can be done with the phone itself.

import { h, icon, setAttribute, setText, spoken } from './dom.js';
import { inEveryLanguage, labelled, say } from './language.js';
import { openMenu } from './menu.js';

export class Holder {
  #facts = null;

  /** `does`: lock(), network(), block(), start(), calls(), hide(), deactivate(). */
  constructor(id, does) {
    this.does = does;
    this.name = h('h2', { class: 'holder-name', id: `holder-${id}` });
    this.part = h('p', { class: 'holder-part' });
    this.unread = h('span', { class: 'unread', hidden: true });
    this.lock = labelled(h('button', { type: 'button', class: 'tool', 'aria-pressed': 'false', on: { click: does.lock } }, icon('lock')), 'phone.lock');
    this.network = labelled(h('button', { type: 'button', class: 'tool', 'aria-pressed': 'false', on: { click: does.network } }, icon('no-signal')), 'phone.offline');
    this.more = labelled(h('button', { type: 'button', class: 'tool', 'aria-haspopup': 'menu', 'aria-expanded': 'false', on: { click: () => this.#open() } }, icon('more')), 'phone.more');
    this.element = h(
      'header',
      { class: 'holder' },
      h('div', { class: 'holder-words' }, h('div', { class: 'holder-line' }, this.name, this.unread), this.part),
      this.lock,
      this.network,
      this.more,
    );
    inEveryLanguage(() => this.#facts && this.update(this.#facts));
  }

  /** `facts`: {phone, name, part, hasLink, isLocked}. */
  update(facts) {
    this.#facts = facts;
    const { phone } = facts;
    setText(this.name, facts.name);
    setText(this.part, facts.part);
    this.part.title = facts.part;
    this.#showUnread(phone.unread.size);
    setAttribute(this.lock, 'aria-pressed', String(facts.isLocked));
    setAttribute(this.network, 'aria-pressed', String(phone.offline));
  }

  #showUnread(count) {
    const text = count > 99 ? '99+' : String(count);
    if (this.unread.dataset.count === text && this.unread.lang === document.documentElement.lang) return;
    this.unread.dataset.count = text;
    this.unread.lang = document.documentElement.lang;
    this.unread.hidden = count === 0;
    this.unread.replaceChildren(h('span', { 'aria-hidden': 'true' }, text), spoken(say('phone.unread', { count })));
  }

  #open() {
    const { phone, hasLink } = this.#facts;
    const canBlock = phone.started && !phone.deactivated && !phone.offline;
    openMenu(
      this.more,
      [
        hasLink && { text: say('phone.open-link'), icon: 'link', does: this.does.start },
        !hasLink && !phone.deactivated && { text: say('phone.restart'), note: say('phone.restart-note'), icon: 'restart', does: this.does.start },
        canBlock && { text: say(phone.blocked ? 'phone.unblock' : 'phone.block'), icon: 'block', does: this.does.block },
        { text: say('phone.calls'), icon: 'code', does: this.does.calls },
        { text: say('phone.hide'), icon: 'eye-off', does: this.does.hide },
        !phone.deactivated && { text: say('phone.deactivate'), note: say('phone.deactivate-note'), icon: 'trash', danger: true, does: this.does.deactivate },
      ],
      say('phone.menu-of', { name: this.#facts.name }),
    );
  }
}
