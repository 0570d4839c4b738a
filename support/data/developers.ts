import { beginSession, sessionCookieOf } from '../../src/access/console-sessions.js';
import type { SignedInRole } from '../../src/access/rights.js';
import { type ConsoleConfig, consoleGuard } from '../../src/config/console.js';
import { type SessionHeaders, toSessionHeaders } from '../benches/console.js';
import type { ApiServer } from '../servers/api-server.js';

export const companyIssuer = 'https://login.example.com';

export const consoleWithSignIn: ConsoleConfig = consoleGuard.parse({
  signIn: {
    issuer: companyIssuer,
    clientId: 'console',
    clientSecret: 'a-secret-of-thirty-two-characters',
    roles: { owner: ['it'], developer: ['developers'] },
  },
});

/** Creates a console session for a user of the company's provider, without the sign-in itself. */
export async function signInAs(
  server: ApiServer,
  subject: string,
  { role = 'developer', login = subject }: { readonly role?: SignedInRole; readonly login?: string } = {},
): Promise<SessionHeaders> {
  const by = { kind: 'provider' as const, issuer: companyIssuer, subject, login };
  const secret = await beginSession({ name: `${login} (login.example.com)`, role, by }, server.deps);
  return toSessionHeaders(
    server,
    secret.use((text) => `${sessionCookieOf(server.deps.issuer)}=${text}`),
  );
}
