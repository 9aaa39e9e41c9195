// Follows changes with clients that nobody here wrote: node run.mjs URL EMAIL PASSWORD
// Says a line for each step, and ends with an error where a client is told something else than it should be.

import assert from 'node:assert/strict';
import { Client as Urql, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';

/** How long anything may take. */
const PATIENCE_MS = 30_000;

const [url, email, password] = process.argv.slice(2);
const endpoint = `${url}/graphql`;
const socketEndpoint = endpoint.replace('http', 'ws');

const SIGN_IN = 'mutation SignIn($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const CHANGES = `subscription Changes($types: [NodeType!]) {
  viewerChanges(types: $types) { kind type id node { id ... on Watchlist { name } } }
}`;
const CREATE = 'mutation Create($input: CreateWatchlistInput!) { createWatchlist(input: $input) { watchlist { id } } }';
const VARIABLES = { types: ['WATCHLIST'] };
const RESYNC = { kind: 'RESYNC', type: null, id: null, node: null };

const gaveUp = setTimeout(() => { throw new Error(`Not done within ${PATIENCE_MS} ms.`); }, PATIENCE_MS);

const headers = {};
headers.authorization = `Bearer ${(await post(SIGN_IN, { input: { email, password } })).signIn.accessToken}`;

await step('graphql-ws follows changes and unsubscribes', followsWithGraphqlWs);
await step('graphql-ws with a wrong token is refused with 4403', refusesWrongToken);
await step('graphql-sse follows changes and unsubscribes', followsWithGraphqlSse);
await step('urql follows changes over graphql-ws', () => followsWithUrql(overSockets()));
await step('urql follows changes over its own fetch', () => followsWithUrql({ fetchSubscriptions: true }));
clearTimeout(gaveUp);

async function step(name, work) {
  await work();
  console.log(`ok: ${name}`);
}

async function followsWithGraphqlWs() {
  const client = sockets({ authorization: headers.authorization });
  const changes = client.iterate({ query: CHANGES, variables: VARIABLES });
  await followed(async () => (await changes.next()).value);
  await changes.return();
  await client.dispose();
}

async function followsWithGraphqlSse() {
  const client = createSse({ url: endpoint, headers, retryAttempts: 0 });
  const changes = client.iterate({ query: CHANGES, variables: VARIABLES });
  await followed(async () => (await changes.next()).value);
  await changes.return();
  client.dispose();
}

/** One mutation and one subscription of the same client. */
async function followsWithUrql(options) {
  const { exchanges = [], ...others } = options;
  const client = new Urql({ url: endpoint, fetchOptions: { headers }, exchanges: [...exchanges, fetchExchange], ...others });
  const [heard, waiting] = [[], []];
  const { unsubscribe } = client.subscription(CHANGES, VARIABLES).subscribe((result) => {
    if (waiting.length) waiting.shift()(result);
    else heard.push(result);
  });
  const next = () => (heard.length ? heard.shift() : new Promise((resolve) => { waiting.push(resolve); }));
  await followed(next, async (input) => {
    const { data, error } = await client.mutation(CREATE, { input }).toPromise();
    assert.equal(error, undefined);
    return data;
  });
  unsubscribe();
}

async function refusesWrongToken() {
  const closed = new Promise((resolve) => {
    const client = createWs({
      url: socketEndpoint,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: 'Bearer of nobody' },
      retryAttempts: 0,
      on: { closed: resolve },
    });
    client.subscribe({ query: CHANGES }, { next() {}, error() {}, complete() {} });
  });
  assert.equal((await closed).code, 4403);
}

/** Is told to fetch, then of what happens. `next` gives the next result, `create` makes a watchlist. */
async function followed(next, create = (input) => post(CREATE, { input })) {
  assert.deepEqual(plain(await next()), RESYNC);
  const { createWatchlist } = await create({ name: 'From afar' });
  const { id } = createWatchlist.watchlist;
  assert.deepEqual(plain(await next()), { kind: 'CREATED', type: 'WATCHLIST', id, node: { id, name: 'From afar' } });
}

function plain(result) {
  assert.equal(result.errors ?? result.error, undefined);
  const change = JSON.parse(JSON.stringify(result.data.viewerChanges, (key, value) => (key === '__typename' ? undefined : value)));
  return change;
}

function sockets(connectionParams) {
  return createWs({ url: socketEndpoint, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
}

function overSockets() {
  const client = sockets({ authorization: headers.authorization });
  const forwardSubscription = ({ query, variables }) => ({
    subscribe: (sink) => ({ unsubscribe: client.subscribe({ query: query ?? '', variables }, sink) }),
  });
  return { exchanges: [subscriptionExchange({ forwardSubscription })] };
}

async function post(query, variables) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}
