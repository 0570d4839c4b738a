import type { Browser, Page } from 'playwright-core';
import type { JsonObject } from '../../src/core/base/json.js';
import { firstView } from '../data/first-view.js';
import { failCamera } from './in-page/fail-camera.js';
import { type Replies, scriptReplies } from './scripted-replies.js';
import { type Person, receive, type Visitor, type VisitorOptions } from './visitor.js';

export const devices = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const satisfies Record<string, VisitorOptions>;
export type Device = keyof typeof devices;

export interface ScreenCase {
  readonly name: string;
  readonly screen: string;
  readonly view?: JsonObject;
  readonly replies?: Replies;
  /** Names of the buttons to press, in order. */
  readonly press?: readonly string[];
  readonly visitor?: VisitorOptions;
  readonly cameraError?: string;
  /** The only device that has the screen. Omitted if all devices have it. */
  readonly only?: Device;
  readonly path?: string;
  readonly link?: string;
  act?(page: Page): Promise<void>;
}

const fallbackUrl = 'https://help.example.com/';
const agree = 'Agree and continue';
/** The scripted server never starts the check, so that the framing screen stays. */
const framing = {
  replies: { '/challenge': 'hang' },
  act: (page: Page) => page.locator('.advice[data-tone="good"]').waitFor(),
} as const;
const demanded = { view: { light: 'demanded', fallbackUrl }, press: ['Skip flashing colors'] } as const;
const refusedBy = (refusal: string, waitSec?: number) => ({
  view: { consentNeeded: true },
  replies: { '/consent': waitSec === undefined ? { refusal } : { refusal, waitSec } },
  press: [agree],
});
const enrolment = {
  tokenId: 'Jd0y3sYw2Uo',
  enrolledAt: '2026-03-04T09:30:00.000Z',
  purpose: 'sign-in',
  expiresAt: '2027-03-04T09:30:00.000Z',
};
const held = {
  view: { purpose: 'manage' },
  replies: {
    '/enrolment': { enrolment, mayRenew: true },
    '/notices': { notices: null },
    '/checks': { checks: [], cursor: null },
    '/devices': { passkey: null, recoveryCodes: null, knownPlaces: null },
    '/services': { services: [] },
    '/data-consents': { dataConsents: [] },
    '/links': { links: [] },
  },
} as const;
const notices = { on: ['enrolled', 'locked', 'ended'], email: true, emailAvailable: true, push: null } as const;
const told = { ...held.replies, '/notices': { notices } } as const;
const pushed = {
  ...held.replies,
  '/notices': { notices: { ...notices, push: { publicKey: 'BA', devices: ['a', 'b'] } } },
} as const;
const home = {
  ...held.replies,
  '/enrolment': { enrolment, mayRenew: false },
  '/notices': { notices },
  '/checks': {
    checks: [
      {
        id: '1',
        at: '2026-11-20T08:49:00.000Z',
        event: 'face_passed',
        reason: null,
        application: 'leave.example.com',
        device: { browser: 'Firefox', system: 'Windows' },
      },
    ],
    cursor: 'older',
  },
  '/devices': {
    passkey: { expiresAt: null },
    recoveryCodes: { left: 8, madeAt: '2026-11-12T07:32:00.000Z' },
    knownPlaces: { devices: 1, networks: 2, expiresAt: '2027-05-19T08:49:00.000Z' },
  },
  '/services': {
    services: [
      { name: 'Leave', url: 'https://leave.example.com/', text: { en: 'Ask for days off', de: 'Urlaub beantragen' } },
    ],
  },
  '/data-consents': {
    dataConsents: [
      {
        client: 'library',
        name: 'City Library',
        claims: ['given_name', 'staff'],
        labels: { staff: { en: 'Staff number' } },
        givenAt: '2026-11-20T08:49:00.000Z',
        expiresAt: '2026-12-20T08:49:00.000Z',
      },
    ],
  },
  '/data-consents/withdraw': {},
  '/links': {
    links: [
      {
        connection: 'members',
        name: 'City Library',
        linkedAt: '2026-11-12T07:40:00.000Z',
        expiresAt: '2027-11-12T07:40:00.000Z',
      },
    ],
  },
  '/links/end': {},
  '/devices/forget': {},
} as const;
const phone = { role: 'camera', handOffAllowed: false, handOff: { state: 'paired', code: null } } as const;
const unpaired = {
  role: 'unpaired',
  handOffAllowed: false,
  handOff: { state: 'opened', code: null },
  pairing: {
    kind: 'screen',
    choices: ['82', '47', '19'],
    application: 'login.example.com',
    browser: 'Firefox',
    system: 'Windows',
  },
} as const;
const everyWay = { anotherWays: ['recovery_code', 'email', 'sms', 'bypass_code'], helpOffered: true } as const;
const cannot = 'I can’t do this';
const refuseConsent = 'No thanks';
const called = {
  role: 'unpaired',
  handOffAllowed: false,
  handOff: null,
  pairing: { kind: 'call', choices: ['82', '47', '19'], application: null, browser: null, system: null },
} as const;
const refused = { state: 'failed', pairing: null, handOff: { state: 'refused', code: null } } as const;

