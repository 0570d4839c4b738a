import autocannon, { type Options } from 'autocannon';
import { processorMs, round } from './measure.js';

export interface Calls {
  readonly url: string;
  readonly toCall: (n: number) => { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

const connections = 10;

export type LoadResult = Awaited<ReturnType<typeof loadHook>>;
export type ProcessorUse = Awaited<ReturnType<typeof loadFlatOut>>;

/** Calls a hook at a steady rate. Times are in milliseconds and start when a request is due, so that no wait is hidden. */
export async function loadHook(
  calls: Calls,
  { perSecond, seconds, grantedText }: { perSecond: number; seconds: number; grantedText: string },
) {
  const { result, granted, refused } = await run(calls, grantedText, { overallRate: perSecond, duration: seconds });
  const { latency, requests, errors, timeouts } = result;
  return {
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    maxMs: latency.max,
    perSecond: Math.round(requests.total / seconds),
    errors: errors + timeouts + refused,
    granted,
  };
}

/** @throws Error if a call is refused, because a refused call may cost less than a granted one */
export async function loadFlatOut(calls: Calls, { count, pid }: { readonly count: number; readonly pid: number }) {
  const before = await processorMs(pid);
  const { result, refused } = await run(calls, '', { amount: count });
  const cpuMs = (await processorMs(pid)) - before;
  const { errors, timeouts } = result;
  if (errors + timeouts + refused > 0) throw new Error(`${calls.url} failed: ${JSON.stringify(result)}`);
  return { cpuMsPerRequest: round(cpuMs / count, 4), capacityPerSecond: Math.round((1000 * count) / cpuMs) };
}

async function run({ url, toCall }: Calls, grantedText: string, pace: Partial<Options>) {
  let sent = 0;
  let granted = 0;
  let refused = 0;
  const result = await autocannon({
    ...{ url, method: 'POST', connections, ...pace },
    requests: [
      {
        setupRequest: (request) => {
          const { headers, body } = toCall(sent++);
          return { ...request, body, headers: { 'content-type': 'application/json', ...headers } };
        },
        onResponse: (status, body) => {
          if (status < 200 || status > 299) refused += 1;
          if (body.includes(grantedText)) granted += 1;
        },
      },
    ],
  });
  return { result, granted, refused };
}
