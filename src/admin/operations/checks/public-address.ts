import { z } from 'zod';
import { isLoopback } from '../../../config/safe-url.js';
import {
  type Check,
  compareClocks,
  type Finding,
  fail,
  pass,
  serverAnswers,
  serverClock,
  warn,
} from '../../../connections/provisioning.js';
import { parseJsonAs } from '../../../core/base/json.js';
import type { Ports } from '../../../core/deps.js';
import { listProxies } from '../../../network/forward-proxy.js';

/** Providers wait 2 to 5 seconds for a hook. */
const ANSWER_TIMEOUT_MS = 5_000;

/** Beyond 300 s, hooks refuse all events (src/step-up/decide.ts). */
const refusedSkewSec = 240;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly tookMs: number;
}

/** Calls a URL as a provider would, without following redirects. @returns `null` if there is no answer */
export async function ask(
  url: string,
  init: RequestInit,
  { fetch, clock }: Ports<'clock' | 'fetch'>,
): Promise<Answer | null> {
  const from = clock.now();
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const headers = new Headers(init.headers);
    // The connection is not reused, because an open one may close while this process is busy.
    headers.set('connection', 'close');
    const response = await fetch(url, { ...init, headers, redirect: 'manual', signal });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, tookMs: clock.now() - from };
  } catch {
    return null;
  }
}

export const noAnswer = (address: string): Finding =>
  fail(
    `${address} does not answer within ${ANSWER_TIMEOUT_MS / 1000} s`,
    'Start the server; check the name, the TLS proxy and its certificate, and the firewall.',
  );

/** Names the company's forward proxy, through which this process connects. No check if there is none. */
export function createProxyChecks(): readonly Check[] {
  const proxies = listProxies();
  if (proxies.length === 0) return [];
  const judge = (): Finding => {
    const invalid = proxies.filter(({ address }) => address === null).map(({ name }) => name);
    if (invalid.length > 0) return fail(`${invalid.join(', ')} has no http address`, 'Set it as http://host:port.');
    const named = proxies.map(({ name, address }) => `${name} ${address}`).join(', ');
    return pass(`${named}; direct: NO_PROXY, private addresses, e-mail and Redis`);
  };
  return [{ title: 'Forward proxy', run: async () => judge() }];
}

export const createPublicAddressChecks = (publicUrl: string, deps: Ports<'clock' | 'fetch'>): readonly Check[] => [
  { title: 'Public address', run: async () => judgeAddress(publicUrl) },
  { title: serverAnswers, run: () => checkServer(publicUrl, deps) },
  { title: serverClock, needs: [serverAnswers], run: () => checkClock(publicUrl, deps) },
];

/** @param parts - checks whose failure explains why the server is not ready */
export const createReadinessCheck = (
  publicUrl: string,
  parts: readonly Check[],
  deps: Ports<'clock' | 'fetch'>,
): Check => ({
  title: 'Readiness',
  needs: [serverAnswers, ...parts.map(({ title }) => title)],
  run: () => checkReadiness(publicUrl, deps),
});

export const noPublicAddress: Check = {
  title: 'Public address',
  run: async () =>
    fail(
      'publicUrl is not set, so the provider cannot be configured with this server’s address',
      'Set publicUrl to the https address under which the provider reaches this server.',
    ),
};

function judgeAddress(publicUrl: string): Finding {
  if (!isLoopback(new URL(publicUrl).hostname)) return pass(publicUrl);
  return warn(
    `${publicUrl} is this machine: a provider elsewhere cannot reach it`,
    'Leave it with a simulated provider. Otherwise set publicUrl to an https address.',
  );
}

async function checkServer(publicUrl: string, deps: Ports<'clock' | 'fetch'>): Promise<Finding> {
  const health = await ask(`${publicUrl}/healthz`, { method: 'GET' }, deps);
  if (health === null) return noAnswer(`${publicUrl}/healthz`);
  if (health.status !== 200 || parseJsonAs(health.text, healthGuard) === undefined) {
    return fail(
      `${publicUrl}/healthz answers ${health.status}, and not as this server does`,
      'Another server answers there. Let the proxy forward every path unchanged, without its own sign-in.',
    );
  }
  return pass(`answers (${health.tookMs} ms)`);
}

async function checkReadiness(publicUrl: string, deps: Ports<'clock' | 'fetch'>): Promise<Finding> {
  const ready = await ask(`${publicUrl}/readyz`, { method: 'GET' }, deps);
  if (ready === null) return noAnswer(`${publicUrl}/readyz`);
  if (ready.status === 200) return pass('all components of the server are ready');
  return fail(
    `the server is not ready: /readyz says ${ready.status}`,
    'See its log: the models, the state store, or the Facenition server behind it.',
  );
}

async function checkClock(publicUrl: string, deps: Ports<'clock' | 'fetch'>): Promise<Finding> {
  const answer = await ask(`${publicUrl}/healthz`, { method: 'GET' }, deps);
  if (answer === null) return noAnswer(`${publicUrl}/healthz`);
  const date = answer.headers.get('date');
  return compareClocks({ here: deps.clock.now(), date, whose: publicUrl }, refusedSkewSec);
}

const healthGuard = z.object({ ok: z.literal(true) });
