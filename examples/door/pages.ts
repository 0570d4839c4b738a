import { escapeHtml } from '../web/site.js';
import { toDocument } from '../web/skin.js';

const style = `
video { display: block; width: 100%; aspect-ratio: 4 / 3; max-height: 45vh; object-fit: cover; background: #222; border-radius: .5rem; transform: scaleX(-1); }
#open { display: grid; place-content: center; min-height: 6.5rem; margin: 1rem 0; text-align: center; }
#open b { display: block; font-size: 3rem; line-height: 1.2; }
#open[data-open] { background: #14532d; color: #fff; border-radius: .5rem; }
ul { list-style: none; padding: 0; } li { display: flex; align-items: center; justify-content: space-between; gap: 1rem; }`;

const toPage = (title: string, does: 'door' | 'roster', body: string): string =>
  toDocument({
    ...{ site: 'Main door', title, style },
    body: `<div data-page="${does}">${body}</div>`,
    script: '<script src="/door.js" type="module"></script>',
  });

const video = '<video muted playsinline autoplay aria-label="What the camera sees"></video>';

export const renderDoor = (): string =>
  toPage(
    'Look at the camera',
    'door',
    `${video}
<div id="open" role="status"></div>
<p>Stand in front of the camera. Your face is compared with the faces on this door's list, and the pictures are checked for photos and screens. No picture is kept.</p>
<p class="soft">You make no movement, so a good screen may pass: this proves less than a full face check.</p>`,
  );

export const renderRoster = (names: readonly string[]): string =>
  toPage(
    'Who may enter',
    'roster',
    `<form id="enrol">
${video}
<label>Name <input name="name" required maxlength="100" autocomplete="off"></label>
<p>Ask for the person's consent, and offer another way in to people who refuse.</p>
<button disabled>Take three pictures and add</button>
<p role="status"></p>
</form>
<ul>${names.map(renderName).join('')}</ul>`,
  );

const renderName = (name: string): string => `<li><span>${escapeHtml(name)}</span>
<form method="post" action="/roster/remove"><input type="hidden" name="name" value="${escapeHtml(name)}">
<button class="quiet" aria-label="Remove ${escapeHtml(name)}">Remove</button></form></li>`;
