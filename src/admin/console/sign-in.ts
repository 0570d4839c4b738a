import type { CookieOptions, Express, Request } from 'express';
import { z } from 'zod';
import { authenticateAdministrator, firstOwnerOf } from '../../access/administrators.js';
import { authenticateSession } from '../../access/console-caller.js';
import {
  administratorOf,
  beginSession,
  type ConsoleSession,
  endSession,
  longestSessionSec,
  sessionCookieOf,
} from '../../access/console-sessions.js';
import { type SignedInRole, signedInRoles } from '../../access/rights.js';
import type { SignInConfig } from '../../config/console.js';
import { readCookie } from '../../core/base/cookie.js';
import { attemptsOfKeys } from '../../core/limits/attempts.js';
import { consumeLimit } from '../../core/limits/limits.js';
import { countAttempt } from '../../core/limits/lockout.js';
import type { Clock, Fetch } from '../../core/ports.js';
import { Credential, digestOf } from '../../core/secrets.js';
import { newSecret } from '../../core/tickets.js';
import { addSec, secondsPerDay } from '../../core/units.js';
import { FaceError, toCode } from '../../errors.js';
import { noteRefusal, sourceOf } from '../../http/access-log.js';
import { queryOf } from '../../http/front-door.js';
import { createSignInProvider, matchesState, secretsOf } from '../../sign-in/provider.js';
import type { ConsoleDeps } from './deps.js';
import { type Call, mountCall, readFields } from './exchange.js';
import { useFirstCode } from './first-sign-in.js';

const visitLifeSec = 10 * 60;

export const consolePath = '/console';

/** A sign-in in progress. It is stored only in a cookie, so that anonymous requests cost no memory. */
interface PendingSignIn {
  /** 256 random bits. The values that are sent to the provider are derived from these bits by a one-way function. */
  readonly secret: Credential;
  /** Path of the console to open afterwards. */
  readonly to: string;
}

/** Seconds for which the browser of a successful sign-in is remembered. */
const knownSec = 90 * secondsPerDay;

const knownKey = (secret: string): string => `console-known:${digestOf(secret).toString('base64url')}`;

const knownCookieOf = (issuer: string): string =>
  `${issuer.startsWith('https:') ? '__Host-' : ''}facestep-console-known`;

/** Returns the cookie's name. The cookie is `SameSite=Lax`, because the browser returns from the provider's host. */
const visitCookieOf = (issuer: string): string =>
  `${issuer.startsWith('https:') ? '__Host-' : ''}facestep-console-visit`;

const toCookie = ({ secret, to }: PendingSignIn): string =>
  secret.use((text) => `${text}.${Buffer.from(to).toString('base64url')}`);

function fromCookie(cookie: string | null): PendingSignIn | null {
  const [, secret, to] = /^([\w-]{43})\.([\w-]{1,2048})$/.exec(cookie ?? '') ?? [];
  if (secret === undefined || to === undefined) return null;
  return { secret: new Credential(secret), to: toOwnPath(Buffer.from(to, 'base64url').toString('utf8')) };
}

/** Returns a path of the console. Addresses of other hosts are replaced by the start page. */
export function toOwnPath(asked: string | null): string {
  const base = 'https://console.invalid';
  if (asked === null || asked.length > 1024 || !URL.canParse(asked, base)) return consolePath;
  const { origin, pathname, search } = new URL(asked, base);
  const isOwn = origin === base && (pathname === consolePath || pathname.startsWith(`${consolePath}/`));
  return isOwn ? `${pathname}${search}` : consolePath;
}

interface Person {
  readonly subject: string;
  readonly login: string;
  readonly name: string;
  readonly role: SignedInRole | null;
}

const text = z.string().min(1).max(320).optional().catch(undefined);
const claimsGuard = z.object({ sub: z.string().min(1), preferred_username: text, email: text });
const groupsGuard = z.union([z.array(z.unknown()), z.string().transform((one) => [one])]).catch([]);

