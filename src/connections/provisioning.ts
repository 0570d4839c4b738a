import { createHash } from 'node:crypto';
import type { Directory } from '../core/ports.js';
import { type Credential, maxTokenCharacters } from '../core/secrets.js';
import { type EpochMs, fromHttpDate, toIso } from '../core/units.js';
import type { CoveragePage, EnrolmentCoverage } from './coverage.js';

export type StepStatus =
  | { readonly state: 'ready' }
  /**
   * The provider lacks the object, or our object differs from the configuration. `changes` lists the actions of
   * `apply`, one line each.
   */
  | { readonly state: 'missing' | 'different'; readonly changes: readonly string[] }
  /** An object that this service did not create is in the way. It is never overwritten. */
  | { readonly state: 'blocked'; readonly reason: string; readonly remedy: string }
  /** Only an administrator can do or see this, in the provider's console. `fault` is what is wrong, if it is known. */
  | { readonly state: 'manual'; readonly instructions: readonly string[]; readonly fault?: string };

const toStatus = (state: 'missing' | 'different', changes: readonly string[]): StepStatus =>
  changes.length === 0 ? { state: 'ready' } : { state, changes };

export const missing = (...changes: readonly string[]): StepStatus => toStatus('missing', changes);

export const different = (changes: readonly string[]): StepStatus => toStatus('different', changes);

export const blocked = (reason: string, remedy: string) => ({ state: 'blocked', reason, remedy }) as const;

export const inConsole = (...instructions: readonly string[]): StepStatus => ({ state: 'manual', instructions });

export const wrongInConsole = (fault: string, instructions: readonly string[]): StepStatus => ({
  state: 'manual',
  instructions,
  fault,
});

/** How the doctor checks a step. */
interface StepCheck {
  /** Title of the check, if it is not that of the step. */
  readonly title?: string;
  readonly needs?: readonly string[];
  /** Consequence for users of a missing object. */
  readonly ifMissing?: string;
  /** Finds what the step does not know. It runs if the step would change nothing. */
  readonly whenReady?: () => Promise<Finding>;
}

export interface ProvisionStep {
  readonly title: string;
  readonly needs?: readonly string[];
  /** `null` if another check covers it. */
  readonly check?: StepCheck | null;
  /**
   * How an administrator does the step in the provider's console: the place, and each field with its value. A setting
   * that holds a secret is named instead of the secret.
   */
  readonly byHand: readonly string[];
  /**
   * Returns the status without changing anything. Objects that an earlier step has still to create count as missing.
   */
  inspect(): Promise<StepStatus>;
  /** Makes the changes that `inspect` returned. Objects that this service did not create are preserved. */
  apply(): Promise<void>;
  /**
   * Sends the step's secret to the provider again. Called if the status is `ready`, because providers never return
   * secrets to compare.
   */
  pushSecret?: (() => Promise<void>) | undefined;
}

interface ManagedObject<Found> {
  readonly byHand: readonly string[];
  find(): Promise<Found | null>;
  /** Actions of `create`, one line each. */
  readonly creation: readonly string[];
  create(): Promise<unknown>;
  /** Actions of `change`, one line each; none if the object is as configured. */
  changesTo(found: Found): readonly string[];
  change(found: Found): Promise<unknown>;
}

/** Creates the step of an object that this service creates, or changes if it exists. */
export const createObjectStep = <Found>(title: string, managed: ManagedObject<Found>): ProvisionStep => ({
  title,
  byHand: managed.byHand,
  async inspect() {
    const found = await managed.find();
    return found === null ? missing(...managed.creation) : different(managed.changesTo(found));
  },
  async apply() {
    const found = await managed.find();
    await (found === null ? managed.create() : managed.change(found));
  },
});

/** Creates a step that only an administrator can do, and that the provider's API does not show. */
export const manualStep = (title: string, ...instructions: readonly string[]): ProvisionStep => ({
  title,
  byHand: instructions,
  inspect: async () => inConsole(...instructions),
  apply: async () => {},
});

/**
 * Creates a step for an object that only an administrator can change.
 * @param findFaults - `null` if the provider does not show the object
 */
export const createConsoleStep = (
  title: string,
  byHand: readonly string[],
  findFaults: () => Promise<readonly string[] | null>,
): ProvisionStep => ({
  ...manualStep(title, ...byHand),
  async inspect() {
    const faults = await findFaults();
    if (faults === null) return inConsole(...byHand);
    return faults.length === 0 ? { state: 'ready' } : wrongInConsole(faults.join(' '), byHand);
  },
});

