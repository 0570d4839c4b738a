/*
 * A bank that gets the name from a directory and the income from a payroll, with one face check and one consent. A
 * complete relying party with openid-client and jose.
 */
import { fetchClaims, type Registration } from '../web/face-check.js';
import { startRelyingParty } from '../web/relying-party.js';
import { escapeHtml, type RelyingParty, toDocument } from '../web/site.js';
import { checkSources, type FromSources } from './check-sources.js';

/** Requested claims. In the client's registration, the source of `annual_income` is the payroll. */
const claims = { userinfo: { name: { essential: true }, annual_income: { essential: true } } };

const cookie = { name: 'several-sources', maxAgeSec: 1800 };

/** @param sources - trusted issuers of the other sources, by name */
export const startSeveralSources = ({
  port,
  sources,
  hint = null,
  ...registration
}: Registration & {
  readonly port: number;
  readonly sources: Readonly<Record<string, string>>;
  readonly hint?: { readonly text: string; readonly url: string } | null;
}): Promise<RelyingParty> =>
  startRelyingParty(port, registration, {
    cookie,
    renderStart: (note) => renderStart(hint, note),
    routes: { 'GET /apply': ({ leave }) => leave({ claims: JSON.stringify(claims) }) },
    /** Claims that another source has signed are verified with the keys of that source. */
    async welcome(tokens) {
      const told = await fetchClaims(registration, tokens.access_token, tokens.claims()?.sub);
      return renderApplication(told, await checkSources(told, { issuers: sources, clientId: registration.clientId }));
    },
    denied: () => ({ status: 200, note: 'You shared nothing with us.' }),
  });

const toPage = (title: string, body: string): string => toDocument({ site: 'Example Loans', title, body });

const labels = { name: 'Full name', annual_income: 'Annual income' } as const;

const renderStart = (hint: { readonly text: string; readonly url: string } | null, note: string): string =>
  toPage(
    'Apply for a loan',
    `<p class="note">${escapeHtml(note)}</p>
<p>We need your name and your income. Your employer’s payroll can send both if you agree.</p>
<p><a class="button" href="/apply">Continue with my face</a></p>
${hint === null ? '' : `<p>${escapeHtml(hint.text)} <a href="${escapeHtml(hint.url)}">${escapeHtml(hint.url)}</a></p>`}`,
  );

function renderApplication(told: Readonly<Record<string, unknown>>, { signed, silent }: FromSources): string {
  const rows = Object.entries(labels).map(([claim, label]) => {
    const value = signed.has(claim) ? signed.get(claim)?.value : told[claim];
    const by = signed.get(claim)?.issuer;
    return `<dt>${label}</dt>
<dd class="value" id="${claim}">${escapeHtml(value === undefined ? 'not shared' : String(value))}</dd>
${by === undefined ? '' : `<dd class="by soft">signed by ${escapeHtml(by)}</dd>`}`;
  });
  const reasons = [...silent].map(([source, state]) =>
    state === 'unanswered'
      ? `${source} did not answer. Try again in a moment.`
      : `Your account at ${source} is not linked.`,
  );
  return toPage(
    'Your application',
    `<dl>${rows.join('')}</dl>${reasons.map((reason) => `<p class="silent">${escapeHtml(reason)}</p>`).join('')}`,
  );
}
