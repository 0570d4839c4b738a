import { createChance } from '../../statistics/chance.js';
import type { Size } from '../size.js';
import { crowded, oversized, type Slowness, slow, truncated } from './body-attacks.js';
import { toHookTarget } from './hook-targets.js';
import { type Hostile, type HostileClass, hostileClasses, one } from './hostile.js';
import { toOidcTarget } from './oidc-targets.js';
import type { OidcVictims } from './oidc-victims.js';
import { hookAddress } from './providers/provider.js';
import { toRestTarget } from './rest-targets.js';
import { smuggling } from './smuggling.js';
import type { Stage } from './stage.js';
import {
  type Endpoint,
  endpointOf,
  metricsEndpoint,
  oidcEndpoints,
  pageEndpoints,
  readDescription,
} from './surface.js';
import type { Target } from './target.js';
import { wrongTypes } from './type-attacks.js';
import type { Victims } from './victims.js';
import { pathTricks, wrongContents, wrongMethods } from './wire-attacks.js';

/** Everything that is attacked, and what is known of it. */
export interface Battlefield {
  readonly stage: Stage;
  readonly victims: Victims;
  readonly others: OidcVictims;
  readonly endpoints: readonly Endpoint[];
  /** Every answer that is the same for everybody. */
  readonly known: ReadonlySet<string>;
  readonly receiptOf: () => string;
}

/** The connections with an OpenID provider: all that are configured here. */
export const connectionIds = ({ providers }: Stage): readonly string[] =>
  providers.all.map(({ connection }) => connection.id);

/** Every address of the server, found at the server itself. */
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

/** What everybody gets at the public addresses, now. */
export async function readPublicAnswers(stage: Stage, endpoints: readonly Endpoint[]): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const { method, path, needs } of endpoints) {
    if (needs.kind !== 'public' || method !== 'GET' || path === metricsEndpoint.path) continue;
    known.add((await stage.caller.call({ method, path, headers: [], body: null })).text);
  }
  return known;
}

/** Every endpoint as generators see it. */
function toTargets(
  field: Battlefield,
  picture: Uint8Array,
): readonly { readonly target: Target; readonly endpoint: Endpoint }[] {
  const { stage, victims, others, endpoints, known, receiptOf } = field;
  const hooks = new Map(stage.providers.hooks.map((hook) => [`POST ${hookAddress(hook)}`, hook]));
  return endpoints.map((endpoint) => {
    const hook = hooks.get(endpoint.name);
    if (hook !== undefined) return { endpoint, target: toHookTarget(hook, { stage, victims, receiptOf }) };
    const [, connection] = /^\/oidc\/([\w-]+)/.exec(endpoint.path) ?? [];
    if (connection !== undefined) {
      return { endpoint, target: toOidcTarget(endpoint, connection, { stage, victims, others, known }) };
    }
    return { endpoint, target: toRestTarget(endpoint, { stage, victims, picture }, known) };
  });
}

/** Methods that an address takes beside those of its endpoints: what a browser asks first, and what needs no body. */
function methodsAt(path: string, endpoints: readonly Endpoint[]): ReadonlySet<string> {
  const here = endpoints.filter((endpoint) => endpoint.path === path);
  const own = here.map(({ method }) => method);
  const isPage = here.some(({ method, needs }) => method === 'GET' && needs.kind === 'public');
  const isAskedFirst =
    path.includes('/oidc/') || (path.startsWith('/face') && own.includes('GET') && (own.length === 1 || isPage));
  const events = path.endsWith('/events') ? ['GET'] : [];
  return new Set([...own, ...events, ...(own.includes('GET') ? ['HEAD'] : []), ...(isAskedFirst ? ['OPTIONS'] : [])]);
}

/** Its addresses by version, and the header that overrides them: an endpoint is the same behind all. */
const prefixes = ['/v1', '/v2'] as const;

function underPrefixes(endpoint: Endpoint, target: Target): readonly Hostile[] {
  const { needs, path } = endpoint;
  if (!['client', 'admin', 'session', 'developer', 'open'].includes(needs.kind) || path.startsWith('/v2')) return [];
  return prefixes.flatMap((prefix) =>
    target.bad.map(
      (bad): Hostile => ({
        endpoint: target.name,
        class: bad.class,
        weight: 'light',
        judge: target.refusedCaller,
        variant: `under ${prefix}: ${bad.variant}`,
        wires: () => {
          const request = target.as(bad);
          return one({ ...request, path: prefix + request.path });
        },
      }),
    ),
  );
}

