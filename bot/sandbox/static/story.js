// The guided story: where we are, why it matters, and one button that does the next step.

import { arrange, h, icon, setAttribute, setText } from './dom.js';
import { soon } from './frames.js';
import { inEveryLanguage, labelled, pick, say, worded } from './language.js';
import { announce, askStage } from './notice.js';
import { showOne } from './pairs.js';

export class StoryPanel {
  #chapters = [];
  #announced = null;

  constructor(world, element) {
    this.world = world;
    this.element = element;
    this.count = h('span', { class: 'story-count' });
    this.fold = h('button', { type: 'button', class: 'tool story-fold', 'aria-expanded': 'true', 'aria-controls': 'story-body', on: { click: () => this.#fold() } }, icon('fold'));
    labelled(this.fold, 'story.fold');
    this.list = h('ol', { class: 'chapters' });
    this.card = this.#buildCard();
    this.controls = this.#buildControls();
    this.body = h('div', { class: 'story-body', id: 'story-body' }, this.list, this.controls);
    element.append(h('div', { class: 'story-head' }, worded(h('h2', {}), 'story.name'), this.count, this.fold), this.body);
    const draw = () => this.#draw();
    for (const kind of ['stage', 'story']) world.on(kind, () => soon(draw));
    inEveryLanguage(() => {
      this.#chapters = [];
      draw();
    });
  }

  #draw() {
    const { stage, story } = this.world;
    if (!this.world.isLoaded) return;
    this.element.classList.toggle('is-bare', !stage || !story);
    if (!stage || !story) {
      this.#drawWithout();
      return;
    }
    if (this.#chapters.length === 0) this.#buildChapters(story);
    const at = stage.story.at;
    const isOver = at >= story.steps.length;
    setText(this.count, isOver ? say('story.over-short') : say('story.count', { at: at + 1, all: story.steps.length }));
    for (const chapter of this.#chapters) this.#drawChapter(chapter, at);
    this.#placeCard(isOver ? null : story.steps[at].chapter);
    this.#drawCard(story.steps[at], stage);
    this.controls.hidden = false;
    showOne(this.pause, this.play, stage.story.playing);
    this.play.disabled = isOver;
  }

  #drawCard(step, stage) {
    const { busy, playing, stalled } = stage.story;
    setText(this.title, step ? pick(step.title) : say('story.over'));
    setText(this.why, step ? pick(step.why) : say('story.over-why'));
    this.does.hidden = !step;
    const isAtWork = busy || playing || stage.state !== 'ready';
    setText(this.doesWords, step ? (busy ? say('story.busy') : pick(step.button)) : '');
    setAttribute(this.does, 'aria-disabled', isAtWork ? 'true' : null);
    this.does.classList.toggle('is-busy', busy);
    this.stalled.hidden = !stalled || busy;
    setText(this.stalledWords, pick(stalled));
    if (this.#announced !== null && this.#announced !== stage.story.at) announce(`${pick(step?.title) || say('story.over')}`);
    this.#announced = stage.story.at;
  }

  #drawChapter({ item, steps, mark, progress }, at) {
    const done = steps.filter((index) => index < at).length;
    const state = done === steps.length ? 'done' : steps.includes(at) ? 'current' : 'ahead';
    if (item.dataset.state !== state) {
      item.dataset.state = state;
      mark.replaceChildren(state === 'done' ? icon('check') : h('span', {}, mark.dataset.number));
      setAttribute(item, 'aria-current', state === 'current' ? 'step' : null);
    }
    for (const [number, dot] of [...progress.children].entries()) dot.className = steps[number] < at ? 'is-done' : steps[number] === at ? 'is-now' : '';
  }

  #buildChapters(story) {
    this.#chapters = story.chapters.map((chapter, number) => {
      const steps = story.steps.flatMap((step, index) => (step.chapter === chapter.id ? [index] : []));
      const mark = h('span', { class: 'chapter-mark', 'aria-hidden': 'true', dataset: { number: number + 1 } }, h('span', {}, String(number + 1)));
      const progress = h('span', { class: 'dots', 'aria-hidden': 'true' }, steps.map(() => h('i', {})));
      const words = h('div', { class: 'chapter-words' }, h('div', { class: 'chapter-line' }, h('span', { class: 'chapter-title' }, pick(chapter.title)), progress), h('p', { class: 'chapter-why' }, pick(chapter.why)));
      const place = h('div', { class: 'chapter-place' });
      return { id: chapter.id, steps, mark, progress, place, item: h('li', { class: 'chapter' }, h('div', { class: 'chapter-row' }, mark, words), place) };
    });
    this.end = h('li', { class: 'chapter-end' });
    arrange(this.list, [...this.#chapters.map(({ item }) => item), this.end]);
  }

  /** The card stands under its chapter; a focused button keeps the focus on the way. */
  #placeCard(chapterId) {
    const place = this.#chapters.find(({ id }) => id === chapterId)?.place ?? this.end;
    if (this.card.parentElement === place) return;
    const hadFocus = this.card.contains(document.activeElement);
    place.append(this.card);
    if (hadFocus) (this.does.hidden ? this.restart : this.does).focus({ preventScroll: true });
    // Only the list scrolls: the page itself stays where it is.
    const { offsetTop } = place.parentElement;
    if (offsetTop + place.parentElement.offsetHeight > this.list.scrollTop + this.list.clientHeight || offsetTop < this.list.scrollTop) this.list.scrollTop = offsetTop - 8;
  }

  #buildCard() {
    this.title = h('h3', { class: 'step-title' });
    this.why = h('p', { class: 'step-why' });
    this.doesWords = h('span', {});
    this.does = h('button', { type: 'button', class: 'do', test: 'story-do', on: { click: () => this.#next() } }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), this.doesWords);
    this.stalledWords = h('span', {});
    this.stalled = h('p', { class: 'stalled', hidden: true }, icon('info'), this.stalledWords);
    return h('div', { class: 'step' }, this.title, this.why, this.does, this.stalled);
  }

  #buildControls() {
    const button = (test, key, symbol, body) =>
      h('button', { type: 'button', class: 'button', test, on: { click: () => askStage('story', { do: body }) } }, icon(symbol), worded(h('span', {}), key));
    this.play = button('story-play', 'story.play', 'play', 'play');
    this.pause = button('story-pause', 'story.pause', 'pause', 'pause');
    this.pause.classList.add('is-on');
    this.pause.hidden = true;
    this.restart = button('story-restart', 'story.restart', 'restart', 'restart');
    return h('div', { class: 'story-controls', hidden: true }, this.play, this.pause, this.restart);
  }

  #next() {
    if (this.does.getAttribute('aria-disabled') !== 'true') askStage('story', { do: 'next' });
  }

  #fold() {
    const folds = !this.element.classList.contains('is-folded');
    this.element.classList.toggle('is-folded', folds);
    this.fold.setAttribute('aria-expanded', String(!folds));
  }

  #drawWithout() {
    this.controls.hidden = true;
    this.#chapters = [];
    this.list.replaceChildren(
      h('li', { class: 'chapter-end' }, h('p', { class: 'step-why' }, say('story.none')), h('code', { class: 'address' }, `${location.origin}/bot<token>/METHOD`)),
    );
  }
}
