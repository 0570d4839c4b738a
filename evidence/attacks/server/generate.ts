import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Size } from '../size.js';
import { toHookTarget } from './hook-targets.js';
import { type Hostile, type HostileClass, hostileClasses, one, type Target } from './hostile.js';
import {
  crowded,
  type Mutation,
  malformed,
  oversized,
  type Slowness,
  slow,
  truncated,
  wrongTypes,
} from './mutations.js';
import { toOidcTarget } from './oidc-targets.js';
import type { OidcVictims } from './oidc-victims.js';
import { hookAddress } from './providers/provider.js';
import { toRestTarget } from './rest-targets.js';
import type { Stage } from './stage.js';
import {
  type Endpoint,
  endpointOf,
  metricsEndpoint,
  oidcEndpoints,
  pageEndpoints,
  readDescription,
} from './surface.js';
import type { Victims } from './victims.js';

export interface Battlefield {
  readonly stage: Stage;
  readonly victims: Victims;
  readonly others: OidcVictims;
  readonly endpoints: readonly Endpoint[];
  readonly known: ReadonlySet<string>;
  readonly receiptOf: () => string;
}

export const connectionIds = ({ providers }: Stage): readonly string[] =>
  providers.all.map(({ connection }) => connection.id);

export async function findEndpoints(stage: Stage): Promise<readonly Endpoint[]> {
  const { caller, providers } = stage;
  const get = (path: string) => caller.call({ method: 'GET', path, headers: [], body: null });
  const described = readDescription(await get('/openapi.json'));
  const page = await get('/face');
  const assets = [...page.text.matchAll(/(?:src|href)="(\/face\/assets\/[^"]+)"/g)].map(([, path]) => path);
  return [
    ...described,
    metricsEndpoint,
    ...pageEndpoints(assets.slice(0, 2)),
    ...oidcEndpoints(connectionIds(stage)),
    ...providers.hooks.map((hook) => endpointOf('POST', hookAddress(hook), { kind: 'hook' })),
  ];
}

export async function readPublicAnswers(stage: Stage, endpoints: readonly Endpoint[]): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const { method, path, needs } of endpoints) {
    if (needs.kind !== 'public' || method !== 'GET' || path === metricsEndpoint.path) continue;
    known.add((await stage.caller.call({ method, path, headers: [], body: null })).text);
  }
  return known;
}

function toTarget(endpoint: Endpoint, { stage, victims, others, known, receiptOf }: Battlefield): Target {
  const hook = stage.providers.hooks.find((each) => `POST ${hookAddress(each)}` === endpoint.name);
  if (hook !== undefined) return toHookTarget(endpoint, hook, { stage, victims, receiptOf });
  const [, connection] = /^\/oidc\/([\w-]+)/.exec(endpoint.path) ?? [];
  if (connection !== undefined) return toOidcTarget(endpoint, connection, { stage, victims, others, known });
  return toRestTarget(endpoint, { stage, victims }, known);
}

function methodsAt(path: string, endpoints: readonly Endpoint[]): ReadonlySet<string> {
  const here = endpoints.filter((endpoint) => endpoint.path === path);
  const own = here.map(({ method }) => method);
  const isPage = here.some(({ method, needs }) => method === 'GET' && needs.kind === 'public');
  const isAskedFirst =
    path.includes('/oidc/') || (path.startsWith('/face') && own.includes('GET') && (own.length === 1 || isPage));
  const events = path.endsWith('/events') ? ['GET'] : [];
  return new Set([...own, ...events, ...(own.includes('GET') ? ['HEAD'] : []), ...(isAskedFirst ? ['OPTIONS'] : [])]);
}

