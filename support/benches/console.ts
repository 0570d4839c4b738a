import { expect } from '@jest/globals';
import { hasRight, type Role, roles } from '../../src/access/rights.js';
import { createEndpoints } from '../../src/app/endpoints.js';
import { documentedPath } from '../../src/http/rest/openapi.js';
import { type ApiServer, adminKey } from '../servers/api-server.js';

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

/** Calls every administrator endpoint in each role, with a body that no endpoint reads. */
export async function expectAtEveryEndpoint(
  server: ApiServer,
  headersOf: (role: Role) => Promise<Record<string, string>>,
  expectedOf: (may: boolean, isSensitive: boolean) => string | null,
): Promise<void> {
  let walked = 0;
  for (const role of roles) {
    const headers = await headersOf(role);
    for (const endpoint of createEndpoints(server.deps)) {
      const { auth, method } = endpoint;
      if (auth.kind !== 'admin') continue;
      const path = documentedPath(endpoint).replace(/\{\w+\}/g, 'x');
      const init =
        method !== 'GET' ? { body: '{', headers: { 'content-type': 'application/json', ...headers } } : { headers };
      const code = String((await server.send(method, path, init)).body.code);
      const refused = /^(role_missing|face_not_verified|caller_untrusted)$/.test(code) ? code : null;
      expect([path, role, refused]).toEqual([path, role, expectedOf(hasRight({ role }, auth.right), auth.isSensitive)]);
      walked += 1;
    }
  }
  expect(walked).toBeGreaterThan(60);
}
