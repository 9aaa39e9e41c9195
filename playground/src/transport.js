// One request to the API, or one connection to it. Nothing else on this page talks to the network.

// Relative to the page, so that it also works behind a proxy that serves the server under a path.
const ENDPOINT = new URL('graphql', document.baseURI);
const ACCEPT = 'application/graphql-response+json, application/json';

/**
 * Sends one GraphQL request and gives the decoded answer, with the server's time in milliseconds.
 * `headers` win over the page's own. Throws an Error with a sentence when there is no GraphQL answer at all.
 */
export async function send(params, { token, headers, keepalive = false } = {}) {
  const response = await request(params, { headers: allHeaders(token, headers), keepalive });
  const text = await response.text();
  const serverTime = Date.parse(response.headers.get('date')) || Date.now();
  try {
    return { ...JSON.parse(text), serverTime };
  } catch {
    throw new Error(`The server answered ${response.status} without JSON: ${text.slice(0, 200)}`);
  }
}

/** A WebSocket to the API, which asks for the token in its first message. */
export function openSocket() {
  const address = new URL(ENDPOINT);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WebSocket(address, 'graphql-transport-ws');
}

/** The codes of an answer's errors, such as UNAUTHENTICATED. */
export function errorCodes(answer) {
  return (answer.errors ?? []).map((error) => error.extensions?.code);
}

function allHeaders(token, own) {
  const headers = new Headers({ accept: ACCEPT, 'content-type': 'application/json' });
  if (token) headers.set('authorization', `Bearer ${token}`);
  new Headers(own).forEach((value, name) => headers.set(name, value));
  return headers;
}

async function request(params, { headers, keepalive }) {
  const body = JSON.stringify(params);
  try {
    return await fetch(ENDPOINT, { method: 'POST', headers, body, keepalive, cache: 'no-store', credentials: 'omit' });
  } catch {
    throw new Error('The server could not be reached. Is it still running?');
  }
}
