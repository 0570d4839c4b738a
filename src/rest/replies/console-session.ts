import type { Right, SignedInRole } from '../rights.js';

export interface SessionReply {
  readonly ways: { readonly provider: boolean };
  readonly session: {
    readonly name: string;
    readonly role: SignedInRole;
    readonly rights: readonly Right[];
    readonly byKey: boolean;
    readonly token: string;
    readonly endsAt: string;
  } | null;
}

/** Reply of `POST /console/api/face-check`: the capture page of the check. */
export interface FaceCheckReply {
  readonly url: string;
}