export interface Finding {
  readonly verdict: 'pass' | 'warn' | 'fail' | 'manual';
  readonly found: string;
  readonly remedy: string | null;
}

export const pass = (found: string): Finding => ({ verdict: 'pass', found, remedy: null });
export const warn = (found: string, remedy: string | null): Finding => ({ verdict: 'warn', found, remedy });
export const fail = (found: string, remedy: string | null): Finding => ({ verdict: 'fail', found, remedy });
export const manual = (found: string, remedy: string | null): Finding => ({ verdict: 'manual', found, remedy });

const usualSkewSec = 30;

/**
 * Compares this machine's clock with the `Date` header of an answer (RFC 9110, section 6.6.1), in whole seconds.
 * @param greatestSec - difference in seconds from which the provider or this server refuses calls
 */
export function compareClocks(
  { here, date, whose }: { readonly here: EpochMs; readonly date: string | null | undefined; readonly whose: string },
  greatestSec: number,
): Finding {
  const there = fromHttpDate(date ?? '');
  if (there === null) return warn(`${whose} does not return its time`, 'Compare the clock of this machine by hand');
  const skewSec = Math.round((here - there) / 1000);
  const found = `This machine is ${Math.abs(skewSec)} s ${skewSec < 0 ? 'behind' : 'ahead of'} ${whose} (${toIso(there)})`;
  const remedy = `Synchronize the clock of this machine by NTP: calls are refused if it is off by ${greatestSec} s or more`;
  if (Math.abs(skewSec) >= greatestSec) return fail(found, remedy);
  return Math.abs(skewSec) >= Math.min(usualSkewSec, greatestSec / 2) ? warn(found, remedy) : pass(found);
}

export interface Check {
  readonly title: string;
  /** Titles of the checks that must pass first. If one of them fails, this check is skipped. */
  readonly needs?: readonly string[];
  /** Title of the step that fixes a failure; by default, the step that has the same title as the check. */
  readonly fixedBy?: string;
  /** What does not work for anyone while the check fails. */
  readonly blocks?: 'recovery';
  run(): Promise<Finding>;
}

const toList = (changes: readonly string[]): string => changes.map((each) => each.replace(/\.$/, '')).join('; ');

const toFinding = (status: StepStatus, ifMissing: string): Finding => {
  const remedy = 'Run facestep provision for this connection with --apply';
  switch (status.state) {
    case 'ready':
      return pass('As configured');
    case 'missing':
      return fail(`Missing: ${toList(status.changes)}${ifMissing}`, remedy);
    case 'different':
      return fail(`Not as configured: ${toList(status.changes)}`, remedy);
    case 'blocked':
      return fail(status.reason, status.remedy);
    case 'manual':
      return status.fault === undefined
        ? manual('Only an administrator can do or see this', status.instructions.join(' '))
        : fail(status.fault, status.instructions.join(' '));
  }
};

/** Consequence of a missing attribute. */
export const lostEnrolments =
  '. Without it, no user can enrol. If it existed before, every enrolment is lost and users must enrol again';

/** Creates a check of each step, which fails if the step would change something. */
export const createStepChecks = (steps: readonly ProvisionStep[]): readonly Check[] =>
  steps.flatMap((step) => {
    if (step.check === null) return [];
    const { title = step.title, needs = [], ifMissing = '', whenReady } = step.check ?? {};
    const run = async (): Promise<Finding> => {
      const status = await step.inspect();
      return status.state === 'ready' && whenReady !== undefined ? whenReady() : toFinding(status, ifMissing);
    };
    return [{ title, needs: [...needs, ...(step.needs ?? [])], fixedBy: step.title, run }];
  });

export const serverAnswers = 'Server';

export const serverClock = 'Server clock';

/** Title of the check that the public address serves this server's own keys. */
export const publishedKeysTitle = 'Published keys';

/** Title of the check that every hook is reachable. */
export const hooksAnswer = 'Hooks';

/** Title of the check that hooks accept the configured secret. */
export const acceptedCallsTitle = 'Calls of the provider';

export const needing = (titles: readonly string[], checks: readonly Check[]): readonly Check[] =>
  checks.map((check) => ({ ...check, needs: [...new Set([...titles, ...(check.needs ?? [])])] }));

