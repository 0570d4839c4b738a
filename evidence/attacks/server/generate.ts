import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Size } from '../attack.js';
import { get } from './exchange.js';
import {
  type Battlefield,
  type Endpoint,
  endpointOf,
  type Hostile,
  type HostileClass,
  hostileClasses,
  metricsEndpoint,
  oidcEndpoints,
  one,
  pageEndpoints,
  readDescription,
  type Target,
} from './hostile.js';
import { mutationsOf, type Strength } from './mutations.js';
import { mainClients } from './page.js';
import type { Stage } from './stage.js';
import { toTarget } from './targets.js';

export async function findEndpoints({ caller, providers }: Stage) {
  const read = (path: string) => caller.call(get(path));
  const described = readDescription(await read('/openapi.json'));
  const page = await read('/face');
  const assets = [...page.text.matchAll(/(?:src|href)="(\/face\/assets\/[^"]+)"/g)].map(([, path]) => path);
  const endpoints: readonly Endpoint[] = [
    ...described,
    metricsEndpoint,
    ...pageEndpoints(assets.slice(0, 2)),
    ...oidcEndpoints(Object.keys(mainClients)),
    ...[...new Set(providers.hooks.map(({ path }) => path))].map((path) => endpointOf('POST', path, 'hook')),
  ];
  const publicTexts = new Set<string>();
  for (const { method, path, needs } of endpoints) {
    if (needs === 'public' && method === 'GET' && path !== metricsEndpoint.path)
      publicTexts.add((await read(path)).text);
  }
  return { endpoints, publicTexts };
}

function methodsAt(path: string, endpoints: readonly Endpoint[]): ReadonlySet<string> {
  const here = endpoints.filter((endpoint) => endpoint.path === path);
  const own = here.map(({ method }) => method);
  const isPage = here.some(({ method, needs }) => method === 'GET' && needs === 'public');
  const isAskedFirst =
    path.includes('/oidc/') || (path.startsWith('/face') && own.includes('GET') && (own.length === 1 || isPage));
  const events = path.endsWith('/events') ? ['GET'] : [];
  return new Set([...own, ...events, ...(own.includes('GET') ? ['HEAD'] : []), ...(isAskedFirst ? ['OPTIONS'] : [])]);
}

const keptOf: Readonly<Record<HostileClass, Readonly<Record<Size, number>>>> = {
  forged: { full: 40, quick: 2 },
  replayed: { full: 20, quick: 1 },
  truncated: { full: 4, quick: 1 },
  oversized: { full: 8, quick: 1 },
  slow: { full: 2, quick: 1 },
  duplicated: { full: 3, quick: 1 },
  'cross-tenant': { full: 20, quick: 1 },
  'wrong role': { full: 30, quick: 7 },
  'wrong type': { full: 40, quick: 2 },
  malformed: { full: 40, quick: 3 },
};

const strengthOf: Readonly<Record<Size, Strength>> = {
  full: { slowBytes: 75, thenRest: false, crowd: 20 },
  quick: { slowBytes: 2, thenRest: true, crowd: 6 },
};

const seedOf = (name: string): number => createHash('sha256').update(name).digest().readInt32LE();

function draw<Item>(items: readonly Item[], most: number, name: string): readonly Item[] {
  const count = Math.min(items.length, most);
  const subset = fc.shuffledSubarray([...items], { minLength: count, maxLength: count });
  return fc.sample(subset, { numRuns: 1, seed: seedOf(name) }).flat();
}

const described = new Set<Endpoint['needs']>(['client', 'admin', 'session', 'developer', 'open']);

function against(target: Target, { stage, endpoints }: Battlefield, size: Size): readonly Hostile[] {
  const { endpoint, bad, refusedCaller: judge } = target;
  const { name, path, needs } = endpoint;
  const mutations = mutationsOf(target, methodsAt(path, endpoints), strengthOf[size]);
  // A path with a version prefix leads to the same code as the path without, so few calls have one.
  const prefixes = [...Array(8).fill(''), ...(described.has(needs) && !path.startsWith('/v2') ? ['/v1', '/v2'] : [])];
  const credentials = bad.map((shown, at) => ({
    class: shown.class,
    variant: shown.variant,
    judge,
    wires() {
      const made = target.request(shown);
      return one({ ...made, path: prefixes[at % prefixes.length] + made.path });
    },
  }));
  return hostileClasses.flatMap((kind) => {
    const seed = `${name} ${kind}`;
    const mutated = mutations[kind];
    const most = keptOf[kind][size];
    const own = credentials.filter((each) => each.class === kind);
    const all =
      mutated === undefined ? draw(own, most, seed) : fc.sample(mutated, { numRuns: most, seed: seedOf(seed) });
    return all.map(
      (each): Hostile => ({
        ...each,
        endpoint: name,
        class: kind,
        weight: kind === 'slow' ? 'slow' : 'light',
        ...(path === metricsEndpoint.path ? { port: stage.metricsPort } : {}),
      }),
    );
  });
}

/** Generates all calls in a fixed random order, so that endpoints alternate. */
export function generate(field: Battlefield, size: Size): readonly Hostile[] {
  const all = field.endpoints.flatMap((endpoint) => against(toTarget(endpoint, field), field, size));
  return draw(all, all.length, 'order of the siege');
}
