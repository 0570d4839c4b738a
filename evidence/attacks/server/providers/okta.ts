import { randomBytes } from 'node:crypto';
import { createSendToOkta } from '../../../../adapters/okta/client.js';
import { oktaConnectionGuard } from '../../../../adapters/okta/config.js';
import { createAttributeStep, tokenAttribute } from '../../../../adapters/okta/provision-attribute.js';
import { type OktaSimulator, startOktaSimulator } from '../../../../simulators/okta/index.js';
import type { JsonObject } from '../../../../src/base/json.js';
import type { Answer } from '../answer.js';
import type { Header } from '../request.js';
import { attackedPolicy, type HookCall, type HookTarget, type Provider } from './provider.js';

/** An org, and who is in it. */
export interface OktaProvider extends Provider {
  readonly simulator: OktaSimulator;
  /** What keeps tokens. */
  tokenOf(subject: string): string | null;
}

/** How an org's hooks show who calls. */
export interface OktaCallers {
  /** In the configuration of the connection. */
  readonly hooks: JsonObject;
  readonly sign: HookTarget['sign'];
  readonly forgeries: HookTarget['forgeries'];
  readonly foreign: HookTarget['foreign'];
}

/** By a secret in a header. */
export function callBySecret(foreign: HookTarget['foreign']): OktaCallers {
  const secret = `Bearer ${randomBytes(24).toString('base64url')}`;
  const toHeader = (value: string): readonly Header[] => [['Authorization', value]];
  return {
    hooks: { secret: { header: 'authorization', value: secret } },
    sign: () => toHeader(secret),
    forgeries: () => [
      ['no secret', []],
      ['an empty secret', toHeader('')],
      ['a secret of the same shape', toHeader(`Bearer ${randomBytes(24).toString('base64url')}`)],
      ['the secret but its last character', toHeader(secret.slice(0, -1))],
      ['the secret and one character', toHeader(`${secret}x`)],
      ['the secret in capitals', toHeader(secret.toUpperCase())],
      ['the secret twice in one', toHeader(`${secret}, ${secret}`)],
      ['the secret after another', [...toHeader('Bearer x'), ...toHeader(secret)]],
      ['the secret under another name', [['X-Authorization', secret]]],
      ['the secret as a cookie', [['Cookie', `authorization=${secret}`]]],
      ['the secret behind NUL bytes', toHeader(`Bearer%00${secret.slice(7)}`)],
    ],
    foreign,
  };
}

const attribute = 'facestepToken';

const said =
  (text: string) =>
  ({ status, text: body }: Answer): boolean =>
    status === 200 && body.includes(text);

/** @param more - of the connection: its clients, and what checks former passwords */
export async function openOkta(
  id: string,
  callers: OktaCallers,
  more: { readonly oidc: (orgUrl: string) => JsonObject; readonly verifierUrl: string },
): Promise<OktaProvider> {
  const simulator = await startOktaSimulator();
  const connection = {
    id,
    kind: 'okta',
    policy: {
      ...attackedPolicy,
      freshnessSec: 86_400,
      referencePhoto: true,
      returnUrls: ['https://app.example.com/back'],
    },
    oidc: more.oidc(simulator.url),
    okta: {
      orgUrl: simulator.url,
      auth: { kind: 'api_token', token: simulator.apiToken },
      hooks: callers.hooks,
      passwordImport: { verifier: { url: `${more.verifierUrl}/password`, secret: 'the-secret-of-the-verifier' } },
    },
  };
  const users: Record<string, string> = {};
  for (const name of ['token', 'registration', 'saml', 'events', 'stranger']) {
    users[name] = await simulator.createUser({ login: `${id}-${name}@example.com`, password: 'first factor' });
  }
  const userOf = (hook: string, { about }: HookCall): string => users[about === 'bait' ? hook : 'stranger'];
  const toEvent = (eventType: string, { id: eventId }: HookCall) => ({
    eventId,
    eventTime: new Date().toISOString(),
    eventType,
    eventTypeVersion: '1.0',
    contentType: 'application/json',
  });
  const toTarget = (hook: string, target: Pick<HookTarget, 'event' | 'isGranted' | 'bait'>): HookTarget => ({
    connection: id,
    hook,
    ...target,
    sign: callers.sign,
    forgeries: callers.forgeries,
    foreign: callers.foreign,
  });
  const profileBait = (hook: string) => ({ kind: 'profile', subject: users[hook] }) as const;
  const login = (call: HookCall): string => `${id}-password-${call.about}@example.com`;
  return {
    connection,
    simulator,
    environment: {},
    hooks: [
      toTarget('token', {
        bait: profileBait('token'),
        event(call) {
          const user = userOf('token', call);
          const profile = { login: 'a@example.com', firstName: 'A', lastName: 'B' };
          return {
            ...toEvent('com.okta.oauth2.tokens.transform', call),
            data: {
              context: { user: { id: user, profile } },
              identity: { claims: { sub: user, name: 'A B' }, token: { lifetime: { expiration: 3600 } } },
              access: { claims: { uid: user, sub: 'a@example.com' }, scopes: { openid: { id: 'scope' } } },
            },
          };
        },
        isGranted: said('"verified"'),
      }),
      toTarget('registration', {
        bait: profileBait('registration'),
        event: (call) => ({
          ...toEvent('com.okta.user.pre-registration', call),
          requestType: 'progressive.profile',
          data: { context: { user: { id: userOf('registration', call) } }, userProfileUpdate: { employeeNumber: '1' } },
        }),
        isGranted: said('"ALLOW"'),
      }),
      toTarget('saml', {
        bait: profileBait('saml'),
        event: (call) => ({
          ...toEvent('com.okta.saml.tokens.transform', call),
          data: { context: { user: { id: userOf('saml', call) } }, assertion: { claims: {} } },
        }),
        isGranted: said('"verified"'),
      }),
      toTarget('password-import', {
        bait: { kind: 'name', subject: `${id}-password-bait@example.com` },
        event: (call) => ({
          ...toEvent('com.okta.user.credential.password.import', call),
          data: {
            context: { credential: { username: login(call), password: 'a password' } },
            action: { credential: 'UNVERIFIED' },
          },
        }),
        isGranted: said('"VERIFIED"'),
      }),
      toTarget('events', {
        bait: { kind: 'enrolment', subject: users.events },
        event(call) {
          const target = [{ id: userOf('events', call), type: 'User' }];
          const ending = {
            uuid: call.id,
            eventType: 'user.lifecycle.deactivate',
            outcome: { result: 'SUCCESS' },
            target,
          };
          return { ...toEvent('com.okta.event_hook', call), data: { events: [ending] } };
        },
        // It only tells: what came of it is seen in the enrolments.
        isGranted: () => false,
      }),
    ],
    tokenOf(subject) {
      const value = simulator.org.users.get(subject)?.profile[attribute];
      return typeof value === 'string' && value !== '' ? value : null;
    },
    async prepare() {
      const { okta } = oktaConnectionGuard.parse(connection);
      const send = createSendToOkta(okta, (url, init) => fetch(url, init));
      await createAttributeStep(tokenAttribute(okta.attribute), { send }).apply();
    },
    close: () => simulator.close(),
  };
}
