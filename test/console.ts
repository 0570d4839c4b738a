import { type ApiServer, adminKey } from './api-server.js';

/** The headers of a page of the console, in a session. */
export interface SessionHeaders extends Record<string, string> {
  readonly cookie: string;
  readonly 'x-console-token': string;
}

/** What a browser sends with a call of a page of this server. */
export const fromOwnPage = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' } as const;

/** The cookies that an answer sets, as a browser shows them. */
export const cookiesOf = (headers: Headers): string =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .join('; ');

/** What a page is told of its session. */
export async function readSession(server: ApiServer, cookie: string) {
  const { body } = await server.send('GET', '/console/api/session', { headers: { ...fromOwnPage, cookie } });
  return body;
}

/** The headers of a session whose cookie is there. */
export async function toSessionHeaders(server: ApiServer, cookie: string): Promise<SessionHeaders> {
  const { session } = await readSession(server, cookie);
  const token = typeof session === 'object' && session !== null && 'token' in session ? String(session.token) : '';
  return { ...fromOwnPage, cookie, 'x-console-token': token };
}

/** Signs in at the console with a key. */
export async function signInByKey(server: ApiServer, key = adminKey): Promise<SessionHeaders> {
  const { headers } = await server.postJson('/console/api/sign-in/key', { key }, fromOwnPage);
  return toSessionHeaders(server, cookiesOf(headers));
}
