import type { Right, SignedInRole } from '../rights.js';

export interface SessionReply {
  readonly ways: { readonly provider: boolean };
  readonly session: {
    readonly name: string;
    readonly role: SignedInRole;
    readonly rights: readonly Right[];
    readonly byKey: boolean;
    /** Names of the extensions that are on. */
    readonly extensions: readonly string[];
    readonly token: string;
    readonly endsAt: string;
  } | null;
}

export interface FaceCheckReply {
  readonly url: string;
}
