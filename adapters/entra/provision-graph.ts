import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import type { ProvisionStep, StepStatus } from '../../src/connections/provisioning.js';
import { parseAnswer, type RestAnswer } from '../../src/connections/rest-call.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Clock } from '../../src/core/ports.js';
import type { Sleep } from '../../src/core/resilience.js';
import { FaceError } from '../../src/errors.js';
import { type GraphCall, isNotFound, type SendToGraph, toRefusalDetail } from './client.js';
import type { EntraConnection } from './config.js';

export interface EntraProvisionDeps extends AdapterDeps<EntraConnection> {
  readonly send: SendToGraph;
  readonly sleep: Sleep;
  readonly graph: ReturnType<typeof createGraphAdministration>;
}

export const anything = z.unknown();

/** Returns the line for a call that an administrator sends. Angle brackets hold the names of ids to fill in. */
export const toPostLine = (
  path: string,
  body: JsonObject,
  { settings }: Pick<EntraProvisionDeps, 'settings'>,
): string => `Microsoft Graph: POST ${settings.entra.graph}/v1.0${path} ${JSON.stringify(body)}`;

const MAX_PAGES = 1_000;

const LATENESS_MS = 60_000;

/**
 * Returns an object that an earlier step or an administrator created.
 * @throws FaceError `provider_refused` if Graph does not show the object
 */
export function required<Found>(found: Found | null, what: string): Found {
  if (found !== null) return found;
  throw new FaceError('provider_refused', { reason: `Graph does not show ${what}`, missing: true });
}

const missingGuard = z.object({ missing: z.literal(true) });

export const isMissing = (error: unknown): boolean =>
  error instanceof FaceError && missingGuard.safeParse(error.detail).success;

/**
 * Creates the administrative calls over a Graph client. Graph's error texts are dropped, because they quote the
 * request.
 */
function createGraphAdministration(send: SendToGraph, clock: Clock) {
  let madeAt = Number.NEGATIVE_INFINITY;
  const call = async (request: GraphCall): Promise<RestAnswer> => {
    const answer = await send(request);
    if (answer.status < 300) return answer;
    const detail = {
      ...toRefusalDetail(answer),
      call: `${request.method} ${request.path.split('?')[0]}`,
      ...(isNotFound(answer) ? { missing: true } : {}),
    };
    const isPassing = answer.status === 429 || answer.status >= 500;
    throw new FaceError(isPassing ? 'profile_unavailable' : 'provider_refused', detail);
  };
  const read = async <Output>(guard: z.ZodType<Output>, path: string): Promise<Output> =>
    parseAnswer(guard, (await call({ method: 'GET', path })).body);
  async function* listPages<Output>(guard: z.ZodType<Output>, path: string): AsyncGenerator<Output[]> {
    const pageGuard = z.object({ value: z.array(guard), '@odata.nextLink': z.string().optional() });
    let next: string | undefined = path;
    for (let pages = 0; next !== undefined && pages < MAX_PAGES; pages++) {
      const page: z.output<typeof pageGuard> = await read(pageGuard, next);
      yield page.value;
      next = page['@odata.nextLink'];
    }
  }
  return {
    async list<Output>(guard: z.ZodType<Output>, path: string): Promise<Output[]> {
      const entries: Output[] = [];
      for await (const page of listPages(guard, path)) entries.push(...page);
      return entries;
    },
    listPages,
    read,
    async create<Output>(guard: z.ZodType<Output>, path: string, body?: JsonObject): Promise<Output> {
      const answer = await call({ method: 'POST', path, body });
      madeAt = clock.now();
      return parseAnswer(guard, answer.body);
    },
    async change(path: string, body: JsonObject): Promise<void> {
      await call({ method: 'PATCH', path, body });
    },
    /** Returns true if an object was created so recently that Graph may not show it yet. */
    hasJustMade: () => clock.now() - madeAt < LATENESS_MS,
  };
}

export const toProvisionDeps = (
  deps: AdapterDeps<EntraConnection>,
  { send, sleep }: Pick<EntraProvisionDeps, 'send' | 'sleep'>,
): EntraProvisionDeps => ({ ...deps, send, sleep, graph: createGraphAdministration(send, deps.clock) });

/** Retry delays, in seconds: one minute in total. Graph may take 5 to 20 s to show new objects. */
const waitsSec = [1, 2, 3, 5, 8, 10, 15, 15];

/** Wraps a step so that its `apply` waits until Graph shows the result. */
export const waitUntilVisible = (
  step: ProvisionStep,
  deps: Pick<EntraProvisionDeps, 'graph' | 'sleep'>,
): ProvisionStep => ({
  ...step,
  async apply() {
    await applyWhenReady(step, deps);
    for (const waitSec of waitsSec) {
      if (!isLacking(await step.inspect())) return;
      await deps.sleep(waitSec * 1000);
    }
    if (!isLacking(await step.inspect())) return;
    throw new FaceError('provider_refused', { reason: 'Graph took it and does not show it: run the same again later' });
  },
});

async function applyWhenReady(
  step: ProvisionStep,
  { graph, sleep }: Pick<EntraProvisionDeps, 'graph' | 'sleep'>,
): Promise<void> {
  for (const waitSec of waitsSec) {
    try {
      return await step.apply();
    } catch (error) {
      if (!isMissing(error) || !graph.hasJustMade()) throw error;
    }
    await sleep(waitSec * 1000);
  }
  await step.apply();
}

const isLacking = ({ state }: StepStatus): boolean => state === 'missing' || state === 'different';
