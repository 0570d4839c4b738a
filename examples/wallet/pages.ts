import { escapeHtml } from '../web/site.js';
import type { HeldCredential } from './holder.js';
import type { CardRequest, Reply } from './requests.js';

const toPage = (title: string, body: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
  label { display: block; margin: 1rem 0; } input { font: inherit; box-sizing: border-box; width: 100%; padding: .4rem; }
  button { font: inherit; padding: .5rem 1.5rem; } .note { font-weight: 600; }
  .card { border: 2px solid; border-radius: 1rem; padding: 0 1rem; margin-bottom: 1rem; }
  dt { font-size: .9rem; } dd { margin: 0 0 .5rem; font-weight: 600; }
</style>
<main><h1>${title}</h1>${body}</main>`;

const renderCard = (held: HeldCredential, at: number): string => `<section class="card" data-credential="${at}">
<h2>${escapeHtml(held.vct)}</h2>
<dl>${[...held.claims].map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(String(value))}</dd>`).join('')}</dl>
<p>Until ${new Date(held.expiresAt * 1000).toISOString().slice(0, 10)}, from ${escapeHtml(held.issuer)}</p>
<form method="post" action="/check"><input type="hidden" name="at" value="${at}"><button>Is it still good?</button></form>
</section>`;

/** Renders the wallet's credentials and the form for offers. */
export const renderWallet = (
  held: readonly HeldCredential[],
  { offerPage, note = '' }: { readonly offerPage: string; readonly note?: string },
): string =>
  toPage(
    'A small wallet',
    `<p class="note" role="status">${escapeHtml(note)}</p>
${held.map(renderCard).join('\n')}
<p><a href="${escapeHtml(offerPage)}">Get a staff card</a>. Copy the address of "My wallet is on this phone" to here, and the six digits.</p>
<form method="post" action="/take">
<label>Offer <input name="offer" required autocomplete="off"></label>
<label>Six digits <input name="code" required inputmode="numeric" autocomplete="off"></label>
<button>Take it</button>
</form>
<h2>Somebody asks for a card</h2>
<form method="post" action="/ask">
<label>Request <input name="request" required autocomplete="off"></label>
<button>See who asks</button>
</form>`,
  );

/** Renders the verifier's request and all ways to answer. Nothing is disclosed before a button is pressed. */
export function renderAsked(
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
    `${escapeHtml(sender)} asks for a card`,
    `<p>It goes to ${escapeHtml(host)}. That a face was checked when you got the card is always shown with it.</p>
${forms.length === 0 ? '<p class="note">No card of yours is what they ask for.</p>' : forms.join('\n')}
<form method="post" action="/answer">${asked}<button>Show nothing</button></form>`,
  );
}

/** Renders the verifier's response. */
export const renderReply = ({ isTaken, next }: Reply): string =>
  toPage(
    isTaken ? 'They have your answer' : 'Your card was not taken',
    next === null
      ? '<p class="note" role="status">Go on where you were asked.</p>'
      : `<p><a href="${escapeHtml(next)}">Go back to where you were asked</a></p>`,
  );
