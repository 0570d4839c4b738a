import { renderSVG } from 'uqr';
import { escapeHtml } from '../web/site.js';
import { toDocument } from '../web/skin.js';
import type { Visit } from './visits.js';

/** Script that updates the code and the number of people without reloading the page. */
export const refreshScript = `setInterval(async () => {
  const reply = await fetch(location.href).catch(() => null);
  const page = new DOMParser().parseFromString(reply?.ok ? await reply.text() : '', 'text/html');
  const next = page.querySelector('main');
  if (next !== null) document.querySelector('main').replaceWith(next);
}, 20000);`;

const style =
  '.count { font-size: 4rem; font-weight: 700; line-height: 1; } ul { list-style: none; padding: 0; } li { margin: 1rem 0; }';

const toPage = (title: string, body: string, script = ''): string =>
  toDocument({ site: 'Check-in', title, body, style, script });

/** Renders the screen of a place: a code to scan and the number of people, without names. */
export const renderPlace = (name: string, link: string, inside: number): string =>
  toPage(
    name,
    `<p>Scan with your phone to check in.</p>
<div class="qr" role="img" aria-label="QR code that opens the check-in" data-link="${escapeHtml(link)}">${renderSVG(link)}</div>
<p><span class="count">${inside}</span> here now</p>`,
    `<script>${refreshScript}</script>`,
  );

export const renderArrival = (name: string): string =>
  toPage(
    `Check in at ${name}`,
    `<p>Show your face, and the time is added to your own list. The place sees how many people are here, but no names.</p>
<form method="post" action="/go"><button>Check in</button></form>
<p><a class="button quiet" href="/mine">My list</a></p>`,
  );

const toTime = (ms: number): string => {
  const iso = new Date(ms).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
};

function toRow({ id, enteredAt, leftAt }: Visit, name: string): string {
  const end =
    leftAt === null
      ? `<form method="post" action="/leave"><input type="hidden" name="visit" value="${id}"><button>Check out of ${escapeHtml(name)}</button></form>`
      : `checked out ${toTime(leftAt)}`;
  return `<li><strong>${escapeHtml(name)}</strong><br>checked in ${toTime(enteredAt)}<br>${end}</li>`;
}

export const renderList = (visits: readonly Visit[], nameOf: (place: string) => string, keepDays: number): string =>
  toPage(
    'Your check-ins',
    `${visits.length === 0 ? '<p>No check-ins yet.</p>' : `<ul>${visits.map((visit) => toRow(visit, nameOf(visit.place))).join('\n')}</ul>`}
<p>Check-ins are deleted after ${keepDays} days.</p>`,
  );

export const renderPlaces = (places: ReadonlyMap<string, string>): string =>
  toPage(
    'Choose a place',
    `<ul>${[...places].map(([id, name]) => `<li><a class="button" href="/places/${id}">${escapeHtml(name)}</a></li>`).join('')}</ul>
<p><a class="button quiet" href="/mine">My list</a></p>`,
  );

export const renderMessage = (title: string, text: string): string => toPage(title, `<p>${escapeHtml(text)}</p>`);

export const renderAskForFace = (): string =>
  toPage(
    'Your check-ins',
    `<p>Show your face to see your list.</p><form method="post" action="/show"><button>Show my list</button></form>`,
  );
