// Puts the page together.

import { CallsPanel } from './callspanel.js';
import { ClockPanel } from './clock.js';
import { Drawer } from './drawer.js';
import { FaultsPanel } from './faultspanel.js';
import { soon } from './frames.js';
import { adopt, inEveryLanguage, pick, say } from './language.js';
import { PeoplePanel } from './peoplepanel.js';
import { Row } from './row.js';
import { StoryPanel } from './story.js';
import { buildTools } from './tools.js';
import { World } from './world.js';

const at = (id) => document.getElementById(id);
const world = new World();

adopt(document);
buildTools(world, at('tools'));
new ClockPanel(world, at('clock'));
new StoryPanel(world, at('story'));

const calls = new CallsPanel(world);
const row = new Row(world, {
  calls: (id) => {
    calls.choose(id);
    drawer.show('calls');
  },
});
const drawer = new Drawer(at('rail'), at('drawer'), {
  phones: { symbol: 'phones', ...panel(new PeoplePanel(world, row, uncover)) },
  faults: { symbol: 'bolt', ...panel(new FaultsPanel(world)) },
  calls: { symbol: 'code', ...panel(calls) },
});
at('phones').prepend(row.element);

/** Where the drawer lies over the phones, it makes way for what was asked for. */
function uncover() {
  if (matchMedia('(max-width: 1199px)').matches) drawer.show(null);
}

/** The waiting screen while the room is prepared, and the strip while the line is broken. */
function drawState() {
  const stage = world.stage;
  const isWaiting = !world.isLoaded || (stage !== null && stage.state !== 'ready');
  document.body.dataset.state = isWaiting ? (stage?.state ?? 'loading') : 'ready';
  at('curtain').hidden = !isWaiting;
  at('curtain-words').textContent = pick(stage?.says) || say('curtain.loading');
  at('lost').hidden = world.isConnected;
}

function panel({ element, opened }) {
  return { element, opened };
}

for (const kind of ['stage', 'phones', 'connected']) world.on(kind, () => soon(drawState));
inEveryLanguage(drawState);
world.begin();
