import { z } from 'zod';
import { epochMs } from '../../src/core/units.js';
import { toTokenEvent } from '../../support/data/okta-events.js';
import { toForm } from '../../support/servers/api-server.js';
import type { Journal } from './fault.js';

interface Reply {
  readonly status: number | null;
  readonly body: unknown;
}

type Sent = Reply & { readonly tries: number };

type CheckEnd = 'passed' | 'failed' | 'refused' | 'no answer';

interface ClientSettings {
  /**
   * Replica URLs. Like a load balancer, the client sends a request to the next replica after no answer or a 5xx status.
   */
  readonly urls: readonly string[];
  readonly adminKey: string;
  readonly hookSecret: string;
  readonly connection: string;
  /** By default, the client token accepts copies of photos. */
  readonly tokenRequest?: object | undefined;
  readonly journal: Journal;
}

/** Maximum time that a provider and a user wait for an answer, in milliseconds. */
const patienceMs = { hook: 3_000, person: 15_000 } as const;

const issuedGuard = z.object({ token: z.string() });
const startedGuard = z.object({ id: z.string(), challenge: z.string() });
const settledGuard = z.object({ state: z.string() });
const refusalGuard = z.object({ code: z.string() });

const consent = { consentStatement: 'face check, version 1', consentGivenAt: '2026-01-01T00:00:00Z' } as const;

const mostStepUps = 3;

export type Client = ReturnType<typeof createClient>;

/** Acts as backend, user's browser and provider's hook toward several replicas. */
export function createClient(settings: ClientSettings) {
  const { urls, adminKey, hookSecret, connection, journal } = settings;
  const { tokenRequest = { name: 'faults', replay: 'none' } } = settings;
  const { passedOrUntold, openRevocations } = journal;
  let token = '';
  let turn = 0;

  const send = async (path: string, init: () => RequestInit, timeoutMs: number = patienceMs.person): Promise<Sent> => {
    const from = turn++;
    let reply: Reply = { status: null, body: null };
    for (let tries = 1; ; tries += 1) {
      const url = urls[(from + tries) % urls.length] ?? '';
      reply = await sendOnce(url + path, init(), timeoutMs);
      const stands = reply.status !== null && reply.status < 500;
      if (stands || tries === Math.max(2, urls.length)) return { ...reply, tries };
    }
  };
  const noted = async <R extends Sent>(
    doing: string,
    work: () => Promise<R>,
    toAnswer: (reply: R) => string = toText,
  ): Promise<R> => {
    const began = performance.now();
    const reply = await work();
    journal.note({ doing, answer: toAnswer(reply), tries: reply.tries, ms: performance.now() - began });
    return reply;
  };
  const json = (body: object, headers: Record<string, string> = {}) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const form = (fields: Record<string, string | Uint8Array>, headers: Record<string, string> = {}) => ({
    method: 'POST',
    headers,
    body: toForm(fields),
  });
  const withToken = () => ({ 'x-auth-token': token });

  const stepUpOnce = async (
    subject: string,
    photo: Uint8Array,
  ): Promise<Sent & { readonly id: string | null; readonly end: CheckEnd }> => {
    const start = await send('/step-ups', () => json({ connection, subject, application: 'portal' }, withToken()));
    const started = startedGuard.safeParse(start.body).data;
    if (started === undefined) return { ...start, id: null, end: start.status === null ? 'no answer' : 'refused' };
    const { id, challenge } = started;
    const sent = await send(`/step-ups/${id}/photos`, () => form({ challenge, photo }));
    const tries = start.tries + sent.tries - 1;
    // The server may have processed a request whose answer was lost, so the client reads the state.
    const isOpen = sent.status === null || sent.status === 409;
    const last = isOpen ? await send(`/step-ups/${id}`, () => ({ headers: withToken() })) : sent;
    const state = settledGuard.safeParse(last.body).data?.state;
    if (state === 'passed' || state === 'failed') return { ...last, tries, id, end: state };
    return { ...sent, tries, id, end: sent.status === null || isOpen ? 'no answer' : 'refused' };
  };

  return {
    async signIn(): Promise<void> {
      const reply = await send('/generateToken', () => json(tokenRequest, { 'x-admin-key': adminKey }));
      const issued = issuedGuard.safeParse(reply.body);
      if (!issued.success) throw new Error(`no client token: ${toText(reply)}`);
      token = issued.data.token;
    },
    async enrol(subject: string, photo: Uint8Array): Promise<boolean> {
      const { status } = await noted('enrolment', () =>
        send('/enrolments', () => form({ connection, subject, ...consent, photo }, withToken())),
      );
      if (status === 201) openRevocations.delete(subject);
      return status === 201;
    },
    async revoke(subject: string): Promise<boolean> {
      const { status } = await noted('revocation', () =>
        send('/enrolments/revoke', () => json({ connection, subject }, withToken())),
      );
      if (status === 200) openRevocations.delete(subject);
      else openRevocations.add(subject);
      return status === 200;
    },
    /**
     * Runs a step-up. If an answer is lost, reads the result of the step-up. If there is no result yet, starts another
     * step-up.
     */
    async checkFace(subject: string, photo: Uint8Array): Promise<CheckEnd> {
      const { end } = await noted(
        'face check',
        async () => {
          let tries = 0;
          for (let stepUps = 1; ; stepUps += 1) {
            const once = await stepUpOnce(subject, photo);
            tries += once.tries;
            const { id, end } = once;
            if (id !== null && (end === 'passed' || end === 'no answer')) passedOrUntold.add(id);
            if (end !== 'no answer' || id === null || stepUps === mostStepUps) return { ...once, tries };
          }
        },
        (reply) => (reply.end === 'refused' ? toText(reply) : reply.end),
      );
      return end;
    },
    /** Calls the hook as the provider does at a sign-in. An event may be sent more than once. */
    async callHook(subject: string, eventId: string, providerAheadMs = 0) {
      const event = toTokenEvent({ now: () => epochMs(Date.now() + providerAheadMs) }, subject, eventId);
      // Names no application and no address, so that a check from elsewhere counts.
      const data = { ...event.data, context: { user: { id: subject } } };
      const call = () => json({ ...event, data }, { authorization: hookSecret });
      const reply = await noted('hook', () => send(`/hooks/${connection}/token`, call, patienceMs.hook), toDecision);
      return toDecision(reply);
    },
  };
}

async function sendOnce(url: string, init: RequestInit, timeoutMs: number): Promise<Reply> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  } catch {
    return { status: null, body: null };
  }
}

function toText({ status, body }: Reply): string {
  if (status === null) return 'no answer';
  const code = refusalGuard.safeParse(body).data?.code;
  return code === undefined ? String(status) : `${status} ${code}`;
}

const decisionGuard = z.union([
  z
    .object({ commands: z.array(z.unknown()) })
    .transform(({ commands }) => (commands.length > 0 ? 'granted' : 'denied')),
  z.object({ error: z.object({ errorSummary: z.string() }) }).transform(() => 'denied' as const),
]);

/** Returns what Okta does after a reply: `granted` issues a token with the claim, `denied` issues none. */
function toDecision({ status, body }: Reply): 'granted' | 'denied' | 'no answer' {
  if (status !== 200) return 'no answer';
  return decisionGuard.safeParse(body).data ?? 'no answer';
}
