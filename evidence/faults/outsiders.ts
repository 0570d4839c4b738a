import { createBrowser } from '../../test/oidc/browser.js';
import { type Ends, type Job, jobGuard } from './outsiders-job.js';

/*
 * Starts anonymous sign-ins under different user names. evidence/faults/authorize.ts starts this program as a separate
 * process.
 */

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
  const all: Promise<void>[] = [];
  for (let n = 0; n < job.count; n += 1) {
    const waitMs = began + (n / job.perSecond) * 1000 - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const one = askOnce(job, n).catch(() => 'no answer');
    all.push(
      one.then((end) => {
        ends[end] = (ends[end] ?? 0) + 1;
      }),
    );
  }
  await Promise.all(all);
  return { ends, seconds: (performance.now() - began) / 1000 };
}

process.on('message', async (message) => {
  process.send?.(await ask(jobGuard.parse(message)));
});
process.on('disconnect', () => process.exit());
