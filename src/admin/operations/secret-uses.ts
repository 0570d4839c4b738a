import { z } from 'zod';
import type { Provisioning, RotatableSecret } from '../../connections/provisioning.js';
import type { ConfiguredConnection } from '../../connections/setup.js';
import { changeStored, readStored } from '../../core/change-stored.js';
import { Credential } from '../../core/secrets.js';
import { type EpochMs, epochMsGuard } from '../../core/units.js';
import type { OperationsPorts } from './operations-context.js';

/*
 * Age and last use of hook secrets. Each entry is stored under a digest of its secret, so that replicas with different
 * configurations do not overwrite each other.
 */

/** Time at which a server first saw the secret, and time of the last use; `null` if never used. */
const ageGuard = z.object({ since: epochMsGuard, usedAt: epochMsGuard.nullable() });
const recordGuard = z.record(z.string(), ageGuard);
type Known = z.output<typeof recordGuard>;

const placeOf = (connection: string) => ({
  key: `connection-secret:${connection}`,
  guard: recordGuard,
  expiresAt: () => null,
});

const fileGuard = z.looseObject({ connections: z.array(z.looseObject({ id: z.string() })) });
const objectGuard = z.record(z.string(), z.unknown());
const referenceGuard = z.union([
  z.strictObject({ env: z.string() }),
  z.strictObject({ file: z.string() }),
  z.object({ sealed: z.object({ by: z.string(), at: z.string(), until: z.string().nullable().default(null) }) }),
]);

/**
 * Finds the variable or file that the text of the configuration names for a setting, or who stated it. `null` if it is
 * text.
 */
export function findReference(text: string, connection: string, setting: string) {
  try {
    const found = fileGuard.parse(JSON.parse(text)).connections.find(({ id }) => id === connection);
    const childOf = (value: unknown, name: string): unknown => objectGuard.parse(value)[name];
    return referenceGuard.safeParse(setting.split('.').reduce<unknown>(childOf, found)).data ?? null;
  } catch {
    return null;
  }
}

/** Lists the settings of a connection that are secrets, by their dotted paths. Those of its OpenID clients are not listed. */
export function listSecrets(settings: unknown, path: readonly string[] = []): readonly string[] {
  if (settings instanceof Credential) return [path.join('.')];
  if (typeof settings !== 'object' || settings === null) return [];
  return Object.entries(settings).flatMap(([name, value]) =>
    path.length === 0 && name === 'oidc' ? [] : listSecrets(value, [...path, name]),
  );
}

/** Current and previous secret, and one of a replica that still has the old configuration. */
const mostKept = 3;

/** Adds a secret or its last use. If nothing changed, it returns the same object. */
function withUse(known: Known, mark: string | null, usedAt: EpochMs | undefined, now: EpochMs): Known {
  if (mark === null) return known;
  const found = known[mark];
  if (found !== undefined && usedAt === undefined) return known;
  const changed = { ...known, [mark]: { since: found?.since ?? now, usedAt: usedAt ?? found?.usedAt ?? null } };
  return Object.fromEntries(
    Object.entries(changed)
      .toSorted(([, one], [, other]) => other.since - one.since)
      .slice(0, mostKept),
  );
}

/** Cached, because building the provider's steps each minute would be wasteful. */
const secretsOf = new WeakMap<ConfiguredConnection, readonly RotatableSecret[]>();

async function findSecretsOf(
  connection: ConfiguredConnection,
  { setup }: OperationsPorts<'setup'>,
): Promise<readonly RotatableSecret[]> {
  const known = secretsOf.get(connection);
  if (known !== undefined) return known;
  const adapter = await connection.createAdapter(setup().config.publicUrl ?? '');
  const { secrets = [] } = await adapter.createProvisioning();
  secretsOf.set(connection, secrets);
  return secrets;
}

/** @throws `state_unavailable` */
async function storeUses(
  connection: ConfiguredConnection,
  deps: OperationsPorts<'state' | 'clock' | 'setup' | 'secretUses'>,
): Promise<void> {
  const [secret] = await findSecretsOf(connection, deps);
  if (secret === undefined) return;
  const { marks } = secret;
  const { current, previous } = deps.secretUses.collect(connection.id);
  const now = deps.clock.now();
  await changeStored(
    placeOf(connection.id),
    (former) => withUse(withUse(former ?? {}, marks.previous, previous, now), marks.current, current, now),
    deps,
  );
}

export async function storeSecretUses(
  deps: OperationsPorts<'state' | 'clock' | 'setup' | 'secretUses'>,
): Promise<void> {
  for (const connection of deps.setup().connections) {
    await storeUses(connection, deps);
  }
}

/** Returns a function that finds the age of a secret. */
export async function readSecretAges(
  id: string,
  deps: OperationsPorts<'state' | 'clock' | 'setup' | 'secretUses'>,
): Promise<(mark: string | null) => z.output<typeof ageGuard> | null> {
  const connection = deps.setup().connections.find((each) => each.id === id);
  if (connection !== undefined) await storeUses(connection, deps);
  const known = (await readStored(placeOf(id), deps))?.record ?? {};
  return (mark) => (mark === null ? null : (known[mark] ?? null));
}

/** `isPushed` is true if applying the steps sends the secret to the provider. Otherwise an administrator deploys it. */
export const findSecrets = ({ secrets = [], steps }: Pick<Provisioning, 'secrets' | 'steps'>) =>
  secrets.map((secret) => ({ ...secret, isPushed: steps.some(({ pushSecret }) => pushSecret !== undefined) }));
