import * as z from 'zod/mini';
import { createFacestepClient } from '../../client/index.js';
import { createServerCall } from '../../client/server-call.js';

export type Backend = Awaited<ReturnType<typeof connectBackend>>;

const issuedGuard = z.object({ token: z.string() });
const startedGuard = z.object({ id: z.string(), challenge: z.string() });
const receiptGuard = z.string();
const settledGuard = z.enum(['passed', 'failed']);

export async function issueClientToken(url: string, adminKey: string, asked: object): Promise<string> {
  const headers = { 'content-type': 'application/json', 'x-admin-key': adminKey };
  const response = await fetch(`${url}/generateToken`, { method: 'POST', headers, body: JSON.stringify(asked) });
  return issuedGuard.parse(await response.json()).token;
}

/** @param application - id of the application at the identity provider */
export async function connectBackend(
  url: string,
  adminKey: string,
  { connection, application }: { readonly connection: string; readonly application: string },
) {
  // The demonstration has few photos of each person, and sends them several times.
  const clientToken = await issueClientToken(url, adminKey, { name: 'demonstration', replay: 'none' });
  const options = { url, clientToken, fetch };
  const facestep = createFacestepClient(options);
  const server = createServerCall(options);

  return {
    async enrol(subject: string, photo: Uint8Array): Promise<void> {
      const consent = {
        consentStatement: 'Demonstration: sign-in with my face',
        consentGivenAt: new Date().toISOString(),
      };
      const form = { texts: { connection, subject, ...consent }, photos: { photo: [photo] } };
      await server.postForm('/enrolments', form, z.unknown());
    },
    async checkFace(subject: string, photo: Uint8Array): Promise<'passed' | 'failed'> {
      const { id, challenge } = await facestep.startStepUp({ connection, subject, application });
      return settledGuard.parse((await facestep.sendPhotos(id, challenge, [photo])).state);
    },
    /**
     * Completes, with a photo, the step-up that an identity provider's signed request asks for.
     * @returns the receipt
     */
    async answerRequest(request: string, photo: Uint8Array): Promise<string> {
      const { id, challenge } = await server.postJson('/step-ups/requested', { connection, request }, startedGuard);
      return receiptGuard.parse((await facestep.sendPhotos(id, challenge, [photo])).receipt);
    },
    async revoke(subject: string): Promise<void> {
      await server.postJson('/enrolments/revoke', { connection, subject }, z.unknown());
    },
  };
}
