import type { Right, SignedInRole } from '../rights.js';

/** Reply of `GET /console/api/session`. */
export interface SessionReply {
  /** How people can sign in beside an administrator's key. */
  readonly ways: { readonly provider: boolean };
  /** `null` if nobody is signed in. */
  readonly session: {
    readonly name: string;
    readonly role: SignedInRole;
    readonly rights: readonly Right[];
    /** True if the session was begun with an administrator's key. */
    readonly byKey: boolean;
    /** Sent with every request. */
    readonly token: string;
    readonly endsAt: string;
  } | null;
}

/** Reply of `POST /console/api/face-check`: the capture page of the check. */
export interface FaceCheckReply {
  readonly url: string;
}
