import { Credential } from '../../core/secrets.js';

export const visitLifeSec = 10 * 60;

export const consolePath = '/console';

/** A sign-in in progress. It is stored only in a cookie, so that anonymous requests cost no memory. */
export interface PendingSignIn {
  /** 256 random bits. The values that are sent to the provider are derived from these bits by a one-way function. */
  readonly secret: Credential;
  readonly to: string;
}

/** Returns the cookie's name. The cookie is `SameSite=Lax`, because the browser returns from the provider's host. */
export const visitCookieOf = (issuer: string): string =>
  `${issuer.startsWith('https:') ? '__Host-' : ''}facestep-console-visit`;

export const toCookie = ({ secret, to }: PendingSignIn): string =>
  secret.use((text) => `${text}.${Buffer.from(to).toString('base64url')}`);

export function fromCookie(cookie: string | null): PendingSignIn | null {
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
