import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

type Directive =
  | 'script-src'
  | 'worker-src'
  | 'style-src'
  | 'img-src'
  | 'media-src'
  | 'connect-src'
  | 'frame-src'
  | 'form-action'
  | 'frame-ancestors'
  | 'sandbox'
  | 'require-trusted-types-for';

/** What a page adds to the strict default. */
type Directives = Readonly<Partial<Record<Directive, string>>>;

/** Directives of a page whose scripts, styles and pictures are our own files, without a way to make markup from text. */
export const ownFiles = {
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'require-trusted-types-for': "'script'",
} as const satisfies Directives;

/** `Permissions-Policy` of a page that uses no camera and nothing else of the device. */
export const noDevices = 'camera=(), microphone=(), geolocation=(), publickey-credentials-get=()';

/** Builds a `Content-Security-Policy` that forbids everything, frames around the page included, except what is added. */
export function contentSecurityPolicy({
  'form-action': formAction = "'none'",
  'frame-ancestors': frameAncestors = "'none'",
  ...added
}: Directives): string {
  const directives = {
    ...{ 'default-src': "'none'", ...added },
    ...{ 'form-action': formAction, 'base-uri': "'none'", 'frame-ancestors': frameAncestors },
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`.trimEnd())
    .join(';');
}

/** Allows one style element. @param style - its text, to the letter */
export const styleDigest = (style: string): string => `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/**
 * Sends a page's policy, and its rule about frames for browsers that read only `X-Frame-Options`.
 * @param others - other headers of the page
 */
export function securePage(directives: Directives, others: Readonly<Record<string, string>> = {}) {
  const headers = Object.entries({
    'Content-Security-Policy': contentSecurityPolicy(directives),
    'X-Frame-Options': directives['frame-ancestors'] === "'self'" ? 'SAMEORIGIN' : 'DENY',
    ...others,
  });
  return (_request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}
