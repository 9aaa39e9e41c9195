// Puts the page together: GraphiQL with its explorer, the sign-in panel, the examples.

// First: the policy has to stand before a library gives the page any markup.
import './trusted-types.js';
import { GraphiQL, createElement, createRoot, explorerPlugin } from './libraries.js';
import { connectAccount } from './account.js';
import { FIRST_QUERY, fillExamples } from './examples-menu.js';
import { createFetcher } from './fetcher.js';
import { Session } from './session.js';
import { createStorage } from './storage.js';
import { createTabs } from './tabs.js';

// A dialog of GraphiQL stops the page from scrolling with a style element, which the page's policy lets in by nonce.
globalThis.__webpack_nonce__ = document.querySelector('meta[name="style-nonce"]').content;

const session = new Session();
connectAccount(session);

if (GraphiQL && explorerPlugin && createRoot) showEditor();
else showFailure();

function showEditor() {
  // On a narrow screen the explorer would leave no room for the query.
  const wide = window.matchMedia('(min-width: 60rem)').matches;
  const explorer = { ...explorerPlugin({ showAttribution: false }), title: 'Explorer' };
  const { Tabs, openExample } = createTabs((example) => idVariable(example.query), wide ? explorer.title : null);
  fillExamples(openExample);
  const properties = {
    fetcher: createFetcher(session),
    plugins: [explorer],
    storage: createStorage(),
    defaultTabs: [{ query: FIRST_QUERY }],
    defaultQuery: '',
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
  };
  const logo = createElement(GraphiQL.Logo, { key: 'logo' }, createElement('span'));
  createRoot(document.getElementById('editor')).render(
    createElement(GraphiQL, properties, logo, createElement(Tabs, { key: 'tabs' })),
  );
}

/** The CDN could not be reached; without the editor the header's buttons lead nowhere. */
function showFailure() {
  document.querySelectorAll('.bar .button').forEach((button) => { button.hidden = true; });
  document.querySelector('#editor .loading').textContent =
    'The editor could not be loaded from the internet. Install npm and build the server again to have it built in.';
}

/** For a query that asks for any id: the signed-in user's own, which is always there. */
function idVariable(query) {
  return query.includes('$id: ID!') ? JSON.stringify({ id: session.user?.id ?? '' }, null, 2) : '';
}
