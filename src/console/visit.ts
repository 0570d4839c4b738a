import { Credential } from '../core/concealed.js';

/** Time limit at the provider, in seconds. */
export const visitLifeSec = 10 * 60;

export const consolePath = '/console';

/** Nothing is stored, so that anonymous requests cost no memory. */
export interface Visit {
  /** 256 random bits, in the cookie. Values for the provider are derived one-way. */
  readonly secret: Credential;
  /** Path on the console to continue with. */
  readonly to: string;
}

/** Returns the cookie's name. `Lax`, because the browser returns from another host. */
export const visitCookieOf = (issuer: string): string =>
  `${issuer.startsWith('https:') ? '__Host-' : ''}facestep-console-visit`;

/** Formats the cookie. */
export const toCookie = ({ secret, to }: Visit): string =>
  secret.use((text) => `${text}.${Buffer.from(to).toString('base64url')}`);

/** Parses the cookie; `null` if malformed. */
export function fromCookie(cookie: string | null): Visit | null {
  const [, secret, to] = /^([\w-]{43})\.([\w-]{1,2048})$/.exec(cookie ?? '') ?? [];
  if (secret === undefined || to === undefined) return null;
  return { secret: new Credential(secret), to: toOwnPath(Buffer.from(to, 'base64url').toString('utf8')) };
}

/** Returns a path of the console, never a URL of another host. */
export function toOwnPath(asked: string | null): string {
  const base = 'https://console.invalid';
  if (asked === null || asked.length > 1024 || !URL.canParse(asked, base)) return consolePath;
  const { origin, pathname, search } = new URL(asked, base);
  const isOwn = origin === base && (pathname === consolePath || pathname.startsWith(`${consolePath}/`));
  return isOwn ? `${pathname}${search}` : consolePath;
}
