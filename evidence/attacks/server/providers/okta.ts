import { randomBytes } from 'node:crypto';
import { type OktaSimulator, startOktaSimulator } from '../../../../simulators/okta/index.js';
import type { JsonObject } from '../../../../src/base/json.js';
import { addTokenAttribute } from '../../../faults/stage.js';
import { alterSecret } from '../alter.js';
import type { OidcClients } from '../clients.js';
import type { Header } from '../request.js';
import { attackedPolicy, type HookCall, type HookTarget, type Provider } from './provider.js';

export interface OktaProvider extends Provider {
  readonly simulator: OktaSimulator;
  tokenOf(subject: string): string | null;
}

export interface OktaCallers {
  readonly hooks: JsonObject;
  readonly sign: HookTarget['sign'];
  readonly forgeries: HookTarget['forgeries'];
  readonly foreign: HookTarget['foreign'];
  readonly fetchesKeys: boolean;
}

export function callBySecret(foreign: HookTarget['foreign']): OktaCallers {
  const secret = `Bearer ${randomBytes(24).toString('base64url')}`;
  const toHeader = (value: string): readonly Header[] => [['Authorization', value]];
  return {
    hooks: { secret: { header: 'authorization', value: secret } },
    sign: () => toHeader(secret),
    forgeries: () => [
      ['no secret', []],
      ...alterSecret(secret, secret).map(([variant, text]) => [variant, toHeader(text)] as const),
      ['the secret after another', [...toHeader('Bearer x'), ...toHeader(secret)]],
      ['the secret under another name', [['X-Authorization', secret]]],
      ['the secret as a cookie', [['Cookie', `authorization=${secret}`]]],
    ],
    foreign,
    fetchesKeys: false,
  };
}

const attribute = 'facestepToken';

export async function openOkta(
  id: string,
  callers: OktaCallers,
  more: { readonly clients: OidcClients; readonly verifierUrl: string },
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
    oidc: { clients: more.clients.configured(id, simulator.url) },
    okta: {
      orgUrl: simulator.url,
      auth: { kind: 'api_token', token: simulator.apiToken },
      hooks: callers.hooks,
      passwordImport: { verifier: { url: `${more.verifierUrl}/password`, secret: 'the-secret-of-the-verifier' } },
    },
  };
  await addTokenAttribute(connection);
  const users: Record<string, string> = {};
  for (const name of ['token', 'registration', 'saml', 'events', 'stranger']) {
    users[name] = await simulator.createUser({ login: `${id}-${name}@example.com`, password: 'first factor' });
  }
  const login = (about: string): string => `${id}-password-${about}@example.com`;
  const toTarget = (
    hook: string,
    [eventType, granted]: readonly [string, string],
    toData: (user: string, call: HookCall) => JsonObject,
    bait: HookTarget['bait'] = { kind: 'profile', subject: users[hook] },
  ): HookTarget => ({
    connection: id,
    hook,
    bait,
    event: (call) => ({
      eventId: call.id,
      eventTime: new Date().toISOString(),
      eventType: `com.okta.${eventType}`,
      eventTypeVersion: '1.0',
      contentType: 'application/json',
      ...(hook === 'registration' ? { requestType: 'progressive.profile' } : {}),
      data: toData(users[call.about === 'bait' ? hook : 'stranger'], call),
    }),
    isGranted: ({ status, text }) => granted !== '' && status === 200 && text.includes(granted),
    ...{ sign: callers.sign, forgeries: callers.forgeries, foreign: callers.foreign, fetchesKeys: callers.fetchesKeys },
  });
  const contextOf = (user: string) => ({
    user: { id: user, profile: { login: 'a@example.com', firstName: 'A', lastName: 'B' } },
  });
  return {
    connection,
    simulator,
    hooks: [
      toTarget('token', ['oauth2.tokens.transform', '"verified"'], (user) => ({
        context: contextOf(user),
        identity: { claims: { sub: user, name: 'A B' }, token: { lifetime: { expiration: 3600 } } },
        access: { claims: { uid: user, sub: 'a@example.com' }, scopes: { openid: { id: 'scope' } } },
      })),
      toTarget('registration', ['user.pre-registration', '"ALLOW"'], (user) => ({
        context: { user: { id: user } },
        userProfileUpdate: { employeeNumber: '1' },
      })),
      toTarget('saml', ['saml.tokens.transform', '"verified"'], (user) => ({
        context: { user: { id: user } },
        assertion: { claims: {} },
      })),
      toTarget(
        'password-import',
        ['user.credential.password.import', '"VERIFIED"'],
        (_, { about }) => ({
          context: { credential: { username: login(about), password: 'a password' } },
          action: { credential: 'UNVERIFIED' },
        }),
        { kind: 'name', subject: login('bait') },
      ),
      // Event hooks return no decision, so the effect is checked by the user's enrolment.
      toTarget(
        'events',
        ['event_hook', ''],
        (user, { id: uuid }) => ({
          events: [
            {
              ...{ uuid, eventType: 'user.lifecycle.deactivate', outcome: { result: 'SUCCESS' } },
              target: [{ id: user, type: 'User' }],
            },
          ],
        }),
        { kind: 'enrolment', subject: users.events },
      ),
    ],
    tokenOf(subject) {
      const value = simulator.org.users.get(subject)?.profile[attribute];
      return typeof value === 'string' && value !== '' ? value : null;
    },
    close: () => simulator.close(),
  };
}
