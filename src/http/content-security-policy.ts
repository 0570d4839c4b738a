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

type Directives = Readonly<Partial<Record<Directive, string>>>;

/** Directives for pages that use only their own scripts, styles and pictures, with Trusted Types. */
export const ownFiles = {
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'require-trusted-types-for': "'script'",
} as const satisfies Directives;

export const noDevices = 'camera=(), microphone=(), geolocation=(), publickey-credentials-get=()';

/** Returns a `Content-Security-Policy` that forbids everything else, including framing. */
export function contentSecurityPolicy({
  'form-action': formAction = "'none'",
  'frame-ancestors': frameAncestors = "'none'",
  ...added
}: Directives): string {
  const directives = {
    'default-src': "'none'",
    ...added,
    'form-action': formAction,
    'base-uri': "'none'",
    'frame-ancestors': frameAncestors,
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`.trimEnd())
    .join(';');
}

/** Returns the source expression of an inline style or script. */
export const inlineDigest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

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
