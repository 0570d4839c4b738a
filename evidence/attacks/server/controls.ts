import { rightCredential } from './bad-credentials.js';
import { codeOf } from './exchange.js';
import { type SampleSource, validRequest } from './rest.js';
import type { Endpoint } from './surface.js';

/* Calls every endpoint with a valid credential, to prove that the attacks are refused because of their credential. */

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

/** @returns the number of tested endpoints, and the endpoints that refused the valid credential */
export async function askAsTheyMay(
  endpoints: readonly Endpoint[],
  source: SampleSource,
): Promise<{ readonly asked: number; readonly refused: readonly string[] }> {
  const { stage, victims } = source;
  const own = endpoints
    .filter(({ needs }) => ['client', 'admin', 'session', 'open'].includes(needs))
    .filter(({ name }) => !shownElsewhere.some((each) => each.test(name)));
  const inOrder = own.toSorted((a, b) => rankOf(a) - rankOf(b));
  const refused: string[] = [];
  for (const endpoint of inOrder) {
    const request = validRequest(endpoint, source);
    const headers = rightCredential(endpoint, stage, victims);
    const answer = await stage.caller.call({ ...request, headers });
    if (answer.status >= 400) refused.push(`${endpoint.name}: ${answer.status} ${codeOf(answer) ?? ''}`);
  }
  return { asked: inOrder.length, refused };
}
