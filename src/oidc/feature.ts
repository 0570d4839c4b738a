import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ConnectionSections } from '../config/additions.js';
import type { RegisteredClaims } from '../config/claims.js';
import type { OidcConfig, RelyingPartyConfig } from '../config/oidc.js';
import type { OidcClient, OidcClientDeps } from '../connections/openid-client.js';
import type { JsonObject } from '../core/base/json.js';
import type { Connection } from '../core/connection.js';
import type { CoreDeps } from '../core/deps.js';
import type { DirectoryFor } from '../core/limits/directories.js';
import type { ConsumeLimits } from '../core/limits/limits.js';
import type { StepUpView } from '../step-up/step-up.js';
import type { OidcKeySet, OidcKeys } from '../storage/keys/oidc-keys.js';
import type { AuthorizationParameters } from './asked.js';
import type { LibraryConfiguration } from './configuration.js';
import type { SharedClaims, Visit } from './flow.js';
import type { Provider } from './library.js';
import type { Middleware, OidcRequest } from './request.js';
import type { Sources } from './sources.js';

export interface IssuerDeps extends CoreDeps {
  readonly oidcKeys: OidcKeys;
  readonly consumeLimits: ConsumeLimits;
  readonly sources: Sources;
}

export type IssuerPorts<Name extends keyof IssuerDeps> = Pick<IssuerDeps, Name>;

export interface RunningProvider {
  readonly provider: Provider;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface OidcIssuer {
  readonly issuer: string;
  readonly connection: Connection;
  readonly clients: ReadonlyMap<string, OidcClient>;
  readonly oidc: OidcConfig;
  readonly features: readonly OidcFeature[];
  interactionUrl(uid: string): string;
  running(): Promise<RunningProvider>;
  /**
   * Counts an anonymous start of a sign-in. Called before anything is looked up or stored.
   * @throws `locked_out`
   */
  countStart(source: string): Promise<void>;
  /** Answers a request by the library. */
  answer(request: IncomingMessage, response: ServerResponse, sent: Pick<OidcRequest, 'path' | 'body'>): Promise<void>;
}

export interface ConnectionWithClients {
  readonly connection: Connection;
  readonly oidc: OidcConfig;
  readonly sections: Partial<ConnectionSections>;
  createOidcClients(deps: OidcClientDeps): readonly OidcClient[];
}

export interface OidcRoute {
  /** Path below the issuer. */
  readonly path: string;
  readonly methods: readonly string[];
  /** True if the path is also served in front of the issuer's own path (RFC 8615). */
  readonly isWellKnown?: true;
}

/** What an extension adds to the OpenID provider. It is opened once for each connection with clients. */
export interface OidcExtension {
  /** Routes of the library or of `pages` that it adds. */
  readonly routes?: readonly OidcRoute[];
  /** Mounts routes that the OpenID library does not know. */
  mount?(app: Express, issuers: ReadonlyMap<string, OidcIssuer>, deps: CoreDeps): void;
  /** Returns what asks for claims besides relying parties. */
  requestersOf?(oidc: OidcConfig): readonly { readonly id: string; readonly claims: RegisteredClaims }[];
  /** @throws `config_invalid` */
  open(opened: OpenedIssuer, deps: IssuerDeps): OidcFeature;
}

/** What is known about an issuer before its clients are. */
export interface OpenedIssuer
  extends Pick<OidcIssuer, 'issuer' | 'connection' | 'oidc' | 'interactionUrl' | 'countStart'> {
  readonly sections: Partial<ConnectionSections>;
  readonly directoryFor: DirectoryFor;
}

/** What a person decided in a step after the face check. */
export interface Decided {
  readonly scopes: readonly string[];
  /** Appends to the audit trail, before the client gets the answer. */
  record(stepUpId: string): Promise<void>;
  store(grantId: string): Promise<void>;
}

/** Answers a request for one of the feature's pages. */
export type PageHandler = (
  issuer: OidcIssuer,
  request: Request,
  response: Response,
  form: URLSearchParams | null,
) => Promise<void>;

/** What an extension adds to the OpenID provider of one connection. */
export interface OidcFeature {
  /** Clients of other kinds than `relying_party`. */
  readonly clients?: readonly OidcClient[];
  /** Completes the client of a relying party. @throws `config_invalid` */
  completeClient?(client: OidcClient, config: RelyingPartyConfig): OidcClient;
  /** Adds to the library's configuration. Called again when the keys change. */
  configure?(configuration: LibraryConfiguration, keySet: OidcKeySet): LibraryConfiguration;
  /** Extends the library's class, where it has no setting. */
  extend?(Base: typeof Provider): typeof Provider;
  /** Run in order around the library's own. */
  readonly middlewares?: readonly Middleware[];
  /**
   * Checks a request. Throws an error of the library to refuse it.
   * @returns true if the request needs no other check, because it names no person
   */
  check?(context: KoaContextWithOIDC, client: OidcClient, asked: AuthorizationParameters): Promise<boolean>;
  /** Seconds that a person may need for the feature's pages. */
  extraSec?(client: OidcClient): number;
  /**
   * A step between the face check and the answer.
   * @returns `null` if a page was sent. Throws an error of the library to refuse the sign-in
   */
  decide?(visit: Visit, subject: string, stepUp: StepUpView): Promise<Decided | null>;
  /**
   * Answers the browser in place of the OpenID library.
   * @returns false if the library must answer
   */
  answer?(visit: Visit, passed: PassedSignIn): Promise<boolean>;
  /** Claims that tokens of a grant get, read when they are needed. Throws an error of the library to refuse. */
  extraClaims?(told: {
    readonly grantId: string;
    readonly subject: string;
    readonly client: string | undefined;
    readonly use: string;
    /** Returns the values of those of the claims that the person agreed to, from the connection itself. */
    readConsented(names: readonly string[]): Promise<JsonObject>;
  }): Promise<JsonObject>;
  readonly pages?: Readonly<Record<string, PageHandler>>;
}

export interface PassedSignIn {
  readonly subject: string;
  readonly sharedClaims: SharedClaims | null;
  readonly pass: NonNullable<StepUpView['pass']>;
  /** Consumes the face check. */
  take(): Promise<void>;
}

/** A decision without consequences. */
export const noDecision: Decided = { scopes: [], record: async () => {}, store: async () => {} };
