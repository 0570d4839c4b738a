/* A bank: the customer approves bills and signs documents by face. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
// In your project: '@facestep/client'.
import { FacestepError } from '../../client/index.js';
import type { Pending } from '../web/face-check.js';
import {
  browserOf,
  escapeHtml,
  listen,
  nameBrowser,
  type RelyingParty,
  readBody,
  readForm,
  redirect,
  sendJson,
  sendPage,
  sendScript,
  toDocument,
} from '../web/site.js';
import { createDocuments, type Document } from './documents.js';
import { createModules } from './modules.js';
import { createPayments, type PaymentResult } from './payments.js';

/** The OpenID client also needs the setting `actions`. */
export interface Bank extends RelyingParty {
  /** URL to add to `returnUrls` of the connection. */
  readonly returnUrl: string;
}

interface Visit {
  amount: string;
  payment: Pending | null;
  document: Document | null;
  signed: { readonly name: string; readonly signature: string } | null;
}

const cookieName = 'bank';
const maxVisits = 1000;
const maxDocumentBytes = 10 * 1024 * 1024;
const amountPattern = /^(0|[1-9]\d{0,11})\.\d\d$/;

/** Texts by the server's error code. */
const problems: Readonly<Record<string, string>> = {
  too_large: 'The document is over 10 MB.',
  action_malformed: 'The name of this file cannot be shown as it is. Give it another name.',
  declined: 'You did not approve the document. Nothing was signed.',
};

