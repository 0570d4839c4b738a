import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { plainRequest } from '../../support/benches/core.js';
import { Credential } from '../core/secrets.js';
import { toStoredDigest } from '../core/tickets.js';
import { addSec, epochMs } from '../core/units.js';
import { toCode } from '../errors.js';
import { newChallenge } from './movement-challenge.js';
import { type MovementRecord, type StepUpRecord, stateAt } from './record.js';
import {
  abandon,
  capture,
  challenge,
  checkTicket,
  choose,
  commit,
  countReferenceCheck,
  end,
  handOff,
  open,
  openHandedOff,
  recordConsent,
  releaseAttempt,
  renew,
  reserveForPass,
  take,
} from './transitions.js';

const now = epochMs(1_790_000_000_000);
const secret = (name: string) => new Credential(name);
const consent = { statement: 'consent-1 (en)', givenAt: now };
const movement: MovementRecord = newChallenge(
  secret('nonce'),
  { axis: null, turns: 2 },
  {
    clock: { now: () => now },
    random: () => new Uint8Array(1),
  },
);

const pass = {
  at: now,
  liveness: null,
  presence: null,
  methods: ['face' as const],
  accuracy: 4 as const,
  enrolmentProof: null,
  enrolmentDocument: null,
  isTaken: false,
};

/** One that waits for its photos, with all that a transition may ask for. */
const waiting: StepUpRecord = {
  connection: 'work',
  subject: 'anna',
  purpose: 'verify',
  assurance: { kind: 'vouched' },
  flow: { ...plainRequest, hookSignIn: { application: null, address: null } },
  application: null,
  action: null,
  rule: null,
  spoken: null,
  isTest: false,
  state: 'started',
  startedAt: now,
  expiresAt: addSec(now, 600),
  captured: null,
  digests: { challenge: toStoredDigest(secret('link')), browser: null, session: null },
  handOff: {
    ticketDigest: toStoredDigest(secret('ticket')),
    sessionDigest: null,
    code: '42',
    choices: ['17', '42', '93'],
    choice: 'open',
    asking: { browser: 'Firefox', system: null },
  },
  challenge: movement,
  isVendorReplaced: false,
  isGlance: false,
  hasRecoveryCodes: false,
  hasPasskey: false,
  consent,
  left: { tries: 3, challenges: 12, looks: 12 },
  pass: null,
  codes: null,
  returnUrl: null,
};
const captured = capture(waiting, 'first', now);

/** Every state that a record can be found in, and whether it is under way. */
const found: readonly [string, StepUpRecord, boolean][] = [
  ['started', waiting, true],
  ['captured', captured, false],
  ['captured by an interrupted attempt', { ...captured, captured: { by: 'dead', until: now } }, true],
  [
    'captured by an interrupted last attempt',
    { ...captured, captured: { by: 'dead', until: now }, left: { ...captured.left, tries: 0 } },
    false,
  ],
  ['reserved for a pass', { ...captured, captured: { by: 'first', until: null } }, false],
  ['passed', { ...waiting, state: 'passed', pass }, false],
  ['failed', { ...waiting, state: 'failed' }, false],
  ['abandoned', { ...waiting, state: 'abandoned' }, false],
  ['expired', { ...waiting, expiresAt: now }, false],
];

const offered = {
  ticket: secret('new'),
  code: '55',
  choices: ['55', '66', '77'],
  asking: { browser: null, system: null },
};

/** What happens to one that is under way, and in which state that leaves it. */
const steps: readonly [string, (record: StepUpRecord) => StepUpRecord, StepUpRecord['state']][] = [
  ['record consent', (record) => recordConsent(record, consent, now), 'started'],
  ['abandon', (record) => abandon(record, now), 'abandoned'],
  ['renew', (record) => renew(record, now), 'started'],
  ['challenge', (record) => challenge(record, movement, now), 'started'],
  [
    'commit to a frame',
    (record) =>
      commit(record, { nonce: secret('nonce'), frame: { digest: 'digest', looks: [] } }, now, { random: randomBytes }),
    'started',
  ],
  ['check a document photo', (record) => countReferenceCheck(record, { isWanted: true }, now), 'started'],
  ['hand off', (record) => handOff(record, offered, now), 'started'],
  ['choose the right number', (record) => choose(record, '42', now), 'started'],
  ['choose another number', (record) => choose(record, '17', now), 'failed'],
  ['choose none', (record) => choose(record, null, now), 'failed'],
  ['capture', (record) => capture(record, 'second', now), 'captured'],
];

/** What a transition comes to: the record, or the code of the refusal. */
function outcomeOf(work: () => StepUpRecord): StepUpRecord | string {
  try {
    return work();
  } catch (error) {
    return toCode(error);
  }
}

describe.each(steps)('the transition "%s"', (_, step, next) => {
  // Without the challenge: an attempt takes it, and anyone who commits needs it.
  test.each(found)('of a step-up that is %s succeeds only while it is open', (_name, record, isUnderWay) => {
    const outcome = outcomeOf(() => step({ ...record, challenge: movement }));
    if (!isUnderWay) expect(outcome).toBe('step_up_finished');
    else expect(outcome).toMatchObject({ state: next });
  });
});