const payment = {
  words: {
    type: 'facestep_action',
    title: 'Pay the invoice of November',
    lines: ['From: Household account', 'On 27 November 2026'],
    amount: { value: '1249.50', currency: 'EUR' },
    payee: 'Harbour Clinic GmbH',
    document: {
      name: 'invoice-2026-11.pdf',
      digest: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    },
  },
  digest: 'a'.repeat(64),
  mixedScripts: false,
} as const;

const notEnrolled = (linkOffered: boolean, isSent = true): Replies => ({
  '/open': { session: 'c2Vzc2lvbg', view: { ...firstView, fallbackUrl }, missingEnrolment: { linkOffered } },
  '/set-up-link': { isSent },
});

/** All screens of the capture page. */
/** Request for a digital document, which an app also gets by a link. */
const documentRequest = {
  protocol: 'openid4vp-v1-signed',
  data: {},
  link: `openid4vp://?${new URLSearchParams({ client_id: 'x509_hash:a', request_uri: 'https://face.example.com/documents/people/a/b' })}`,
};

export const screens: readonly ScreenCase[] = [
  { name: 'opening', screen: 'opening', replies: { '/open': 'hang' } },
  { name: 'arrived', screen: 'arrived', path: '/face?sent' },
  { name: 'not-enrolled', screen: 'not-enrolled', replies: notEnrolled(true) },
  { name: 'not-enrolled-ended', screen: 'not-enrolled', replies: notEnrolled(false) },
  { name: 'link-sent', screen: 'link-sent', replies: notEnrolled(true), press: ['Request the set-up link'] },
  { name: 'link-not-sent', screen: 'link-sent', replies: notEnrolled(true, false), press: ['Request the set-up link'] },
  { name: 'consent', screen: 'consent', view: { consentNeeded: true } },
  { name: 'consent-vendor', screen: 'consent', view: { consentNeeded: true, livenessVendor: 'aws' } },
  {
    name: 'consent-enrol',
    screen: 'consent',
    view: { consentNeeded: true, purpose: 'enrol', retentionDays: null, ownPage: 'https://face.example.com/me/acme' },
  },
  { name: 'action', screen: 'action', view: { action: payment } },
  { name: 'action-mixed', screen: 'action', view: { action: { ...payment, mixedScripts: true } } },
  {
    name: 'hand-off',
    screen: 'hand-off',
    only: 'desktop',
    press: ['Use my phone'],
    visitor: { allowsCamera: false },
  },
  {
    name: 'hand-off-opened',
    only: 'desktop',
    screen: 'hand-off',
    view: { handOff: { state: 'opened', code: '47' } },
  },
  {
    name: 'hand-off-paired',
    only: 'desktop',
    screen: 'hand-off',
    view: { handOff: { state: 'paired', code: '47' } },
  },
  { name: 'pairing', screen: 'pairing', only: 'phone', view: unpaired },
  {
    name: 'refused',
    screen: 'refused',
    only: 'desktop',
    view: { state: 'failed', handOff: { state: 'refused', code: '47' }, fallbackUrl },
  },
  {
    name: 'refused-here',
    screen: 'refused',
    only: 'phone',
    view: unpaired,
    replies: { '/hand-off/choice': { view: { ...firstView, ...unpaired, ...refused } } },
    press: ['None of these'],
  },
  { name: 'reference', screen: 'reference', view: { purpose: 'enrol', referencePhotoNeeded: true } },
  {
    name: 'reference-camera',
    screen: 'reference-camera',
    view: { purpose: 'enrol', referencePhotoNeeded: true },
    press: ['Take a photo'],
  },
  {
    name: 'reference-photo',
    screen: 'reference-photo',
    view: { purpose: 'enrol', referencePhotoNeeded: true },
    press: ['Take a photo', 'Take the photo'],
  },
  {
    name: 'reference-none',
    screen: 'reference',
    view: { purpose: 'enrol', referencePhotoNeeded: true },
    replies: { '/reference': { hint: 'reference_none' } },
    press: ['Take a photo', 'Take the photo', 'Use this photo'],
    act: (page) => page.locator('main .note').waitFor(),
  },
  {
    name: 'document',
    screen: 'document',
    view: { purpose: 'enrol', document: 'offered' },
    replies: { '/document/request': documentRequest },
  },
  {
    name: 'document-unlike',
    screen: 'document',
    only: 'phone',
    view: { purpose: 'enrol', document: 'needed' },
    replies: { '/document/request': documentRequest, '/document': { response: 'x', hint: 'document_of_another' } },
    act: (page) => page.locator('main .note').waitFor(),
  },
  { name: 'ways', screen: 'ways', view: everyWay, press: [cannot] },
  { name: 'ways-help', screen: 'ways', view: { helpOffered: true, consentNeeded: true }, press: [refuseConsent] },
  { name: 'ways-code', screen: 'code', view: everyWay, press: [cannot, 'Use a saved code'] },
  {
    name: 'ways-code-wrong',
    screen: 'code',
    view: everyWay,
    replies: {
      '/another-way/send': { id: 'x', expiresAt: firstView.expiresAt, isSent: true },
      '/another-way/code': { refusal: 'code_wrong' },
    },
    press: [cannot, 'Code by e-mail'],
    async act(page) {
      await page.getByLabel('Your code').fill('123 456');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('This code is wrong').waitFor();
    },
  },
  {
    name: 'ways-code-not-sent',
    screen: 'code',
    view: everyWay,
    replies: { '/another-way/send': { id: 'x', expiresAt: firstView.expiresAt, isSent: false } },
    press: [cannot, 'Code by SMS'],
  },
  {
    name: 'ways-passed',
    screen: 'passed_another_way',
    view: { state: 'passed_another_way' },
  },
  {
    name: 'ways-not-sent',
    screen: 'not-sent',
    view: everyWay,
    replies: { '/another-way/send': { refusal: 'contact_missing' } },
    press: [cannot, 'Code by SMS'],
  },
  { name: 'help', screen: 'help', view: everyWay, press: [cannot, 'Ask the help desk'] },
  {
    name: 'help-asked',
    screen: 'help-asked',
    view: everyWay,
    replies: { '/help': {} },
    press: [cannot, 'Ask the help desk'],
    act: async (page) => {
      await page.locator('select[name=reason]').selectOption({ index: 1 });
      await page.getByRole('button', { name: 'Send', exact: true }).click();
    },
  },
  { name: 'recovery-codes', screen: 'recovery-codes', view: { state: 'passed', recoveryCodesOffered: true } },
  {
    name: 'recovery-codes-shown',
    screen: 'recovery-codes',
    view: { state: 'passed', recoveryCodesOffered: true },
    replies: { '/recovery-codes': { codes: Array.from({ length: 10 }, (_, at) => `4T9K-0ZQM-7WX${at}`) } },
    press: ['Show my codes'],
    act: (page) => page.locator('.codes').waitFor(),
  },
  { name: 'call', screen: 'call', view: called },
  {
    name: 'call-refused',
    screen: 'refused',
    view: called,
    replies: { '/hand-off/choice': { view: { ...firstView, ...called, state: 'failed', pairing: null } } },
    press: ['None of these'],
  },
  { name: 'pin', screen: 'pin', view: { userSecret: 'pin' } },
  {
    name: 'pin-new',
    screen: 'pin',
    view: { userSecret: 'pin', purpose: 'enrol' },
    async act(page) {
      await page.getByLabel('PIN', { exact: true }).fill('12');
      await page.getByRole('button', { name: 'Continue' }).click();
    },
  },
  { name: 'passkey', screen: 'passkey', view: { userSecret: 'passkey' } },
  { name: 'passkey-new', screen: 'passkey', view: { userSecret: 'passkey', purpose: 'enrol' } },
  { name: 'passkey-offered', screen: 'passkey', view: { signInPasskey: 'offered', purpose: 'enrol' } },
  { name: 'choice', screen: 'choice', view: { anotherWays: ['passkey'] } },
  { name: 'permission', screen: 'permission', visitor: { allowsCamera: false } },
  { name: 'permission-light', screen: 'permission', view: { light: 'demanded', fallbackUrl } },
  { name: 'framing', screen: 'framing', ...framing },
  { name: 'framing-returning', screen: 'framing', ...framing, view: { agreedAt: '2026-03-04T09:30:00.000Z' } },
  { name: 'flashes', screen: 'flashes', ...demanded },
  { name: 'challenge', screen: 'challenge' },
  { name: 'challenge-light', screen: 'challenge', view: { light: 'demanded', fallbackUrl }, press: ['Continue'] },
  { name: 'sending', screen: 'sending', replies: { '/frames': 'hang' } },
  {
    name: 'try-again',
    screen: 'try-again',
    replies: {
      '/frames': { view: { ...firstView, triesLeft: 2 }, outcome: 'try_again', hint: 'more_light', receipt: null },
    },
  },
  {
    name: 'try-again-other-way',
    screen: 'try-again',
    replies: {
      '/frames': {
        view: { ...firstView, fallbackUrl, triesLeft: 2 },
        outcome: 'try_again',
        hint: null,
        receipt: null,
      },
    },
    act: (page) => page.getByRole('button', { name: 'Use another way' }).waitFor(),
  },
  { name: 'passed', screen: 'passed', view: { state: 'passed' } },
  {
    name: 'passed-enrol',
    screen: 'passed',
    view: { state: 'passed', purpose: 'enrol', ownPage: 'https://face.example.com/me/acme' },
  },
  {
    name: 'finished',
    screen: 'finished',
    view: { state: 'passed' },
    async act(page) {
      await page.locator('main[data-screen="passed"]').waitFor();
      await page.reload();
    },
  },
  { name: 'passed-phone', screen: 'passed', only: 'phone', view: { ...phone, state: 'passed' } },
  { name: 'passed-test', screen: 'passed', view: { state: 'passed', isTest: true } },
  { name: 'failed', screen: 'failed', view: { state: 'failed', fallbackUrl } },
  { name: 'failed-test', screen: 'failed', view: { state: 'failed', isTest: true } },
  { name: 'expired', screen: 'expired', view: { state: 'expired' } },
  { name: 'abandoned-home', screen: 'abandoned', view: { state: 'abandoned', purpose: 'manage' } },
  { name: 'abandoned', screen: 'abandoned', view: { state: 'abandoned', fallbackUrl } },
  { name: 'manage', screen: 'manage', ...held },
  {
    name: 'manage-none',
    screen: 'manage',
    ...held,
    replies: { ...held.replies, '/enrolment': { enrolment: null, mayRenew: true } },
  },
  { name: 'manage-notices', screen: 'manage', ...held, replies: told },
  { name: 'manage-notices-kept', screen: 'manage', ...held, replies: told, press: ['Save'] },
  { name: 'manage-notices-pushed', screen: 'manage', ...held, replies: pushed },
  {
    name: 'manage-notices-no-email',
    screen: 'manage',
    ...held,
    replies: { ...told, '/notices': { notices: { ...notices, emailAvailable: false } } },
  },
  { name: 'manage-home', screen: 'manage', ...held, replies: home },
  { name: 'manage-home-ended', screen: 'manage', ...held, replies: home, press: ['Delete them now'] },
  { name: 'revoke', screen: 'revoke', ...held, press: ['Delete'] },
  {
    name: 'manage-revoked',
    screen: 'manage',
    ...held,
    replies: { ...held.replies, '/enrolment/revoke': {} },
    press: ['Delete', 'Yes, delete'],
  },
  { name: 'kiosk', screen: 'kiosk-idle', only: 'desktop', path: '/face/kiosk' },
  {
    name: 'kiosk-passed',
    only: 'desktop',
    screen: 'passed',
    path: '/face/kiosk',
    view: { state: 'passed' },
    replies: { '/kiosk/next': { ticket: 'a.b', page: null } },
  },
  { name: 'camera-denied', screen: 'camera-denied', cameraError: 'NotAllowedError' },
  { name: 'camera-none', screen: 'camera-none', cameraError: 'NotFoundError' },
  { name: 'camera-busy', screen: 'camera-busy', cameraError: 'NotReadableError' },
  { name: 'camera-stopped', screen: 'camera-stopped', act: stopCamera },
  { name: 'unsupported', screen: 'unsupported', cameraError: 'TypeError' },
  { name: 'offline', screen: 'offline', ...refusedBy(''), replies: { '/consent': 'lost' } },
  {
    name: 'locked-out',
    screen: 'locked-out',
    replies: {
      '/open': {
        session: 'c2Vzc2lvbg',
        view: { ...firstView, returnUrl: 'https://app.example.com/' },
        lockedForSec: 840,
      },
    },
  },
  {
    name: 'locked-out-ways',
    screen: 'ways',
    replies: {
      '/open': { session: 'c2Vzc2lvbg', view: { ...firstView, ...everyWay, fallbackUrl }, lockedForSec: 840 },
    },
    press: ['Use another way'],
  },
  { name: 'opened-elsewhere', screen: 'opened-elsewhere', replies: { '/open': { refusal: 'step_up_opened' } } },
  { name: 'enrolled-already', screen: 'enrolled-already', replies: { '/open': { refusal: 'enrolment_exists' } } },
  { name: 'company-photo', screen: 'company-photo', replies: { '/open': { refusal: 'company_photo_missing' } } },
  {
    name: 'company-photo-unlike',
    screen: 'company-photo-unlike',
    replies: { '/open': { refusal: 'company_photo_unlike' } },
  },
  { name: 'link-missing', screen: 'link-missing', link: '' },
  { name: 'link-over', screen: 'link-over', replies: { '/open': { refusal: 'step_up_unknown' } } },
  { name: 'overloaded', screen: 'overloaded', ...refusedBy('overloaded') },
  { name: 'unavailable', screen: 'unavailable', ...refusedBy('profile_unavailable') },
  {
    name: 'challenge-over',
    screen: 'challenge-over',
    replies: { '/challenge': { refusal: 'challenge_wrong' } },
  },
  { name: 'general', screen: 'general', ...refusedBy('internal') },
];