function toPerson(
  claims: Readonly<Record<string, unknown>>,
  { issuer, roles: groupsOf, groupsClaim }: SignInConfig,
): Person {
  const { sub, preferred_username: username, email } = claimsGuard.parse(claims);
  const login = username ?? (claims.email_verified === false ? undefined : email) ?? sub;
  const groups = groupsGuard.parse(claims[groupsClaim]);
  const role = signedInRoles.find((each) => groupsOf[each].some((group) => groups.includes(group))) ?? null;
  return { subject: sub, login, name: `${toPlain(login)} (${new URL(issuer).host})`, role };
}

/**
 * Percent-encodes unusual characters, so that two logins never look alike, and no login looks like the name of an API
 * key.
 */
const toPlain = (login: string): string =>
  Buffer.from(login)
    .toString()
    .replace(/[^\p{L}\p{N}._@+-]/gu, encodeURIComponent);

function createCompanyProvider(
  config: SignInConfig,
  deps: { readonly redirectUri: string; readonly clock: Clock; readonly fetch: Fetch },
) {
  const provider = createSignInProvider(config, { ...deps, use: 'console' });
  return {
    begin: ({ secret }: PendingSignIn) => provider.begin(secretsOf(secret, 'console')),
    isOf: ({ secret }: PendingSignIn, query: string) => matchesState(secretsOf(secret, 'console'), query),
    /**
     * Completes the sign-in.
     * @throws `caller_untrusted` if the answer is invalid; `profile_unavailable`
     */
    async finish(query: string, { secret }: PendingSignIn) {
      const claims = await provider.finish(
        query,
        secretsOf(secret, 'console'),
        (told) => config.groupsClaim in told && ('preferred_username' in told || 'email' in told),
      );
      return toPerson(claims, config);
    },
  };
}

type Refused = 'no-role' | 'not-finished' | 'provider-down' | 'locked-out';

