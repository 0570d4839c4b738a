import type { EnrolmentCoverage } from '../../connections/coverage.js';
import { type Finding, pass, warn } from '../../connections/provisioning.js';
import type { Policy } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { toFailure } from './failure.js';
import { nameSteps, type OpenConnection } from './open-connection.js';
import { planSteps, pushingSecret, type StepReport } from './steps.js';

export type CoveragePolicy = Pick<Policy, 'mode' | 'whenNotEnrolled'>;

/**
 * Describes how many users are enrolled, and what happens to users who are not.
 * @param unlike.foreign - tokens that were not made for their users
 * @param unlike.former - tokens of another engine than the one that makes new tokens
 */
export function toCoverageFinding(
  census: EnrolmentCoverage,
  policy: CoveragePolicy,
  { foreign, former }: { readonly foreign: number; readonly former: number } = { foreign: 0, former: 0 },
): Finding {
  const counted = toCountFinding(census, policy);
  const replaced =
    former === 1
      ? '1 user holds a token of another recognition engine than the one in use, replaced at the next passed check'
      : `${toText(former)} users hold a token of another recognition engine than the one in use, replaced at their next passed check`;
  const finding = former === 0 ? counted : { ...counted, found: [counted.found, replaced].join('. ') };
  if (foreign === 0) return finding;
  return warn(
    [
      finding.found,
      `${toText(foreign)} ${foreign === 1 ? 'user of these holds' : 'users of these hold'} a token that was not made for this user and opens for no face`,
    ].join('. '),
    'Enrol them with POST /enrolments or an invitation, never with POST /generate: docs/facenition.md.',
  );
}

function toCountFinding(census: EnrolmentCoverage, { mode, whenNotEnrolled }: CoveragePolicy): Finding {
  const others = census.users - census.enrolled;
  if (others === 0) return pass(toCounts(census));
  return {
    verdict: mode === 'enforce' ? 'warn' : 'pass',
    found: [
      toCounts(census),
      mode === 'enforce'
        ? `${census.isComplete ? '' : 'at least '}${toText(others)} ${others === 1 ? 'user is' : 'users are'} refused by hooks that are called`
        : `${census.isComplete ? '' : 'at least '}${toText(others)} ${others === 1 ? 'user' : 'users'} would be refused if policy.mode were enforce`,
      whenNotEnrolled === 'enrol' ? 'users whom the provider authenticates can enrol instead' : '',
    ]
      .filter((part) => part !== '')
      .join('; '),
    remedy:
      mode === 'enforce' ? 'Invite them (POST /invitations), or set policy.mode to "shadow" until they are.' : null,
  };
}

const toCounts = ({ users, enrolled, isComplete }: EnrolmentCoverage): string =>
  isComplete
    ? `enrolled ${toText(enrolled)} of ${toText(users)} ${users === 1 ? 'user' : 'users'}`
    : `enrolled ${toText(enrolled)} of the first ${toText(users)} ${users === 1 ? 'user' : 'users'}, and there are more`;

const toText = (count: number): string => count.toLocaleString('en');

export interface PlannedStep {
  readonly id: string;
  readonly title: string;
  readonly byHand: readonly string[];
  readonly found: StepReport;
}

export interface CountedUsers extends EnrolmentCoverage {
  readonly found: string;
  readonly remedy: string | null;
}

/** Inspects every step and counts enrolled users. Nothing is changed. */
export async function planConnection(
  opened: OpenConnection,
  { pushSecrets }: { readonly pushSecrets: boolean },
  deps: Ports<'log'>,
): Promise<{ readonly steps: readonly PlannedStep[]; readonly census: CountedUsers | null }> {
  const { steps } = opened.provisioning;
  const named = nameSteps(pushSecrets ? steps.map(pushingSecret) : steps);
  const census = countUsers(opened, deps);
  const planned: PlannedStep[] = [];
  for (const { id, step } of named) {
    for await (const { title, before } of planSteps([step], deps.log))
      planned.push({ id, title, byHand: step.byHand, found: before });
  }
  return { steps: planned, census: await census };
}

/** Counts users, which takes up to a minute. @returns `null` if the provider cannot be queried */
export async function countUsers(
  { connection, provisioning }: OpenConnection,
  { log }: Ports<'log'>,
): Promise<CountedUsers | null> {
  try {
    const census = await provisioning.census();
    const { found, remedy } = toCoverageFinding(census, connection.policy);
    return { ...census, found, remedy };
  } catch (error) {
    const { code, detail } = toFailure(error, log);
    log.warn('cannot report which users are enrolled', { connection: connection.id, code, detail });
    return null;
  }
}
