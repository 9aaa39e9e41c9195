// What becomes of markup that a library gives the page as text: the page's policy lets none in but through here.
// GraphiQL does so with the descriptions of the schema.
// There is no way in for scripts and their addresses: the browser refuses those that come as text.

const ELEMENTS = new Set(('a blockquote br button code del em h1 h2 h3 h4 h5 h6 hr i input label li ol p pre s span '
  + 'strong table tbody td th thead tr ul').split(' '));
const ATTRIBUTES = new Set(['align', 'aria-label', 'class', 'href', 'start', 'title', 'type']);
const ADDRESS = /^(https?:|mailto:|#)/i;

// Only Chromium and new versions of the others know trusted types; elsewhere the rest of the policy does the work.
const inert = globalThis.trustedTypes?.createPolicy('inert', { createHTML: (text) => text });
globalThis.trustedTypes?.createPolicy('default', { createHTML: cleaned });

/** The same markup without anything that could act or load. */
function cleaned(text) {
  // In a document of its own nothing runs and nothing loads.
  const { body } = new DOMParser().parseFromString(inert.createHTML(text), 'text/html');
  for (const element of body.querySelectorAll('*')) {
    if (!ELEMENTS.has(element.localName)) element.remove();
    else element.getAttributeNames().filter((name) => !isHarmless(element, name)).forEach((name) => element.removeAttribute(name));
  }
  return body.innerHTML;
}

function isHarmless(element, name) {
  return ATTRIBUTES.has(name) && (name !== 'href' || ADDRESS.test(element.getAttribute(name).trim()));
}
