import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { createSeededRandom } from '../../../src/core/base/chance.js';
import type { JsonObject } from '../../../src/core/base/json.js';
import { type Movement, movements } from '../../../src/core/movements.js';
import { openPage as openBySocket, takePictures } from '../../../test/browser/page-client.js';
import { readPeople } from '../../../test/browser/people.js';
import { drawTurn, reframe, turnHead } from '../../../test/face-video/index.js';
import { type Browser, createBrowser, ticketOf } from '../../../test/oidc/browser.js';
import { asSession } from './credentials.js';
import { type Caller, type FormPart, type Header, post, toMultipart, toPhotoParts } from './exchange.js';
import type { OidcTarget } from './providers.js';

/* The capture page's protocol, and the sign-ins that lead to it. */

export type Film = Readonly<Record<Movement, readonly Uint8Array[]>>;

const picturesOfEach = 3;

/** Renders pictures of a person who turns the head in each direction. */
export async function shootFilm(): Promise<Film> {
  const { ada } = await readPeople();
  const chance = createSeededRandom('siege');
  const film: Record<Movement, Uint8Array[]> = { centre: [], left: [], right: [], up: [], down: [] };
  for (const movement of movements)
    for (let shot = 0; shot < picturesOfEach; shot += 1)
      film[movement].push(await turnHead(ada, drawTurn(movement, chance), chance));
  return film;
}

const postBy =
  (caller: Caller, cookies: readonly Header[] = []) =>
  async (path: string, body: JsonObject, session: string | null) =>
    (await caller.post(path, body, session === null ? cookies : asSession(session))).body;

/** @returns the session */
export const openPage = (caller: Caller, ticket: string, cookies: readonly Header[] = []): Promise<string> =>
  openBySocket(postBy(caller, cookies), ticket);

/** Adds a numbered comment to a JPEG file, because the server refuses repeated files (ISO/IEC 10918-1, B.2.4.5). */
function numbered(jpeg: Uint8Array, number: string): Buffer {
  const text = Buffer.from(number);
  const head = Buffer.from([0xff, 0xfe, 0, text.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, text, jpeg.subarray(2)]);
}

interface Taking {
  readonly session: string;
  readonly film: Film;
  /** Makes the pictures differ from all others. */
  readonly mark: string;
}

/** @returns the form for `/face/frames` */
export async function takeFrames(caller: Caller, { session, film, mark }: Taking): Promise<readonly FormPart[]> {
  const { nonce, photos } = await takePictures(postBy(caller), session, async (movement, at) => {
    const pictures = film[movement];
    const seen = await reframe(pictures[at % pictures.length], createSeededRandom(mark));
    return numbered(seen, `${mark} ${at + 1}`);
  });
  return [['nonce', nonce], ...toPhotoParts(photos)];
}

export const toFramesRequest = (session: string, parts: readonly FormPart[]) =>
  post('/face/frames', toMultipart(parts), asSession(session));

/** Runs the capture page's protocol until the face check ends. */
async function passOnPage(caller: Caller, { session, film, mark }: Taking): Promise<boolean> {
  for (let tries = 0; ; tries += 1) {
    const parts = await takeFrames(caller, { session, film, mark: `${mark} ${tries}` });
    const { body } = await caller.succeed(toFramesRequest(session, parts));
    if (body.outcome !== 'try_again') return body.outcome === 'passed';
  }
}

/** Begins to lend a phone's camera to the browser with the session `own`. */
export async function startHandOff(caller: Caller, own: string) {
  const begun = await caller.post('/face/hand-off', {}, asSession(own));
  const ticket = ticketOf(begun.text('url'));
  return {
    ...{ ticket, code: begun.text('code') },
    open: async () => (await caller.post('/face/open', { ticket })).text('session'),
  };
}

export const choicePath = '/face/hand-off/choice';

