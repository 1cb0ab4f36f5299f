// What one journal entry does to one phone: plain objects in, plain objects changed, no screen.

import { nameOf } from './kinds.js';

const KEPT_MESSAGES = 200;
const KEPT_NOTICES = 50;
const TYPING_MS = 5000;
const TAP_LIVES_S = 150;

/** A phone of the snapshot with what only this browser knows: unread marks, typing, pressed buttons. */
export function phoneFrom(shown, before = null) {
  const messages = new Map(shown.messages.map((message) => [message.message_id, message]));
  const unread = new Set([...(before?.unread ?? [])].filter((id) => messages.has(id)));
  if (before !== null) {
    for (const [id, message] of messages) {
      if (message.from === 'bot' && !before.messages.has(id)) unread.add(id);
    }
  }
  return {
    ...shown,
    messages,
    unread,
    lock: shown.lock_screen,
    waiting: shown.waiting ?? [],
    commands: shown.commands ?? [],
    pressed: before?.pressed ?? new Map(),
    typingUntil: 0,
  };
}

/** Apply an entry; answers what a screen may want to show at once: {banner}, {toast}, {alert} or {}. */
export function apply(phone, entry, nowMs) {
  // Without network nothing reaches the phone; its own deeds wait in a queue of their own.
  const reaches = !phone.offline || entry.kind === 'waiting';
  return reaches ? (DOES[entry.kind]?.(phone, entry, nowMs) ?? {}) : {};
}

/** Pressed buttons whose answer can no longer come are let go; true when there was one. */
export function letGo(phone, now) {
  let some = false;
  for (const [query, press] of phone.pressed) {
    if (now - press.at > TAP_LIVES_S) some = phone.pressed.delete(query);
  }
  return some;
}

const DOES = {
  sent(phone, entry) {
    const message = { at: entry.at, ...entry.message };
    phone.started = true;
    phone.messages.set(message.message_id, message);
    while (phone.messages.size > KEPT_MESSAGES) {
      phone.messages.delete(phone.messages.keys().next().value);
    }
    if (message.from !== 'bot') return sentByPerson(phone, message);
    if (message.keyboard?.keyboard) phone.keyboard = message.keyboard;
    else if (message.keyboard?.remove_keyboard) phone.keyboard = null;
    phone.typingUntil = 0;
    phone.unread.add(message.message_id);
    const notice = noticeOf(message);
    phone.lock = [...phone.lock, notice].slice(-KEPT_NOTICES);
    return { banner: notice };
  },

  edited(phone, entry) {
    if (!phone.messages.has(entry.message_id)) return {};
    const before = phone.messages.get(entry.message_id);
    phone.messages.set(entry.message_id, { at: before.at, edited_at: entry.at, ...entry.message });
    return {};
  },

  deleted(phone, entry) {
    phone.messages.delete(entry.message_id);
    phone.unread.delete(entry.message_id);
    phone.lock = phone.lock.map((notice) => (notice.message_id === entry.message_id ? { ...notice, deleted: true } : notice));
    return {};
  },

  pressed(phone, entry) {
    phone.pressed.set(entry.callback_query_id, { message_id: entry.message_id, data: entry.data, at: entry.at });
    return {};
  },

  answered(phone, entry) {
    phone.pressed.delete(entry.callback_query_id);
    if (!entry.text) return {};
    return entry.show_alert ? { alert: entry.text } : { toast: entry.text };
  },

  action(phone, entry, nowMs) {
    if (entry.action === 'typing') phone.typingUntil = nowMs + TYPING_MS;
    return {};
  },

  waiting(phone, entry) {
    phone.waiting = [...phone.waiting, { text: entry.text ?? '' }];
    return {};
  },

  blocked(phone) {
    phone.blocked = true;
    return {};
  },

  unblocked(phone) {
    phone.blocked = false;
    return {};
  },

  deactivated(phone) {
    phone.deactivated = true;
    return {};
  },
};

function sentByPerson(phone, message) {
  if (phone.keyboard?.one_time_keyboard && isFromKeyboard(phone.keyboard, message)) phone.keyboard = null;
  return {};
}

function isFromKeyboard(keyboard, message) {
  return keyboard.keyboard.flat().some((button) => (button.request_contact ? message.contact : button.text === message.text));
}

function noticeOf(message) {
  const words = message.text ?? message.caption ?? message.document?.file_name ?? '';
  return { message_id: message.message_id, at: message.at, text: words.slice(0, 120), unsaid: nameOf(message), silent: message.silent, deleted: false };
}
