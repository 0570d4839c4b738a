import { escapeHtml } from '../web/site.js';

export const style = `
:root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif; }
main { max-width: 40rem; margin: 1rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
video { display: block; width: 100%; aspect-ratio: 4 / 3; max-height: 45vh; object-fit: cover; background: #222; border-radius: .5rem; transform: scaleX(-1); }
#open { display: grid; place-content: center; min-height: 6.5rem; margin: 1rem 0; text-align: center; }
#open b { display: block; font-size: 3rem; line-height: 1.2; }
#open[data-open] { background: #14532d; color: #fff; border-radius: .5rem; }
label { display: block; } input { font: inherit; box-sizing: border-box; width: 100%; padding: .5rem; }
button { font: inherit; min-height: 2.75rem; padding: .4rem 1.5rem; margin-top: .5rem; }
ul { list-style: none; padding: 0; } li { display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
`;

const toPage = (title: string, does: 'door' | 'roster', body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="stylesheet" href="/door.css"></head>
<body><main data-page="${does}"><h1>${title}</h1>${body}</main><script src="/door.js" type="module"></script></body></html>`;

const video = '<video muted playsinline autoplay aria-label="What the camera sees"></video>';

/** Renders the page at the door, which shows "Open" and the time, or nothing. */
export const renderDoor = (): string =>
  toPage(
    'Main door',
    'door',
    `${video}
<div id="open" role="status"></div>
<p>Stand before the camera. Your face is compared with those on this door's list, and the pictures are looked at for signs of a photo or a screen. You are asked
for no movement, so this proves less than a full face check: a good screen may pass. Somebody should be able to see this camera. No picture is kept.</p>`,
  );

/** Renders the roster page for staff. */
export const renderRoster = (names: readonly string[]): string =>
  toPage(
    'Who may enter',
    'roster',
    `<form id="enrol">
${video}
<label>Name <input name="name" required maxlength="100" autocomplete="off"></label>
<p>Only with the person's consent, and with another way in for whoever gives none.</p>
<button disabled>Take three pictures, and add them</button>
<p role="status"></p>
</form>
<ul>${names.map(renderName).join('')}</ul>`,
  );

const renderName = (name: string): string => `<li><span>${escapeHtml(name)}</span>
<form method="post" action="/roster/remove"><input type="hidden" name="name" value="${escapeHtml(name)}">
<button aria-label="Remove ${escapeHtml(name)}">Remove</button></form></li>`;
