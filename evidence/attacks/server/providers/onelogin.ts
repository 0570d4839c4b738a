import { createHmac, randomBytes } from 'node:crypto';
import { type OneLoginSimulator, startOneLoginSimulator } from '../../../../simulators/onelogin/index.js';
import { alterSecret } from '../alter.js';
import type { OidcClients } from '../clients.js';
import type { Header } from '../request.js';
import { attackedPolicy, type HookTarget, type Provider } from './provider.js';

export interface OneLoginProvider extends Provider {
  readonly simulator: OneLoginSimulator;
  readonly hookSecret: string;
}

/**
 * Signs a request like the Smart Hook that facestep generates.
 * @param time - seconds since 1970
 */
export function signForOneLogin(secret: string, body: Buffer, time = Math.floor(Date.now() / 1000)): readonly Header[] {
  const mac = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
  return [['X-Facestep-Signature', `t=${time},v1=${mac}`]];
}

const isAllowed: HookTarget['isGranted'] = ({ text }) => text.includes('"allow"');

export async function openOneLogin(
  id: string,
  { foreign, clients }: { readonly foreign: HookTarget['foreign']; readonly clients: OidcClients },
): Promise<OneLoginProvider> {
  const simulator = await startOneLoginSimulator();
  const field = { name: 'Facestep', shortname: 'facestep_token' };
  const { status } = await simulator.callApi('POST', '/api/2/users/custom_attributes', { user_field: field });
  if (status >= 300) throw new Error(`OneLogin took no field: ${status}`);
  const hookSecret = randomBytes(32).toString('base64url');
  const bait = String(simulator.addUser({ username: 'partner-bait', password: 'first factor' }));
  const stranger = String(simulator.addUser({ username: 'partner-stranger', password: 'first factor' }));
  const sign: HookTarget['sign'] = (body) => signForOneLogin(hookSecret, body);
  const forgeries: HookTarget['forgeries'] = (body) => {
    const now = Math.floor(Date.now() / 1000);
    const [[name, value]] = signForOneLogin(hookSecret, body, now);
    const as = (text: string): readonly Header[] => [[name, text]];
    return [
      ['no signature', []],
      ['another secret', signForOneLogin(randomBytes(32).toString('base64url'), body)],
      ['an empty secret', signForOneLogin('\0', body)],
      ['signed an hour ago', signForOneLogin(hookSecret, body, now - 3600)],
      ['signed in an hour', signForOneLogin(hookSecret, body, now + 3600)],
      ['signed for another body', signForOneLogin(hookSecret, Buffer.concat([body, Buffer.from(' ')]))],
      ['signed for no body', signForOneLogin(hookSecret, Buffer.alloc(0))],
      ['another time than the signed one', as(value.replace(/t=\d+/, `t=${now + 1}`))],
      ['a time that is no number', as(value.replace(/t=\d+/, 't=1e9'))],
      ['the signature twice', [...as(value), ...as(value)]],
      ['two signatures in one', as(`${value},v1=${'0'.repeat(64)}`)],
      ...alterSecret(value, value).map(([variant, text]) => [variant, as(text)] as const),
    ];
  };
  const toTarget = (hook: string, target: Pick<HookTarget, 'event' | 'bait'>): HookTarget => ({
    connection: id,
    hook,
    sign,
    forgeries,
    foreign,
    fetchesKeys: false,
    isGranted: isAllowed,
    ...target,
  });
  return {
    simulator,
    hookSecret,
    connection: {
      id,
      kind: 'onelogin',
      policy: { ...attackedPolicy, freshnessSec: 86_400 },
      oidc: { clients: clients.configured(id) },
      onelogin: {
        accountUrl: simulator.url,
        clientId: simulator.clientId,
        clientSecret: simulator.clientSecret,
        hooks: { secret: hookSecret },
        facePolicyId: simulator.addPolicy({ name: 'Face', factors: ['trusted_idp'] }),
      },
    },
    hooks: [
      toTarget('pre-authentication', {
        bait: { kind: 'profile', subject: bait },
        event: ({ about, id: requestId }) => ({
          user_id: Number(about === 'bait' ? bait : stranger),
          request_id: requestId,
          // Uses different addresses, because each address is rate-limited.
          ip: `192.0.2.${Math.abs(hashOf(requestId)) % 250}`,
        }),
      }),
      toTarget('user-migration', {
        bait: { kind: 'name', subject: 'partner-name-bait' },
        event: ({ about, id: requestId }) => ({ user_identifier: `partner-name-${about}`, request_id: requestId }),
      }),
    ],
    close: () => simulator.close(),
  };
}

const hashOf = (text: string): number => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);
