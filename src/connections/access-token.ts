import type { Ports } from '../core/deps.js';
import type { Credential } from '../core/secrets.js';
import type { EpochMs } from '../core/units.js';
import type { RestAnswer } from './rest-call.js';

export interface AccessToken {
  readonly value: Credential;
  readonly expiresAt: EpochMs;
}

/** Makes one call with an `Authorization` header. */
export type CallAuthorized = (send: (authorization: string) => Promise<RestAnswer>) => Promise<RestAnswer>;

export const toBearer = (token: Credential): string => token.use((text) => `Bearer ${text}`);

/**
 * Creates calls with an access token, which is cached until it expires. Concurrent calls share one request for a new
 * token. If the token was revoked (status 401), the call is retried once with a new token.
 */
export function createCallWithToken(fetchToken: () => Promise<AccessToken>, { clock }: Ports<'clock'>): CallAuthorized {
  let token: AccessToken | null = null;
  let renewal: Promise<AccessToken> | null = null;
  const takeToken = async (): Promise<AccessToken> => {
    if (token !== null && clock.now() < token.expiresAt) return token;
    renewal ??= fetchToken().finally(() => {
      renewal = null;
    });
    token = await renewal;
    return token;
  };
  return async (send) => {
    const used = await takeToken();
    const answer = await send(toBearer(used.value));
    if (answer.status !== 401) return answer;
    // A concurrent call may already have replaced the token.
    if (token === used) token = null;
    return send(toBearer((await takeToken()).value));
  };
}