/** What the forms differ in beside their number. */
interface Strength {
  /** Drips for longer than any request may take; in the quick form for a moment. */
  readonly slowness: Slowness;
  /** The most at the same moment. */
  readonly crowd: number;
}

const strengthOf: Readonly<Record<Size, Strength>> = {
  full: { slowness: { bytes: 75, thenRest: false }, crowd: 20 },
  quick: { slowness: { bytes: 2, thenRest: true }, crowd: 6 },
};

/** Everything there is against one endpoint. */
function against(
  endpoint: Endpoint,
  target: Target,
  endpoints: readonly Endpoint[],
  { slowness, crowd, metricsPort }: Strength & { readonly metricsPort: number },
): readonly Hostile[] {
  const shown = target.bad.map(
    (bad): Hostile => ({
      endpoint: target.name,
      class: bad.class,
      variant: bad.variant,
      weight: 'light',
      judge: target.refusedCaller,
      wires: () => one(target.as(bad)),
    }),
  );
  const all = [
    ...shown,
    ...underPrefixes(endpoint, target),
    ...truncated(target),
    ...oversized(target),
    ...slow(target, slowness),
    ...crowded(target, crowd),
    ...wrongTypes(target),
    ...smuggling(target),
    ...wrongMethods(target, methodsAt(endpoint.path, endpoints)),
    ...wrongContents(target),
    ...pathTricks(target),
  ];
  return endpoint.path === metricsEndpoint.path ? all.map((each) => ({ ...each, port: metricsPort })) : all;
}

/** What is kept of each endpoint and class: in the full form enough to take minutes, and not an hour. */
const keptOf: Readonly<Record<Size, Readonly<Record<HostileClass, number>>>> = {
  full: {
    forged: 40,
    replayed: 20,
    truncated: 4,
    oversized: 8,
    slow: 2,
    duplicated: 3,
    'cross-tenant': 20,
    'wrong role': 30,
    'wrong type': 40,
    malformed: 40,
  },
  quick: {
    forged: 2,
    replayed: 1,
    truncated: 1,
    oversized: 1,
    slow: 1,
    duplicated: 1,
    'cross-tenant': 1,
    'wrong role': 7,
    'wrong type': 2,
    malformed: 3,
  },
};

const isVersioned = ({ variant }: Hostile): boolean => variant.startsWith('under /v');

/** Some of each class at each endpoint, drawn by chance: the same in every run. Bare addresses come before those of a version. */
function draw(all: readonly Hostile[], size: Size): readonly Hostile[] {
  const groups = new Map<string, Hostile[]>();
  for (const each of all) {
    const key = `${each.endpoint} ${each.class}`;
    const group = groups.get(key) ?? [];
    group.push(each);
    groups.set(key, group);
  }
  return [...groups].flatMap(([key, group]) => {
    const chance = createChance(`draw ${key}`);
    const first = group.filter((each) => !isVersioned(each));
    const then = group.filter(isVersioned);
    const count = Math.min(group.length, keptOf[size][group[0].class]);
    return Array.from({ length: count }, () => {
      const rest = first.length > 0 ? first : then;
      return rest.splice(chance.below(rest.length), 1);
    }).flat();
  });
}

/** The generated calls, mixed, so that one endpoint is not met all at once; the same order in every run. */
export function generate(field: Battlefield, size: Size): readonly Hostile[] {
  const targets = toTargets(field, field.stage.pictures.landscape);
  const all = targets.flatMap(({ endpoint, target }) =>
    against(endpoint, target, field.endpoints, { ...strengthOf[size], metricsPort: field.stage.metricsPort }),
  );
  const chosen = [...draw(all, size)];
  const chance = createChance('order of the siege');
  for (let last = chosen.length - 1; last > 0; last -= 1) {
    const swapped = chance.below(last + 1);
    [chosen[last], chosen[swapped]] = [chosen[swapped], chosen[last]];
  }
  return chosen;
}

/** Endpoints and classes that nothing was sent for. */
export function unmet(
  endpoints: readonly Endpoint[],
  met: ReadonlyMap<string, ReadonlyMap<HostileClass, number>>,
): readonly string[] {
  return endpoints.flatMap(({ name }) =>
    hostileClasses.filter((each) => (met.get(name)?.get(each) ?? 0) === 0).map((each) => `${name}: ${each}`),
  );
}
