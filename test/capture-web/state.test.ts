import { describe, expect, test } from '@jest/globals';
import { firstView } from '../../support/data/first-view.js';
import { afterTry, type Facts, isCameraAhead, isLitNext, nextStep, nothingKnown } from '../../web/capture/state.js';
import type { View } from '../../web/capture/view.js';

const view: View = { ...firstView, anotherWays: [] };
const frames = { nonce: 'n', photos: [] };
const facts: Facts = { ...nothingKnown, view };
const stepOf = (viewChange: Partial<View>, change: Partial<Facts> = {}) =>
  nextStep({ ...facts, ...change, view: { ...view, ...viewChange } });

test('the steps on a phone are opening, consent, capture, sending and passed', () => {
  expect(nextStep({ ...facts, view: null })).toBe('opening');
  expect(stepOf({ consentNeeded: true })).toBe('consent');
  expect(stepOf({})).toBe('capture');
  expect(stepOf({}, { frames })).toBe('sending');
  expect(stepOf({ state: 'passed' }, { frames })).toBe('passed');
});

test('an action to approve is shown once, after the consent and before the camera', () => {
  const action = { words: { type: 'facestep_action', title: 'Pay' }, digest: 'd', mixedScripts: false } as const;
  expect(stepOf({ action, consentNeeded: true })).toBe('consent');
  expect(stepOf({ action }, { mayHandOff: true })).toBe('action');
  expect(stepOf({ action, role: 'camera' })).toBe('action');
  expect(stepOf({ action, role: 'unpaired' })).toBe('pairing');
  expect(stepOf({ action }, { isActionSeen: true })).toBe('capture');
  expect(stepOf({ action }, { isActionSeen: true, again: { hint: null } })).toBe('try-again');
});

test('the camera’s resources load during earlier screens only if this device’s camera will be used', () => {
  const isAhead = (viewChange: Partial<View>, change: Partial<Facts> = {}) =>
    isCameraAhead({ ...facts, ...change, view: { ...view, ...viewChange } });
  const consentNeeded = true;
  expect(isAhead({ consentNeeded })).toBe(true);
  expect(isAhead({ consentNeeded, role: 'camera' }, { mayHandOff: true })).toBe(true);
  expect(isAhead({ consentNeeded, handOffAllowed: false }, { mayHandOff: true })).toBe(true);
  expect(isAhead({ userSecret: 'pin' }, { mayHandOff: true, place: 'here' })).toBe(true);
  expect(isAhead({}, { again: { hint: null }, mayHandOff: true, place: 'here' })).toBe(true);
  expect(isAhead({ consentNeeded }, { mayHandOff: true })).toBe(true);
  // A returning user has no screen before the camera's own.
  expect(isAhead({})).toBe(true);
  expect(isAhead({ consentNeeded, phoneNeeded: true })).toBe(false);
  // No one who is not paired, or on their own page, or at the end, is on the way to a camera.
  expect(isAhead({ consentNeeded, role: 'unpaired' })).toBe(false);
  expect(isAhead({ purpose: 'manage' })).toBe(false);
  expect(isAhead({ state: 'passed', consentNeeded })).toBe(false);
  expect(isCameraAhead({ ...facts, view: null })).toBe(false);
});

describe('a computer', () => {
  test('uses its own camera after the consent unless the user chooses a phone', () => {
    expect(stepOf({ consentNeeded: true }, { mayHandOff: true })).toBe('consent');
    expect(stepOf({}, { mayHandOff: true })).toBe('capture');
    expect(stepOf({}, { mayHandOff: true, place: 'here' })).toBe('capture');
    expect(stepOf({}, { mayHandOff: true, place: 'phone' })).toBe('hand-off');
  });

  test('hands off to a phone at once if the policy requires one, regardless of the user’s choice; a phone continues', () => {
    const phoneNeeded = { phoneNeeded: true } as const;
    expect(stepOf(phoneNeeded, { mayHandOff: true })).toBe('hand-off');
    expect(stepOf(phoneNeeded, { place: 'here' })).toBe('hand-off');
    expect(stepOf({ ...phoneNeeded, consentNeeded: true })).toBe('consent');
    expect(stepOf(phoneNeeded, { isPhone: true })).toBe('capture');
    expect(stepOf({ ...phoneNeeded, role: 'camera', handOffAllowed: false }, { isPhone: true })).toBe('capture');
  });

  test('captures directly if the connection allows no hand-off', () => {
    expect(stepOf({ handOffAllowed: false }, { mayHandOff: true })).toBe('capture');
  });
});

