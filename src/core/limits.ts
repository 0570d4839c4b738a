import { FaceError } from '../errors.js';
import { type Network, networksOf } from './networks.js';
import type { Clock, State } from './ports.js';
import { addSec, epochMs } from './units.js';

const minute = 60;
const hour = 60 * minute;

/**
 * What is counted, by whom, and over which time in seconds. What counts people nobody vouches for counts nobody else:
 * whoever signed in at the provider is not held up by it.
 */
const windowSecOf = {
  /** Sign-ins that somebody starts without having shown who they are, by source. */
  outsiderStarts: minute,
  /** The same by connection: from however many addresses. */
  outsiderStartsOfConnection: minute,
  /** Sign-ins that one pushed request starts, by that request: whoever has its address can open it again and again. */
  startsOfPushedRequest: minute,
  /** Questions to the identity provider about names that somebody like that sends or types, by source. */
  outsiderLookUps: minute,
  /** The same by connection. */
  outsiderLookUpsOfConnection: minute,
  /** Faces held against a token for somebody nobody vouches for, by source. */
  outsiderChecks: minute,
  /** The same by connection: from however many addresses. */
  outsiderChecksOfConnection: minute,
  /** Requests with pictures, by client token. */
  clientPictures: minute,
  /** Tokens revoked over the API, by client token: whether anybody made them cannot be told, and each may be kept for ever. */
  revocations: hour,
  /** One-time codes, by who gets them. */
  codesOfContact: 24 * hour,
  /** One-time codes, by the source they are asked for from. */
  codesOfSource: hour,
  /** One-time codes of the whole service. */
  codesOfService: hour,
} as const;

/** Stands in the log and the metrics of a refusal. */
export type LimitName = keyof typeof windowSecOf;

/** Codes go to strangers, and a pushed request is one sign-in: these bounds are not for an administrator to raise. */
const fixedLimits = {
  startsOfPushedRequest: 5,
  ...{ codesOfContact: 5, codesOfSource: 20, codesOfService: 200 },
} as const satisfies Partial<Record<LimitName, number>>;

/** How many are taken in one window of each, as the administrator has it. */
export type Limits = Readonly<Record<Exclude<LimitName, keyof typeof fixedLimits>, number>>;

/** What counting takes. */
export interface CountDeps {
  readonly state: State;
  readonly clock: Clock;
  readonly settings: { readonly limits: Limits };
}

/**
 * Counts one against a limit, on all replicas together. The windows are the same for all: they begin at whole multiples of
 * their length.
 * @param who - whom it is counted by; empty where one count is for all
 * @throws FaceError `locked_out` with the seconds until the window ends, and the name of the limit; `state_unavailable`:
 *   what cannot be counted is not taken
 */
export async function countAgainst(
  limit: Exclude<LimitName, SourceLimit>,
  who: string,
  deps: CountDeps,
): Promise<void> {
  await countOne(limit, { name: who, share: 1 }, deps);
}

/** What is counted by where it comes from. */
export type SourceLimit = 'outsiderStarts' | 'outsiderLookUps' | 'outsiderChecks' | 'codesOfSource';

/**
 * Counts one against a limit at every network of a source. A refused wide network leaves no counts of narrower ones, and
 * whoever goes on after a refusal takes nothing of their neighbours' share of the wider.
 * @param source - as `toSource` names it
 * @throws FaceError as `countAgainst`
 */
export async function countAgainstSource(limit: SourceLimit, source: string, deps: CountDeps): Promise<void> {
  const counted: { takeBack(): Promise<unknown> }[] = [];
  for (const network of networksOf(source)) {
    try {
      counted.push(await countOne(limit, network, deps));
    } catch (error) {
      await Promise.all(counted.map((each) => each.takeBack()));
      throw error;
    }
  }
}

async function countOne(
  limit: LimitName,
  { name, share }: Network,
  { state, clock, settings }: CountDeps,
): Promise<{ takeBack(): Promise<unknown> }> {
  const now = clock.now();
  const windowMs = windowSecOf[limit] * 1000;
  const window = Math.floor(now / windowMs);
  const windowEnd = epochMs((window + 1) * windowMs);
  const key = `limit:${limit}:${name}:${window}`;
  // Kept a little longer, as the clocks of replicas differ.
  const keptUntil = addSec(windowEnd, minute);
  const takeBack = () => state.add(key, -1, keptUntil);
  const count = await state.add(key, 1, keptUntil);
  const allowed = { ...fixedLimits, ...settings.limits }[limit] * share;
  if (count > allowed) {
    await takeBack();
    throw new FaceError('locked_out', { limit, retryAfterSec: Math.ceil((windowEnd - now) / 1000) });
  }
  return { takeBack };
}
