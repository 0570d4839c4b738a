import { type ApiServer, adminKey } from './api-server.js';

export interface SessionHeaders extends Record<string, string> {
  readonly cookie: string;
  readonly 'x-console-token': string;
}

/** Browser headers of a call by this server's own page. */
export const fromOwnPage = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' } as const;

export const cookiesOf = (headers: Headers): string =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .join('; ');

export async function readSession(server: ApiServer, cookie: string) {
  const { body } = await server.send('GET', '/console/api/session', { headers: { ...fromOwnPage, cookie } });
  return body;
}

export async function toSessionHeaders(server: ApiServer, cookie: string): Promise<SessionHeaders> {
  const { session } = await readSession(server, cookie);
  const token = typeof session === 'object' && session !== null && 'token' in session ? String(session.token) : '';
  return { ...fromOwnPage, cookie, 'x-console-token': token };
}

export async function signInByKey(server: ApiServer, key = adminKey): Promise<SessionHeaders> {
  const { headers } = await server.postJson('/console/api/sign-in/key', { key }, fromOwnPage);
  return toSessionHeaders(server, cookiesOf(headers));
}
