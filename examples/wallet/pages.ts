import { escapeHtml } from '../web/site.js';
import { toDocument } from '../web/skin.js';
import type { HeldCredential } from './holder.js';
import type { CardRequest, Reply } from './requests.js';

const style =
  '.card { border: 2px solid var(--press); border-radius: 1rem; padding: 0 1rem .75rem; margin-bottom: 1rem; }';

const toPage = (title: string, body: string): string => toDocument({ site: 'Wallet', title, body, style });

const renderCard = (held: HeldCredential, at: number): string => `<section class="card" data-credential="${at}">
<h2>${escapeHtml(held.vct)}</h2>
<dl>${[...held.claims].map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(String(value))}</dd>`).join('')}</dl>
<p class="soft">Expires ${new Date(held.expiresAt * 1000).toISOString().slice(0, 10)}. Issued by ${escapeHtml(held.issuer)}</p>
<form method="post" action="/check"><input type="hidden" name="at" value="${at}"><button class="quiet">Check validity</button></form>
</section>`;

export const renderWallet = (
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
    `${sender} asks for a card`,
    `<p>Your answer goes to ${escapeHtml(host)}. It always says that your face was checked when you received the card.</p>
${forms.length === 0 ? '<p class="note">None of your cards matches the request.</p>' : forms.join('\n')}
<form method="post" action="/answer">${asked}<button class="quiet">Show nothing</button></form>`,
  );
}

export const renderReply = ({ isTaken, next }: Reply): string =>
  toPage(
    isTaken ? 'Answer sent' : 'Card not accepted',
    next === null
      ? '<p class="note" role="status">Continue on the page that asked.</p>'
      : `<p><a href="${escapeHtml(next)}">Back to the page that asked</a></p>`,
  );
