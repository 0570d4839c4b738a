import { z } from 'zod';
import { FaceError } from '../../errors.js';
import type { Credential } from '../concealed.js';
import type { CoreDeps } from '../deps.js';
import { digestOf, hasDigest } from '../digest.js';
import { type Accuracy, authenticationMethods, movements } from '../ports.js';
import { addSec, type EpochMs, epochMsGuard } from '../units.js';

/** What a step-up is for: to check a face, to enrol one, or to show a person what is held of them. */
export const stepUpPurposes = ['verify', 'enrol', 'manage'] as const;
export type StepUpPurpose = (typeof stepUpPurposes)[number];

const levelGuard = z.literal([1, 2, 3, 4, 5, 6, 7, 8]) satisfies z.ZodType<Accuracy>;

const askingGuard = z.object({
  browser: z.string().nullable(),
  system: z.string().nullable(),
  network: z.string().nullable(),
});

/** The browser that asks a phone for its camera, as the person there is told of it; each `null` where it is not known. */
export type AskingBrowser = Readonly<z.infer<typeof askingGuard>>;

/** Photos of an identity document that are looked at by themselves, in one step-up. */
export const looksOnPage = 12;

const recordGuard = z.object({
  /** A connection's id; for a kept token without one, its tenant. */
  connection: z.string(),
  subject: z.string(),
  purpose: z.enum(stepUpPurposes),
  /** Whether whoever started it had proved that this subject is there: by a password, or by their word as a backend. */
  proved: z.boolean(),
  /** Where an outsider asked for it. */
  source: z.string(),
  /** Whether the subject's own provider asked for it, after a first factor: then nobody is an outsider. */
  isSentByProvider: z.boolean().default(false),
  /** The kept token, until the step-up ends. */
  kept: z
    .object({
      token: z.string(),
      binding: z.object({
        tenant: z.string(),
        idp: z.string(),
        subject: z.string(),
        scope: z.string(),
        accuracy: levelGuard,
      }),
    })
    .nullable(),
  /** The host of the application that asked; `null` where that is not known. */
  application: z.string().nullable().default(null),
  receiptFor: z.object({ audience: z.string(), nonce: z.string().nullable() }).nullable(),
  receipt: z.object({ text: z.string(), expiresAt: epochMsGuard }).nullable(),
  feedsHooks: z.boolean(),
  state: z.enum(['started', 'captured', 'passed', 'failed', 'abandoned']),
  startedAt: epochMsGuard,
  /**
   * The attempt that is judged now, and until when nobody else may try: a process that died leaves no decision. `null`
   * once it is decided.
   */
  captured: z.object({ by: z.string(), until: epochMsGuard.nullable() }).nullable(),
  /** Of what a link or a device holds; `null` once a browser has opened it. */
  challengeDigest: z.string().nullable(),
  /** Of the one browser that may open it; `null`: whichever. */
  browserDigest: z.string().nullable(),
  sessionDigest: z.string().nullable(),
  handOff: z
    .object({
      ticketDigest: z.string().nullable(),
      sessionDigest: z.string().nullable(),
      /** The one of `choices` that the first browser shows. */
      code: z.string(),
      choices: z.array(z.string()).default([]),
      choice: z.enum(['open', 'right', 'wrong']).default('open'),
      /** Until the phone has chosen, or the step-up has ended. */
      asking: askingGuard.nullable().default(null),
    })
    .nullable()
    // One that an earlier version began offers nothing to choose: it has to be begun anew.
    .transform((handOff) => (handOff?.choices.length === 0 ? null : handOff)),
  movement: z
    .object({
      nonceDigest: z.string(),
      asked: z.array(z.enum(movements)),
      /** When the newest movement was told. */
      toldAt: epochMsGuard,
      frames: z.array(z.object({ digest: z.string(), afterMs: z.number() })),
      expiresAt: epochMsGuard,
    })
    .nullable(),
  consent: z.object({ statement: z.string(), givenAt: epochMsGuard }).nullable(),
  triesLeft: z.int(),
  challengesLeft: z.int(),
  /** Photos of an identity document that may still be looked at by themselves. */
  looksLeft: z.int().default(looksOnPage),
  pass: z
    .object({
      at: epochMsGuard,
      liveness: z.number().nullable(),
      methods: z.array(z.enum(authenticationMethods)),
    })
    .nullable(),
  taken: z.boolean(),
  returnUrl: z.string().nullable(),
  expiresAt: epochMsGuard,
});

/** A step-up as it is stored. It holds no picture and nothing made of one. */
export type StepUpRecord = z.infer<typeof recordGuard>;

/** `started → captured → passed | failed | expired | abandoned` */
export type StepUpState = StepUpRecord['state'] | 'expired';

/** A step-up that has ended stays readable for this long, so that its caller can learn how. */
const keptAfterEndSec = 3600;

const stepUpKey = (id: string): string => `step-up:${id}`;

/** How often a change is tried anew where others changed the same step-up at the same moment. */
const maxContentions = 5;

/** @throws FaceError `step_up_unknown` */
export async function readRecord(
  id: string,
  { state }: Pick<CoreDeps, 'state'>,
): Promise<{ record: StepUpRecord; revision: number }> {
  const found = await state.read(stepUpKey(id));
  if (found === null) throw new FaceError('step_up_unknown');
  return { record: recordGuard.parse(found.value), revision: found.revision };
}