test('a step-up that is abandoned or refused by number retains no challenge', () => {
  for (const ended of [abandon(waiting, now), choose(waiting, '17', now)]) expect(ended.challenge).toBeNull();
});

test('challenges, document checks and attempts are limited, and refused beyond the limit', () => {
  const spend = (record: StepUpRecord, step: (left: StepUpRecord) => StepUpRecord): number => {
    for (let times = 0, left = record; ; times += 1) {
      const next = outcomeOf(() => step(left));
      if (next === 'step_up_finished' || times > 20) return times;
      left = next as StepUpRecord;
    }
  };
  expect(spend(waiting, (record) => challenge(record, movement, now))).toBe(12);
  expect(spend(waiting, (record) => countReferenceCheck(record, { isWanted: true }, now))).toBe(12);
  // Each attempt dies, and is left.
  const die = (record: StepUpRecord): StepUpRecord => ({ ...record, captured: { by: 'dead', until: now } });
  expect(spend(waiting, (record) => die(capture(record, 'one', now)))).toBe(3);
});

test('without consent no challenge starts and no document photo is checked', () => {
  const without = { ...waiting, consent: null };
  expect(outcomeOf(() => challenge(without, movement, now))).toBe('consent_missing');
  expect(outcomeOf(() => countReferenceCheck(without, { isWanted: true }, now))).toBe('consent_missing');
  expect(outcomeOf(() => countReferenceCheck(without, { isWanted: false }, now))).toBe('not_found');
});

describe('the link of a step-up', () => {
  const show = (record: StepUpRecord, shown: string, browser: string | null = null) =>
    outcomeOf(() => {
      checkTicket(record, { secret: secret(shown), browser: browser === null ? null : secret(browser) }, now);
      return record;
    });
  const bound = { ...waiting, digests: { ...waiting.digests, browser: toStoredDigest(secret('browser')) } };
  const opening = {
    session: secret('session'),
    purpose: 'verify',
    consent: null,
    hasRecoveryCodes: false,
    hasPasskey: false,
    returnUrl: 'https://x',
    lifeSec: 60,
  } as const;

  test('opens once, with its secret and in its browser, before the expiry', () => {
    expect(show(waiting, 'link')).toBe(waiting);
    expect(show(waiting, 'another')).toBe('step_up_unknown');
    expect([show(bound, 'link'), show(bound, 'link', 'other')]).toEqual(['step_up_unknown', 'step_up_unknown']);
    expect(show(bound, 'link', 'browser')).toBe(bound);
    expect(show({ ...waiting, expiresAt: now }, 'link')).toBe('step_up_finished');
    expect(show(open(waiting, opening, now), 'link')).toBe('step_up_opened');
  });

  test('gets a new expiry when it opens for an invitation, but not for a check', () => {
    expect(open(waiting, opening, now)).toMatchObject({ expiresAt: waiting.expiresAt, returnUrl: 'https://x' });
    const invitation = { ...waiting, purpose: 'enrol', returnUrl: 'https://y' } as const;
    expect(open(invitation, opening, now)).toMatchObject({ expiresAt: addSec(now, 60), returnUrl: 'https://y' });
  });
});

test('the ticket of a hand-off opens once', () => {
  const session = secret('phone');
  const opened = openHandedOff(waiting, { secret: secret('ticket'), session }, now);
  expect(opened.handOff).toMatchObject({ ticketDigest: null, sessionDigest: toStoredDigest(session) });
  expect(outcomeOf(() => openHandedOff(opened, { secret: secret('ticket'), session }, now))).toBe('step_up_opened');
  expect(outcomeOf(() => openHandedOff(waiting, { secret: secret('no'), session }, now))).toBe('step_up_unknown');
  expect(outcomeOf(() => openHandedOff({ ...waiting, handOff: null }, { secret: session, session }, now))).toBe(
    'step_up_unknown',
  );
});

describe('an attempt at a step-up', () => {
  const later = addSec(now, 30);
  const second = capture({ ...captured, challenge: movement }, 'second', later);
  const failed = { ...captured, state: 'failed' } as const;

  test('is ended only by the attempt that began last', () => {
    expect(end(captured, captured, failed)).toMatchObject({ state: 'failed', captured: null });
    for (const over of [second, failed, releaseAttempt(captured)]) {
      expect(outcomeOf(() => end(over, captured, failed))).toBe('step_up_finished');
      expect(outcomeOf(() => reserveForPass(over, captured))).toBe('step_up_finished');
    }
  });

  test('does not time out while it is reserved for its pass', () => {
    expect(stateAt(captured, later)).toBe('started');
    expect(stateAt(reserveForPass(captured, captured), addSec(now, 599))).toBe('captured');
  });

  test('restores the try but not the challenge if it ends without a decision', () => {
    expect(releaseAttempt(captured)).toEqual({ ...waiting, challenge: null });
  });
});

test('a passed step-up can be consumed once, and a step-up in any other state cannot be consumed', () => {
  const passed = { ...waiting, state: 'passed', pass } as const;
  expect(outcomeOf(() => take(take(passed)))).toBe('step_up_finished');
  for (const [, record] of found.filter(([name]) => name !== 'passed'))
    expect(outcomeOf(() => take(record))).toBe('face_not_verified');
});
