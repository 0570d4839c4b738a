import { createHash } from 'node:crypto';
import { escapeHtml } from '../web/site.js';
import type { PaymentResult } from './payments.js';

const style = `
  :root { color-scheme: light dark; --ground: #fff; --ink: #1b2430; --soft: #556070; --line: #8a94a3; --press: #0b5fa5; --on: #fff; }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #14181f; --ink: #e8ecf2; --soft: #a9b4c2; --line: #6d7887; --press: #7fb8ee; --on: #10151c; }
  }
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 0 auto; padding: 1rem; background: var(--ground); color: var(--ink); }
  nav a { display: inline-block; padding: .5rem 1rem .5rem 0; } a { color: var(--press); }
  dl { border-block: 1px solid var(--line); padding-block: .5rem; } dt { color: var(--soft); } dd { margin: 0 0 .5rem; font-weight: 600; }
  label { display: block; margin: 1rem 0 .25rem; }
  input, textarea { font: inherit; box-sizing: border-box; width: 100%; padding: .5rem; min-height: 2.75rem; background: var(--ground); color: var(--ink); border: 1px solid var(--line); border-radius: .4rem; }
  textarea { min-height: 7rem; overflow-wrap: anywhere; font-size: .85rem; }
  button, .button { font: inherit; display: inline-block; margin: 1rem 0; padding: .6rem 1.5rem; border: 0; border-radius: .4rem; background: var(--press); color: var(--on); text-decoration: none; cursor: pointer; }
  button:disabled { opacity: .5; cursor: default; }
  .soft { background: none; color: var(--press); border: 1px solid var(--press); }
  output { display: block; overflow-wrap: anywhere; font-weight: 600; } :focus-visible { outline: 3px solid var(--press); outline-offset: 3px; }
`;

export interface Page {
  readonly html: string;
  readonly policy: string;
}

/** @param importMap - `null` without a script */
function toPage(title: string, body: string, importMap: string | null = null): Page {
  const scripts =
    importMap === null
      ? ''
      : `<script type="importmap">${importMap}</script><script type="module" src="/page.js"></script>`;
  const hash = createHash('sha256')
    .update(importMap ?? '')
    .digest('base64');
  const allowed = importMap === null ? "'none'" : `'self' 'sha256-${hash}'`;
  return {
    policy: `default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; script-src ${allowed}; form-action 'self'; base-uri 'none'`,
    html: `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Example Bank</title><style>${style}</style>${scripts}
<header><nav aria-label="Bank"><a href="/">Pay a bill</a><a href="/documents">Sign a document</a></nav></header>
<main><h1>${title}</h1>${body}</main>`,
  };
}

export const renderMessage = (title: string, text: string): Page => toPage(title, `<p>${escapeHtml(text)}</p>`);

const results = {
  paid: ['Paid', 'Your face approved exactly this bill.'],
  declined: ['Not paid', 'It was not approved. Nothing was paid.'],
  changed: [
    'Not paid',
    'The bill was changed after it was shown to you. What you approved is something else, so nothing was paid.',
  ],
  failed: ['Not paid', 'Please try again. Nothing was paid.'],
} as const satisfies Record<PaymentResult, readonly [string, string]>;

export function renderResult(result: PaymentResult, amount: string): Page {
  const [title, text] = results[result];
  return toPage(
    title,
    `<p data-result="${result}">${text}</p>${renderDetails(amount)}<p><a class="button soft" href="/">Back to the bill</a></p>`,
  );
}

const renderDetails = (amount: string): string => `<dl>
<dt>For</dt><dd>Invoice of November</dd><dt>To</dt><dd>Harbour Clinic GmbH</dd><dt>Amount</dt><dd>${amount} EUR</dd></dl>`;

/**
 * Renders the bill.
 * @param amount - digits, a point, two decimals
 */
export const renderBill = (amount: string, note = ''): Page =>
  toPage(
    'Pay a bill',
    `${renderDetails(amount)}
<p><a class="button" href="/pay">Approve with my face</a></p>
<form method="post" action="/bill"><label for="amount">Another amount, in euros</label>
<input id="amount" name="amount" inputmode="decimal" value="${amount}" aria-describedby="note"><p id="note">${note}</p>
<button class="soft">Change the bill</button></form>`,
  );

/**
 * Renders the documents page.
 * @param importMap - for the client
 */
export const renderDocuments = (importMap: string): Page =>
  toPage(
    'Sign a document',
    `<p>Text or PDF, at most 10 MB. You are shown its name, and approve it with your face; then it is signed.</p>
<form data-upload><label for="document">The document</label><input id="document" name="document" type="file" required>
<button disabled>Approve and sign</button><output></output></form>${renderCheck('')}`,
    importMap,
  );

export const renderSigned = (importMap: string, name: string, signature: string): Page =>
  toPage(
    'Signed',
    `<p data-result="signed"><bdi>${escapeHtml(name)}</bdi> is signed. Keep the signature beside the document.</p>
<p><a class="button" href="/documents/signature" download>Save the signature</a></p>${renderCheck(signature)}`,
    importMap,
  );

const renderCheck = (signature: string): string => `<h2>Check a signature</h2>
<p>It is checked in your browser. Nothing is sent anywhere, and nobody is asked.</p>
<form data-check><label for="checked">The document</label><input id="checked" name="document" type="file" required>
<label for="signature">Its signature</label><textarea id="signature" name="signature" required spellcheck="false">${escapeHtml(signature)}</textarea>
<button class="soft" disabled>Check it here</button><output></output></form>`;
