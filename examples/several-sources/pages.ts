import { escapeHtml } from '../web/site.js';
import { toDocument } from '../web/skin.js';
import type { FromSources } from './check-sources.js';

const toPage = (title: string, body: string): string => toDocument({ site: 'Example Loans', title, body });

const labels = { name: 'Full name', annual_income: 'Annual income' } as const;

export const renderStart = (hint: { readonly text: string; readonly url: string } | null, note = ''): string =>
  toPage(
    'Apply for a loan',
    `<p class="note">${escapeHtml(note)}</p>
<p>We need your name and your income. Your employer’s payroll can send both if you agree.</p>
<p><a class="button" href="/apply">Continue with my face</a></p>
${hint === null ? '' : `<p>${escapeHtml(hint.text)} <a href="${escapeHtml(hint.url)}">${escapeHtml(hint.url)}</a></p>`}`,
  );

export function renderApplication(told: Readonly<Record<string, unknown>>, { signed, silent }: FromSources): string {
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

export const renderMessage = (title: string, text: string): string => toPage(title, `<p>${text}</p>`);
