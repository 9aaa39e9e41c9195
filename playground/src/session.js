// Who is signed in, and the tokens that say so.
//
// Tokens are kept in memory alone. A refresh token is good for one use: sessionStorage is copied when a tab is
// duplicated, and the second of two tabs with the same token would look like a thief and end the session for both.
// Browsers also write sessionStorage to disk. The price is that a reload asks for the password again.

import { errorCodes, send } from './transport.js';

/** An access token with less than this left is renewed before it is used, in milliseconds. */
const RENEW_BEFORE_END_MS = 30_000;

/** After these the refresh token is of no use any more; other errors (a full queue, a lost database) may pass. */
const FINAL_CODES = ['UNAUTHENTICATED', 'CONFLICT', 'INVALID', 'NOT_FOUND', 'FORBIDDEN'];

const TOKENS = 'accessToken accessExpiresAt refreshToken';
const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { ${TOKENS} user { id email displayName } }
}`;
const REFRESH = `mutation RefreshSession($input: RefreshSessionInput!) {
  refreshSession(input: $input) { ${TOKENS} }
}`;
const SIGN_OUT = 'mutation SignOut { signOut { sessionId } }';

/** Dispatches `change` when somebody signs in or the session ends, and `required` when a query needed a sign-in. */
export class Session extends EventTarget {
  /** `{ id, email, displayName }` of the signed-in user, or null. */
  user = null;
  #tokens = null;
  #renewal = null;

  /** Signs in. Throws an Error with the server's sentence when it is refused. */
  async signIn(email, password) {
    const answer = await send({ query: SIGN_IN, operationName: 'SignIn', variables: { input: { email, password } } });
    const signedIn = answer.data?.signIn;
    if (!signedIn) throw new Error(answer.errors?.[0]?.message ?? 'The server did not sign you in.');
    this.#keep(signedIn, answer.serverTime);
    this.#become(signedIn.user);
  }

  /** Forgets the tokens at once and ends the session on the server, even while the page is being left. */
  async signOut() {
    const token = this.#tokens?.access;
    this.#end();
    if (token) await send({ query: SIGN_OUT, operationName: 'SignOut' }, { token, keepalive: true });
  }

  /** A token that is still good for a while, or null when nobody is signed in. */
  async accessToken() {
    if (this.#tokens && Date.now() > this.#tokens.endsAt - RENEW_BEFORE_END_MS) await this.renew();
    return this.#tokens?.access ?? null;
  }

  /** Trades the refresh token for new ones; callers at the same time share one trade. False: nobody is signed in. */
  async renew() {
    if (!this.#tokens) return false;
    this.#renewal ??= this.#trade().finally(() => { this.#renewal = null; });
    return this.#renewal;
  }

  /** A query was refused because nobody is signed in. */
  require() {
    this.dispatchEvent(new Event('required'));
  }

  async #trade() {
    const traded = this.#tokens;
    const variables = { input: { refreshToken: traded.refresh } };
    const answer = await send({ query: REFRESH, operationName: 'RefreshSession', variables });
    // Somebody signed out, or in again, while the answer was on its way.
    if (this.#tokens !== traded) return this.#tokens !== null;
    if (answer.data?.refreshSession) {
      this.#keep(answer.data.refreshSession, answer.serverTime);
      return true;
    }
    if (!errorCodes(answer).some((code) => FINAL_CODES.includes(code))) {
      throw new Error(answer.errors?.[0]?.message ?? 'The server did not renew the session.');
    }
    this.#end();
    return false;
  }

  #keep({ accessToken, accessExpiresAt, refreshToken }, serverTime) {
    // Counted from the server's own clock: this machine's may be wrong.
    const lifetime = Date.parse(accessExpiresAt) - serverTime;
    this.#tokens = { access: accessToken, refresh: refreshToken, endsAt: Date.now() + lifetime };
  }

  #become(user) {
    this.user = user;
    this.dispatchEvent(new Event('change'));
  }

  #end() {
    this.#tokens = null;
    if (this.user) this.#become(null);
  }
}
