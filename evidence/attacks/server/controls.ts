import { rightCredential } from './bad-credentials.js';
import { asAdministrator } from './credentials.js';
import { codeOf } from './exchange.js';
import { hookRequest } from './hooks.js';
import type { HookTarget } from './providers.js';
import { type SampleSource, validRequest } from './rest.js';
import type { Stage } from './stage.js';
import type { Endpoint } from './surface.js';

/** Endpoints whose valid calls need more than the description says; the tests next to their code make these calls. */
const shownElsewhere: readonly RegExp[] = [
  /^POST \/face\/(hand-off\/choice|challenge\/frames|frames|open|kiosk\/next|passkey|enrolment\/renew|notices.*)$/,
  /^POST \/(v2\/(authenticate-credentials|generateToken)|step-ups\/requested|signatures|ssf\/token)$/,
  /^POST \/face\/(not-me|help|receipt|recovery-codes|another-way\/.*)$/,
  /^POST \/help-desk\/(vouchings|bypass-codes|requests)(\/\{id\}.*)?$/,
  /^(GET|POST) \/application-requests\/\{id\}|^POST \/campaigns|^GET \/campaigns\/\{id\}/,
  /^POST \/(applications\/\{id\}\/owners|connections\/\{id\}|hooks\/\{connection\})/,
  /^POST \/(brand\/apply|keys\/retire|people\/(names|members))$/,
];

/** Called last, in this order, because these calls end or delete what all other calls use. */
const endings = [/^\/face\/enrolment\/revoke/, /^\/face\/decline/, /revoke/i, /erase/, /remove/];

const rankOf = ({ path }: Endpoint): number => endings.findIndex((each) => each.test(path));

/**
 * Calls every endpoint with a valid credential, to prove that the attacks are refused because of their credential.
 * @returns the number of tested endpoints, and the endpoints that refused the valid credential
 */
export async function askAsTheyMay(endpoints: readonly Endpoint[], source: SampleSource) {
  const { stage, victims } = source;
  const own = endpoints
    .filter(({ needs }) => ['client', 'admin', 'session', 'open'].includes(needs))
    .filter(({ name }) => !shownElsewhere.some((each) => each.test(name)))
    .toSorted((a, b) => rankOf(a) - rankOf(b));
  const refused: string[] = [];
  for (const endpoint of own) {
    const headers = rightCredential(endpoint, stage, victims);
    const answer = await stage.caller.call({ ...validRequest(endpoint, source), headers });
    if (answer.status >= 400) refused.push(`${endpoint.name}: ${answer.status} ${codeOf(answer) ?? ''}`);
  }
  return { asked: own.length, refused };
}

/** Reads the administrators and the requests to `/lure`, which no attack may change. */
export async function readStanding({ caller, credentials, providers }: Stage): Promise<string> {
  const { text } = await caller.call({
    ...{ method: 'GET', path: '/administrators', body: null },
    headers: asAdministrator(credentials.owner),
  });
  const listed: readonly { name: string; role: string }[] = JSON.parse(text).administrators;
  const owners = listed
    .map(({ name, role }) => `${name} ${role}`)
    .filter((each) => /^(owner|siege-\w+|victim) /.test(each));
  return [...owners, ...providers.lure.lured].join(', ');
}

/**
 * Calls the hook as the provider does.
 * @returns true if the user's face check was still unused
 */
export async function takeBait({ caller }: Stage, target: HookTarget): Promise<boolean> {
  if (!target.hasBait) return true;
  const request = hookRequest(target, target.bait);
  const ask = async (): Promise<boolean> => target.isGranted(await caller.call(request));
  // If the first decision came too late, a retry with the same event gets that decision.
  return (await ask()) || ask();
}
