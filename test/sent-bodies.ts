import { ServerResponse } from 'node:http';

/**
 * Collects the response bodies sent during `work`, without copying, so that a test can detect bytes that responses
 * share.
 */
export async function collectSentBodies(work: () => Promise<unknown>): Promise<readonly unknown[]> {
  const { end } = ServerResponse.prototype;
  const sent: unknown[] = [];
  const noting = function (this: ServerResponse, ...given: Parameters<typeof end>): ServerResponse {
    sent.push(given[0]);
    return end.apply(this, given);
  };
  ServerResponse.prototype.end = noting as typeof end;
  try {
    await work();
  } finally {
    ServerResponse.prototype.end = end;
  }
  return sent;
}
