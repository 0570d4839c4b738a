import { listApplications } from '../access/applications.js';
import { toDetailLines, toFailure } from '../admin/operations/failure.js';
import type { OperationsPorts } from '../admin/operations/operations-context.js';
import type { Problem } from '../config/problem.js';
import type { Adapter } from '../connections/adapter.js';
import { findGroupIdsIn } from '../connections/groups.js';
import type { ConfiguredConnection, Setup } from '../connections/setup.js';
import type { Policy } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { isUnknownHost } from '../core/provider-refusal.js';
import { withTimeout } from '../core/resilience.js';
import { needsCheck } from '../core/rules/rule.js';
import { FaceError } from '../errors.js';

const searchMs = 5000;

/** Returns true if sign-ins are refused without a face check. */
const demandsFace = ({ mode, whenUnverified, rules }: Policy): boolean =>
  (mode === 'enforce' && whenUnverified === 'deny') ||
  rules.some(
    ({ mode: own, outcome, whenUnverified: fallback = whenUnverified }) =>
      own === 'enforce' && needsCheck(outcome) && fallback === 'deny',
  );

const startsChecks = ({ oidc, me }: ConfiguredConnection, { openStepUpRequest }: Adapter): boolean =>
  (oidc?.clients ?? []).length > 0 || me !== null || openStepUpRequest !== undefined;

/** Finds groups that the provider does not have. A group that cannot be searched is not reported. */
async function findUnknownGroups(
  { id, policy }: ConfiguredConnection,
  adapter: Adapter,
  known: readonly string[],
): Promise<Problem[]> {
  const provisioning = await adapter.createProvisioning();
  const found = policy.rules.map(async ({ when: { groups = [] } }, index) => {
    const unknown = groups.map(async (group): Promise<Problem[]> => {
      if (known.includes(group)) return [];
      const ids = await withTimeout(findGroupIdsIn(group, provisioning), searchMs, () => null).catch(() => null);
      const reason = `the provider has no group "${group}", or anyone may choose its name: use the id`;
      return ids?.length === 0 ? [{ path: `${id}.policy.rules.${index}.when.groups`, reason }] : [];
    });
    return (await Promise.all(unknown)).flat();
  });
  return (await Promise.all(found)).flat();
}

/**
 * Searches a user at the provider, to find out if it accepts the credentials of a connection. A provider that does not
 * answer is a warning, because it may answer later.
 */
export async function callProvider(
  { id, kind, createAdapter }: ConfiguredConnection,
  { config }: Setup,
  { log }: Ports<'log'>,
): Promise<{ readonly problems: readonly Problem[]; readonly warnings: readonly string[] }> {
  const adapter = await createAdapter(config.publicUrl ?? '');
  try {
    await withTimeout(adapter.profile.findAccount('nobody@facestep.invalid'), searchMs, () => {
      throw new FaceError('profile_unavailable', { reason: 'timeout' });
    });
    return { problems: [], warnings: [] };
  } catch (error) {
    const failure = toFailure(error, log);
    const path = `${id}.${kind}`;
    const reason = [failure.reason, ...toDetailLines(failure.detail)].join(' ');
    if (failure.code === 'provider_refused' || isUnknownHost(failure.detail))
      return { problems: [{ path, reason }], warnings: [] };
    return { problems: [], warnings: [`${path}: ${reason}`] };
  }
}

/**
 * Finds reasons why people of a changed connection could not sign in: groups that do not exist, and required face
 * checks that nothing can start. What is already active is not reported.
 */
export async function checkConnections(
  { next, active, ids }: { readonly next: Setup; readonly active: Setup | null; readonly ids: ReadonlySet<string> },
  operations: OperationsPorts<'state'>,
): Promise<Problem[]> {
  const find = async (connection: ConfiguredConnection): Promise<Problem[]> => {
    const { id, policy } = connection;
    const former = active?.connections.find((each) => each.id === id);
    const known = former?.policy.rules.flatMap(({ when }) => when.groups ?? []) ?? [];
    const adapter = await connection.createAdapter(next.config.publicUrl ?? '');
    const couldStart = former === undefined || !demandsFace(former.policy) || startsChecks(former, adapter);
    const isClosed = demandsFace(policy) && couldStart && !startsChecks(connection, adapter);
    const isLockout = isClosed && (await listApplications(operations)).length === 0;
    const reason =
      'requires a face check that nothing can start: add an OpenID client ("oidc"), own pages ("me"), or an application';
    return [
      ...(isLockout ? [{ path: `${id}.policy`, reason }] : []),
      ...(await findUnknownGroups(connection, adapter, known)),
    ];
  };
  const changed = next.connections.filter(
    ({ id, policy }) => ids.has(id) && (demandsFace(policy) || policy.rules.length > 0),
  );
  return (await Promise.all(changed.map(find))).flat();
}
