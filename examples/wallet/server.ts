/*
 * A wallet for one person in a browser on this machine: accepts offers of facestep, and shows credentials and their
 * status.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { escapeHtml, listen, type Site, sendPage, toDocument } from '../web/site.js';
import { createHolder, type HeldCredential, hasEnded } from './holder.js';

/**
 * Starts the wallet on this machine, with storage in memory.
 * @param issuer - issuer of the credentials that the wallet accepts
 * @param offerPage - page where users get an offer
 */
export async function startWallet({
  port,
  issuer,
  offerPage,
}: {
  readonly port: number;
  readonly issuer: string;
  readonly offerPage: string;
}): Promise<Site> {
  const holder = await createHolder(issuer);
  const held: HeldCredential[] = [];
  const site = await listen(port, (request, response) => {
    answer(request, response).catch((error: unknown) =>
      show(response, `This failed: ${error instanceof Error ? error.message : 'unknown error'}`),
    );
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Accepts only this site's own buttons, by the Origin header.
    if (request.method === 'POST' && request.headers.origin !== site.url) throw new Error('that is not for this page');
    const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '');
    if (request.url === '/take') {
      held.push(await holder.take((form.get('offer') ?? '').trim(), (form.get('code') ?? '').trim()));
      return show(response, 'The card was added.');
    }
    const credential = held[Number(form.get('at') ?? Number.NaN)];
    if (request.url === '/check' && credential !== undefined) {
      const isOver = await hasEnded(credential);
      return show(response, isOver ? 'The card was revoked.' : 'The card is valid.');
    }
    return show(response, '');
  }

  const show = (response: ServerResponse, note: string): void =>
    sendPage(response, 200, renderWallet(held, { offerPage, note }));

  return site;
}

const style =
  '.card { border: 2px solid var(--press); border-radius: 1rem; padding: 0 1rem .75rem; margin-bottom: 1rem; }';

const toPage = (title: string, body: string): string => toDocument({ site: 'Wallet', title, body, style });

const renderCard = (held: HeldCredential, at: number): string => `<section class="card" data-credential="${at}">
<h2>${escapeHtml(held.vct)}</h2>
<dl>${[...held.claims].map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(String(value))}</dd>`).join('')}</dl>
<p class="soft">Expires ${new Date(held.expiresAt * 1000).toISOString().slice(0, 10)}. Issued by ${escapeHtml(held.issuer)}</p>
<form method="post" action="/check"><input type="hidden" name="at" value="${at}"><button class="quiet">Check validity</button></form>
</section>`;

const renderWallet = (
  held: readonly HeldCredential[],
  { offerPage, note = '' }: { readonly offerPage: string; readonly note?: string },
): string =>
  toPage(
    'Your cards',
    `<p class="note" role="status">${escapeHtml(note)}</p>
${held.map(renderCard).join('\n')}
<p><a href="${escapeHtml(offerPage)}">Get a staff card</a>. Copy the address of "My wallet is on this phone" and the six digits into this form.</p>
<form method="post" action="/take">
<label>Offer <input name="offer" required autocomplete="off"></label>
<label>Six digits <input name="code" required inputmode="numeric" autocomplete="off"></label>
<button>Add card</button>
</form>`,
  );
