// What can be done with one phone, as requests; what is refused is said on that phone.

import { Refused, post } from './requests.js';
import { say } from './language.js';

const WITHOUT_NETWORK = new Set(['text', 'start', 'online', 'offline']);

/** All answer true when it was done. `phone()` is as it stands; `complain(sentence)` shows what went wrong. */
export class Deeds {
  constructor(id, phone, complain) {
    this.id = id;
    this.phone = phone;
    this.complain = complain;
  }

  write(text) {
    return this.#do('text', { text });
  }

  edit(messageId, text) {
    return this.#do('edit', { message_id: messageId, text });
  }

  erase(messageId) {
    return this.#do('delete', { message_id: messageId });
  }

  tap(messageId, data) {
    return this.#do('tap', { message_id: messageId, data });
  }

  press(label) {
    return this.#do('press', { label });
  }

  contact() {
    return this.#do('contact');
  }

  /** Open the chat: a press of Start, or a one-time link with its parameter. */
  start(parameter = '') {
    return this.#do('start', parameter ? { parameter } : {});
  }

  block(is) {
    return this.#do(is ? 'block' : 'unblock');
  }

  network(is) {
    return this.#do(is ? 'online' : 'offline');
  }

  deactivate() {
    return this.#do('deactivate');
  }

  photo(file, caption) {
    return this.#sendFile('photo', file, caption ? { caption } : {});
  }

  /** A recording from this machine, sent as if it were spoken into the phone. */
  async voice(file) {
    return this.#sendFile('voice', file, { duration: await seconds(file), ...(file.type ? { mime_type: file.type } : {}) });
  }

  file(file) {
    return this.#sendFile('document', file, file.type ? { mime_type: file.type } : {});
  }

  async #sendFile(kind, file, more) {
    const content = await base64(file).catch(() => null);
    if (content === null) {
      this.complain(say('error.file'));
      return false;
    }
    return this.#do(kind, { base64: content, file_name: file.name, ...more });
  }

  async #do(deed, body = {}) {
    const obstacle = this.#obstacle(deed);
    if (obstacle !== null) {
      this.complain(say(obstacle));
      return false;
    }
    try {
      await post(`/control/people/${this.id}/${deed}`, body);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.complain(error.message);
      return false;
    }
  }

  /** What the phone itself knows cannot work; null when it may. */
  #obstacle(deed) {
    const phone = this.phone();
    if (phone?.offline && !WITHOUT_NETWORK.has(deed)) return 'error.offline';
    if (deed === 'contact' && !phone?.phone) return 'error.no-number';
    return null;
  }
}

/** How long a recording is; 1 where the browser cannot tell. */
function seconds(file) {
  return new Promise((done) => {
    const player = new Audio(URL.createObjectURL(file));
    const told = () => {
      URL.revokeObjectURL(player.src);
      done(Number.isFinite(player.duration) ? Math.max(1, Math.round(player.duration)) : 1);
    };
    for (const event of ['loadedmetadata', 'error']) player.addEventListener(event, told, { once: true });
  });
}

function base64(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).split(',', 2)[1] ?? '');
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}
