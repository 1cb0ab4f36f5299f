// One message as a bubble: who wrote it, what it holds, its marks and its time.

import { attachment } from './attachments.js';
import { formatted } from './entities.js';
import { h, icon, spoken } from './dom.js';
import { inlineKeyboard } from './keyboards.js';
import { say } from './language.js';
import { openMenu } from './menu.js';
import { hour } from './times.js';

/** `deeds`: press(message, button), edit(message), erase(message); `scene`: {phone, bot, name}. */
export function bubble(message, scene, deeds) {
  const mine = message.from !== 'bot';
  const isBare = Boolean(message.sticker);
  const body = h(
    'div',
    { class: `bubble${isBare ? ' is-bare' : ''}${message.protected ? ' is-protected' : ''}` },
    spoken(`${mine ? scene.name : scene.bot}: `),
    quoted(message, scene.phone),
    attachment(message),
    words(message),
    meta(message, mine),
  );
  const row = h('div', { class: `message ${mine ? 'is-mine' : 'is-bots'}`, dataset: { message: message.message_id } }, body);
  if (mine) row.prepend(own(message, deeds));
  if (message.buttons) row.append(inlineKeyboard(message, deeds.press));
  return row;
}

/** A text that waits on a phone without network. */
export function waitingBubble(text) {
  return h(
    'div',
    { class: 'message is-mine is-waiting' },
    h('div', { class: 'bubble' }, h('div', { class: 'words', lang: 'id' }, text), h('span', { class: 'meta' }, spoken(say('message.waiting')), icon('clock'))),
  );
}

function words(message) {
  const text = message.text ?? message.caption;
  if (!text) return null;
  const entities = message.text ? message.entities : message.caption_entities;
  return h('div', { class: 'words', lang: 'id' }, formatted(text, entities));
}

function meta(message, mine) {
  const edited = message.edited_at ?? message.edit_date;
  return h(
    'span',
    { class: 'meta' },
    message.protected ? mark('shield', 'message.protected') : null,
    message.silent && !mine ? mark('bell-off', 'message.silent') : null,
    edited ? h('span', { class: 'edited' }, say('message.edited')) : null,
    h('time', { datetime: new Date(message.at * 1000).toISOString() }, hour(message.at)),
    mine ? icon('check') : null,
  );
}

function mark(symbol, key) {
  return h('span', { class: 'mark', title: say(key) }, icon(symbol), spoken(say(key)));
}

function quoted(message, phone) {
  const source = message.reply_to ? phone.messages.get(message.reply_to) : null;
  return source ? h('div', { class: 'quoted' }, (source.text ?? source.caption ?? '').slice(0, 80)) : null;
}

function own(message, deeds) {
  const button = h(
    'button',
    { type: 'button', class: 'message-menu', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-label': say('message.menu'), title: say('message.menu') },
    icon('more'),
  );
  const canEdit = message.text || message.photo || message.document;
  button.addEventListener('click', () =>
    openMenu(
      button,
      [
        canEdit && { text: say('message.edit'), icon: 'pencil', does: () => deeds.edit(message) },
        { text: say('message.erase'), icon: 'trash', danger: true, does: () => deeds.erase(message) },
      ],
      say('message.menu'),
    ),
  );
  return button;
}
