import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Browser, createBrowser } from '../../../test/oidc/browser.js';
import type { Caller } from './caller.js';
import { asSession } from './credentials.js';
import { type Film, openPage, passOnPage, ticketOf } from './page.js';
import type { OidcTarget } from './providers.js';
import type { Header } from './request.js';

export interface SignIn {
  readonly browser: Browser;
  readonly target: OidcTarget;
  readonly codeVerifier: string;
  readonly link: string;
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

export function beginSignIn(serverUrl: string, target: OidcTarget, login: string): Promise<SignIn> {
  const { codeVerifier, params } = authorizationParams(target, { login_hint: login });
  return beginWith(serverUrl, target, params, codeVerifier);
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

export async function beginWith(
  serverUrl: string,
  target: OidcTarget,
  params: Readonly<Record<string, string>>,
  codeVerifier = '',
): Promise<SignIn> {
  const { browser, seen } = await startAtProvider(serverUrl, target, params);
  const { url, text, status } = seen;
  if (!new URL(url).pathname.startsWith('/face'))
    throw new Error(`A sign-in ended at ${url}: ${status} ${text.slice(0, 200)}`);
  return { browser, target, codeVerifier, link: url };
}

const cookiesOf = ({ jar }: Browser): readonly Header[] => {
  const shown = [...jar.values()].filter(({ path }) => path === '/').map(({ name, value }) => `${name}=${value}`);
  return [['Cookie', shown.join('; ')]];
};

const returnGuard = z.object({ view: z.object({ returnUrl: z.string() }) });

/** @returns the URL that continues the sign-in */
export async function showFace(
  caller: Caller,
  { browser, link }: Pick<SignIn, 'browser' | 'link'>,
  film: Film,
  mark: string,
): Promise<string> {
  const { session } = await openPage(caller, ticketOf(link), cookiesOf(browser));
  if (!(await passOnPage(caller, { session, film, mark }))) throw new Error('A face check that is in order failed');
  const { body } = await caller.get('/face/session', asSession(session));
  return returnGuard.parse(body).view.returnUrl;
}

/** Passes the face check and returns the request that would issue the code. */
export async function comeBack(
  caller: Caller,
  signIn: SignIn,
  film: Film,
  mark: string,
): Promise<{ readonly path: string; readonly headers: readonly Header[] }> {
  const seen = await signIn.browser.visit(await showFace(caller, signIn, film, mark));
  const { pathname, search } = new URL(seen.headers.get('location') ?? '', seen.url);
  const cookies = [...signIn.browser.jar.values()].map(({ name, value }) => `${name}=${value}`).join('; ');
  return { path: pathname + search, headers: [['Cookie', cookies]] };
}

export async function takeCode(caller: Caller, signIn: SignIn, film: Film, mark: string): Promise<string> {
  const { url: back } = await signIn.browser.follow(await showFace(caller, signIn, film, mark));
  const code = new URL(back).searchParams.get('code');
  if (code === null) throw new Error(`A sign-in came back without a code: ${back}`);
  return code;
}

export const redemption = ({ target, codeVerifier }: SignIn, code: string): readonly (readonly [string, string])[] => [
  ['grant_type', 'authorization_code'],
  ['code', code],
  ['redirect_uri', target.redirectUri],
  ['code_verifier', codeVerifier],
  ...(target.secret === null ? [['client_id', target.id] as const] : []),
];
