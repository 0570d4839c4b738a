import { escapeHtml } from '../web/site.js';
import type { FromSources } from './check-sources.js';

const toPage = (title: string, body: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
  .button { display: inline-block; padding: .5rem 1.5rem; border: 1px solid; text-decoration: none; }
  dt { margin-top: 1rem; } dd { margin: 0; } .value { font-weight: 600; }
</style>
<main><h1>${title}</h1>${body}</main>`;

/** Labels by requested claim. */
const labels = { name: 'Full name', annual_income: 'Income of a year' } as const;

/** Renders the first page. */
export const renderStart = (hint: { readonly text: string; readonly url: string } | null, note = ''): string =>
  toPage(
    'Apply for a loan',
    `<p>${escapeHtml(note)}</p>
<p>We need your name, and what you earn. Your payroll can tell us, if you agree.</p>
<p><a class="button" href="/apply">Go on with my face</a></p>
${hint === null ? '' : `<p>${escapeHtml(hint.text)} <a href="${escapeHtml(hint.url)}">${escapeHtml(hint.url)}</a></p>`}`,
  );

/** Renders the claims and their sources. */
export function renderApplication(told: Readonly<Record<string, unknown>>, { signed, silent }: FromSources): string {
  const rows = Object.entries(labels).map(([claim, label]) => {
    const value = signed.has(claim) ? signed.get(claim)?.value : told[claim];
    const by = signed.get(claim)?.issuer;
    return `<dt>${label}</dt>
<dd class="value" id="${claim}">${escapeHtml(value === undefined ? 'not told' : String(value))}</dd>
${by === undefined ? '' : `<dd class="by">signed by ${escapeHtml(by)}</dd>`}`;
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
