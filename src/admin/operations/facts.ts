import { filesOf } from '../../config/data-files.js';
import type { ConfiguredConnection } from '../../connections/setup.js';
import { isRefusing } from '../../core/rules/rule.js';
import type { ConnectionFacts, Facts } from '../../core/to-do.js';
import { addSec, type EpochMs, fromIso, secondsPerDay } from '../../core/units.js';
import { openInventory, type RotatingKey } from '../../storage/keys/inventory.js';
import { overlapSec, signingLifeSec } from '../../storage/keys/key-schedule.js';
import { readHealth } from './accepted-findings.js';
import { readApply } from './apply.js';
import { readMadeTimes } from './keys.js';
import { readLastBackup } from './last-backup.js';
import { applyModes, readShadowSince } from './modes.js';
import type { OperationsPorts } from './operations-context.js';
import { readVerification } from './trail-verification.js';

/**
 * Age at which rotating a sealing key is advised, so that every installation has tried rotation before it is urgent.
 */
const sealingLifeDays = 365;

/**
 * Age from which a signing key in a file is reported. Such keys rotate automatically, so a key that is a day overdue
 * means that rotation failed.
 */
const signingLifeDays = (signingLifeSec + overlapSec) / secondsPerDay + 1;

/** Cache time of facts about keys, for which the audit log must be read. */
const keysHoldSec = 300;

/** Creates a function that returns the keys and when each is due for rotation. It caches them. */
export function createKeyFinder(
  deps: OperationsPorts<'clock' | 'random' | 'log' | 'setup'>,
): () => Promise<Facts['keys']> {
  let keys: { readonly found: Facts['keys']; readonly until: EpochMs } | null = null;
  return async () => {
    const now = deps.clock.now();
    if (keys === null || now >= keys.until) keys = { found: await listKeyFacts(deps), until: addSec(now, keysHoldSec) };
    return keys.found;
  };
}

/** Creates a function that returns facts about the server without calling providers. */
export function createFactFinder(
  deps: OperationsPorts<'state' | 'clock' | 'random' | 'log' | 'setup' | 'modes' | 'notLoaded' | 'trail'>,
): () => Promise<Facts> {
  const findKeys = createKeyFinder(deps);
  return async () => {
    const { config } = deps.setup();
    const { connections } = applyModes(deps.setup(), deps.modes());
    const backup = await readLastBackup(filesOf(config).lastBackup);
    const verification = await readVerification(deps);
    return {
      connections: await Promise.all(connections.map((each) => factsOf(each, deps))),
      isNotLoaded: deps.notLoaded() !== null,
      headWaitingSec: deps.trail.waitingSec(),
      isTrailSound: verification?.run.progress.outcome?.isSound ?? null,
      backupAt: backup === null ? null : fromIso(backup.madeAt),
      keys: await findKeys(),
    };
  };
}

async function factsOf(
  { id, kind, policy }: Pick<ConfiguredConnection, 'id' | 'kind' | 'policy'>,
  deps: OperationsPorts<'state' | 'clock' | 'modes'>,
): Promise<ConnectionFacts> {
  const health = await readHealth(id, deps);
  const failing = health?.findings.filter(({ light, accepted }) => light === 'fail' && accepted === null) ?? [];
  const switched = deps.modes().get(id);
  return {
    id,
    mode: policy.mode,
    shadowSince: isRefusing(policy) ? null : await readShadowSince(id, deps),
    switchedBy: switched !== undefined && switched.endsAt === null ? switched.by : null,
    examined:
      health === null
        ? null
        : {
            at: health.examinedAt,
            failing: failing.map(({ title, since }) => ({ title, since: since ?? health.examinedAt })),
            // Test people pass without an enrolment.
            enrolled: kind === 'memory' ? null : health.enrolled,
          },
    isBrokenOff: (await readApply(id, deps))?.state === 'broken_off',
  };
}

async function listKeyFacts(deps: OperationsPorts<'clock' | 'random' | 'log' | 'setup'>): Promise<Facts['keys']> {
  const { config } = deps.setup();
  const files = filesOf(config);
  const inventory = await openInventory(config.keys, { ...deps, files });
  const made = await readMadeTimes(files.audit);
  const toFacts = ({ name, isSigning, problem, signsFrom }: RotatingKey) => ({
    name: `Key ${name}`,
    isCurrent: isSigning,
    problem,
    since: signsFrom,
    lifeDays: signingLifeDays,
  });
  return [
    ...(await inventory.sealing()).map(({ version, isCurrent, problem }) => ({
      name: `Version ${version} of the sealing key`,
      isCurrent,
      problem,
      since: made.get(version) ?? null,
      lifeDays: sealingLifeDays,
    })),
    ...(await inventory.signing()).map(toFacts),
    ...(await inventory.oidc()).map(toFacts),
  ];
}
