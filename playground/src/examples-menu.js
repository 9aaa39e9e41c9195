// The panel of ready queries, one column for each kind of reader.

import { EXAMPLES } from './examples.js';

const GROUPS = {
  'single-page-app': 'Single-page app',
  explorer: 'Explorer',
  integrator: 'Integrator',
};

/** The query that a new visitor finds in the editor. */
export const FIRST_QUERY = EXAMPLES.find((example) => example.group === 'single-page-app')?.query ?? '';

/** Fills the panel; `open(example)` is called with `{ group, name, title, about, query }`. */
export function fillExamples(open) {
  const panel = document.getElementById('examples');
  panel.replaceChildren(...Object.entries(GROUPS).map(([group, heading]) => column(group, heading, panel, open)));
}

function column(group, heading, panel, open) {
  const title = make('h2', { id: `examples-${group}`, textContent: heading });
  const list = make('ul');
  list.append(...EXAMPLES.filter((example) => example.group === group).map((example) => entry(example, panel, open)));
  const section = make('section');
  section.setAttribute('aria-labelledby', title.id);
  section.append(title, list);
  return section;
}

function entry(example, panel, open) {
  const button = make('button', { type: 'button', className: 'example' });
  button.dataset.example = example.name;
  button.append(make('strong', { textContent: example.title }), make('span', { textContent: example.about }));
  button.addEventListener('click', () => {
    panel.hidePopover();
    open(example);
  });
  const item = make('li');
  item.append(button);
  return item;
}

function make(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}
