// A small menu beside the button that opened it: arrows move, Escape closes, focus goes back.

import { h, icon } from './dom.js';

let open = null;

/** `items`: {text, icon, does, danger?, note?}; null items are left out. */
export function openMenu(button, items, name) {
  const wasMine = open?.button === button;
  closeMenu();
  if (wasMine) return;
  const entries = items.filter(Boolean).map((item) => entry(item));
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': name, on: { keydown: (event) => steer(event, entries) } }, entries);
  (button.closest('main, aside, .top') ?? document.body).append(menu); // inside a landmark
  open = { menu, button };
  button.setAttribute('aria-expanded', 'true');
  place(menu, button.getBoundingClientRect());
  entries[0]?.focus();
  document.addEventListener('pointerdown', outside, true);
  window.addEventListener('resize', closeMenu);
}

export function closeMenu() {
  if (open === null) return;
  const { menu, button } = open;
  open = null;
  const hadFocus = menu.contains(document.activeElement);
  menu.remove();
  button.setAttribute('aria-expanded', 'false');
  document.removeEventListener('pointerdown', outside, true);
  window.removeEventListener('resize', closeMenu);
  if (hadFocus) button.focus();
}

function entry(item) {
  const choose = () => {
    closeMenu();
    item.does();
  };
  const words = h('span', { class: 'menu-words' }, h('span', {}, item.text), item.note ? h('small', {}, item.note) : null);
  return h(
    'button',
    { type: 'button', role: 'menuitem', class: item.danger ? 'menu-item is-danger' : 'menu-item', tabindex: -1, on: { click: choose } },
    item.icon ? icon(item.icon) : null,
    words,
  );
}

function steer(event, entries) {
  const at = entries.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
  if (to !== undefined) entries[(to + entries.length) % entries.length].focus();
  else if (event.key === 'Escape' || event.key === 'Tab') closeMenu();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function outside(event) {
  if (!open.menu.contains(event.target) && !open.button.contains(event.target)) closeMenu();
}

function place(menu, at) {
  const { offsetWidth: wide, offsetHeight: high } = menu;
  const left = Math.max(8, Math.min(at.right - wide, window.innerWidth - wide - 8));
  const below = at.bottom + 4;
  const top = below + high < window.innerHeight - 8 ? below : Math.max(8, at.top - high - 4);
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}
