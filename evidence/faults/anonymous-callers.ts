import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createBrowser } from '../../test/oidc/browser.js';
import { answerParent } from '../bench/forked.js';
import type { Ends } from './authorize.js';

/* Starts anonymous sign-ins under different user names, in a process of its own. */

const jobGuard = z.object({
  serverUrl: z.string(),
  publicUrl: z.string(),
  /** URL of an authorization request. `{n}` is replaced by the number of the caller. */
  request: z.string(),
  count: z.int(),
  perSecond: z.number(),
  addresses: z.int(),
  /** True if the callers store cookies and follow redirects. */
  comeBack: z.boolean(),
});

export type Job = z.output<typeof jobGuard>;

const addressOf = (n: number): string => `10.0.${Math.floor(n / 250)}.${n % 250}`;

async function askOnce({ serverUrl, publicUrl, request, addresses, comeBack }: Job, n: number): Promise<string> {
  const browser = createBrowser((url, init) =>
    fetch(url.replace(publicUrl, serverUrl), {
      ...init,
      headers: { ...Object(init.headers), 'x-forwarded-for': addressOf(n % addresses) },
    }),
  );
  const url = request.replace('{n}', String(n));
  const seen = comeBack ? await browser.follow(url) : await browser.visit(url);
  const end = new URL(comeBack ? seen.url : (seen.headers.get('location') ?? seen.url));
  if (end.pathname === '/face') return 'led to the camera';
  if (end.searchParams.has('facestep_return')) return 'sent back';
  return end.searchParams.get('error') ?? `${seen.status}`;
}

async function ask(job: Job): Promise<Ends> {
  const ends: Record<string, number> = {};
  const began = performance.now();
  const askLater = async (n: number): Promise<void> => {
    const waitMs = began + (n / job.perSecond) * 1000 - performance.now();
    await sleep(Math.max(0, waitMs));
    const end = await askOnce(job, n).catch(() => 'no answer');
    ends[end] = (ends[end] ?? 0) + 1;
  };
  await Promise.all(Array.from({ length: job.count }, (_, n) => askLater(n)));
  return { ends, seconds: (performance.now() - began) / 1000 };
}

answerParent((message) => ask(jobGuard.parse(message)));
