import { createHash } from 'node:crypto';
import { escapeHtml } from '../web/site.js';
import { toDocument } from '../web/skin.js';
import type { PaymentResult } from './payments.js';

const menu = '<nav aria-label="Bank"><a href="/">Pay a bill</a><a href="/documents">Sign a document</a></nav>';

const style =
  'dl { border-block: 1px solid var(--line); padding-block: .75rem 0; } textarea { overflow-wrap: anywhere; }';

export interface Page {
  readonly html: string;
  readonly policy: string;
}

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
    html: toDocument({ site: 'Example Bank', title, body, menu, style, script: scripts }),
  };
}

export const renderMessage = (title: string, text: string): Page => toPage(title, `<p>${escapeHtml(text)}</p>`);

const results = {
  paid: ['Paid', 'Your face approved exactly this bill.'],
  declined: ['Not paid', 'You did not approve the bill. Nothing was paid.'],
  changed: [
    'Not paid',
    'The bill was changed after you had seen it. You approved the earlier amount, so nothing was paid.',
  ],
  failed: ['Not paid', 'Please try again. Nothing was paid.'],
} as const satisfies Record<PaymentResult, readonly [string, string]>;

export function renderResult(result: PaymentResult, amount: string): Page {
  const [title, text] = results[result];
  return toPage(
    title,
    `<p data-result="${result}">${text}</p>${renderDetails(amount)}<p><a class="button quiet" href="/">Back to the bill</a></p>`,
  );
}

const renderDetails = (amount: string): string => `<dl>
<dt>For</dt><dd>November invoice</dd><dt>To</dt><dd>Harbour Clinic GmbH</dd><dt>Amount</dt><dd>${amount} EUR</dd></dl>`;

/** @param amount - in euros, with two decimals */
export const renderBill = (amount: string, note = ''): Page =>
  toPage(
    'Pay a bill',
    `${renderDetails(amount)}
<p><a class="button" href="/pay">Approve with my face</a></p>
<form method="post" action="/bill"><label for="amount">Another amount, in euros</label>
<input id="amount" name="amount" inputmode="decimal" value="${amount}" aria-describedby="note"><p id="note">${note}</p>
<button class="quiet">Change the bill</button></form>`,
  );

export const renderDocuments = (importMap: string): Page =>
  toPage(
    'Sign a document',
    `<p>Choose a text or PDF file of at most 10 MB. Check its name, approve it with your face, and it is signed.</p>
<form data-upload><label for="document">Document</label><input id="document" name="document" type="file" required>
<button disabled>Approve and sign</button><output></output></form>${renderCheck('')}`,
    importMap,
  );

export const renderSigned = (importMap: string, name: string, signature: string): Page =>
  toPage(
    'Signed',
    `<p data-result="signed"><bdi>${escapeHtml(name)}</bdi> is signed. Keep the signature together with the document.</p>
<p><a class="button" href="/documents/signature" download>Save the signature</a></p>${renderCheck(signature)}`,
    importMap,
  );

const renderCheck = (signature: string): string => `<h2>Check a signature</h2>
<p>Your browser checks the signature itself and sends nothing.</p>
<form data-check><label for="checked">Document</label><input id="checked" name="document" type="file" required>
<label for="signature">Signature</label><textarea id="signature" name="signature" required spellcheck="false">${escapeHtml(signature)}</textarea>
<button class="quiet" disabled>Check signature</button><output></output></form>`;
