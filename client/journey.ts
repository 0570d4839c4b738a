import * as z from 'zod/mini';
import type { Action } from './action.js';
import { createFaceCalls } from './faces.js';
import { createServerCall, type Fetch, type PhotoBytes, type ServerCall } from './server-call.js';

export interface StepUpRequest {
  readonly connection?: string;
  /** The user's immutable id: at the connection's provider, or your own with `token`. */
  readonly subject?: string;
  /** The enrolment token, if you store it. */
  readonly token?: string;
  /** Requests a receipt for this verifier. */
  readonly audience?: string;
  /** The application, by the id in the provider's hook calls, which may then use the pass. Not with `audience`. */
  readonly application?: string;
  /** Address of the user's browser. Needs `application`. */
  readonly address?: string;
  /** Repeated in the receipt: binds it to one login. */
  readonly nonce?: string;
  /** Action to approve. Needs `audience` and the capture page. */
  readonly action?: Action;
  /** As at the token's creation. */
  readonly scope?: string;
  /** As at the token's creation. */
  readonly accuracy?: number;
}

const started = z.object({ id: z.string(), challenge: z.string(), expiresAt: z.string(), url: z.string() });

const stepUpState = z.object({
  state: z.enum(['started', 'captured', 'passed', 'passed_another_way', 'failed', 'expired', 'abandoned']),
  receipt: z.nullable(z.string()),
});

const signed = z.object({ signature: z.string() });

/**
 * Creates the client of one server. Use it and its token on your server only, never in a browser. Every call throws
 * `FacestepError`.
 * @param options.url - of the server, such as `https://face.example.com`
 * @throws TypeError: `clientToken` is no valid header value
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
    /** Starts a step-up. Scope `verify`. Give `challenge` only to the person in front of the camera. */
    startStepUp: (request: StepUpRequest) => server.postJson('/step-ups', request, started),

    /** Sends 1 to 5 photos of a step-up. `receipt` is present after a pass with an audience. */
    sendPhotos: (id: string, challenge: string, photo: readonly PhotoBytes[], password?: string) =>
      server.postForm(
        `/step-ups/${encodeURIComponent(id)}/photos`,
        { texts: { challenge, password }, photos: { photo } },
        stepUpState,
      ),

    /**
     * Signs a document with the receipt of a step-up for `signatureAudience` whose action has its digest. Scope
     * `verify`.
     * @param document - its bytes, at most 10 MB
     */
    signDocument: (
      approval: { readonly connection: string; readonly subject: string; readonly receipt: string },
      document: Uint8Array,
    ) => server.postForm('/signatures', { texts: { ...approval }, photos: { document: [document] } }, signed),

    /** Returns the state of a step-up. Scope `verify`. */
    readStepUp: (id: string) => server.get(`/step-ups/${encodeURIComponent(id)}`, stepUpState),
  };
}
