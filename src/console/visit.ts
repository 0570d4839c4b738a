import { Credential } from '../core/concealed.js';

/** How long somebody may take at the provider, in seconds. */
export const visitLifeSec = 10 * 60;

/** Where the console lives. */
export const consolePath = '/console';

/** One sign-in on its way to the provider and back: nothing of it is kept here, so that strangers can begin as many as they like. */
export interface Visit {
  /** In the browser's cookie: 256 random bits. What goes to the provider is made of it, and does not tell it. */
  readonly secret: Credential;
  /** Where on the console the browser goes afterwards. */
  readonly to: string;
}

/** The cookie of a visit. `Lax`, as the browser comes back from another host. */
export const visitCookieOf = (issuer: string): string =>
  `${issuer.startsWith('https:') ? '__Host-' : ''}facestep-console-visit`;

/** The text of the cookie. */
export const toCookie = ({ secret, to }: Visit): string =>
  secret.use((text) => `${text}.${Buffer.from(to).toString('base64url')}`);

/** What a browser shows; `null`: nothing of that form. */
export function fromCookie(cookie: string | null): Visit | null {
  const [, secret, to] = /^([\w-]{43})\.([\w-]{1,2048})$/.exec(cookie ?? '') ?? [];
  if (secret === undefined || to === undefined) return null;
  return { secret: new Credential(secret), to: toOwnPath(Buffer.from(to, 'base64url').toString('utf8')) };
}

/** An address of the console, whatever was asked for: never one of another host. */
export function toOwnPath(asked: string | null): string {
  const base = 'https://console.invalid';
  if (asked === null || asked.length > 1024 || !URL.canParse(asked, base)) return consolePath;
  const { origin, pathname, search } = new URL(asked, base);
  const isOwn = origin === base && (pathname === consolePath || pathname.startsWith(`${consolePath}/`));
  return isOwn ? `${pathname}${search}` : consolePath;
}
