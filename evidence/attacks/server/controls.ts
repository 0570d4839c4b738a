import { codeOf } from './answer.js';
import { rightCredential } from './bad-credentials.js';
import { type SampleSource, validRequest } from './rest-targets.js';
import type { Endpoint } from './surface.js';

/* Sends the same requests with valid credentials, to prove that the refusals have the intended reason. */

/** Other tests show that these are accepted. */
const shownElsewhere: readonly RegExp[] = [
  // Legitimate sign-ins, and races with one winner.
  /^POST \/face\/(hand-off\/choice|challenge\/frames|frames|open|kiosk\/next|passkey|enrolment\/renew)$/,
  /^POST \/v2\/(authenticate-credentials|generateToken)$/,
  /^POST \/step-ups\/requested$/,
  // Needs an approval of the document: src/capture/signatures.test.ts.
  /^POST \/signatures$/,
  // Needs an OAuth form: src/ssf/token-endpoint.test.ts.
  /^POST \/ssf\/token$/,
  // Needs a policy option or an existing request, campaign, draft, run or old key: src/capture/another-way.test.ts,
  // help-desk.test.ts, not-me.test.ts and src/api/*.test.ts.
  /^POST \/face\/(not-me|help|receipt|recovery-codes|another-way\/.*)$/,
  // Needs kinds, a browser with keys, and one to forget: src/capture/notice-choices.test.ts.
  /^POST \/face\/notices/,
  /^POST \/help-desk\/(vouchings|bypass-codes|requests)(\/\{id\}.*)?$/,
  /^(GET|POST) \/application-requests\/\{id\}/,
  /^POST \/applications\/\{id\}\/owners\//,
  /^POST \/campaigns|^GET \/campaigns\/\{id\}/,
  /^POST \/connections\/\{id\}\//,
  /^POST \/(brand\/apply|keys\/retire|people\/(names|members))$/,
  // Hooks are tested by their baits.
  /^POST \/hooks\/\{connection\}/,
];

/** In this order: later ones end what others need. */
const endings = [/^\/face\/enrolment\/revoke/, /^\/face\/decline/, /revoke/i, /erase/, /remove/];

const rankOf = ({ path }: Endpoint): number => endings.findIndex((each) => each.test(path));

/** @returns the number of tested endpoints, and those that refused */
export async function askAsTheyMay(
  endpoints: readonly Endpoint[],
  source: SampleSource,
): Promise<{ readonly asked: number; readonly refused: readonly string[] }> {
  const { stage, victims } = source;
  const own = endpoints
    .filter(({ needs }) => ['client', 'admin', 'session', 'open'].includes(needs.kind))
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
