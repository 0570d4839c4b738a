import * as z from 'zod/mini';
import type { Action } from './action.js';
import { createFaceCalls } from './faces.js';
import { createServerCall, type Fetch, type PhotoBytes, type ServerCall } from './server-call.js';

export interface StepUpRequest {
  readonly connection?: string;
  /** Immutable id of the user: the provider's, or your own if you pass `token`. */
  readonly subject?: string;
  /** Enrolment token of the user, if you store it. */
  readonly token?: string;
  /** Audience of the receipt. If absent, no receipt is issued. */
  readonly audience?: string;
  /**
   * Id of the application in the provider's hook calls. With it, a hook can use the result of the step-up. Cannot be
   * combined with `audience`.
   */
  readonly application?: string;
  /** IP address of the user's browser. Requires `application`. */
  readonly address?: string;
  /** Value repeated in the receipt, which binds the receipt to one login. */
  readonly nonce?: string;
  /** Address to which the capture page returns the user. It must be in `returnUrls` of the connection's policy. */
  readonly returnUrl?: string;
  /** True if you redirect the browser to `url` at once. Otherwise the page waits for a click. */
  readonly immediate?: boolean;
  /** Action that the user must approve. Requires `audience` and the capture page. */
  readonly action?: Action;
  /**
   * Public key for which the server encrypts the content key of `token` after a check on the capture page. Needs the
   * scope `content-key`.
   */
  readonly contentKeyTo?: { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };
  /** The same value as at the token's creation. */
  readonly scope?: string;
  /** The same value as at the token's creation. */
  readonly accuracy?: number;
}

const started = z.object({ id: z.string(), challenge: z.string(), expiresAt: z.string(), url: z.string() });

const stepUpState = z.object({
  state: z.enum(['started', 'captured', 'passed', 'passed_another_way', 'failed', 'expired', 'abandoned']),
  receipt: z.nullable(z.string()),
});

const stepUpRead = z.extend(stepUpState, { contentKey: z._default(z.nullable(z.string()), null) });

const signed = z.object({ signature: z.string() });

/**
 * Creates the client of one server. Use the client and its token only on your server, never in a browser. Every call
 * throws `FacestepError`.
 * @param options.url - address of the server, such as `https://face.example.com`
 * @throws TypeError if `clientToken` cannot be a header value
 * @example
 * const client = createFacestepClient({ url: 'https://face.example.com', clientToken, fetch });
 * const { token } = await client.generate([enrolmentPhoto]);
 * const stepUp = { subject: 'user-1', token, audience: 'https://shop.example.com/login', nonce };
 * const { id, challenge } = await client.startStepUp(stepUp);
 * const { state, receipt } = await client.sendPhotos(id, challenge, [photo]);
 */
export function createFacestepClient(options: {
  readonly url: string;
  readonly clientToken: string;
  readonly fetch: Fetch;
}) {
  const server = createServerCall(options);
  return { ...createStepUpCalls(server), ...createFaceCalls(server) };
}

export type FacestepClient = ReturnType<typeof createFacestepClient>;

function createStepUpCalls(server: ServerCall) {
  return {
    /** Starts a step-up. Give its `challenge` only to the person in front of the camera. Needs the scope `verify`. */
    startStepUp: (request: StepUpRequest) => server.postJson('/step-ups', request, started),

    /**
     * Sends 1 to 5 photos of a step-up. If the photos pass and the step-up has an audience, the result contains
     * `receipt`.
     */
    sendPhotos: (id: string, challenge: string, photo: readonly PhotoBytes[], password?: string) =>
      server.postForm(
        `/step-ups/${encodeURIComponent(id)}/photos`,
        { texts: { challenge, password }, photos: { photo } },
        stepUpState,
      ),

    /**
     * Signs a document. The receipt's audience must be `signatureAudience`, and its action must contain the digest of
     * the document. Needs the scope `verify`.
     * @param document - bytes of the document, at most 10 MB
     */
    signDocument: (
      approval: { readonly connection: string; readonly subject: string; readonly receipt: string },
      document: Uint8Array,
    ) => server.postForm('/signatures', { texts: { ...approval }, photos: { document: [document] } }, signed),

    /**
     * Returns the state of a step-up. Needs the scope `verify`. `contentKey` is a JWE for `contentKeyTo`, and returned
     * once.
     */
    readStepUp: (id: string) => server.get(`/step-ups/${encodeURIComponent(id)}`, stepUpRead),
  };
}
