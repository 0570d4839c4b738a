import autocannon, { type Options } from 'autocannon';
import { round } from './measure.js';
import { processorMs } from './processor-time.js';

/** What one hook is asked, request by request. */
export interface HookLoad {
  readonly provider: string;
  readonly hook: string;
  readonly url: string;
  /** The n-th call, whose event is its own. */
  toCall(n: number): { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

/** What came of a load. Times in milliseconds, whole ones, from when a request was due. */
export interface LoadResult {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly perSecond: number;
  /** Answers with a status that is no success, connections lost, time-outs. */
  readonly errors: number;
  /** Answers that hold the text that only a granting one has. */
  readonly granted: number;
}

/** What the processor does for each answer of a server. */
export interface ProcessorUse {
  /** Of all threads of the server, for one answer. */
  readonly cpuMsPerRequest: number;
  /** Answers that the processor time of one core allows each second. */
  readonly capacityPerSecond: number;
}

/** What is asked of any server, request by request. */
interface Calls {
  readonly url: string;
  /** `POST` where it is left out. */
  readonly method?: 'GET' | 'POST';
  toCall(n: number): { readonly headers: Readonly<Record<string, string>>; readonly body?: string };
}

/** As autocannon has it by default; each sends its share of a second as fast as it is answered. */
const connections = 10;

/** Calls a hook at a steady rate. A late answer counts from when its request was due, so that no wait is left out. */
export async function loadHook(
  calls: Calls,
  { perSecond, seconds, grantedText }: { perSecond: number; seconds: number; grantedText: string },
): Promise<LoadResult> {
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

/**
 * Calls a server as fast as it answers, and looks at what that took of the processor.
 * @param options.pid - of the server, which does nothing else meanwhile
 * @throws where a call fails: a refusal may take less
 */
export async function loadFlatOut(
  calls: Calls,
  { count, pid }: { readonly count: number; readonly pid: number },
): Promise<ProcessorUse> {
  const before = await processorMs(pid);
  const { result, refused } = await run(calls, '', { amount: count });
  const cpuMs = (await processorMs(pid)) - before;
  const { errors, timeouts } = result;
  if (errors + timeouts + refused > 0) throw new Error(`${calls.url} failed: ${JSON.stringify(result)}`);
  return toProcessorUse(cpuMs / count);
}

/** @param cpuMs - for one answer */
export const toProcessorUse = (cpuMs: number): ProcessorUse => ({
  cpuMsPerRequest: round(cpuMs, 4),
  capacityPerSecond: Math.round(1000 / cpuMs),
});

async function run({ url, method = 'POST', toCall }: Calls, grantedText: string, pace: Partial<Options>) {
  let sent = 0;
  let granted = 0;
  let refused = 0;
  const result = await autocannon({
    ...{ url, method, connections, ...pace },
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
