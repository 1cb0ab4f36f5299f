// What a message carries beside its words: pictures, files, numbers, voices.

import { h, icon } from './dom.js';
import { nameOf } from './kinds.js';
import { say } from './language.js';

/** An element, or null for a message of words only. */
export function attachment(message) {
  if (message.photo) return photo(message.photo.at(-1));
  for (const kind of ['voice', 'audio']) if (message[kind]) return played('audio', 'voice', message, message[kind]);
  for (const kind of ['video', 'video_note', 'animation']) if (message[kind]) return played('video', 'play', message, message[kind]);
  if (message.document) return file(message.document);
  if (message.contact) return contact(message.contact);
  if (message.location) return plain('pin', say('message.place'), `${message.location.latitude}, ${message.location.longitude}`);
  if (message.sticker) return h('div', { class: 'sticker' }, message.sticker.emoji ?? say('message.sticker'));
  if (message.text || message.caption) return null;
  return plain('document', say('message.other'));
}

function photo(size) {
  const picture = h('img', {
    class: 'photo',
    src: `/control/files/${encodeURIComponent(size.file_id)}`,
    alt: say('message.photo'),
    width: size.width,
    height: size.height,
    loading: 'lazy',
    draggable: 'false',
  });
  // The file may be hollow (a picture known by its address only): then a symbol stands for it.
  picture.addEventListener('error', () => picture.replaceWith(plain('image', say('message.photo'))), { once: true });
  return picture;
}

/** To be listened to or looked at here; what is hollow, or of a kind this browser lacks, is a symbol. */
function played(tag, symbol, message, sent) {
  const name = say(nameOf(message));
  const player = h(tag, {
    class: 'played',
    src: `/control/files/${encodeURIComponent(sent.file_id)}`,
    controls: true,
    controlslist: message.protected ? 'nodownload' : null,
    preload: 'metadata',
    'aria-label': name,
  });
  const instead = () => player.replaceWith(plain(symbol, name, say('message.seconds', { seconds: sent.duration ?? 0 })));
  player.addEventListener('error', instead, { once: true });
  return player;
}

function file(document) {
  const name = document.file_name ?? say('message.file');
  return plain('document', name, bytes(document.file_size));
}

function contact(shared) {
  const name = [shared.first_name, shared.last_name].filter(Boolean).join(' ');
  return plain('person', name, shared.phone_number);
}

function plain(symbol, name, note = '') {
  return h(
    'div',
    { class: 'attached' },
    h('span', { class: 'attached-symbol' }, icon(symbol)),
    h('span', { class: 'attached-words' }, h('span', { class: 'attached-name' }, name), note ? h('small', {}, note) : null),
  );
}

function bytes(size) {
  if (!size) return '';
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${Math.round(size / 1024)} KB` : `${(size / 1024 / 1024).toFixed(1)} MB`;
}