/** @returns whether the condition held */
export async function writeRecord(
  id: string,
  record: StepUpRecord,
  when: 'absent' | 'any' | { revision: number },
  { state }: Pick<CoreDeps, 'state'>,
  { mayBeLost = false }: { readonly mayBeLost?: boolean } = {},
): Promise<boolean> {
  // One that nobody ended goes with the token in it.
  const expiresAt = record.kept === null ? addSec(record.expiresAt, keptAfterEndSec) : record.expiresAt;
  return state.write(stepUpKey(id), withoutAsking(record), { when, expiresAt, mayBeLost });
}

/** Of one that has ended nobody needs to know any more where it was begun. */
function withoutAsking(record: StepUpRecord): StepUpRecord {
  const { state, handOff } = record;
  if (handOff === null || state === 'started' || state === 'captured') return record;
  return { ...record, handOff: { ...handOff, asking: null } };
}

/**
 * Changes a step-up: reads it, and writes what `change` makes of it unless somebody else wrote in between; then anew.
 * @param change - throws to leave it as it is
 * @param read - how it is found, at first and again
 */
export async function changeRecord(
  id: string,
  change: (record: StepUpRecord) => StepUpRecord,
  deps: Pick<CoreDeps, 'state'>,
  read: () => Promise<{ readonly record: StepUpRecord; readonly revision: number }> = () => readRecord(id, deps),
): Promise<StepUpRecord> {
  for (let contentions = 0; contentions < maxContentions; contentions += 1) {
    const { record, revision } = await read();
    const changed = change(record);
    if (await writeRecord(id, changed, { revision }, deps)) return changed;
  }
  throw new FaceError('state_unavailable', { reason: 'contended' });
}

/** How it stands now. */
export function stateAt({ state, captured, triesLeft, expiresAt }: StepUpRecord, now: EpochMs): StepUpState {
  if (state !== 'started' && state !== 'captured') return state;
  const until = captured?.until ?? null;
  const isLeft = state === 'captured' && until !== null && until <= now;
  if (isLeft && triesLeft <= 0) return 'failed';
  if (expiresAt <= now) return 'expired';
  return isLeft ? 'started' : state;
}

/** @throws FaceError `step_up_finished` */
export function checkStarted(record: StepUpRecord, now: EpochMs): void {
  if (stateAt(record, now) !== 'started') throw new FaceError('step_up_finished');
}

/** Longer than a check takes with a slow provider behind it. */
const judgedWithinSec = 30;

/** Takes a step-up for one attempt. The try is counted now, so that nobody wins one by what ends this process. */
export const toCaptured = (
  record: StepUpRecord,
  { random, clock }: Pick<CoreDeps, 'random' | 'clock'>,
): StepUpRecord => ({
  ...record,
  state: 'captured',
  captured: {
    by: Buffer.from(random(12)).toString('base64url'),
    until: addSec(clock.now(), judgedWithinSec),
  },
  triesLeft: record.triesLeft - 1,
});

/**
 * Keeps a step-up for an attempt that has passed, before the pass goes anywhere: from now on no other can begin.
 * @param captured - as `toCaptured` made it
 * @throws FaceError `step_up_finished`: another one has begun
 */
export async function keepForAttempt(id: string, captured: StepUpRecord, deps: Pick<CoreDeps, 'state'>): Promise<void> {
  const by = captured.captured?.by ?? '';
  const keep = (found: StepUpRecord): StepUpRecord => {
    checkOwn(captured, found);
    return { ...found, captured: { by, until: null } };
  };
  await changeRecord(id, keep, deps);
}

/**
 * Ends an attempt, unless it took so long that another may have begun.
 * @param captured - as `toCaptured` made it
 * @param ended - what the step-up is from now on
 * @throws FaceError `step_up_finished`: another one has begun
 */
export async function endAttempt(
  id: string,
  captured: StepUpRecord,
  ended: StepUpRecord,
  deps: Pick<CoreDeps, 'state'>,
): Promise<void> {
  const settled = { ...ended, captured: null };
  // What has passed was kept for it.
  if (ended.state === 'passed') return void (await writeRecord(id, settled, 'any', deps));
  const end = (found: StepUpRecord): StepUpRecord => {
    checkOwn(captured, found);
    return settled;
  };
  await changeRecord(id, end, deps);
}

function checkOwn({ captured }: StepUpRecord, found: StepUpRecord): void {
  const isOwn = found.state === 'captured' && captured !== null && found.captured?.by === captured.by;
  if (!isOwn) throw new FaceError('step_up_finished');
}

/** Where an outsider asked for it; `null` where the person, or their own provider, did: then failures are theirs. */
export const outsiderOf = ({ proved, isSentByProvider, source }: StepUpRecord): string | null =>
  proved || isSentByProvider ? null : source;

/** How secrets of a step-up are stored. */
export const toStoredDigest = (secret: Credential): string => secret.use(digestOf).toString('base64url');

/** Whether a secret is the stored one. Takes the same time wherever they differ; nothing is like `null`. */
export const isStored = (secret: Credential, stored: string | null): boolean =>
  stored !== null && secret.use((text) => hasDigest(text, Buffer.from(stored, 'base64url')));
