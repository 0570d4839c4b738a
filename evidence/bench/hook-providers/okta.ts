import { type BenchProvider, createReceipts, nowIso } from './provider.js';

/** No call of the benchmark reaches Okta. */
const unused = { orgUrl: 'https://bench.okta.com', token: 'unused' };

const secret = 'Bearer the-hook-secret-of-the-benchmark';

export function openOkta(
  policy: object,
  { orgUrl, token }: { readonly orgUrl: string; readonly token: string } = unused,
): BenchProvider {
  const headers = { authorization: secret };
  const toId = (hook: string, n: number) => `00u${hook}${String(n).padStart(8, '0')}`;
  const toLogin = (n: number) => `okta-${n}@example.com`;
  const receipts = createReceipts('okta', toLogin);
  const toEvent = (eventType: string, eventId: string) => ({ eventId, eventTime: nowIso(), eventType });
  return {
    connection: {
      id: 'okta',
      kind: 'okta',
      policy,
      okta: {
        orgUrl,
        auth: { kind: 'api_token', token },
        hooks: { secret: { value: secret } },
      },
    },
    env: {},
    subjects: (n) => ['token', 'profile', 'saml'].map((hook) => toId(hook, n)),
    loads: (url) => [
      {
        provider: 'okta',
        hook: 'token',
        url: `${url}/hooks/okta/token`,
        grantedText: '"verified"',
        toCall(n, id = `event-${n}`) {
          const user = toId('token', n);
          const data = {
            context: { user: { id: user, profile: { login: 'user@example.com', firstName: 'A', lastName: 'B' } } },
            identity: {
              claims: { sub: user, name: 'A B', email: 'user@example.com' },
              token: { lifetime: { expiration: 3600 } },
            },
            access: {
              claims: { uid: user, sub: 'user@example.com', cid: 'client' },
              scopes: { openid: { id: 'scope' } },
            },
          };
          return { headers, body: JSON.stringify({ ...toEvent('com.okta.oauth2.tokens.transform', id), data }) };
        },
      },
      {
        provider: 'okta',
        hook: 'registration (profile completion)',
        url: `${url}/hooks/okta/registration`,
        grantedText: '"ALLOW"',
        toCall(n, id = `event-${n}`) {
          const data = {
            context: { user: { id: toId('profile', n) } },
            userProfileUpdate: { employeeNumber: '1' },
          };
          const event = toEvent('com.okta.user.pre-registration', id);
          return { headers, body: JSON.stringify({ ...event, requestType: 'progressive.profile', data }) };
        },
      },
      {
        provider: 'okta',
        hook: 'registration (receipt)',
        url: `${url}/hooks/okta/registration`,
        grantedText: '"ALLOW"',
        prepare: receipts.prepare,
        receiptSubject: toLogin,
        toCall(n, id = `event-${n}`, facestepReceipt = receipts.of(n)) {
          const data = { context: {}, userProfile: { login: toLogin(n), facestepReceipt } };
          const event = toEvent('com.okta.user.pre-registration', id);
          return { headers, body: JSON.stringify({ ...event, requestType: 'self.service.registration', data }) };
        },
      },
      {
        provider: 'okta',
        hook: 'saml',
        url: `${url}/hooks/okta/saml`,
        grantedText: 'verified',
        toCall(n, id = `event-${n}`) {
          const data = { context: { user: { id: toId('saml', n) } }, assertion: { claims: {} } };
          return { headers, body: JSON.stringify({ ...toEvent('com.okta.saml.tokens.transform', id), data }) };
        },
      },
      {
        provider: 'okta',
        hook: 'password-import',
        url: `${url}/hooks/okta/password-import`,
        // The benchmark has no password verifier, so no call is granted.
        grantedText: '"VERIFIED"',
        toCall(n, id = `event-${n}`) {
          const credential = { username: toLogin(n), password: 'a password' };
          const data = { context: { credential }, action: { credential: 'UNVERIFIED' } };
          return {
            headers,
            body: JSON.stringify({ ...toEvent('com.okta.user.credential.password.import', id), data }),
          };
        },
      },
      {
        provider: 'okta',
        hook: 'events',
        url: `${url}/hooks/okta/events`,
        grantedText: 'granted',
        toCall(n, id = `event-${n}`) {
          const target = [{ id: toId('events', n), type: 'User' }];
          const events = [{ uuid: id, eventType: 'user.session.start', outcome: { result: 'SUCCESS' }, target }];
          return { headers, body: JSON.stringify({ ...toEvent('com.okta.event_hook', id), data: { events } }) };
        },
      },
    ],
    close: async () => {},
  };
}