export function mountSignIn(app: Express, deps: ConsoleDeps): void {
  const { issuer, clock, fetch } = deps;
  const isSecure = issuer.startsWith('https:');
  const signIn = deps.console.signIn;
  const redirectUri = `${issuer}${consolePath}/callback`;
  const provider = signIn === null ? null : createCompanyProvider(signIn, { redirectUri, clock, fetch });
  const cookie = (sameSite: 'lax' | 'strict'): CookieOptions => ({
    httpOnly: true,
    secure: isSecure,
    sameSite,
    path: '/',
  });
  const names = { session: sessionCookieOf(issuer), visit: visitCookieOf(issuer), known: knownCookieOf(issuer) };

  const backToSignIn = ({ response }: Pick<Call, 'response'>, refused: Refused): void =>
    response.redirect(303, `${issuer}${consolePath}/sign-in?refused=${refused}`);

  /** Begins a console session with a new secret, so that a cookie planted by an attacker is useless. */
  async function begin(
    { response }: Pick<Call, 'response'>,
    session: Pick<ConsoleSession, 'name' | 'role' | 'by'>,
    subject: string | null,
  ): Promise<void> {
    const { by } = session;
    const { name, role } = administratorOf(session);
    const emergency = by.kind === 'key' && signIn !== null;
    const detail = { by: name, role, issuer: by.kind === 'provider' ? by.issuer : null, subject, emergency };
    await deps.audit.append({ action: 'console_signed_in', connection: '', subject: '', detail });
    if (emergency) {
      deps.log.warn('admin key used to sign in to the console', { by: name, role });
      deps.metrics.emergencySignIns.inc();
    }
    const secret = await beginSession(session, deps);
    secret.use((text) =>
      response.cookie(names.session, text, { ...cookie('strict'), maxAge: longestSessionSec * 1000 }),
    );
  }

  mountCall(app, deps.pools, ['GET', `${consolePath}/api/sign-in`], async (exchange) => {
    const { request, response } = exchange;
    if (provider === null) throw new FaceError('not_found');
    const to = toOwnPath(new URLSearchParams(queryOf(request)).get('to'));
    const visit: PendingSignIn = { secret: newSecret(deps), to };
    const address = await provider.begin(visit).catch((error: unknown) => {
      noteRefusal(response, error);
      deps.log.warn('identity provider of the console does not respond', { code: toCode(error) });
      return null;
    });
    if (address === null) return backToSignIn(exchange, 'provider-down');
    response.cookie(names.visit, toCookie(visit), { ...cookie('lax'), maxAge: visitLifeSec * 1000 });
    response.redirect(303, address.href);
  });

  mountCall(app, deps.pools, ['GET', `${consolePath}/callback`], async (exchange) => {
    const { request, response } = exchange;
    if (provider === null || signIn === null) throw new FaceError('not_found');
    const visit = fromCookie(readCookie(request, names.visit));
    const query = queryOf(request);
    // This answer belongs to another window's sign-in, whose cookie is kept.
    if (visit === null || !provider.isOf(visit, query)) return backToSignIn(exchange, 'not-finished');
    try {
      await consumeLimit('signInReturns', await callerOf(request), deps);
      response.clearCookie(names.visit, cookie('lax'));
      const person = await provider.finish(query, visit);
      const role = await requireRole(person, signIn.issuer);
      const by = { kind: 'provider' as const, issuer: signIn.issuer, subject: person.subject, login: person.login };
      await begin(exchange, { name: person.name, role, by }, person.subject);
      await remember(exchange);
    } catch (error) {
      const refused = toRefused(error);
      if (refused === null) throw error;
      noteRefusal(response, error);
      return backToSignIn(exchange, refused);
    }
    response.redirect(303, `${issuer}${visit.to}`);
  });

  /** Returns whose returns are counted: the browser of an earlier sign-in has a count of its own, apart from its address. */
  async function callerOf(request: Request): Promise<string> {
    const shown = readCookie(request, names.known);
    const key = shown === null ? null : knownKey(shown);
    return key !== null && (await deps.state.read(key)) !== null ? key : sourceOf(request);
  }

  /** Remembers the browser of a successful sign-in. */
  async function remember({ response }: Pick<Call, 'response'>): Promise<void> {
    const secret = newSecret(deps).use((text) => text);
    await deps.state.write(knownKey(secret), true, { when: 'any', expiresAt: addSec(deps.clock.now(), knownSec) });
    response.cookie(names.known, secret, { ...cookie('lax'), maxAge: knownSec * 1000 });
  }

  async function requireRole({ role, name, subject }: Person, from: string): Promise<SignedInRole> {
    if (role !== null) return role;
    await consumeLimit('refusedSignInsOfPerson', JSON.stringify([from, subject]), deps);
    const detail = { by: name, issuer: from, subject };
    await deps.audit.append({ action: 'console_sign_in_refused', connection: '', subject: '', detail });
    throw new FaceError('role_missing');
  }

  mountCall(app, deps.pools, ['POST', `${consolePath}/api/sign-in/key`], async (exchange) => {
    const { key } = await readFields(exchange, z.strictObject({ key: z.string().min(1).max(4096) }), deps);
    const source = sourceOf(exchange.request);
    const { administrator, keyId } = await authenticateAdministrator(new Credential(key), source, deps);
    await begin(exchange, { ...administrator, by: { kind: 'key', keyId } }, null);
    exchange.response.json({ ok: true });
  });

  mountCall(app, deps.pools, ['POST', `${consolePath}/api/sign-in/code`], async (exchange) => {
    const { code } = await readFields(exchange, z.strictObject({ code: z.string().min(1).max(64) }), deps);
    if (!(await useFirstCode(new Credential(code), deps)))
      await countAttempt(
        attemptsOfKeys(sourceOf(exchange.request)),
        () => Promise.reject(new FaceError('caller_untrusted')),
        deps,
      );
    const { administrator, keyId } = firstOwnerOf(deps);
    await begin(exchange, { ...administrator, by: { kind: 'key', keyId } }, null);
    exchange.response.json({ ok: true });
  });

  mountCall(app, deps.pools, ['POST', `${consolePath}/api/sign-out`], async ({ request, response }) => {
    const { secret, session } = await authenticateSession(request.headers, deps);
    await endSession(secret, deps);
    response.clearCookie(names.session, cookie('strict'));
    const detail = { by: administratorOf(session).name };
    await deps.audit.append({ action: 'console_signed_out', connection: '', subject: '', detail });
    response.json({ ok: true });
  });
}

function toRefused(error: unknown): Refused | null {
  const code = toCode(error);
  if (code === 'role_missing') return 'no-role';
  if (code === 'caller_untrusted') return 'not-finished';
  if (code === 'profile_unavailable') return 'provider-down';
  return code === 'locked_out' ? 'locked-out' : null;
}