export async function startBank(given: {
  readonly port: number;
  /** The `publicUrl` of the facestep server. */
  readonly serverUrl: string;
  readonly connection: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** The signed-in customer. `subject` is their immutable id at the identity provider. */
  readonly customer: { readonly login: string; readonly subject: string };
  /** Returns a REST API token with the scope `verify`. */
  readonly clientToken: () => Promise<string>;
  readonly clientModule: string;
}): Promise<Bank> {
  const { serverUrl, connection, client, customer } = given;
  const visits = new Map<string, Visit>();
  const site = await listen(given.port, (request, response) => {
    answer(request, response).catch(() => send(response, 500, renderMessage('Something went wrong', '')));
  });
  const redirectUri = `${site.url}/callback`;
  const returnUrl = `${site.url}/documents/back`;
  const modules = createModules(given.clientModule);
  const payments = createPayments({
    issuer: `${serverUrl}/oidc/${connection}`,
    redirectUri,
    clientId: client.id,
    clientSecret: client.secret,
    login: customer.login,
  });
  const { subject } = customer;
  const documents = createDocuments({ serverUrl, connection, subject, clientToken: given.clientToken, returnUrl });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', site.url);
    const { pathname } = address;
    const asked = `${request.method} ${pathname}`;
    if (pathname.startsWith('/modules/')) return sendScript(response, await modules.read(pathname));
    if (pathname === '/page.js')
      return sendScript(response, await readFile(new URL('page.js', import.meta.url), 'utf8'));
    if (asked === 'GET /trusted.json') return sendJson(response, 200, await documents.trusted());
    const visit = visitOf(request, response);
    if (asked === 'GET /') return send(response, 200, renderBill(visit.amount));
    if (asked === 'POST /bill') return change(request, response, visit);
    if (asked === 'GET /pay') return pay(response, visit);
    if (asked === 'GET /callback') return comeBack(address, response, visit);
    if (asked === 'GET /documents') return send(response, 200, renderDocuments(modules.importMap));
    if (asked === 'POST /documents') return take(request, response, visit);
    if (asked === 'GET /documents/back') return sign(response, visit);
    if (asked === 'GET /documents/signature') return save(response, visit);
    return send(response, 404, renderMessage('Page not found', ''));
  }

  function visitOf(request: IncomingMessage, response: ServerResponse): Visit {
    const found = visits.get(browserOf(request, cookieName));
    if (found !== undefined) return found;
    const visit: Visit = { amount: '1249.50', payment: null, document: null, signed: null };
    visits.set(nameBrowser(response, cookieName), visit);
    for (const oldest of [...visits.keys()].slice(0, -maxVisits)) visits.delete(oldest);
    return visit;
  }

  async function change(request: IncomingMessage, response: ServerResponse, visit: Visit): Promise<void> {
    const amount = (await readForm(request)).get('amount') ?? '';
    if (!amountPattern.test(amount))
      return send(response, 400, renderBill(visit.amount, 'Write the amount with two decimals: 12.50'));
    visit.amount = amount;
    redirect(response, '/');
  }

  async function pay(response: ServerResponse, visit: Visit): Promise<void> {
    const { url: to, pending } = await payments.begin(visit.amount);
    visit.payment = pending;
    redirect(response, to);
  }

  async function comeBack(address: URL, response: ServerResponse, visit: Visit): Promise<void> {
    // Compare the approval with the current bill: another tab may have changed it.
    const { payment, amount } = visit;
    visit.payment = null;
    if (payment === null) return send(response, 400, renderMessage('Start again', ''));
    const result = await payments.finish(address, payment, amount);
    send(response, 200, renderResult(result, amount));
  }

  async function take(request: IncomingMessage, response: ServerResponse, visit: Visit): Promise<void> {
    // A form on another site cannot send the header `x-name`, so the request comes from this site's page.
    const name = decodeName(request.headers['x-name']);
    const bytes = await readBody(request, maxDocumentBytes);
    if (name === null) return sendJson(response, 400, { problem: 'The document has no name.' });
    try {
      if (bytes === null) throw new FacestepError('too_large', 'The document is too large.');
      const { url: to, document } = await documents.begin(name, bytes);
      visit.document = document;
      sendJson(response, 200, { url: to });
    } catch (error) {
      sendJson(response, 400, { problem: explain(error) });
    }
  }

  async function sign(response: ServerResponse, visit: Visit): Promise<void> {
    const { document } = visit;
    visit.document = null;
    try {
      if (document !== null) visit.signed = { name: document.name, signature: await documents.finish(document) };
    } catch (error) {
      visit.signed = null;
      return send(response, 200, renderMessage('Not signed', explain(error)));
    }
    if (visit.signed === null) return send(response, 400, renderMessage('Start again', ''));
    send(response, 200, renderSigned(modules.importMap, visit.signed.name, visit.signed.signature));
  }

  function save(response: ServerResponse, { signed }: Visit): void {
    if (signed === null) {
      send(response, 404, renderMessage('Page not found', ''));
      return;
    }
    const name = encodeURIComponent(`${signed.name}.jws`).replaceAll("'", '%27');
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${name}`,
      'cache-control': 'no-store',
    });
    response.end(`${signed.signature}\n`);
  }

  return { ...site, redirectUri, returnUrl };
}

const explain = (error: unknown): string =>
  (error instanceof FacestepError ? problems[error.code] : undefined) ??
  'The document could not be signed. Please try again.';

function decodeName(header: string | string[] | undefined): string | null {
  try {
    return decodeURIComponent(String(header ?? '')).normalize('NFC') || null;
  } catch {
    return null;
  }
}

const send = (response: ServerResponse, status: number, { html, policy }: Page): void =>
  sendPage(response, status, html, policy);

const menu = '<nav aria-label="Bank"><a href="/">Pay a bill</a><a href="/documents">Sign a document</a></nav>';

const style =
  'dl { border-block: 1px solid var(--line); padding-block: .75rem 0; } textarea { overflow-wrap: anywhere; }';

interface Page {
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

const renderMessage = (title: string, text: string): Page => toPage(title, `<p>${escapeHtml(text)}</p>`);

const results = {
  paid: ['Paid', 'Your face approved exactly this bill.'],
  declined: ['Not paid', 'You did not approve the bill. Nothing was paid.'],
  changed: [
    'Not paid',
    'The bill was changed after you had seen it. You approved the earlier amount, so nothing was paid.',
  ],
  failed: ['Not paid', 'Please try again. Nothing was paid.'],
} as const satisfies Record<PaymentResult, readonly [string, string]>;

function renderResult(result: PaymentResult, amount: string): Page {
  const [title, text] = results[result];
  return toPage(
    title,
    `<p data-result="${result}">${text}</p>${renderDetails(amount)}<p><a class="button quiet" href="/">Back to the bill</a></p>`,
  );
}

const renderDetails = (amount: string): string => `<dl>
<dt>For</dt><dd>November invoice</dd><dt>To</dt><dd>Harbour Clinic GmbH</dd><dt>Amount</dt><dd>${amount} EUR</dd></dl>`;

/** @param amount - in euros, with two decimals */
const renderBill = (amount: string, note = ''): Page =>
  toPage(
    'Pay a bill',
    `${renderDetails(amount)}
<p><a class="button" href="/pay">Approve with my face</a></p>
<form method="post" action="/bill"><label for="amount">Another amount, in euros</label>
<input id="amount" name="amount" inputmode="decimal" value="${amount}" aria-describedby="note"><p id="note">${note}</p>
<button class="quiet">Change the bill</button></form>`,
  );

const renderDocuments = (importMap: string): Page =>
  toPage(
    'Sign a document',
    `<p>Choose a text or PDF file of at most 10 MB. Check its name, approve it with your face, and it is signed.</p>
<form data-upload><label for="document">Document</label><input id="document" name="document" type="file" required>
<button disabled>Approve and sign</button><output></output></form>${renderCheck('')}`,
    importMap,
  );

const renderSigned = (importMap: string, name: string, signature: string): Page =>
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