export async function lendCamera(caller: Caller, own: string): Promise<string> {
  const { code, open } = await startHandOff(caller, own);
  const session = await open();
  await caller.post(choicePath, { number: code }, asSession(session));
  return session;
}

export function authorizationParams({ id, redirectUri }: OidcTarget, more: Readonly<Record<string, string>> = {}) {
  const codeVerifier = randomBytes(32).toString('base64url');
  return {
    codeVerifier,
    params: {
      client_id: id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid',
      state: randomBytes(8).toString('hex'),
      nonce: randomBytes(8).toString('hex'),
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    },
  };
}

export function asOidcClient({ id, secret }: Pick<OidcTarget, 'id' | 'secret'>): readonly Header[] {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret ?? '')}`;
  return secret === null ? [] : [['Authorization', `Basic ${Buffer.from(pair).toString('base64')}`]];
}

export async function startAtProvider(
  serverUrl: string,
  { connection }: OidcTarget,
  params: Readonly<Record<string, string>>,
) {
  const browser = createBrowser((url, init) => fetch(url, init));
  const address = `${serverUrl}/oidc/${connection}/authorize?${new URLSearchParams(params)}`;
  return { browser, seen: await browser.follow(address) };
}

/** Begins a sign-in, up to the link of the capture page. */
export async function beginWith(serverUrl: string, target: OidcTarget, params: Readonly<Record<string, string>>) {
  const { browser, seen } = await startAtProvider(serverUrl, target, params);
  const { url: link, text, status } = seen;
  if (!new URL(link).pathname.startsWith('/face'))
    throw new Error(`A sign-in ended at ${link}: ${status} ${text.slice(0, 200)}`);
  return { browser, link };
}

export async function beginSignIn(serverUrl: string, target: OidcTarget, login: string) {
  const { codeVerifier, params } = authorizationParams(target, { login_hint: login });
  return { ...(await beginWith(serverUrl, target, params)), target, codeVerifier };
}

type SignIn = Awaited<ReturnType<typeof beginSignIn>>;
type OpenedPage = Pick<SignIn, 'browser' | 'link'>;

const cookiesOf = ({ jar }: Browser, isShown: (path: string) => boolean): readonly Header[] => {
  const shown = [...jar.values()].filter(({ path }) => isShown(path)).map(({ name, value }) => `${name}=${value}`);
  return [['Cookie', shown.join('; ')]];
};

const returnGuard = z.object({ view: z.object({ returnUrl: z.string() }) });

/** @returns the URL that continues the sign-in */
export async function showFace(
  caller: Caller,
  { browser, link }: OpenedPage,
  film: Film,
  mark: string,
): Promise<string> {
  const cookies = cookiesOf(browser, (path) => path === '/');
  const session = await openPage(caller, ticketOf(link), cookies);
  if (!(await passOnPage(caller, { session, film, mark }))) throw new Error('A face check that is in order failed');
  const { body } = await caller.get('/face/session', asSession(session));
  return returnGuard.parse(body).view.returnUrl;
}

/** Passes the face check and returns the request that would issue the code. */
export async function comeBack(caller: Caller, visit: OpenedPage, film: Film, mark: string) {
  const seen = await visit.browser.visit(await showFace(caller, visit, film, mark));
  const { pathname, search } = new URL(seen.headers.get('location') ?? '', seen.url);
  return { path: pathname + search, headers: cookiesOf(visit.browser, () => true) };
}

/** Passes the face check and returns the form that redeems the code. */
export async function toRedemption(caller: Caller, signIn: SignIn, film: Film, mark: string) {
  const { browser, target, codeVerifier } = signIn;
  const { url: back } = await browser.follow(await showFace(caller, signIn, film, mark));
  const code = new URL(back).searchParams.get('code');
  if (code === null) throw new Error(`A sign-in came back without a code: ${back}`);
  return [
    ['grant_type', 'authorization_code'],
    ['code', code],
    ['redirect_uri', target.redirectUri],
    ['code_verifier', codeVerifier],
  ] as const;
}
