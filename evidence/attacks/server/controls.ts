import { codeOf } from './answer.js';
import { rightCredential } from './bad-credentials.js';
import { type SampleSource, validRequest } from './rest-targets.js';
import type { Endpoint } from './surface.js';

/*
 * The same requests with the right credentials: what is refused in the attack is refused for what is wrong with it, and not
 * because nothing is ever taken.
 */

/** What valid requests need that a sample cannot have: other things show that these are taken. */
const shownElsewhere: readonly RegExp[] = [
  // Legitimate sign-ins, and races that one wins.
  /^POST \/face\/(hand-off\/choice|challenge\/frames|frames|open|kiosk\/next|passkey|enrolment\/renew)$/,
  /^POST \/v2\/(authenticate-credentials|generateToken)$/,
  /^POST \/step-ups\/requested$/,
  // An approval of the very document: src/capture/signatures.test.ts.
  /^POST \/signatures$/,
  // It takes a form of OAuth and no sample: src/ssf/token-endpoint.test.ts.
  /^POST \/ssf\/token$/,
  // What a policy has to offer first, or what has to be there: a request, a campaign, a draft, a run, an old key. Each is taken
  // in the suite of its own: src/capture/another-way.test.ts, help-desk.test.ts, not-me.test.ts and src/api/*.test.ts.
  /^POST \/face\/(not-me|help|receipt|recovery-codes|another-way\/.*)$/,
  // A choice of kinds, a browser with keys of its own, and one to be forgotten: src/capture/notice-choices.test.ts.
  /^POST \/face\/notices/,
  /^POST \/help-desk\/(vouchings|bypass-codes|requests)(\/\{id\}.*)?$/,
  /^(GET|POST) \/application-requests\/\{id\}/,
  /^POST \/applications\/\{id\}\/owners\//,
  /^POST \/campaigns|^GET \/campaigns\/\{id\}/,
  /^POST \/connections\/\{id\}\//,
  /^POST \/(brand\/apply|keys\/retire|people\/names)$/,
  // The hooks by their names: their baits are taken.
  /^POST \/hooks\/\{connection\}/,
];

/** In this order: the later ones end what the others need. */
const endings = [/^\/face\/enrolment\/revoke/, /^\/face\/decline/, /revoke/i, /erase/, /remove/];

const rankOf = ({ path }: Endpoint): number => endings.findIndex((each) => each.test(path));

/** @returns how many endpoints were asked, and those that refused */
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
