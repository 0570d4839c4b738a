/*
 * A wallet for one person in a browser on this machine: accepts offers of facestep, shows credentials and their status,
 * and presents them to trusted verifiers.
 */
import { randomUUID, type X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { escapeHtml, listen, type Site, sendPage, toDocument } from '../web/site.js';
import { createHolder, type HeldCredential, hasEnded } from './holder.js';
import { type CardRequest, type Reply, readCardRequest } from './requests.js';

/**
 * Starts the wallet on this machine, with storage in memory.
 * @param issuer - issuer of the credentials that the wallet accepts
 * @param offerPage - page where users get an offer
 * @param authority - authority that signs certificates of verifiers; if `null`, no verifier is trusted
 */
export async function startWallet({
  port,
  issuer,
  offerPage,
  authority,
}: {
  readonly port: number;
  readonly issuer: string;
  readonly offerPage: string;
  readonly authority: X509Certificate | null;
}): Promise<Site> {
  const holder = await createHolder(issuer);
  const held: HeldCredential[] = [];
  /** Open requests by id, so that an answer goes to the verifier that the page showed. */
  const requests = new Map<string, CardRequest>();
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
    if (request.url === '/ask' && authority !== null) {
      const asked = await readCardRequest((form.get('request') ?? '').trim(), authority);
      const name = randomUUID();
      requests.set(name, asked);
      return sendPage(response, 200, renderAsked(name, asked, held));
    }
    const asked = requests.get(form.get('asked') ?? '');
    if (request.url === '/answer' && asked !== undefined) {
      const { clientId: audience, nonce, choices, answer: tell, decline } = asked;
      const names = choices[Number(form.get('choice') ?? Number.NaN)] ?? [];
      requests.delete(form.get('asked') ?? '');
      const reply =
        credential === undefined
          ? await decline()
          : await tell(await holder.show(credential, names, { audience, nonce }));
      return sendPage(response, 200, renderReply(reply));
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
</form>
<h2>Show a card</h2>
<form method="post" action="/ask">
<label>Request <input name="request" required autocomplete="off"></label>
<button>Open request</button>
</form>`,
  );

/** Renders the verifier's request, with a button for each answer. No claim is disclosed before the user presses one. */
function renderAsked(
  name: string,
  { sender, host, isFor, choices }: Pick<CardRequest, 'sender' | 'host' | 'isFor' | 'choices'>,
  held: readonly HeldCredential[],
): string {
  const ways = held.flatMap((card, at) =>
    choices.flatMap((names, choice) =>
      isFor(card) && names.every((name) => card.claims.has(name)) ? [{ card, at, names, choice }] : [],
    ),
  );
  const asked = `<input type="hidden" name="asked" value="${name}">`;
  const forms = ways.map(
    ({ card, at, names, choice }) => `<form method="post" action="/answer" class="card">
<h2>${escapeHtml(card.vct)}</h2>
<dl>${names.map((name) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(String(card.claims.get(name)))}</dd>`).join('')}</dl>
${asked}<input type="hidden" name="at" value="${at}"><input type="hidden" name="choice" value="${choice}">
<p><button>Show this: ${escapeHtml(names.join(', '))}</button></p>
</form>`,
  );
  return toPage(
    `${sender} asks for a card`,
    `<p>Your answer goes to ${escapeHtml(host)}. It always says that your face was checked when you received the card.</p>
${forms.length === 0 ? '<p class="note">None of your cards matches the request.</p>' : forms.join('\n')}
<form method="post" action="/answer">${asked}<button class="quiet">Show nothing</button></form>`,
  );
}

const renderReply = ({ isTaken, next }: Reply): string =>
  toPage(
    isTaken ? 'Answer sent' : 'Card not accepted',
    next === null
      ? '<p class="note" role="status">Continue on the page that asked.</p>'
      : `<p><a href="${escapeHtml(next)}">Back to the page that asked</a></p>`,
  );
