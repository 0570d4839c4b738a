import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createBrowser } from '../../test/oidc/browser.js';
import { benchPublicUrl } from '../bench/hook-providers.js';
import { issuer, type Stage } from './stage.js';

const secret = 'a-secret-of-the-portal-0123456789abcdef';
const redirectUri = 'https://portal.example.com/callback';
/** The portal pushes its authorization requests; anonymous callers do not. */
export const oidcClients = [{ kind: 'relying_party', id: 'portal', secret, redirectUris: [redirectUri] }];

export const asked = {
  client_id: 'portal',
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: 'openid',
  state: 's-1',
};

export type Meanwhile = Awaited<ReturnType<typeof serve>>;

export interface People {
  readonly checked: string;
  /** User of the hook calls. This user has passed no face check, so the hook must deny the sign-in. */
  readonly called: string;
  readonly named: string;
}

/** Sends the continuous load until a promise settles. */
export async function serve(stage: Stage, people: People, until: Promise<unknown>) {
  const { client, pictures } = stage;
  const hooks: number[] = [];
  const checks: number[] = [];
  const signIns: number[] = [];
  const disturbed: string[] = [];
  let isOver = false;
  until.finally(() => {
    isOver = true;
  });
  const again = async (everyMs: number, times: number[], expected: string, work: () => Promise<string>) => {
    while (!isOver) {
      const from = performance.now();
      const end = await work();
      times.push(performance.now() - from);
      if (end !== expected) disturbed.push(`${expected} expected, and it was ${end}`);
      await sleep(everyMs);
    }
  };
  let events = 0;
  const callHook = (user: string) => client.callHook(user, `event-${Date.now()}-${events++}`);
  await Promise.all([
    again(100, hooks, 'denied', () => callHook(people.called)),
    again(500, checks, 'passed', () => client.checkFace(people.checked, pictures.person[1])),
    again(1_000, signIns, 'led to the camera', () => signIn(stage, people.named)),
  ]);
  return { hooks, checks, signIns, disturbed };
}

const pushedGuard = z.object({ request_uri: z.string() });

async function signIn({ replicas, journal }: Stage, subject: string): Promise<string> {
  const began = performance.now();
  const open = (url: string, init: RequestInit) => fetch(url.replace(benchPublicUrl, replicas[0].url), init);
  const end = await (async () => {
    const authorization = `Basic ${Buffer.from(`portal:${secret}`).toString('base64')}`;
    const body = new URLSearchParams({ ...asked, login_hint: subject });
    const pushed = await open(`${issuer}/par`, { method: 'POST', headers: { authorization }, body });
    const { data } = pushedGuard.safeParse(await pushed.json());
    if (data === undefined) return `${pushed.status} when it was pushed`;
    const query = new URLSearchParams({ client_id: 'portal', request_uri: data.request_uri });
    const { url, status } = await createBrowser(open).follow(`${issuer}/authorize?${query}`);
    return new URL(url).pathname === '/face' ? 'led to the camera' : `${status}`;
  })().catch(() => 'no answer');
  journal.note({ doing: 'pushed sign-in', answer: end, tries: 1, ms: performance.now() - began });
  return end;
}
