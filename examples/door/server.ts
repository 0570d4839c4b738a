/*
 * A door: a page with a camera, and a roster for staff. The page shows "Open" for a match and does not change for
 * anyone else. Add your staff's sign-in and the code that opens the lock.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
// In your project: '@facestep/client'.
import { FacestepError } from '../../client/index.js';
import { listen, readBody, redirect, type Site, sendJson, sendPage, sendScript } from '../web/site.js';
import { renderDoor, renderRoster } from './pages.js';
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
    if (asked === 'GET /roster') {
      const roster = await openRoster();
      return sendPage(response, 200, renderRoster(roster.names()), policy);
    }
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