/** Ends the camera's video, as if another program took the camera. */
export async function stopCamera(page: Page): Promise<void> {
  await page.locator('main[data-screen="challenge"]').waitFor();
  await page.evaluate(
    'for (const track of document.querySelector("video").srcObject.getTracks()) { track.stop(); track.dispatchEvent(new Event("ended")); }',
  );
}

export async function reach(
  browser: Browser,
  url: string,
  at: ScreenCase,
  { person, device }: { readonly person: Person; readonly device: Device },
): Promise<Visitor> {
  const { cameraError, view, replies = {}, path = '/face', link = `${firstView.id}.secret`, press = [] } = at;
  const visitor = await receive(browser, {
    ...devices[device],
    ...(cameraError === undefined ? { person } : {}),
    ...at.visitor,
  });
  const { context, page } = visitor;
  if (cameraError !== undefined) await context.addInitScript(failCamera, cameraError);
  // Stops the kiosk from clearing its screen during the test.
  if (path !== '/face') await context.addInitScript('window.setInterval = () => 0;');
  await scriptReplies(context, { ...firstView, ...view }, replies);
  await page.goto(`${url}${path}#${link}`);
  for (const name of press) await page.getByRole('button', { name, exact: true }).click();
  await at.act?.(page);
  await page.locator(`main[data-screen="${at.screen}"]`).waitFor();
  return visitor;
}
