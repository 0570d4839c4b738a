/*
 * A door: a page with a camera, and a roster for staff. The page shows "Open" for a match and does not change for
 * anyone else. Add your staff's sign-in and the code that opens the lock.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
// In your project: '@facestep/client'.
import { FacestepError } from '../../client/index.js';
import {
  escapeHtml,
  listen,
  readBody,
  redirect,
  type Site,
  sendJson,
  sendPage,
  sendScript,
  toDocument,
} from '../web/site.js';
import type { Roster } from './roster.js';

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const mostBytes = 3 * 1024 * 1024;
const maxNameCharacters = 100;

/** @param openRoster - returns the roster; called at the first request that needs it */
export async function startDoor({
  port,
  openRoster,
}: {
  readonly port: number;
  openRoster(): Promise<Roster>;
}): Promise<Site> {
  const site = await listen(port, (request, response) => {
    answer(request, response).catch(() => sendJson(response, 502, { problem: 'The service cannot be reached.' }));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', site.url);
    const asked = `${request.method} ${pathname}`;
    // Refuse requests from other sites.
    const isOwn = ['same-origin', undefined].includes(request.headers['sec-fetch-site']?.toString());
    if (request.method === 'POST' && !isOwn)
      return sendJson(response, 403, { problem: 'This request came from another page.' });
    if (asked === 'GET /') return sendPage(response, 200, renderDoor(), policy);
    if (asked === 'GET /roster') return sendPage(response, 200, renderRoster((await openRoster()).names()), policy);
    if (asked === 'GET /door.js')
      return sendScript(response, await readFile(new URL('page.js', import.meta.url), 'utf8'));
    const form = request.method === 'POST' ? await readForm(request) : null;
    if (form === null) return sendJson(response, 404, { problem: 'Page not found.' });
    if (pathname === '/look') return look(response, form);
    if (pathname === '/roster') return enrol(response, form);
    if (pathname === '/roster/remove') {
      const roster = await openRoster();
      roster.remove(textOf(form, 'name'));
      return redirect(response, '/roster');
    }
    sendJson(response, 404, { problem: 'Page not found.' });
  }

  /** Answers a capture. It never shows why a face was refused. */
  async function look(response: ServerResponse, form: FormData): Promise<void> {
    const photos = await photosOf(form);
    const roster = await openRoster();
    const name = await roster.whoIsThere(photos).catch((error: unknown) => {
      if (error instanceof FacestepError) return null;
      throw error;
    });
    // Open the lock and write your own log here.
    sendJson(response, 200, { openedAt: name === null ? null : new Date().toISOString() });
  }

  async function enrol(response: ServerResponse, form: FormData): Promise<void> {
    const name = textOf(form, 'name').trim().slice(0, maxNameCharacters);
    if (name === '') return sendJson(response, 400, { problem: 'Type a name.' });
    const photos = await photosOf(form);
    const roster = await openRoster();
    try {
      const isOn = await roster.enrol(name, photos);
      sendJson(response, 200, isOn ? {} : { problem: 'This face or name is already on the roster.' });
    } catch (error) {
      if (!(error instanceof FacestepError)) throw error;
      sendJson(response, 200, { problem: `These pictures cannot be used (${error.code}). Try again.` });
    }
  }

  return site;
}

const textOf = (form: FormData, field: string): string => {
  const value = form.get(field);
  return typeof value === 'string' ? value : '';
};

const photosOf = (form: FormData): Promise<Uint8Array[]> =>
  Promise.all(
    form
      .getAll('photo')
      .flatMap((each) => (typeof each === 'string' ? [] : [each.arrayBuffer().then((bytes) => new Uint8Array(bytes))])),
  );

async function readForm(request: IncomingMessage): Promise<FormData | null> {
  const body = await readBody(request, mostBytes);
  if (body === null) return null;
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  return new Response(body, { headers }).formData().catch(() => null);
}

const style = `
video { display: block; width: 100%; aspect-ratio: 4 / 3; max-height: 45vh; object-fit: cover; background: #222; border-radius: .5rem; transform: scaleX(-1); }
#open { display: grid; place-content: center; min-height: 6.5rem; margin: 1rem 0; text-align: center; }
#open b { display: block; font-size: 3rem; line-height: 1.2; }
#open[data-open] { background: #14532d; color: #fff; border-radius: .5rem; }
ul { list-style: none; padding: 0; } li { display: flex; align-items: center; justify-content: space-between; gap: 1rem; }`;

const toPage = (title: string, does: 'door' | 'roster', body: string): string =>
  toDocument({
    site: 'Main door',
    title,
    style,
    body: `<div data-page="${does}">${body}</div>`,
    script: '<script src="/door.js" type="module"></script>',
  });

const video = '<video muted playsinline autoplay aria-label="What the camera sees"></video>';

const renderDoor = (): string =>
  toPage(
    'Look at the camera',
    'door',
    `${video}
<div id="open" role="status"></div>
<p>Stand in front of the camera. Your face is compared with the faces on this door's list, and the pictures are checked for photos and screens. No picture is kept.</p>
<p class="soft">You make no movement, so a good screen may pass: this proves less than a full face check.</p>`,
  );

const renderRoster = (names: readonly string[]): string =>
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
