import type { JsonObject } from '../base/json.js';
import { toIso } from '../core/units.js';
import type { KeyInventory, SealingKey, TurningKey } from '../keys/inventory.js';
import type { TokenCount } from '../keys/token-count.js';

interface ListedKeys {
  readonly kind: KeyInventory['kind'];
  readonly sealing: readonly SealingKey[];
  readonly signing: readonly TurningKey[];
  readonly oidc: readonly TurningKey[];
}

export function toKeyLines({ sealing, signing, oidc }: ListedKeys, { byVersion }: TokenCount): string[] {
  return [
    'Seal tokens:',
    ...sealing.map(({ version, isCurrent, problem }) => {
      const count = `${byVersion.get(version) ?? 0} tokens in use`;
      return `  version ${version}: ${[count, ...(isCurrent ? ['seals new ones'] : []), ...toProblem(problem)].join(', ')}`;
    }),
    ...[...byVersion]
      .filter(([version]) => sealing.every((key) => key.version !== version))
      .map(([version, count]) => `  version ${version}: retired; ${count} tokens that can no longer be opened`),
    '',
    'Sign receipts and audit heads:',
    ...toTurningLines(signing),
    ...(oidc.length === 0 ? [] : ['', 'Sign ID tokens and security events:', ...toTurningLines(oidc)]),
    '',
  ];
}

function toTurningLines(keys: readonly TurningKey[]): string[] {
  const signing = keys.findIndex(({ isSigning }) => isSigning);
  return keys.map(({ name, signsFrom, problem }, index) => {
    const turn = index < signing ? 'former' : index === signing ? 'signs' : 'published';
    const when = signsFrom === null ? [] : [`${index > signing ? 'signs from' : 'since'} ${toIso(signsFrom)}`];
    return `  ${name}: ${[turn, ...when, ...toProblem(problem)].join(', ')}`;
  });
}

const toProblem = (problem: string | null): string[] => (problem === null ? [] : [`NOT USABLE: ${problem}`]);

export function toCountLines(
  { ofUnknownVersion }: TokenCount,
  { trails, retentionDays }: { readonly trails: readonly string[]; readonly retentionDays: number | null },
): string[] {
  const forgotten = `Records are kept for ${retentionDays} days: tokens made before that are not counted.`;
  const unknown = `${ofUnknownVersion} more tokens were made before versions were recorded: theirs is unknown.`;
  return [
    trails.length === 0 ? 'No audit trail: nothing could be counted.' : `Counted in ${trails.join(', ')}.`,
    'Each replica has its own audit trail: tokens in trails without --trail are not counted.',
    ...(retentionDays === null ? [] : [forgotten]),
    ...(ofUnknownVersion === 0 ? [] : [unknown]),
  ];
}

export function toKeyReport(
  { kind, sealing, signing, oidc }: ListedKeys,
  { byVersion, ofUnknownVersion }: TokenCount,
  trails: readonly string[],
): JsonObject {
  const toTurn = ({ name, isSigning, signsFrom, problem }: TurningKey): JsonObject => ({
    name,
    isSigning,
    problem,
    signsFrom: signsFrom === null ? null : toIso(signsFrom),
  });
  return {
    kind,
    sealing: sealing.map(({ version, isCurrent, problem }) => ({
      version,
      isCurrent,
      problem,
      tokens: byVersion.get(version) ?? 0,
    })),
    signing: signing.map(toTurn),
    oidc: oidc.map(toTurn),
    counted: { trails: [...trails], ofUnknownVersion },
  };
}
