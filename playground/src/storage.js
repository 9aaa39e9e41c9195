// Where GraphiQL keeps what it remembers.
//
// Queries, variables and history may hold passwords and people's figures, so they live as long as the tab.
// The theme and the sizes of the panes hold nothing and outlive it.

const LASTING = /^graphiql:(theme|\w+Flex)$/;

/** A Storage for GraphiQL over the browser's two, or null where the browser allows none. */
export function createStorage() {
  try {
    return over(window.localStorage, window.sessionStorage);
  } catch {
    return null;
  }
}

function over(lasting, passing) {
  const place = (key) => (LASTING.test(key) ? lasting : passing);
  return {
    get length() { return passing.length; },
    getItem: (key) => place(key).getItem(key),
    setItem: (key, value) => place(key).setItem(key, value),
    removeItem: (key) => place(key).removeItem(key),
    clear: () => { lasting.clear(); passing.clear(); },
  };
}
