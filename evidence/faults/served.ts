import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Browser, createBrowser, type Seen } from '../../test/oidc/browser.js';
import { benchPublicUrl } from '../bench/hook-providers.js';
import { issuer, type Stage } from './stage.js';

const secret = 'a-secret-of-the-portal-0123456789abcdef';
const redirectUri = 'https://portal.example.com/callback';
/** The portal pushes its authorization requests; anonymous callers do not. */
export const oidcClients = [{ kind: 'relying_party', id: 'portal', secret, redirectUris: [redirectUri] }];

export const portalAuthorization = `Basic ${Buffer.from(`portal:${secret}`).toString('base64')}`;

export const asked = {
  client_id: 'portal',
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: 'openid',
  state: 's-1',
};

interface People {
  readonly checked: string;
  /** User of the hook calls. This user has passed no face check, so the hook must deny the sign-in. */
  readonly called: string;
  readonly named: string;
}

/** Answers of the continuous load, by the journal's name of the request. */
export const expected: Readonly<Record<string, string>> = {
  hook: 'denied',
  'face check': 'passed',
  'pushed sign-in': 'led to the camera',
};

/** Sends the continuous load until a promise settles. */
export async function serve(stage: Stage, { checked, called, named }: People, until: Promise<unknown>): Promise<void> {
  const { client, pictures } = stage;
  let isOver = false;
  until.finally(() => {
    isOver = true;
  });
  const again = async (everyMs: number, work: () => Promise<unknown>): Promise<void> => {
    while (!isOver) {
      await work();
      await sleep(everyMs);
    }
  };
  let events = 0;
  await Promise.all([
    again(100, () => client.callHook(called, `event-${Date.now()}-${events++}`)),
    again(500, () => client.checkFace(checked, pictures.person[1])),
    again(1_000, () => signIn(stage, named)),
  ]);
}

const pushedGuard = z.object({ request_uri: z.string() });

/**
 * Pushes the portal's authorization request, and opens it in the browser.
 * @param send - sends requests for the public URL to the server
 * @returns where the browser ends
 */
export async function openPushed(browser: Browser, send: Send, subject: string): Promise<Pick<Seen, 'url' | 'status'>> {
  const headers = { authorization: portalAuthorization };
  const body = new URLSearchParams({ ...asked, login_hint: subject });
  const pushed = await send(`${issuer}/par`, { method: 'POST', headers, body });
  const { data } = pushedGuard.safeParse(await pushed.json());
  if (data === undefined) return pushed;
  const query = new URLSearchParams({ client_id: 'portal', request_uri: data.request_uri });
  return browser.follow(`${issuer}/authorize?${query}`);
}

type Send = (url: string, init: RequestInit) => Promise<Response>;

export const createSend =
  (serverUrl: string): Send =>
  (url, init) =>
    fetch(url.replace(benchPublicUrl, serverUrl), init);

async function signIn({ replicas, journal }: Stage, subject: string): Promise<void> {
  const began = performance.now();
  const send = createSend(replicas[0].url);
  const answer = await openPushed(createBrowser(send), send, subject).then(
    ({ url, status }) => (new URL(url).pathname === '/face' ? 'led to the camera' : `${status}`),
    () => 'no answer',
  );
  journal.note({ doing: 'pushed sign-in', answer, tries: 1, ms: performance.now() - began });
}