const keptOf: Readonly<Record<Size, Readonly<Record<HostileClass, number>>>> = {
  full: {
    ...{ forged: 40, replayed: 20, truncated: 4, oversized: 8, slow: 2, duplicated: 3 },
    ...{ 'cross-tenant': 20, 'wrong role': 30, 'wrong type': 40, malformed: 40 },
  },
  quick: {
    ...{ forged: 2, replayed: 1, truncated: 1, oversized: 1, slow: 1, duplicated: 1 },
    ...{ 'cross-tenant': 1, 'wrong role': 7, 'wrong type': 2, malformed: 3 },
  },
};

/** In full mode, slow calls exceed the request timeout. */
const strengthOf: Readonly<Record<Size, { readonly slowness: Slowness; readonly crowd: number }>> = {
  full: { slowness: { bytes: 75, thenRest: false }, crowd: 20 },
  quick: { slowness: { bytes: 2, thenRest: true }, crowd: 6 },
};

const seedOf = (name: string): number => createHash('sha256').update(name).digest().readInt32LE();

function draw<Item>(items: readonly Item[], most: number, name: string): readonly Item[] {
  const count = Math.min(items.length, most);
  const subset = fc.shuffledSubarray([...items], { minLength: count, maxLength: count });
  return fc.sample(subset, { numRuns: 1, seed: seedOf(name) }).flat();
}

function against(target: Target, { stage, endpoints }: Battlefield, size: Size): readonly Hostile[] {
  const { endpoint, bad, refusedCaller: judge } = target;
  const { slowness, crowd } = strengthOf[size];
  const kept = keptOf[size];
  const isVersioned =
    ['client', 'admin', 'session', 'developer', 'open'].includes(endpoint.needs.kind) &&
    !endpoint.path.startsWith('/v2');
  const shown = (kind: HostileClass, prefix: string, most: number): readonly Mutation[] =>
    draw(
      bad.filter((each) => each.class === kind),
      most,
      `${endpoint.name} ${kind} ${prefix}`,
    ).map(({ variant, request }) => ({
      variant: `${prefix} ${variant}`.trim(),
      judge,
      wires() {
        const made = request();
        return one({ ...made, path: prefix + made.path });
      },
    }));
  // A path with a version prefix leads to the same code as the path without, so it gets a tenth of the calls.
  const shownAnywhere = (kind: HostileClass): readonly Mutation[] => [
    ...shown(kind, '', kept[kind]),
    ...(isVersioned ? ['/v1', '/v2'] : []).flatMap((prefix) => shown(kind, prefix, Math.floor(kept[kind] / 10))),
  ];
  const others: Readonly<Record<string, readonly Mutation[]>> = {
    truncated: truncated(target),
    oversized: oversized(target),
    slow: slow(target, slowness),
    duplicated: crowded(target, crowd),
    'wrong type': wrongTypes(target, kept['wrong type'], seedOf(endpoint.name)),
    malformed: malformed(target, methodsAt(endpoint.path, endpoints)),
  };
  return hostileClasses.flatMap((kind) =>
    (others[kind] === undefined ? shownAnywhere(kind) : draw(others[kind], kept[kind], `${endpoint.name} ${kind}`)).map(
      (each): Hostile => ({
        ...each,
        endpoint: endpoint.name,
        class: kind,
        weight: kind === 'slow' ? 'slow' : 'light',
        ...(endpoint.path === metricsEndpoint.path ? { port: stage.metricsPort } : {}),
      }),
    ),
  );
}

/** Generates all calls in a fixed random order, so that endpoints alternate. */
export function generate(field: Battlefield, size: Size): readonly Hostile[] {
  const all = field.endpoints.flatMap((endpoint) => against(toTarget(endpoint, field), field, size));
  return draw(all, all.length, 'order of the siege');
}

/** Returns the endpoints and attack classes that got no call. */
export function unmet(
  endpoints: readonly Endpoint[],
  met: ReadonlyMap<string, ReadonlyMap<HostileClass, number>>,
): readonly string[] {
  return endpoints.flatMap(({ name }) =>
    hostileClasses.filter((each) => (met.get(name)?.get(each) ?? 0) === 0).map((each) => `${name}: ${each}`),
  );
}
