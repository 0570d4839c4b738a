import type { z } from 'zod';
import type { RegisteredClaims } from './claims.js';

/* Settings of a connection that extensions add. An extension declares their types here, and brings their guards. */

/** Sections of a connection, by key. */
export interface ConnectionSections extends Readonly<Record<never, never>> {}

/** Sections of `oidc`, by key. */
export interface OidcSections extends Readonly<Record<never, never>> {}

/** Fields of a client of the kind `relying_party`, by key. */
export interface RelyingPartyFields extends Readonly<Record<never, never>> {}

/** Clients of the extensions' own kinds, by kind. */
export interface ClientKinds extends Readonly<Record<never, never>> {}

export type ExtensionClient = ClientKinds[keyof ClientKinds];

type GuardsOf<Fields> = { readonly [Name in keyof Fields]?: z.ZodType<Fields[Name]> };

/** What one extension adds to the settings of each connection. */
export interface ConnectionAddition {
  readonly sections?: GuardsOf<ConnectionSections>;
  readonly oidcSections?: GuardsOf<OidcSections>;
  readonly clientFields?: GuardsOf<RelyingPartyFields>;
  readonly clientKind?: z.ZodType<ExtensionClient> &
    z.core.$ZodTypeDiscriminable & { readonly shape: { readonly kind: { readonly value: string } } };
  /** Checks a client of the kind `relying_party`. */
  findClientProblems?(
    client: Partial<RelyingPartyFields> & { readonly claims: RegisteredClaims },
  ): readonly { readonly path: readonly string[]; readonly message: string }[];
  /** Phrase for a section of `oidc` that needs no client. */
  readonly insteadOfClients?: string;
  /** Returns true if `oidc` has this section. */
  isUsedAlone?(oidc: GivenOidc): boolean;
  /** Returns true if the extension uses this client id itself. */
  isReservedId?(id: string): boolean;
  /** Returns what people can consent to besides clients, by the name in the consent's `client` field. */
  consentClientsOf?(oidc: GivenOidc): readonly (readonly [name: string, client: ConsentClient])[];
  /** Returns true if the extension reads the groups that people are in. */
  readsGroups?(connection: Partial<ConnectionSections>): boolean;
}

/** A connection's `oidc`, as far as extensions need it here. */
export type GivenOidc = Partial<OidcSections> & { readonly accountLinkDays: number };

export interface ConsentClient {
  readonly name: string | null;
  readonly claims: RegisteredClaims;
}

export type ConnectionAdditions = readonly ConnectionAddition[];
