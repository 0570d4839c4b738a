import { describe, expect, test } from '@jest/globals';
import { afterTry, type Facts, isCameraAhead, lightOf, nextStep, nothingKnown } from '../../web/capture/state.js';
import type { View } from '../../web/capture/view.js';
import { firstView } from '../support/data/first-view.js';

const view: View = { ...firstView, anotherWays: [] };
const frames = { nonce: 'n', photos: [] };
const facts: Facts = { ...nothingKnown, view };
const stepOf = (viewChange: Partial<View>, change: Partial<Facts> = {}) =>
  nextStep({ ...facts, ...change, view: { ...view, ...viewChange } });

test('a phone is led from consent to the result, one step after the other', () => {
  expect(nextStep({ ...facts, view: null })).toBe('opening');
  expect(stepOf({ consentNeeded: true })).toBe('consent');
  expect(stepOf({})).toBe('capture');
  expect(stepOf({}, { frames })).toBe('sending');
  expect(stepOf({ state: 'passed' }, { frames })).toBe('passed');
});

test('what is to be approved is shown after the consent and before any camera, and once', () => {
  const action = { words: { type: 'facestep_action', title: 'Pay' }, digest: 'd', mixedScripts: false } as const;
  expect(stepOf({ action, consentNeeded: true })).toBe('consent');
  expect(stepOf({ action }, { mayHandOff: true })).toBe('action');
  expect(stepOf({ action, role: 'camera' })).toBe('action');
  expect(stepOf({ action, role: 'unpaired' })).toBe('pairing');
  expect(stepOf({ action }, { isActionSeen: true })).toBe('capture');
  expect(stepOf({ action }, { isActionSeen: true, again: { hint: null } })).toBe('try-again');
});

test('what the camera needs is fetched behind the screens before it, where it is clear whose camera it is', () => {
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
  // Nobody who is not paired, or on their own page, or at the end, is on the way to a camera.
  expect(isAhead({ consentNeeded, role: 'unpaired' })).toBe(false);
  expect(isAhead({ purpose: 'manage' })).toBe(false);
  expect(isAhead({ state: 'passed', consentNeeded })).toBe(false);
  expect(isCameraAhead({ ...facts, view: null })).toBe(false);
});

describe('a computer', () => {
  test('uses its own camera unless the user chooses a phone, after the consent', () => {
    expect(stepOf({ consentNeeded: true }, { mayHandOff: true })).toBe('consent');
    expect(stepOf({}, { mayHandOff: true })).toBe('capture');
    expect(stepOf({}, { mayHandOff: true, place: 'here' })).toBe('capture');
    expect(stepOf({}, { mayHandOff: true, place: 'phone' })).toBe('hand-off');
  });

  test('goes to a phone at once where one is needed, whatever was chosen; a phone goes on', () => {
    const phoneNeeded = { phoneNeeded: true } as const;
    expect(stepOf(phoneNeeded, { mayHandOff: true })).toBe('hand-off');
    expect(stepOf(phoneNeeded, { place: 'here' })).toBe('hand-off');
    expect(stepOf({ ...phoneNeeded, consentNeeded: true })).toBe('consent');
    expect(stepOf(phoneNeeded, { isPhone: true })).toBe('capture');
    expect(stepOf({ ...phoneNeeded, role: 'camera', handOffAllowed: false }, { isPhone: true })).toBe('capture');
  });

  test('is not asked where the connection has no hand-off', () => {
    expect(stepOf({ handOffAllowed: false }, { mayHandOff: true })).toBe('capture');
  });
});

test('the phone of a hand-off is asked for the number before anything else, and is offered no further phone', () => {
  const unpaired = { role: 'unpaired', handOffAllowed: false, handOff: { state: 'opened', code: null } } as const;
  expect(stepOf({ ...unpaired, consentNeeded: true })).toBe('pairing');
  expect(stepOf({ ...unpaired, purpose: 'manage' })).toBe('pairing');
  expect(stepOf({ ...unpaired, state: 'failed' })).toBe('failed');
  const camera = { role: 'camera', handOffAllowed: false, handOff: { state: 'paired', code: null } } as const;
  expect(stepOf(camera, { mayHandOff: true })).toBe('capture');
  expect(stepOf({ ...camera, consentNeeded: true })).toBe('consent');
});

test('an ID photo is asked for at enrolment alone, and before the secret', () => {
  const both = { referencePhotoNeeded: true, userSecret: 'pin' } as const;
  expect(stepOf({ ...both, purpose: 'enrol' })).toBe('reference');
  expect(stepOf({ ...both, purpose: 'enrol' }, { referencePhoto: new Blob([]) })).toBe('pin');
  expect(stepOf(both)).toBe('pin');
});

test('a lockout is shown before anything is asked, and other ways stay open', () => {
  const locked = { lockedForSec: 840 };
  expect(stepOf({ consentNeeded: true }, locked)).toBe('locked-out');
  expect(stepOf({}, { ...locked, again: { hint: null } })).toBe('locked-out');
  expect(stepOf({ anotherWays: ['email'] }, { ...locked, isElsewhere: true })).toBe('ways');
  expect(stepOf({ purpose: 'manage' }, locked)).toBe('manage');
});

test('a secret comes before the camera', () => {
  expect(stepOf({ userSecret: 'passkey' })).toBe('passkey');
  expect(stepOf({ userSecret: 'passkey' }, { secret: { passkey: '{}' } })).toBe('capture');
});

test('another try of a check starts from the secret, one of an enrolment from the camera', () => {
  const tried = { ...facts, secret: { pin: '314159' }, frames };
  const check = { ...view, userSecret: 'pin' } as const;
  const enrolment = { ...check, purpose: 'enrol' } as const;
  expect(stepOf(check, afterTry(check, tried, 'more_light'))).toBe('try-again');
  expect(stepOf(check, { ...tried, ...afterTry(check, tried, 'more_light'), again: null })).toBe('pin');
  expect(stepOf(enrolment, { ...tried, ...afterTry(enrolment, tried, 'more_light'), again: null })).toBe('capture');
});

test('the screen’s light is left out after two tries that did not show it, or for whoever asks: where that is allowed', () => {
  const offered = { ...view, light: 'offered' } as const;
  const once: Facts = { ...facts, ...afterTry(offered, facts, 'too_bright') };
  expect(lightOf(offered, once)).toBe('offered');
  const blinked: Facts = { ...once, ...afterTry(offered, once, 'follow') };
  expect(lightOf(offered, blinked)).toBe('offered');
  const twice: Facts = { ...blinked, ...afterTry(offered, blinked, 'too_bright') };
  expect(lightOf(offered, twice)).toBe('none');
  expect(lightOf({ ...view, light: 'demanded' }, twice)).toBe('demanded');
  expect(lightOf(offered, { ...facts, withoutLight: true })).toBe('none');
  expect(lightOf({ ...view, light: 'none' }, facts)).toBe('none');
});

test('a person’s own page is neither consent nor camera until they enrol anew', () => {
  expect(stepOf({ purpose: 'manage' }, { mayHandOff: true })).toBe('manage');
  expect(stepOf({ purpose: 'enrol', consentNeeded: true })).toBe('consent');
});
