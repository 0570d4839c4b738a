import * as z from 'zod/mini';
import type { Action } from './action.js';
import { createFaceCalls } from './faces.js';
import { createServerCall, type Fetch, type PhotoBytes, type ServerCall } from './server-call.js';

/** Whose face is to be checked, and what the answer is for. */
export interface StepUpRequest {
  /** The id of a configured connection. */
  readonly connection?: string;
  /** The user's immutable id: at the connection's provider, or your own where you send `token`. */
  readonly subject?: string;
  /** The enrolment token, where you keep it. */
  readonly token?: string;
  /** Asks for a receipt, and names who will check it. */
  readonly audience?: string;
  /** The application that the user signs in to, by the id that the provider tells its hook, which may then use the pass. Not with `audience`. */
  readonly application?: string;
  /** The address of the browser that the user signs in with. Needs `application`. */
  readonly address?: string;
  /** Chosen by you, found again in the receipt: it ties the receipt to one login. */
  readonly nonce?: string;
  /** What the person is to approve. Needs `audience`, and the capture page. */
  readonly action?: Action;
  /** As the token was made with it. */
  readonly scope?: string;
  /** As the token was made with it. */
  readonly accuracy?: number;
}

const started = z.object({ id: z.string(), challenge: z.string(), expiresAt: z.string(), url: z.string() });

const stepUpState = z.object({
  state: z.enum(['started', 'captured', 'passed', 'passed_another_way', 'failed', 'expired', 'abandoned']),
  receipt: z.nullable(z.string()),
});

const signed = z.object({ signature: z.string() });

/**
 * Makes the client of one server. The client token and this client belong on your server, never in a browser. Every
 * call throws `FacestepError`.
 * @param options.url - of the server, such as `https://face.example.com`
 * @throws TypeError: `clientToken` has characters that no header can carry
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
    /** Opens a step-up. Scope `verify`. Hand `challenge` to the person in front of the camera and to nobody else. */
    startStepUp: (request: StepUpRequest) => server.postJson('/step-ups', request, started),

    /** Sends 1 to 5 photos of a step-up. `receipt` is there once it passed and an audience was named. */
    sendPhotos: (id: string, challenge: string, photo: readonly PhotoBytes[], password?: string) =>
      server.postForm(
        `/step-ups/${encodeURIComponent(id)}/photos`,
        { texts: { challenge, password }, photos: { photo } },
        stepUpState,
      ),

    /**
     * Signs a document upon the receipt of a step-up for `signatureAudience`, whose action names its digest. Scope `verify`.
     * @param document - its bytes, at most 10 MB
     */
    signDocument: (
      approval: { readonly connection: string; readonly subject: string; readonly receipt: string },
      document: Uint8Array,
    ) => server.postForm('/signatures', { texts: { ...approval }, photos: { document: [document] } }, signed),

    /** How a step-up stands. Scope `verify`. */
    readStepUp: (id: string) => server.get(`/step-ups/${encodeURIComponent(id)}`, stepUpState),
  };
}
