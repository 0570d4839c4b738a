import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import autocannon, { type Options } from 'autocannon';
import { openSigner } from '../../support/fakes/keys.js';
import { notePasses, openQuickState } from './filled-state.js';
import { startFloorServer } from './floor-server.js';
import { type HookProvider, isPassed, openProviders, type SignReceipt, toCall } from './hook-providers.js';
import { processorMs, quantile, round } from './measure.js';
import { startServers } from './servers.js';

interface Calls {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  /** Status of every answer, if it is not a success. */
  readonly status?: number;
  /** Returns true if call `n` is about a person who passed. */
  readonly isPassed?: (n: number) => boolean;
  readonly toCall: (n: number) => { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

const connections = 10;

/** Calls a hook at a steady rate. Times are in milliseconds and start when a request is due, so that no wait is hidden. */
async function loadHook(
  calls: Calls,
  { perSecond, seconds, grantedText }: { perSecond: number; seconds: number; grantedText: string },
) {
  const { result, granted, refused } = await applyLoad(calls, grantedText, {
    overallRate: perSecond,
    duration: seconds,
  });
  const { latency, requests, errors, timeouts } = result;
  return {
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    perSecond: Math.round(requests.total / seconds),
    errors: errors + timeouts + refused,
    granted,
  };
}

/** @throws Error if a call is refused, because a refused call may cost less than a granted one */
async function loadFlatOut(calls: Calls, { count, pid }: { readonly count: number; readonly pid: number }) {
  const before = await processorMs(pid);
  const { result, refused } = await applyLoad(calls, '', { amount: count });
  const cpuMs = (await processorMs(pid)) - before;
  const { errors, timeouts } = result;
  if (errors + timeouts + refused > 0) throw new Error(`${calls.url} failed: ${JSON.stringify(result)}`);
  return { cpuMsPerRequest: round(cpuMs / count, 4) };
}

async function applyLoad(
  { url, method = 'POST', status: expected, toCall, isPassed: isDue = () => false }: Calls,
  grantedText: string,
  pace: Partial<Options>,
) {
  let sent = 0;
  let granted = 0;
  let refused = 0;
  // A connection has one context for each call, and one open call.
  const numbers = new WeakMap<object, number>();
  const result = await autocannon({
    url,
    method,
    connections,
    ...pace,
    requests: [
      {
        setupRequest: (request, context) => {
          numbers.set(context, sent);
          const { headers, body } = toCall(sent++);
          const own = method === 'GET' ? {} : { body };
          return { ...request, ...own, headers: { 'content-type': 'application/json', ...headers } };
        },
        onResponse: (status, body, context) => {
          const isExpected = expected === undefined ? status >= 200 && status <= 299 : status === expected;
          const isGranted = body.includes(grantedText);
          const isMissing = !isGranted && isDue(numbers.get(context) ?? -1);
          if (!isExpected || isMissing) refused += 1;
          if (isGranted) granted += 1;
        },
      },
    ],
  });
  return { result, granted, refused };
}

const floorRounds = 5;

/** No one from here on has passed a check. The second run is about other people, because a repeated event is not decided. */
const unknown = { first: 10_000_000, later: 20_000_000 };

/**
 * Measures the processor time of a call in milliseconds, next to a bare server with the same calls, in turns: Okta's
 * token hook with a refused sign-in, the same with a wrong secret, and `GET /healthz`.
 * @param options.from - number of the first person
 */
async function measureFloor(
  okta: HookProvider,
  service: { readonly url: string; readonly pid: number },
  { count, from }: { readonly count: number; readonly from: number },
) {
  const [token] = okta.hooks;
  const floor = await startFloorServer();
  const { id } = okta.connection;
  let sent = 0;
  const refused = () => toCall(okta, token.event(from + sent++));
  const unsigned = () => ({
    headers: { authorization: 'Bearer a-wrong-secret-of-the-benchmark' },
    body: refused().body,
  });
  const hook = `${service.url}/hooks/${id}/token`;
  const nothing = { method: 'GET', toCall: () => ({ headers: {}, body: '' }) } as const;
  const timed = (at: { readonly pid: number }, calls: Calls, times: number[] = []) => ({ at, calls, times });
  const kinds = {
    floor: timed(floor, { url: floor.url, toCall: refused }),
    refused: timed(service, { url: hook, toCall: refused }),
    wrongSecret: timed(service, { url: hook, toCall: unsigned, status: 401 }),
    healthFloor: timed(floor, { url: floor.url, ...nothing }),
    health: timed(service, { url: `${service.url}/healthz`, ...nothing }),
  };
  for (let round = -1; round < floorRounds; round += 1) {
    for (const { at, calls, times } of Object.values(kinds)) {
      const { cpuMsPerRequest } = await loadFlatOut(calls, { count, pid: at.pid });
      if (round >= 0) times.push(cpuMsPerRequest);
    }
  }
  await floor.stop();
  const compare = (name: keyof typeof kinds, own: keyof typeof kinds) => {
    const [ms, floorMs] = [name, own].map((each) => quantile(kinds[each].times));
    return { ms: round(ms, 3), floorMs: round(floorMs, 3), ratio: round(ms / floorMs, 2) };
  };
  return {
    refused: compare('refused', 'floor'),
    wrongSecret: compare('wrongSecret', 'floor'),
    health: compare('health', 'healthFloor'),
  };
}

/** Calls the bare server at the rate of the hooks. Its times show what the load generator and the machine add. */
async function loadFloor(okta: HookProvider, rate: Rate) {
  const [token] = okta.hooks;
  const { url, stop } = await startFloorServer();
  const { p99Ms } = await loadWarm({ url, toCall: (n) => toCall(okta, token.event(n)) }, rate, '');
  await stop();
  return { p99Ms };
}

type Rate = typeof fullRate;

export const fullRate = { perSecond: 1000, seconds: 30, warmUpSec: 2, flatOut: 10_000 };
export const quickRate: Rate = { perSecond: 100, seconds: 1, warmUpSec: 0.5, flatOut: 200 };

type HookFigures = Awaited<ReturnType<typeof loadHook>> & Awaited<ReturnType<typeof loadFlatOut>>;

/**
 * Measures each hook of a real server. About half of the calls consume a passed step-up or a receipt.
 */
export async function benchHooks(rate: Rate) {
  const providers = await openProviders();
  const servers = await startServers({
    config: { connections: providers.map(({ connection }) => connection) },
    env: () => Object.fromEntries(providers.flatMap(({ env }) => Object.entries(env))),
    async prepare(dataFolder) {
      const state = openQuickState(join(dataFolder, 'state.db'));
      for (const provider of providers) await notePasses(state, provider, toCount(rate));
      await state.close();
    },
  });
  const [service] = servers.replicas;
  const signer = await openSigner(join(servers.keysFolder, 'signing-keys.json'));
  const signReceipt: SignReceipt = (claims) => signer.sign('facestep-receipt+jwt', claims);
  const okta = providers.find(({ connection }) => connection.id === 'okta');
  if (okta === undefined) throw new Error('the benchmark has no provider');
  const count = rate.flatOut / 2;
  const floor = await measureFloor(okta, service, { count, from: unknown.first });
  const floorAtRate = await loadFloor(okta, rate);
  const hooks: Record<string, ReturnType<typeof toSummary>> = {};
  for (const provider of providers) {
    const { id } = provider.connection;
    const each: Record<string, HookFigures> = {};
    for (const { hook, path = hook, grantedText, isGrantable = true, event, prepare } of provider.hooks) {
      await prepare?.(toCount(rate), signReceipt);
      const url = `${service.url}/hooks/${id}/${path}`;
      const from = (start: number): Calls => ({
        url,
        isPassed: (n) => isGrantable && isPassed(start + n),
        toCall: (n) => toCall(provider, event(start + n)),
      });
      const steady = await loadWarm(from(0), rate, grantedText);
      const flatOut = await loadFlatOut(from(toSteadyCount(rate)), { count: rate.flatOut, pid: service.pid });
      each[hook] = { ...steady, ...flatOut };
    }
    hooks[id] = toSummary(each);
  }
  const { refused } = await measureFloor(okta, service, { count, from: unknown.later });
  const filled = { ...refused, growth: round(refused.ratio / floor.refused.ratio, 2) };
  await servers.stop();
  for (const { close } of providers) await close();
  return {
    node: process.version,
    cores: availableParallelism(),
    perSecond: rate.perSecond,
    seconds: rate.seconds,
    floor,
    // The refused call after all others, and how many times as long it takes, relative to the bare server, as before them.
    filled,
    floorAtRate,
    hooks,
  };
}

/** The load generator starts each second with a batch of calls. One more batch may start at the very end. */
const toCalls = (perSecond: number, seconds: number): number => perSecond * (seconds + 1);

const toSteadyCount = ({ perSecond, seconds, warmUpSec }: Rate): number =>
  toCalls(perSecond, seconds) + toCalls(perSecond, warmUpSec);

const toCount = (rate: Rate): number => toSteadyCount(rate) + rate.flatOut;

async function loadWarm(calls: Calls, rate: Rate, grantedText: string) {
  const measured = toCalls(rate.perSecond, rate.seconds);
  const later: Calls = {
    ...calls,
    isPassed: (n) => calls.isPassed?.(measured + n) ?? false,
    toCall: (n) => calls.toCall(measured + n),
  };
  await loadHook(later, { ...rate, seconds: rate.warmUpSec, grantedText });
  return loadHook(calls, { ...rate, grantedText });
}

function toSummary(each: Readonly<Record<string, HookFigures>>) {
  const own = Object.values(each);
  return {
    p50Ms: Math.max(...own.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...own.map(({ p99Ms }) => p99Ms)),
    errors: own.reduce((sum, { errors }) => sum + errors, 0),
    each,
  };
}
