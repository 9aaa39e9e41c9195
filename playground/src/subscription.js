// One subscription over a WebSocket of its own (graphql-transport-ws): a tab follows one thing at a time.

import { errorCodes, openSocket } from './transport.js';

/** The server ends a connection so when the token is wrong or its session has ended. */
const FORBIDDEN = 4403;

/**
 * Follows a subscription, as an observable that GraphiQL knows.
 * `token()` gives the header's value, or null; `renew()` tries for a new one after the server refused it; `refused(codes)`
 * is told why a document is not followed.
 */
export function follow(params, { token, renew, refused }) {
  return {
    subscribe(observer) {
      const run = { socket: null, isOver: false, renewed: false };
      const fail = (error) => {
        if (!run.isOver) observer.error(error);
        run.isOver = true;
      };
      connect(run, params, { token, renew, refused, observer, fail }).catch(fail);
      return {
        unsubscribe() {
          run.isOver = true;
          run.socket?.close(1000);
        },
      };
    },
  };
}

async function connect(run, params, { token, renew, refused, observer, fail }) {
  const authorization = await token();
  if (run.isOver) return;
  const socket = openSocket();
  run.socket = socket;
  const say = (message) => socket.send(JSON.stringify(message));
  socket.onopen = () => say({ type: 'connection_init', payload: authorization ? { authorization } : {} });
  socket.onmessage = ({ data }) => {
    const { type, payload } = JSON.parse(data);
    if (run.isOver) return;
    if (type === 'connection_ack') say({ type: 'subscribe', id: '1', payload: params });
    else if (type === 'ping') say({ type: 'pong' });
    else if (type === 'next') observer.next(payload);
    else if (type === 'error') {
      end(run, socket, () => observer.error(payload));
      refused(errorCodes({ errors: payload }));
    } else if (type === 'complete') end(run, socket, () => observer.complete());
  };
  socket.onclose = async ({ code, reason }) => {
    if (run.isOver) return;
    try {
      if (code === FORBIDDEN && !run.renewed && (await renew())) {
        run.renewed = true;
        await connect(run, params, { token, renew, refused, observer, fail });
        return;
      }
    } catch (error) {
      fail(error);
      return;
    }
    fail(new Error(`The subscription ended: ${reason || 'the server could not be reached'} (${code}).`));
  };
}

function end(run, socket, tell) {
  run.isOver = true;
  socket.close(1000);
  tell();
}
