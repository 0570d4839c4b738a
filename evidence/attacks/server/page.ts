import { z } from 'zod';
import { startSignIn, toCodeChallenge } from '../../../simulators/relying-party.js';
import { createSeededRandom } from '../../../src/core/base/chance.js';
import type { JsonObject } from '../../../src/core/base/json.js';
import { type Movement, movements } from '../../../src/core/movements.js';
import type { Json } from '../../../src/errors.js';
import { encryptTo, openPage as openBySocket, takePictures } from '../../../support/browser/page-client.js';
import { readPeople } from '../../../support/browser/people.js';
import { drawTurn, reframe, turnHead } from '../../../support/face-video/index.js';
import { type Browser, createBrowser, ticketOf } from '../../../support/fakes/browser.js';
import { asSession } from './credentials.js';
import { type Caller, get, type Header, post, toMultipart, toPhotoParts, toUrlencoded } from './exchange.js';
import { clientOf, type OidcTarget } from './providers.js';
import type { Stage } from './stage.js';

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
  async (path: string, body: JsonObject | null, session: string | null) => {
    const headers = session === null ? cookies : asSession(session);
    return (await (body === null ? caller.get(path, headers) : caller.post(path, body, headers))).body;
  };

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

/** Takes the pictures that the challenge of a session asks for. */
export const takeFrames = (caller: Caller, { session, film, mark }: Taking) =>
  takePictures(postBy(caller), session, async (movement, at) => {
    const pictures = film[movement];
    const seen = await reframe(pictures[at % pictures.length], createSeededRandom(mark));
    return numbered(seen, `${mark} ${at + 1}`);
  });

export async function toFramesRequest(session: string, frames: Awaited<ReturnType<typeof takeFrames>>) {
  const { nonce } = frames;
  const { photos, contentKeys } = await encryptTo(frames.keys, frames.photos, nonce);
  const fields: [string, string][] = contentKeys === null ? [] : [['contentKeys', contentKeys]];
  return post('/face/frames', toMultipart([['nonce', nonce], ...fields, ...toPhotoParts(photos)]), asSession(session));
}

/** Begins to lend a phone's camera to the browser with the session `own`. */
export async function startHandOff(caller: Caller, own: string) {
  const begun = await caller.post('/face/hand-off', {}, asSession(own));
  const ticket = ticketOf(begun.text('url'));
  return {
    ticket,
    code: begun.text('code'),
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
  const { codeVerifier, state, nonce } = startSignIn(redirectUri);
  const params = {
    client_id: id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state,
    nonce,
    code_challenge: toCodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...more,
  };
  return { codeVerifier, params };
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
  const { url: link, text, status } = await browser.follow(address);
  return { browser, link, ending: `${link}: ${status} ${text.slice(0, 200)}` };
}

/** Begins a sign-in, up to the link of the capture page. */
export async function beginSignIn(serverUrl: string, target: OidcTarget, login: string) {
  const { codeVerifier, params } = authorizationParams(target, { login_hint: login });
  const started = await startAtProvider(serverUrl, target, params);
  if (!new URL(started.link).pathname.startsWith('/face')) throw new Error(`A sign-in stopped at ${started.ending}`);
  return { ...started, target, codeVerifier };
}

type SignIn = Awaited<ReturnType<typeof beginSignIn>>;
type OpenedPage = Pick<SignIn, 'browser' | 'link'>;

const cookiesOf = ({ jar }: Browser, cookies = [...jar.values()]): readonly Header[] => [
  ['Cookie', cookies.map(({ name, value }) => `${name}=${value}`).join('; ')],
];

const returnGuard = z.object({ view: z.object({ returnUrl: z.string() }) });

/** Opens the capture page with the cookies of the browser that came to it. @returns the session */
export function openVisit(caller: Caller, { browser, link }: OpenedPage): Promise<string> {
  const shared = [...browser.jar.values()].filter(({ path }) => path === '/');
  return openPage(caller, ticketOf(link), cookiesOf(browser, shared));
}

/**
 * Runs the capture page's protocol until the face check ends.
 * @returns the URL that continues the sign-in
 */
export async function showFace(caller: Caller, visit: OpenedPage, film: Film, mark: string): Promise<string> {
  const session = await openVisit(caller, visit);
  let outcome: Json | undefined = 'try_again';
  for (let tries = 0; outcome === 'try_again'; tries += 1) {
    const frames = await takeFrames(caller, { session, film, mark: `${mark} ${tries}` });
    ({ outcome } = (await caller.succeed(await toFramesRequest(session, frames))).body);
  }
  if (outcome !== 'passed') throw new Error('A face check that is in order failed');
  const { body } = await caller.get('/face/session', asSession(session));
  return returnGuard.parse(body).view.returnUrl;
}

/** Passes the face check and returns the request that would issue the code. */
export async function comeBack(caller: Caller, visit: OpenedPage, film: Film, mark: string) {
  const seen = await visit.browser.visit(await showFace(caller, visit, film, mark));
  const { pathname, search } = new URL(seen.headers.get('location') ?? '', seen.url);
  return get(pathname + search, cookiesOf(visit.browser));
}

/** Passes the face check and returns the form that redeems the code. */
export async function toRedemption(caller: Caller, signIn: SignIn, film: Film, mark: string) {
  const { browser, target, codeVerifier } = signIn;
  const { url: back } = await browser.follow(await showFace(caller, signIn, film, mark));
  const code = new URL(back).searchParams.get('code');
  if (code === null) throw new Error(`A sign-in came back without a code: ${back}`);
  const proof = { redirect_uri: target.redirectUri, code_verifier: codeVerifier };
  return { grant_type: 'authorization_code', code, ...proof };
}

/** Client whose sign-ins are attacked, by connection with an OpenID provider. */
export const mainClients: Readonly<Record<string, string>> = { okta: 'app', rival: 'rival-app' };
export const hint = { login_hint: 'user@example.com' };

export async function pushRequest({ caller }: Stage, target: OidcTarget, params = hint): Promise<string> {
  const form = toUrlencoded(authorizationParams(target, params).params);
  const pushed = await caller.succeed(post(`/oidc/${target.connection}/par`, form, asOidcClient(target)));
  return pushed.text('request_uri');
}

/** Starts a sign-in and pushes a request at an OpenID provider. Attackers must be able to use neither. */
export async function beginElsewhere(stage: Stage, connection: string) {
  const target = clientOf(stage.providers, mainClients[connection]);
  const { browser, ending } = await startAtProvider(stage.url, target, authorizationParams(target, hint).params);
  const [uid] = [...browser.jar.values()].flatMap(({ path }) => /\/interaction\/([^/]+)$/.exec(path)?.[1] ?? []);
  if (uid === undefined) throw new Error(`No interaction: ${ending}`);
  return { uid, pushed: await pushRequest(stage, target) };
}