test('a handed-off phone shows the pairing screen first, and offers no second hand-off', () => {
  const unpaired = { role: 'unpaired', handOffAllowed: false, handOff: { state: 'opened', code: null } } as const;
  expect(stepOf({ ...unpaired, consentNeeded: true })).toBe('pairing');
  expect(stepOf({ ...unpaired, purpose: 'manage' })).toBe('pairing');
  expect(stepOf({ ...unpaired, state: 'failed' })).toBe('failed');
  const camera = { role: 'camera', handOffAllowed: false, handOff: { state: 'paired', code: null } } as const;
  expect(stepOf(camera, { mayHandOff: true })).toBe('capture');
  expect(stepOf({ ...camera, consentNeeded: true })).toBe('consent');
});

test('an identity document is requested only at an enrolment, before the user’s secret', () => {
  const both = { referencePhotoNeeded: true, userSecret: 'pin' } as const;
  expect(stepOf({ ...both, purpose: 'enrol' })).toBe('reference');
  expect(stepOf({ ...both, purpose: 'enrol' }, { referencePhoto: new Blob([]) })).toBe('pin');
  expect(stepOf(both)).toBe('pin');
});

test('a lockout is shown before other steps, and fallbacks and the user’s own page remain available', () => {
  const locked = { lockedForSec: 840 };
  expect(stepOf({ consentNeeded: true }, locked)).toBe('locked-out');
  expect(stepOf({}, { ...locked, again: { hint: null } })).toBe('locked-out');
  expect(stepOf({ anotherWays: ['email'] }, { ...locked, isChoosingAnotherWay: true })).toBe('ways');
  expect(stepOf({ purpose: 'manage' }, locked)).toBe('manage');
});

test('a user secret is requested before the camera', () => {
  expect(stepOf({ userSecret: 'passkey' })).toBe('passkey');
  expect(stepOf({ userSecret: 'passkey' }, { secret: { passkey: '{}' } })).toBe('capture');
  expect(stepOf({ signInPasskey: 'asked' }, { isPasskeyDeclined: true })).toBe('passkey');
  expect(stepOf({ signInPasskey: 'offered' })).toBe('passkey');
  expect(stepOf({ signInPasskey: 'offered' }, { isPasskeyDeclined: true })).toBe('capture');
  expect(stepOf({ anotherWays: ['passkey'], consentNeeded: true })).toBe('choice');
  expect(stepOf({ anotherWays: ['passkey'], consentNeeded: true }, { isFaceChosen: true })).toBe('consent');
});

test('a retried check starts with the secret, a retried enrolment with the camera', () => {
  const tried = { ...facts, secret: { pin: '314159' }, frames };
  const check = { ...view, userSecret: 'pin' } as const;
  const enrolment = { ...check, purpose: 'enrol' } as const;
  expect(stepOf(check, afterTry(check, tried, 'more_light'))).toBe('try-again');
  expect(stepOf(check, { ...tried, ...afterTry(check, tried, 'more_light'), again: null })).toBe('pin');
  expect(stepOf(enrolment, { ...tried, ...afterTry(enrolment, tried, 'more_light'), again: null })).toBe('capture');
});

describe('light of the screen', () => {
  const offered = { ...view, light: 'offered' } as const;

  test('is omitted after two overexposed attempts or on request if it is optional, and never if it is required', () => {
    const once: Facts = { ...facts, ...afterTry(offered, facts, 'too_bright') };
    expect(isLitNext(offered, once, 'across')).toBe(true);
    const blinked: Facts = { ...once, ...afterTry(offered, once, 'follow') };
    expect(isLitNext(offered, blinked, 'across')).toBe(true);
    const twice: Facts = { ...blinked, ...afterTry(offered, blinked, 'too_bright') };
    expect(isLitNext(offered, twice, 'across')).toBe(false);
    expect(isLitNext({ ...view, light: 'demanded' }, twice, 'across')).toBe(true);
    expect(isLitNext(offered, { ...facts, withoutLight: true }, 'across')).toBe(false);
    expect(isLitNext({ ...view, light: 'none' }, facts, 'across')).toBe(false);
  });

  test('is used on a screen taller than wide only if it is required', () => {
    expect(isLitNext(offered, facts, 'down')).toBe(false);
    expect(isLitNext({ ...view, light: 'demanded' }, facts, 'down')).toBe(true);
  });
});

test('the user’s own page needs no consent and no camera until a new enrolment', () => {
  expect(stepOf({ purpose: 'manage' }, { mayHandOff: true })).toBe('manage');
  expect(stepOf({ purpose: 'enrol', consentNeeded: true })).toBe('consent');
});
