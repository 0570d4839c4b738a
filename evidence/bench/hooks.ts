import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { openSigner } from '../../test/keys.js';
import { startBareServer } from './bare-server.js';
import { type LoadResult, loadFlatOut, loadHook, type ProcessorUse, toProcessorUse } from './hook-load.js';
import { openProviders } from './hook-providers/index.js';
import {
  freshnessSec,
  notePasses,
  openQuickState,
  type ProviderLoad,
  type SignReceipt,
} from './hook-providers/provider.js';
import { quantile, round } from './measure.js';
import { startServers } from './servers.js';
import { measureTriggers, type TriggersReport } from './triggers.js';

interface Rate {
  readonly perSecond: number;
  readonly seconds: number;
  readonly warmUpSec: number;
  readonly flatOut: number;
}

type HookFigures = LoadResult & ProcessorUse;

/** JSON output of the benchmark, with stable property names. */
export interface HooksReport {
  readonly node: string;
  readonly cores: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** Figures of a server with a fixed answer, the lower limit of a hook's cost. */
  readonly floor: HookFigures;
  /** Cost of the server's cheapest request, `GET /healthz`. */
  readonly base: ProcessorUse;
  readonly hooks: Readonly<
    Record<
      string,
      {
        readonly p50Ms: number;
        readonly p99Ms: number;
        readonly errors: number;
        readonly each: Readonly<Record<string, HookFigures>>;
      }
    >
  >;
  readonly lambda: TriggersReport;
}

/** Measures each hook of a real server. About half of the calls consume a passed step-up or a receipt. */
export async function benchHooks(rate: Rate): Promise<HooksReport> {
  const providers = await openProviders({ freshnessSec });
  const servers = await startServers({
    config: { connections: providers.map(({ connection }) => connection) },
    env: Object.fromEntries(providers.flatMap(({ env }) => Object.entries(env))),
    async prepare(dataFolder) {
      const state = openQuickState(join(dataFolder, 'state.db'));
      for (const provider of providers) await notePasses(state, provider, toCount(rate));
      await state.close();
    },
  });
  const [service] = servers.services;
  const signer = await openSigner(join(servers.keysFolder, 'signing-keys.json'));
  const signReceipt: SignReceipt = (claims) => signer.sign('facestep-receipt+jwt', claims);
  const pid = z.int().parse(service.process.pid);
  const bare = await startBareServer();
  const floorCalls = { url: bare.url, grantedText: 'commands', toCall: () => ({ headers: {}, body: floorBody }) };
  const steadyFloor = await loadWarm(floorCalls, rate, signReceipt);
  const floors: number[] = [];
  // Measurements of the hook and of the floor alternate, so that changes of the machine's speed affect both.
  const loadBeside = async (calls: FlatOutCalls): Promise<ProcessorUse> => {
    floors.push((await loadFlatOut(floorCalls, { count: rate.flatOut, pid: bare.pid })).cpuMsPerRequest);
    return loadFlatOut(calls, { count: rate.flatOut, pid });
  };
  const baseCalls: FlatOutCalls = { url: `${service.url}/healthz`, method: 'GET', toCall: () => ({ headers: {} }) };
  await loadFlatOut(baseCalls, { count: rate.flatOut, pid });
  const base = await loadBeside(baseCalls);
  const results: HookResult[] = [];
  for (const { loads } of providers) {
    for (const load of loads(service.url)) {
      const steady = await loadWarm(load, rate, signReceipt);
      const flatOut = await loadBeside({ ...load, toCall: (n) => load.toCall(toSteadyCount(rate) + n) });
      results.push({ ...load, result: { ...steady, ...flatOut } });
    }
  }
  await bare.stop();
  await servers.stop();
  for (const { close } of providers) await close();
  const lambda = await measureTriggers();
  const { perSecond, seconds } = rate;
  return {
    node: process.version,
    cores: availableParallelism(),
    perSecond,
    seconds,
    floor: { ...steadyFloor, ...toProcessorUse(quantile(floors)) },
    base,
    hooks: toSummary(results),
    lambda,
  };
}

type HookResult = Pick<ProviderLoad, 'provider' | 'hook'> & { readonly result: HookFigures };

type FlatOutCalls = Parameters<typeof loadFlatOut>[0];

/** The load generator starts each second with a batch of calls. One more batch may start at the very end. */
const toCalls = (perSecond: number, seconds: number): number => perSecond * (seconds + 1);

const toSteadyCount = ({ perSecond, seconds, warmUpSec }: Rate): number =>
  toCalls(perSecond, seconds) + toCalls(perSecond, warmUpSec);

const toCount = (rate: Rate): number => toSteadyCount(rate) + rate.flatOut;

const floorBody = JSON.stringify({ text: 'x'.repeat(300) });

async function loadWarm(
  load: Omit<ProviderLoad, 'provider' | 'hook'>,
  rate: Rate,
  sign: SignReceipt,
): Promise<LoadResult> {
  const { grantedText, url, toCall, prepare } = load;
  await prepare?.(toCount(rate), sign);
  const measured = toCalls(rate.perSecond, rate.seconds);
  await loadHook({ url, toCall: (n) => toCall(measured + n) }, { ...rate, seconds: rate.warmUpSec, grantedText });
  return loadHook(load, { ...rate, grantedText });
}

function toSummary(results: readonly HookResult[]): HooksReport['hooks'] {
  const providers = [...new Set(results.map(({ provider }) => provider))];
  return Object.fromEntries(
    providers.map((name) => {
      const own = results.filter(({ provider }) => provider === name);
      const worst = (of: (result: HookFigures) => number) => Math.max(...own.map(({ result }) => of(result)));
      const each = Object.fromEntries(own.map(({ hook, result }) => [hook, result]));
      const errors = own.reduce((sum, { result }) => sum + result.errors, 0);
      return [name, { p50Ms: worst(({ p50Ms }) => p50Ms), p99Ms: worst(({ p99Ms }) => p99Ms), errors, each }];
    }),
  );
}

export function showHooks({ node, cores, perSecond, seconds, floor, base, hooks, lambda }: HooksReport): string[] {
  const toUse = ({ cpuMsPerRequest, capacityPerSecond }: ProcessorUse): string =>
    `processor ${cpuMsPerRequest} ms, ${round(cpuMsPerRequest / floor.cpuMsPerRequest)} × the floor, ${capacityPerSecond}/s a core`;
  const line = (name: string, result: HookFigures): string => {
    const { p50Ms, p99Ms, maxMs, errors, granted } = result;
    return `  ${name.padEnd(40)} p50 ${p50Ms} ms   p99 ${p99Ms} ms   longest ${maxMs} ms   errors ${errors}   granted ${granted}   ${toUse(result)}`;
  };
  return [
    `Each hook at ${perSecond} requests/s for ${seconds} s on loopback, then flat out, ${cores} cores, Node ${node}`,
    line('floor (reads, answers a fixed text)', floor),
    `  ${'base (GET /healthz)'.padEnd(40)} ${toUse(base)}`,
    ...Object.entries(hooks).flatMap(([provider, { each }]) =>
      Object.entries(each).map(([hook, result]) => line(`${provider} ${hook}`, result)),
    ),
    `Lambda functions of a Cognito pool: bundle ${lambda.bundleBytes} bytes, from process start to ready ${lambda.initMs} ms (an empty module ${lambda.emptyInitMs} ms)`,
  ];
}
