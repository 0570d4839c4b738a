import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { openSigner } from '../../test/keys.js';
import { notePasses, openQuickState } from './filled-state.js';
import { type Calls, type LoadResult, loadFlatOut, loadHook, type ProcessorUse } from './hook-load.js';
import { openProviders, type SignReceipt, toCall } from './hook-providers.js';
import { startServers } from './servers.js';
import { measureTriggers } from './triggers.js';

interface Rate {
  readonly perSecond: number;
  readonly seconds: number;
  readonly warmUpSec: number;
  readonly flatOut: number;
}

export const fullRate: Rate = { perSecond: 1000, seconds: 30, warmUpSec: 2, flatOut: 10_000 };
export const quickRate: Rate = { perSecond: 100, seconds: 1, warmUpSec: 0.5, flatOut: 200 };

type HookFigures = LoadResult & ProcessorUse;

/**
 * Measures each hook of a real server. About half of the calls consume a passed step-up or a receipt.
 * @returns the JSON output of the benchmark, with stable property names
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
  const hooks: Record<string, ReturnType<typeof toSummary>> = {};
  for (const provider of providers) {
    const { id } = provider.connection;
    const each: Record<string, HookFigures> = {};
    for (const { hook, path = hook, grantedText, event, prepare } of provider.hooks) {
      await prepare?.(toCount(rate), signReceipt);
      const url = `${service.url}/hooks/${id}/${path}`;
      const from = (start: number): Calls => ({ url, toCall: (n) => toCall(provider, event(start + n)) });
      const steady = await loadWarm(from(0), rate, grantedText);
      const flatOut = await loadFlatOut(from(toSteadyCount(rate)), { count: rate.flatOut, pid: service.pid });
      each[hook] = { ...steady, ...flatOut };
    }
    hooks[id] = toSummary(each);
  }
  await servers.stop();
  for (const { close } of providers) await close();
  const lambda = await measureTriggers();
  return {
    ...{ node: process.version, cores: availableParallelism(), perSecond: rate.perSecond, seconds: rate.seconds },
    ...{ hooks, lambda },
  };
}

/** The load generator starts each second with a batch of calls. One more batch may start at the very end. */
const toCalls = (perSecond: number, seconds: number): number => perSecond * (seconds + 1);

const toSteadyCount = ({ perSecond, seconds, warmUpSec }: Rate): number =>
  toCalls(perSecond, seconds) + toCalls(perSecond, warmUpSec);

const toCount = (rate: Rate): number => toSteadyCount(rate) + rate.flatOut;

async function loadWarm(calls: Calls, rate: Rate, grantedText: string): Promise<LoadResult> {
  const measured = toCalls(rate.perSecond, rate.seconds);
  const later: Calls = { ...calls, toCall: (n) => calls.toCall(measured + n) };
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
