import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AdmittedRequest, Person } from '../connections/openid-client.js';
import type { JsonObject } from '../core/base/json.js';
import { FaceError } from '../errors.js';
import { sourceOf } from '../http/access-log.js';
import { type AuthorizationParameters, type ClaimsParameter, noClaims } from './asked.js';

/** What is known about one request to the library. Its middlewares and hooks complete it, in order. */
export interface OidcRequest {
  /** Path below the issuer. */
  readonly path: string;
  /** Key of the caller for rate limits, as `toSource` returns it. */
  readonly source: string;
  /** Body of a POST, which was read within limits. */
  body: Buffer | null;
  /** Parameters of an authorization request, as they are passed to the library. */
  params: URLSearchParams;
  /**
   * Time at which `createRequireReturn` redirected the browser, as the browser reports it. `null` without such a
   * redirect.
   */
  sentBackAt: string | null;
  /** Result of the client's own check of the request (`OidcClient.admit`), or `null` if the client has none. */
  admission: AdmittedRequest | { readonly refusal: unknown } | null;
  /** True if a nonce was added, because the library requires one. */
  lacksNonce: boolean;
  /** The parameter `claims`, as the library has parsed it. */
  claims: ClaimsParameter;
  /** Parameters of an authorization request that the library has validated. */
  asked: AuthorizationParameters | null;
  /** The person that the request names. */
  person: Person | null;
  /** Fields that an extension adds to the library's reply. */
  replyFields: JsonObject;
}

export type Middleware = (context: KoaContextWithOIDC, next: () => Promise<unknown>) => Promise<unknown>;

const openId = Symbol('OpenID request');

// A property, as in access-log.ts: it belongs to the request and needs no table of requests.
declare module 'http' {
  interface IncomingMessage {
    [openId]?: OidcRequest;
  }
}

/** Begins the context of a request that is passed to the library. */
export function noteRequest(request: IncomingMessage, { path, body }: Pick<OidcRequest, 'path' | 'body'>): void {
  request[openId] = {
    path,
    source: sourceOf(request),
    body,
    params: new URLSearchParams(),
    sentBackAt: null,
    admission: null,
    lacksNonce: false,
    claims: noClaims,
    asked: null,
    person: null,
    replyFields: {},
  };
}

export function requestOf({ req }: Pick<KoaContextWithOIDC, 'req'>): OidcRequest {
  const request = req[openId];
  if (request === undefined) throw new FaceError('internal', 'a request that was not noted');
  return request;
}
