// What GraphiQL calls to run a query: adds the token, and renews it once when the server no longer takes it.

import { chosenOperation, withoutOthers } from './operation.js';
import { follow } from './subscription.js';
import { errorCodes, send } from './transport.js';

/** A GraphiQL fetcher for this session. A header that the user typed wins over the page's own. */
export function createFetcher(session) {
  return async (asked, { headers = {}, documentAST } = {}) => {
    const params = { ...asked, query: withoutOthers(asked.query, documentAST, asked.operationName) };
    const own = new Headers(headers).get('authorization');
    if (chosenOperation(documentAST, params.operationName)?.operation === 'subscription') {
      const token = async () => own ?? bearer(await session.accessToken());
      const refused = (codes) => { if (codes.includes('UNAUTHENTICATED')) session.require(); };
      return follow(params, { token, refused, renew: async () => own === null && session.renew() });
    }
    if (own !== null) return shown(await send(params, { headers }));

    const token = await session.accessToken();
    const answer = await send(params, { token, headers });
    if (!errorCodes(answer).includes('UNAUTHENTICATED')) return shown(answer);
    if (!(await session.renew())) {
      session.require();
      return shown(answer);
    }
    // A mutation is never sent twice: part of it may have happened. The new token serves the next try.
    if (chosenOperation(documentAST, params.operationName)?.operation !== 'query') return shown(answer);
    return shown(await send(params, { token: await session.accessToken(), headers }));
  };
}

function bearer(token) {
  return token && `Bearer ${token}`;
}

function shown({ serverTime, ...answer }) {
  return answer;
}