export const checkingGroups = (
  { readsGroups = false }: { readonly readsGroups?: boolean },
  run: Check['run'],
): readonly Check[] => (readsGroups ? [{ title: 'Groups', run }] : []);

export const groupsAreReadable: Finding = pass('The groups that people are in can be read');

export const noUserToTestWith: Finding = manual(
  'No user exists to test it with',
  'Run this again after you create a user',
);

/** Test value. It is as long as a token and has upper and lower case, to detect truncation and changes of case. */
export const probe = 'facestep-probe-'.padEnd(maxTokenCharacters, 'Aa0_-Zz9');

interface Listed {
  readonly subject: string;
  readonly value: unknown;
  readonly isActive: boolean;
}

/**
 * Writes, reads and removes a test value at a user without a token. A test value of an interrupted run is overwritten.
 * @param listed - users of the provider
 * @param explain - returns what failed and a remedy; `found` is the value after the failure
 */
export async function checkWrite(
  listed: readonly Listed[],
  attribute: {
    readValue(subject: string): Promise<unknown>;
    write(subject: string, value: string | null): Promise<void>;
  },
  explain: (error: unknown, found: unknown) => Pick<Finding, 'found' | 'remedy'>,
): Promise<Finding> {
  if (listed.length === 0) return noUserToTestWith;
  const free = listed.filter(({ value }) => value === '' || value === probe);
  const user = free.find(({ isActive }) => !isActive) ?? free[0];
  if (user === undefined) return pass('Nothing was written, because all listed users have a value.');
  const { subject } = user;
  try {
    await attribute.write(subject, probe);
    return pass(`${maxTokenCharacters} characters were written for user ${subject}, read and removed.`);
  } catch (error) {
    const { found, remedy } = explain(error, await attribute.readValue(subject));
    return fail(`For user ${subject}: ${found}`, remedy);
  } finally {
    await attribute.write(subject, null);
  }
}

export interface Registrant {
  readonly id: string;
  readonly login: string;
}

export interface Registration {
  readonly title: string;
  findRegistrants(group: string | null): Promise<readonly Registrant[]>;
  isRegistered(registrant: Registrant): Promise<boolean>;
  register(registrant: Registrant): Promise<void>;
}

export interface RotatableSecret {
  readonly setting: string;
  readonly previousSetting: string;
  readonly isPreviousTaken: boolean;
  readonly marks: { readonly current: string; readonly previous: string | null };
}

export interface Provisioning {
  /** Permissions that the steps need, one on each line. Absent if only the README lists them. */
  readonly permissions?: readonly string[];
  readonly steps: readonly ProvisionStep[];
  readonly checks: readonly Check[];
  readonly secrets?: readonly RotatableSecret[];
  /** Absent if users need no registration or cannot be registered. */
  readonly registration?: Registration | undefined;
  readonly listMembers: Directory['listMembers'];
  readonly searchGroups: Directory['searchGroups'];
  /** Permission that the provider must grant to find and list groups. */
  readonly groupPermission: string;
  census(onPage?: (page: CoveragePage) => void): Promise<EnrolmentCoverage>;
}

/** Returns 16 bits of a digest of the secret. They show that the secret was replaced, but do not help to guess it. */
const markOf = (secret: Credential): string =>
  secret.use((value) => createHash('sha256').update(`mark ${value}`).digest('hex').slice(0, 4));

export const toRotatable = (
  setting: string,
  previousSetting: string,
  { current, previous }: { readonly current: Credential | undefined; readonly previous: Credential | undefined },
): readonly RotatableSecret[] =>
  current === undefined
    ? []
    : [
        {
          setting,
          previousSetting,
          isPreviousTaken: previous !== undefined,
          marks: { current: markOf(current), previous: previous === undefined ? null : markOf(previous) },
        },
      ];

export const createPreviousSecretChecks = (previous: Credential | undefined, setting: string): readonly Check[] =>
  previous === undefined
    ? []
    : [
        {
          title: 'Previous secret',
          run: async () =>
            warn(
              `${setting} is still accepted`,
              'Remove it from the configuration once the log no longer contains "called with the previous secret" (docs/operations.md)',
            ),
        },
      ];

/** Returns origin and path of an address, because its query may hold a secret. */
export function withoutQuery(address: string): string {
  if (!URL.canParse(address)) return 'an invalid address';
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
