import autocannon from 'autocannon';

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

/** As autocannon has it by default; each sends its share of a second as fast as it is answered. */
const connections = 10;

/** Calls a hook at a steady rate. A late answer counts from when its request was due, so that no wait is left out. */
export async function loadHook(
  { url, toCall }: Pick<HookLoad, 'url' | 'toCall'>,
  { perSecond, seconds, grantedText }: { perSecond: number; seconds: number; grantedText: string },
): Promise<LoadResult> {
  let sent = 0;
  let granted = 0;
  let refused = 0;
  const running = autocannon({
    url,
    method: 'POST',
    connections,
    overallRate: perSecond,
    duration: seconds,
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
  const { latency, requests, errors, timeouts } = await running;
  return {
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    maxMs: latency.max,
    perSecond: Math.round(requests.total / seconds),
    errors: errors + timeouts + refused,
    granted,
  };
}
