import { z } from 'zod';

export type Backend = Awaited<ReturnType<typeof connectBackend>>;

const issuedGuard = z.object({ token: z.string() });
const startedGuard = z.object({ id: z.string(), challenge: z.string() });
const receiptGuard = z.object({ receipt: z.string() });
const settledGuard = z.object({ state: z.enum(['passed', 'failed']) });

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
  const post = async (path: string, headers: Record<string, string>, body: string | FormData): Promise<unknown> => {
    const response = await fetch(url + path, { method: 'POST', headers, body });
    const reply: unknown = await response.json();
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${JSON.stringify(reply)}`);
    return reply;
  };
  const json = { 'content-type': 'application/json' };
  const client = { 'x-auth-token': await issueClientToken(url, adminKey, { name: 'demonstration' }) };

  const toForm = (fields: Record<string, string>, photo: Uint8Array): FormData => {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    form.append('photo', new Blob([Uint8Array.from(photo)]), 'photo.jpg');
    return form;
  };

  return {
    async enrol(subject: string, photo: Uint8Array): Promise<void> {
      const consent = {
        consentStatement: 'Demonstration: sign-in with my face',
        consentGivenAt: new Date().toISOString(),
      };
      await post('/enrolments', client, toForm({ connection, subject, ...consent }, photo));
    },
    async checkFace(subject: string, photo: Uint8Array): Promise<'passed' | 'failed'> {
      const about = JSON.stringify({ connection, subject, application });
      const { id, challenge } = startedGuard.parse(await post('/step-ups', { ...json, ...client }, about));
      return settledGuard.parse(await post(`/step-ups/${id}/photos`, {}, toForm({ challenge }, photo))).state;
    },
    /**
     * Completes, with a photo, the step-up that an identity provider's signed request asks for.
     * @returns the receipt
     */
    async answerRequest(request: string, photo: Uint8Array): Promise<string> {
      const asked = JSON.stringify({ connection, request });
      const { id, challenge } = startedGuard.parse(await post('/step-ups/requested', json, asked));
      return receiptGuard.parse(await post(`/step-ups/${id}/photos`, {}, toForm({ challenge }, photo))).receipt;
    },
    async revoke(subject: string): Promise<void> {
      await post('/enrolments/revoke', { ...json, ...client }, JSON.stringify({ connection, subject }));
    },
  };
}
