import { renderSVG } from 'uqr';
import { escapeHtml } from '../web/site.js';
import type { Visit } from './visits.js';

/** Updates the code and the count without reloading the page. */
export const refreshScript = `setInterval(async () => {
  const reply = await fetch(location.href).catch(() => null);
  const page = new DOMParser().parseFromString(reply?.ok ? await reply.text() : '', 'text/html');
  const next = page.querySelector('main');
  if (next !== null) document.querySelector('main').replaceWith(next);
}, 20000);`;

function toPage(title: string, body: string, script = ''): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; color: CanvasText; background: Canvas; }
  button, .button { font: inherit; display: inline-block; padding: .6rem 1.5rem; color: ButtonText; background: ButtonFace; border: 1px solid; border-radius: .4rem; }
  a { color: LinkText; } a.button { color: ButtonText; text-decoration: none; }
  .qr { max-width: 16rem; background: #fff; padding: 1rem; } .qr svg { display: block; }
  .count { font-size: 4rem; font-weight: 700; line-height: 1; } li { margin: 1rem 0; }
</style>
<main><h1>${escapeHtml(title)}</h1>${body}</main>${script}`;
}

/** Renders the place's screen: a code to scan and the number of people, without names. */
export const renderPlace = (name: string, link: string, inside: number): string =>
  toPage(
    name,
    `<p>Scan with your phone to check in.</p>
<div class="qr" role="img" aria-label="QR code that opens the check-in" data-link="${escapeHtml(link)}">${renderSVG(link)}</div>
<p><span class="count">${inside}</span> here now</p>`,
    `<script>${refreshScript}</script>`,
  );

/** Renders the page that the scanned code opens. */
export const renderArrival = (name: string): string =>
  toPage(
    `Check in at ${name}`,
    `<p>You show your face, and the time is noted on your own list. The place sees how many are here, and nobody's name.</p>
<form method="post" action="/go"><button>Check in</button></form>
<p><a class="button" href="/mine">My list</a></p>`,
  );

const toTime = (ms: number): string => {
  const iso = new Date(ms).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
};

function toRow({ id, enteredAt, leftAt }: Visit, name: string): string {
  const end =
    leftAt === null
      ? `<form method="post" action="/leave"><input type="hidden" name="visit" value="${id}"><button>Leave ${escapeHtml(name)}</button></form>`
      : `left ${toTime(leftAt)}`;
  return `<li><strong>${escapeHtml(name)}</strong><br>came ${toTime(enteredAt)}<br>${end}</li>`;
}

/**
 * Renders one person's own list.
 * @param nameOf - returns a place's name
 */
export const renderList = (visits: readonly Visit[], nameOf: (place: string) => string, keepDays: number): string =>
  toPage(
    'Where you have been',
    `${visits.length === 0 ? '<p>Nowhere yet.</p>' : `<ul>${visits.map((visit) => toRow(visit, nameOf(visit.place))).join('\n')}</ul>`}
<p>Each is forgotten after ${keepDays} days.</p>`,
  );

export const renderPlaces = (places: ReadonlyMap<string, string>): string =>
  toPage(
    'Check-in',
    `<ul>${[...places].map(([id, name]) => `<li><a class="button" href="/places/${id}">${escapeHtml(name)}</a></li>`).join('')}</ul>
<p><a class="button" href="/mine">My list</a></p>`,
  );

export const renderMessage = (title: string, text: string): string => toPage(title, `<p>${escapeHtml(text)}</p>`);

/** Renders the page that asks for the face to find the list. */
export const renderAskForFace = (): string =>
  toPage(
    'Where you have been',
    `<p>Your list is shown to your own face.</p><form method="post" action="/show"><button>Show my list</button></form>`,
  );
