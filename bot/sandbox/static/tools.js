// The right end of the header: whether the bot lives, the language, light or dark.

import { h, icon, setAttribute, setText } from './dom.js';
import { keep } from './kept.js';
import { inEveryLanguage, language, say, setLanguage } from './language.js';

export function buildTools(world, element) {
  const botWords = h('span', {});
  const bot = h('p', { class: 'bot-status' }, h('i', { 'aria-hidden': 'true' }), botWords);
  const choices = ['id', 'en'].map((code) =>
    h('button', { type: 'button', class: 'choice', lang: code, test: `language-${code}`, on: { click: () => setLanguage(code) } }, h('span', { 'aria-hidden': 'true' }, code.toUpperCase()), h('span', { class: 'spoken' }, { id: 'Bahasa Indonesia', en: 'English' }[code])),
  );
  const languages = h('div', { class: 'choices', role: 'group' }, choices);
  const theme = h('button', { type: 'button', class: 'tool', test: 'theme', on: { click: () => switchTheme(draw) } });
  element.append(bot, languages, theme);

  function draw() {
    const isDark = document.documentElement.dataset.theme === 'dark';
    for (const choice of choices) setAttribute(choice, 'aria-pressed', String(choice.lang === language()));
    languages.setAttribute('aria-label', say('tools.language'));
    theme.replaceChildren(icon(isDark ? 'sun' : 'moon'));
    theme.setAttribute('aria-label', say(isDark ? 'tools.light' : 'tools.dark'));
    theme.title = say(isDark ? 'tools.light' : 'tools.dark');
    drawBot();
  }

  function drawBot() {
    const { stage } = world;
    const state = stage ? (stage.state === 'ready' ? stage.bot : stage.state) : world.bot ? 'known' : 'none';
    bot.dataset.state = state;
    setText(botWords, say(`bot.${state}`));
  }

  for (const kind of ['stage', 'phones']) world.on(kind, drawBot);
  inEveryLanguage(draw);
}

function switchTheme(draw) {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  keep('theme', theme);
  draw();
}
