import { inspect } from 'node:util';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import {
  approveAsManager,
  credentialIn,
  numberIn,
  secondMailbox,
  startRecoveryBench,
} from '../../support/benches/recovery.js';
import { asTyped } from '../../support/data/typed-codes.js';
import { loginOf } from '../../support/fakes/simulated-profile.js';
import { until } from '../../support/run/eventually.js';
import { adminKey, toForm } from '../../support/servers/api-server.js';
import { FaceError } from '../errors.js';
import { changeRecord } from '../step-up/stored.js';
import { revokeMarked } from './issue.js';
import { changeStage } from './record.js';
import type { StageOf } from './stage.js';

type Bench = Awaited<ReturnType<typeof startRecoveryBench>>;
let bench: Bench;
let grace: { 'x-admin-key': string };
let joan: { 'x-admin-key': string };

async function start(given: Parameters<typeof startRecoveryBench>[0] = {}): Promise<void> {
  bench = await startRecoveryBench(given);
  grace = await bench.addAgent('grace');
  joan = await bench.addAgent('joan');
}
beforeEach(() => start());

/** Enrols Anna, more than a week ago. */
const enrolAnna = async () => {
  const page = await bench.enrol('anna', 'ada');
  await bench.passDays(8);
  return page;
};
/** Enrols Anna, whose account is privileged and has an owner. */
const enrolPrivileged = async (privileged: object = {}) => {
  const action = { groups: ['g1'], action: 'two_approvals', ...privileged };
  await start({ recovery: { privileged: action, owners: ['owner@example.com'], managerClaim: 'employee_number' } });
  bench.profile.groups.set('anna', [{ id: 'g1', name: null }]);
  return enrolAnna();
};
const list = async () =>
  (await bench.server.send('GET', '/recoveries', { headers: grace })).body.recoveries as {
    id: string;
    [name: string]: unknown;
  }[];
const approve = async (number: string, by = grace) => {
  const [{ id } = { id: '' }] = await list();
  return bench.server.postJson(`/recoveries/${id}/approve`, { number }, by);
};
const lastMessage = () => bench.server.messages.at(-1)!;
const sixDigits = () => /\b\d{6}\b/.exec(lastMessage().text)![0];
const revoke = () => revokeMarked(bench.server.deps);
type Browser = ReturnType<Bench['browse']>;

/** Asks for a code, and waits until it was sent, or was not. */
async function askForCode(browser: Browser) {
  const before = bench.server.messages.length + bench.server.log.text().split('recovery code not sent').length;
  const page = await browser.post('send', { thing: 'other_email' });
  if (!page.path.includes('alert='))
    await until(
      () => bench.server.messages.length + bench.server.log.text().split('recovery code not sent').length > before,
    );
  return page;
}

/** Begins a recovery in a new browser, and proves a thing without a code. */
async function beginWith(thing: 'help_desk' | 'manager', subject = 'anna') {
  const browser = await begin(subject);
  await browser.prove(thing);
  return browser;
}
async function begin(subject = 'anna') {
  const browser = bench.browse();
  await browser.begin(subject);
  return browser;
}

/** Begins a recovery in a new browser, and asks for a code to the second mailbox. */
async function beginWithCode(subject = 'anna') {
  const browser = await begin(subject);
  await askForCode(browser);
  return browser;
}
async function proveMailbox(subject = 'anna') {
  const browser = await beginWithCode(subject);
  await browser.prove('other_email', sixDigits());
  return browser;
}
async function proveMailboxAndFace() {
  const browser = await proveMailbox();
  await browser.showFace('ada');
  return browser;
}

/** Follows the link of a message that says "this was not me". */
async function sayNotMe({ text }: { readonly text: string }) {
  const [, secret] = /not-me\?lang=en#(\S+)/.exec(text)!;
  await bench.server.postJson('/face/not-me', { secret });
}
async function refuseAtHelpDesk() {
  const [{ id } = { id: '' }] = await list();
  await bench.server.postJson(`/recoveries/${id}/refuse`, {}, grace);
}

describe('a person with a second thing and the enrolled face', () => {
  test('gets a credential once, which no record, log or message has', async () => {
    await enrolAnna();
    const browser = await beginWithCode();
    const afterCode = await browser.prove('other_email', sixDigits());
    expect(lastMessage()).toMatchObject({ channel: 'email', to: secondMailbox('anna') });
    expect(afterCode.text).toContain('Now your face');
    expect((await browser.showFace('ada')).text).toContain('Show it now');
    expect(bench.provider.counts.issued).toBe(0);
    const shown = await browser.post('credential');
    const credential = credentialIn(shown)!;
    expect(credential).toBe('secret-of-pass-1');
    expect(shown.text).toContain('Valid until <time datetime="2030-01-01T00:00:00.000Z">2030-01-01 00:00 UTC</time>.');
    const ended = (await browser.post('noted')).text;
    expect(ended).toContain('Recovery finished');
    for (const text of [shown.text, ended]) expect(text).toContain('href="https://login.example.com"');
    expect(credentialIn(await browser.post('credential'))).toBeNull();
    expect(bench.detailsOf('recovered')).toMatchObject([
      { credential: 'temporary_access_pass', secondThing: 'other_email' },
    ]);
    expect(bench.provider.counts).toEqual({ issued: 1, revoked: 0, passwordsEnded: 0 });
    const [recovery] = await list();
    expect(recovery).toMatchObject({ stage: 'ended', outcome: 'recovered', secondThing: 'other_email' });
    const kept = [
      bench.server.log.text(),
      JSON.stringify(bench.server.audit.events),
      inspect(bench.server.messages, { depth: 9 }),
      JSON.stringify(await bench.server.deps.state.read(`recovery:${recovery!.id}`)),
    ];
    for (const text of kept) expect(text).not.toContain(credential);
  });

  test('gets it with a recovery code, which works once', async () => {
    await start({ policy: { anotherWay: { email: false, sms: false, recoveryCodes: true, counts: false } } });
    const page = await bench.enrol('anna', 'ada');
    const { codes } = (await page.post('/face/recovery-codes')).body as { codes: string[] };
    await bench.passDays(8);
    const browser = await begin();
    expect((await browser.prove('recovery_code', codes[0]!)).text).toContain('Now your face');
    await browser.showFace('ada');
    expect(credentialIn(await browser.post('credential'))).not.toBeNull();
    const other = await begin();
    expect((await other.prove('recovery_code', codes[0]!)).path).toContain('alert=code');
  });

  test('gets it with a code that was sent before an approval was chosen', async () => {
    await enrolAnna();
    const browser = await beginWithCode();
    await browser.prove('help_desk');
    expect((await browser.prove('other_email', sixDigits())).path).toBe('/recover/acme/step');
    expect((await browser.showFace('ada')).text).toContain('Show it now');
  });

  test('gets it on a device that passed a check before', async () => {
    await start({ policy: { notices: true } });
    const page = await bench.enrol('anna', 'ada');
    expect(page).toBeDefined();
    const device = 'd'.repeat(43);
    const headers = { cookie: `__Host-facestep-device=${device}` };
    const auth = { 'x-auth-token': (await bench.server.issue()).token };
    const asked = { connection: 'acme', subject: 'anna', audience: 'https://app.example.com' };
    const { body } = await bench.server.postJson('/step-ups', asked, auth);
    const opened = await openLink(bench.server, String(body.url), {}, headers);
    const check = openPage(bench.server, String(opened.body.session));
    await check.consent();
    const { nonce, photos } = await check.takeFrames((movement, index, look) =>
      Buffer.from(`face ada ${movement}:device-${index}-${look} 0.9`),
    );
    const form = toForm({ nonce, photo: photos });
    await bench.server.postForm('/face/frames', form, { authorization: `Bearer ${check.session}`, ...headers });
    const early = bench.browse();
    early.cookies.set('__Host-facestep-device', device);
    await early.begin('anna');
    expect((await early.prove('known_device')).path).toContain('alert=code');
    await bench.passDays(8);

    const stranger = await begin();
    expect((await stranger.prove('known_device')).path).toContain('alert=code');
    const browser = bench.browse();
    browser.cookies.set('__Host-facestep-device', device);
    await browser.begin('anna');
    expect((await browser.prove('known_device')).text).toContain('Now your face');
  });

  test('waits for the help desk, which types the number on the person’s page', async () => {
    await enrolAnna();
    const browser = await beginWith('help_desk');
    const waiting = await browser.showFace('ada');
    const number = numberIn(waiting);
    expect(waiting.text).toContain('0 of 1 approvals');
    expect((await browser.post('credential')).path).toContain('alert=over');
    const wrong = number === '0000' ? '0001' : '0000';
    expect((await approve(wrong)).body.code).toBe('recovery_number_wrong');
    expect((await approve(asTyped(number))).body.recovery).toMatchObject({ stage: 'ready', approvals: ['grace'] });
    expect((await browser.step()).text).toContain('Show it now');
    expect(credentialIn(await browser.post('credential'))).not.toBeNull();
    expect(JSON.stringify(await list())).not.toContain(number);
  });

  test('goes on by a button: reading the page acts on nothing', async () => {
    await enrolAnna();
    const browser = await proveMailbox();
    await browser.passCheck('ada');
    const { state } = bench.server.deps;
    const [id] = browser.cookies.get('__Host-facestep-recovery')!.split('.');
    const before = await state.read(`recovery:${id}`);
    const events = bench.server.audit.events.length;
    for (const reload of ['', '?lang=en', '?alert=later']) {
      const { text } = await browser.get(`/recover/acme/step${reload}`);
      expect(text).toContain('<form method="post" action="/recover/acme/step">');
    }
    expect(await state.read(`recovery:${id}`)).toEqual(before);
    expect(bench.server.audit.events.length).toBe(events);
    expect((await browser.post('step', {}, { 'sec-fetch-site': 'cross-site' })).path).toContain('alert=over');
    expect((await browser.step()).text).toContain('Show it now');
  });

  test('waits for the manager, who approves by a face check', async () => {
    await start({ recovery: { managerClaim: 'employee_number' } });
    await bench.enrol('mona', 'eve');
    bench.profile.details.set('anna', { motto: secondMailbox('anna'), employee_number: loginOf('mona') });
    await enrolAnna();
    const browser = bench.browse();
    const begun = await browser.begin('anna');
    expect(begun.text).toContain('After the face check your manager gets an e-mail.');
    bench.server.outbox.push('email');
    expect((await browser.step()).text).toContain('set up to send e-mails, so your manager gets none');
    bench.server.outbox.pop();
    await browser.prove('manager');
    const waiting = await browser.showFace('ada');
    const number = numberIn(waiting);
    const message = lastMessage();
    expect(message.to).toBe(loginOf('mona'));
    const asked = await browser.step();
    expect(asked.text).toContain('0 of 1');
    expect(asked.text).toContain('Your manager got an e-mail');
    bench.server.outbox.push('email');
    expect((await browser.step()).text).toContain('No e-mail was sent to your manager');
    const { view, reply } = await approveAsManager(bench.server, message, 'eve');
    expect(view).toMatchObject({
      action: { words: { title: 'Approve an account recovery', lines: [loginOf('anna'), `Number: ${number}`] } },
    });
    expect(reply.body.outcome).toBe('passed');
    const reading = await browser.send('/recover/acme/step');
    const text = await reading.text();
    expect([reading.headers.get('refresh'), text.includes('Show it now'), numberIn({ text })]).toEqual([
      null,
      false,
      number,
    ]);
    expect((await browser.step()).text).toContain('Show it now');
    expect(credentialIn(await browser.post('credential'))).not.toBeNull();
  });
});

describe('without one of the two', () => {
  test('the face alone, or the second thing alone, gets nothing', async () => {
    await enrolAnna();
    const faceOnly = await begin();
    expect((await faceOnly.showFace('ada')).path).toContain('alert=over');
    expect(credentialIn(await faceOnly.post('credential'))).toBeNull();
    const thingOnly = await proveMailbox();
    expect(credentialIn(await thingOnly.post('credential'))).toBeNull();
    expect((await thingOnly.showFace('eve', 3)).text).toContain('The face check was not passed');
    expect(credentialIn(await thingOnly.post('credential'))).toBeNull();
    expect(bench.provider.counts.issued).toBe(0);
  });

  test('unknown, unenrolled and enrolled people see the same pages, and only the owner of a mailbox gets a code', async () => {
    await enrolAnna();
    const pages = [];
    for (const name of [loginOf('anna'), loginOf('berta'), 'nobody@example.com']) {
      const browser = bench.browse();
      const begun = await browser.post('begin', { username: name });
      const isKnown = name !== 'nobody@example.com';
      const sent = await (isKnown ? askForCode(browser) : browser.post('send', { thing: 'other_email' }));
      const proven = await browser.prove('other_email', '000000');
      pages.push([begun.text, sent.text, proven.text, proven.path]);
    }
    expect(pages[1]).toEqual(pages[0]);
    expect(pages[2]).toEqual(pages[0]);
    expect(bench.server.messages.map(({ to }) => to)).toEqual([secondMailbox('anna')]);
  });

  test('if this server only writes e-mails to the outbox, all people see that nothing was sent', async () => {
    await enrolAnna();
    bench.server.outbox.push('email');
    const pages: string[] = [];
    for (const username of [loginOf('anna'), loginOf('berta'), 'nobody@example.com']) {
      const browser = bench.browse();
      const begun = await browser.post('begin', { username });
      pages.push(begun.text + (await browser.post('send', { thing: 'other_email' })).text);
    }
    expect(pages[0]).toContain('nothing was sent');
    expect(pages[0]).not.toContain('on its way');
    expect(new Set(pages).size).toBe(1);
  });

  test('after too many wrong codes, the right one is refused too, and the person can still sign in', async () => {
    await enrolAnna();
    const browser = await beginWithCode();
    const right = sixDigits();
    const paths: string[] = [];
    for (let guess = 0; guess < 20; guess += 1)
      paths.push((await browser.prove('other_email', String(100_000 + guess))).path);
    expect(paths.at(0)).toContain('alert=code');
    expect(paths.at(-1)).toContain('alert=later');
    expect((await browser.prove('other_email', right)).path).toContain('alert=later');
    const auth = { 'x-auth-token': (await bench.server.issue()).token };
    const asked = { connection: 'acme', subject: 'anna', audience: 'https://app.example.com' };
    const { body } = await bench.server.postJson('/step-ups', asked, auth);
    expect((await openLink(bench.server, String(body.url))).body.view).not.toHaveProperty('lockedForSec');
  });

  test('the face check cannot be handed to another device', async () => {
    await enrolAnna();
    const browser = await proveMailbox();
    const started = await browser.send('/recover/acme/face', { method: 'POST', body: new URLSearchParams() });
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const ticket = new URL(started.headers.get('location')!).hash.slice(1);
    const { body } = await bench.server.postJson('/face/open', { ticket }, { cookie });
    expect(body.view).toMatchObject({ handOffAllowed: false });
  });

  test('another browser cannot go on with a recovery, and other sites cannot post to it', async () => {
    await enrolAnna();
    const browser = await proveMailbox();
    const other = bench.browse();
    expect((await other.step()).path).toContain('alert=over');
    const [id] = browser.cookies.get('__Host-facestep-recovery')!.split('.');
    other.cookies.set('__Host-facestep-recovery', `${id}.${'x'.repeat(43)}`);
    expect((await other.step()).path).toContain('alert=over');
    expect((await browser.post('face', {}, { 'sec-fetch-site': 'cross-site' })).path).toContain('alert=over');
  });

  test('a face check of another person does not count', async () => {
    await enrolAnna();
    await bench.enrol('berta', 'bea');
    await bench.passDays(8);
    const browser = await proveMailbox();
    expect((await browser.showFace('bea', 3)).text).toContain('The face check was not passed');
  });
});

describe('a face alone makes no second thing', () => {
  const openOwnPage = async () => {
    const { server } = bench;
    const auth = { 'x-auth-token': (await server.issue()).token };
    const asked = { connection: 'acme', subject: 'anna', purpose: 'manage' };
    const { body } = await server.postJson('/invitations', asked, auth);
    const opened = await openLink(server, String(body.url));
    const { id } = opened.body.view as { id: string };
    // As the page that a face opens (`/me`).
    const flow = { kind: 'own_page', faceShownAt: server.clock.now(), proof: 'invitation', mayRenew: true };
    await changeRecord(id, (record) => ({ ...record, flow }), server.deps);
    return openPage(server, String(opened.body.session));
  };

  test('by recovery codes that it makes on the own page, nor by those of an enrolment that it replaces there', async () => {
    await start({ policy: { anotherWay: { email: false, sms: false, recoveryCodes: true, counts: true } } });
    await enrolAnna();
    const own = await openOwnPage();
    const { codes } = (await own.post('/face/recovery-codes')).body as { codes: string[] };
    await own.post('/face/enrolment/renew');
    await own.consent();
    await own.check((movement, index, look) => Buffer.from(`face ada ${movement}:own-${index}-${look} 0.9`));
    const renewed = (await own.post('/face/recovery-codes')).body as { codes: string[] };
    expect([codes.length, renewed.codes.length]).toEqual([10, 10]);
    await bench.passDays(8);
    for (const code of [codes[0]!, renewed.codes[0]!]) {
      const browser = await begin();
      expect((await browser.prove('recovery_code', code)).path).toContain('alert=code');
    }
  });

  test('by recovery codes of an enrolment that rests on an invitation, a sign-in or an application', async () => {
    await start({ policy: { anotherWay: { email: false, sms: false, recoveryCodes: true, counts: true } } });
    for (const [subject, proof] of [
      ['anna', 'invitation'],
      ['berta', 'sign_in'],
      ['carl', 'client'],
    ] as const) {
      const page = await bench.enrol(subject, subject, proof);
      const { codes } = (await page.post('/face/recovery-codes')).body as { codes: string[] };
      await bench.passDays(8);
      const browser = await begin(subject);
      expect((await browser.prove('recovery_code', codes[0]!)).path).toContain('alert=code');
    }
  });

  test('by a device that an anonymous check or another recovery made known', async () => {
    await start({ policy: { notices: true } });
    await enrolAnna();
    const browser = bench.browse();
    browser.cookies.set('__Host-facestep-device', 'e'.repeat(43));
    await browser.begin('anna');
    await browser.prove('help_desk');
    await browser.showFace('ada');
    await bench.passDays(8);
    const later = bench.browse();
    later.cookies.set('__Host-facestep-device', 'e'.repeat(43));
    await later.begin('anna');
    expect((await later.prove('known_device')).path).toContain('alert=code');
  });
});

describe('is refused after both were proven', () => {
  const recoverWith = async (prepare: () => Promise<void> | void, subject = 'anna', face = 'ada') => {
    await prepare();
    const browser = await beginWith('help_desk', subject);
    return { browser, page: await browser.showFace(face) };
  };
  const reasons = () => bench.detailsOf('recovery_refused').map((detail) => (detail as { code: string }).code);

  test('if the face was enrolled in the last days', async () => {
    await bench.enrol('anna', 'ada');
    await bench.passDays(6);
    const { page } = await recoverWith(() => {});
    expect(page.text).toContain('changed in the last days');
    expect(reasons()).toEqual(['recovery_too_soon']);
  });

  test('if the second mailbox changed in the last days, also back and forth; a changed one gets no code', async () => {
    await enrolAnna();
    bench.profile.details.set('anna', { motto: 'thief@private.example' });
    await beginWithCode();
    expect(bench.server.messages).toEqual([]);
    expect((await recoverWith(() => {})).page.text).toContain('changed in the last days');
    bench.profile.details.set('anna', { motto: secondMailbox('anna') });
    const { page } = await recoverWith(() => {});
    expect(page.text).toContain('changed in the last days');
    const refused = { code: 'recovery_too_soon', changed: 'other_email' };
    expect(bench.detailsOf('recovery_refused')).toMatchObject([refused, refused]);
    await bench.passDays(8);
    const asked = await beginWithCode();
    expect((await asked.prove('other_email', sixDigits())).text).toContain('Now your face');
  });

  test('not if the domain of the second mailbox is written in another form', async () => {
    bench.profile.details.set('anna', { motto: 'anna@m\u00fcnchen.example' });
    await enrolAnna();
    bench.profile.details.set('anna', { motto: 'Anna@XN--mnchen-3ya.example' });
    const asked = await beginWithCode();
    expect((await asked.prove('other_email', sixDigits())).text).toContain('Now your face');
  });

  test('if a mailbox was removed in the last days, so that it gets no notice', async () => {
    await enrolAnna();
    const { page } = await recoverWith(() => {
      bench.profile.details.set('anna', {});
    });
    expect(page.text).toContain('changed in the last days');
  });

  test('a mailbox that was never noted gets no code for days', async () => {
    bench.profile.details.set('anna', {});
    await enrolAnna();
    bench.profile.details.set('anna', { motto: 'thief@private.example' });
    await beginWithCode();
    expect(bench.server.messages).toEqual([]);
  });

  test('if the person has an administrator role or is in a named group', async () => {
    await start({ recovery: { privileged: { groups: ['Payroll'] } } });
    await enrolAnna();
    bench.profile.groups.set('anna', [{ id: 'g1', name: 'payroll' }]);
    const { page } = await recoverWith(() => {});
    expect(page.text).toContain('special rights');
    expect(reasons()).toEqual(['recovery_privileged']);
  });

  test.each<[string, readonly string[] | null, readonly string[]]>([
    ['whose name the provider does not state for a person', ['g1'], ['recovery_privileged']],
    ['that the provider does not have', [], ['recovery_privileged']],
    ['that cannot be looked up', null, []],
  ])('if a group of privileged people is named %s, also in shadow mode', async (_, ids, codes) => {
    await start({
      policy: { mode: 'shadow' },
      recovery: { privileged: { groups: ['Payroll'] } },
      findGroupIds: async () => ids ?? Promise.reject(new FaceError('profile_unavailable')),
    });
    await enrolAnna();
    bench.profile.groups.set('anna', [{ id: 'g1', name: null }]);
    const { browser } = await recoverWith(() => {});
    expect(credentialIn(await browser.post('credential'))).toBeNull();
    expect(reasons()).toEqual(codes);
  });

  test('if this server lacks a permission at the provider, without an offer to begin again after two people', async () => {
    await bench.enrol('berta', 'bea');
    await enrolAnna();
    const recover = (code: 'provider_refused' | 'credential_refused', subject = 'anna', face = 'ada') =>
      recoverWith(
        () => {
          bench.provider.failing.check = code;
        },
        subject,
        face,
      );
    const running = await proveMailbox();
    const { text } = (await recover('provider_refused')).page;
    await recover('provider_refused');
    bench.server.clock.advanceSec(10);
    // The account of one person may be the reason.
    expect((await bench.browse().get('/recover/acme')).text).toContain('<form');
    await recover('provider_refused', 'berta', 'bea');
    bench.server.clock.advanceSec(10);
    const { body } = await bench.server.postJson('/recoveries', { connection: 'acme', subject: 'anna' }, grace);
    const { pathname, search, searchParams } = new URL(String(body.url));
    for (const page of [
      await bench.browse().get('/recover/acme'),
      await bench.browse().begin('anna'),
      await bench.browse().get(pathname + search),
      await bench.browse().post('link', { t: searchParams.get('t') ?? '' }),
    ]) {
      expect(page.text).toContain('can’t be recovered here at the moment');
      expect(page.text).not.toContain('<form');
    }
    bench.provider.failing.check = null;
    await running.showFace('ada');
    expect(credentialIn(await running.post('credential'))).not.toBeNull();
    bench.server.clock.advanceSec(10);
    const other = (await recover('credential_refused')).page.text;
    expect(text).toContain('Nothing was changed');
    expect([text, other].map((each) => each.includes('class="button"'))).toEqual([false, true]);
    expect(reasons()).toEqual([...Array(3).fill('provider_refused'), 'credential_refused']);
  });

  /** Stores the result of a health check that says so. */
  async function findFailing(): Promise<void> {
    const report = { examinedAt: bench.server.clock.now(), light: 'fail', findings: [], enrolled: null };
    const kept = { when: 'any', expiresAt: null } as const;
    await bench.server.deps.state.write('examination:acme', { ...report, isRecoveryFailing: true }, kept);
    bench.server.clock.advanceSec(10);
  }

  test('but not in a trial, which runs before the permissions are given', async () => {
    await start({ recovery: { mode: 'evaluation' } });
    await enrolAnna();
    const running = await proveMailbox();
    await findFailing();
    expect((await running.showFace('ada')).text).toContain('This was a trial');
  });

  test('before the face check, while the last health check says that the provider would issue nothing', async () => {
    await start({ policy: { helpDesk: 'desk@example.com' } });
    await enrolAnna();
    const running = await proveMailbox();
    await findFailing();
    for (const page of [await running.post('face'), await bench.browse().begin('anna')]) {
      expect(page.text).toContain('can’t be recovered here at the moment');
      expect(page.text).toContain('<a href="mailto:desk@example.com" dir="ltr">desk@example.com</a>');
    }
    bench.server.clock.advanceSec(24 * 60 * 60);
    expect((await bench.browse().begin('anna')).text).toContain('What else can you show?');
  });

  test('if the provider refuses the issue itself to two people, without an offer to begin again', async () => {
    await bench.enrol('berta', 'bea');
    await enrolAnna();
    bench.provider.failing.issue = 'provider_refused';
    for (const [subject, face] of [
      ['anna', 'ada'],
      ['berta', 'bea'],
    ] as const) {
      const browser = await proveMailbox(subject);
      await browser.showFace(face);
      expect((await browser.post('credential')).text).toContain('Nothing was changed');
    }
    bench.server.clock.advanceSec(11);
    expect((await bench.browse().get('/recover/acme')).text).not.toContain('<form');
    expect(reasons()).toEqual(['provider_refused', 'provider_refused']);
  });

  test('if the provider would not issue it, before and after the person asks', async () => {
    await enrolAnna();
    const { page } = await recoverWith(() => {
      bench.provider.failing.check = 'credential_refused';
    });
    expect(page.text).toContain('Nothing was changed');
    bench.provider.failing.check = null;
    const browser = await proveMailboxAndFace();
    bench.provider.failing.issue = 'credential_refused';
    expect((await browser.post('credential')).text).toContain('not recovered');
    expect((await browser.step()).text).toContain('Nothing was changed');
    expect(reasons()).toEqual(['credential_refused', 'credential_refused']);
    expect(bench.provider.alive.size).toBe(0);
  });

  test('if there is no manager, or the manager is the person', async () => {
    await start({ recovery: { managerClaim: 'employee_number' } });
    await enrolAnna();
    for (const employee_number of [undefined, loginOf('anna'), 'nobody@example.com']) {
      const details = { motto: secondMailbox('anna'), ...(employee_number === undefined ? {} : { employee_number }) };
      bench.profile.details.set('anna', details);
      const browser = await beginWith('manager');
      expect((await browser.showFace('ada')).text).toContain('No manager can approve');
    }
  });
});

describe('approvals', () => {
  const wait = async () => {
    const browser = await beginWith('help_desk');
    return { browser, number: numberIn(await browser.showFace('ada')) };
  };

  test('the agent who sent the link cannot approve; the link opens in one browser and proves nothing', async () => {
    await enrolAnna();
    const asked = { connection: 'acme', subject: 'anna' };
    const { body } = await bench.server.postJson('/recoveries', asked, grace);
    expect(body.isEnrolled).toBe(true);
    const { pathname, search } = new URL(String(body.url));
    const t = new URLSearchParams(search).get('t')!;
    const browser = bench.browse();
    expect((await browser.get(pathname + search)).text).toContain('name="t"');
    expect((await browser.post('link', { t })).text).toContain('What else can you show?');
    expect((await bench.browse().post('link', { t })).path).toContain('alert=over');
    await browser.prove('help_desk');
    const number = numberIn(await browser.showFace('ada'));
    expect((await approve(number, grace)).body.code).toBe('approver_same');
    expect((await approve(number, joan)).status).toBe(200);
  });

  test('a link is sent to the mailbox or phone, and not for unknown people', async () => {
    const asked = { connection: 'acme', subject: 'anna', send: 'email', language: 'de' };
    const { body } = await bench.server.postJson('/recoveries', asked, grace);
    expect(body).toMatchObject({ url: null, isEnrolled: false });
    expect(lastMessage()).toMatchObject({ channel: 'email', to: loginOf('anna') });
    const unknown = await bench.server.postJson('/recoveries', { connection: 'acme', subject: 'nobody' }, grace);
    expect(unknown.body.code).toBe('subject_unknown');
  });

  test('numbers cannot be tried on', async () => {
    await enrolAnna();
    const { number } = await wait();
    const wrong = number === '0000' ? '0001' : '0000';
    for (let tried = 0; tried < 5; tried += 1) expect((await approve(wrong)).body.code).toBe('recovery_number_wrong');
    expect((await approve(number)).body.code).toBe('locked_out');
  });

  test('an administrator whose account it is cannot approve it', async () => {
    await enrolAnna();
    const own = await bench.addAgent(loginOf('anna'));
    const { number } = await wait();
    expect((await approve(number, own)).body.code).toBe('approver_same');
  });

  test('a privileged person needs two administrators and waits; the person and the owners are told and can stop it', async () => {
    await enrolPrivileged({ delayHours: 24, takesKeys: true });
    const { browser, number } = await wait();
    expect(bench.server.messages.map(({ to }) => to).toSorted()).toEqual(
      [loginOf('anna'), secondMailbox('anna'), '+4915112345678', 'owner@example.com'].toSorted(),
    );
    await approve(number, grace);
    expect((await approve(number, grace)).body.code).toBe('approver_same');
    expect((await browser.step()).text).toContain('1 of 2 approvals');
    await approve(number, joan);
    expect((await browser.step()).text).toContain('waiting time');
    expect(credentialIn(await browser.post('credential'))).toBeNull();
    bench.server.clock.advanceSec(24 * 3600);
    expect(credentialIn(await browser.post('credential'))).not.toBeNull();
  });

  test('an API key does not approve for a privileged person, unless it is allowed', async () => {
    await enrolPrivileged();
    const { number } = await wait();
    expect((await approve(number, grace)).body.code).toBe('role_missing');
  });

  test('a delay begins only after an owner was told', async () => {
    await enrolPrivileged({ delayHours: 1, takesKeys: true });
    const { send } = bench.server.deps.delivery;
    bench.server.deps.delivery.send = async () => {
      throw new FaceError('delivery_failed');
    };
    const { browser, number } = await wait();
    await approve(number, grace);
    await approve(number, joan);
    bench.server.clock.advanceSec(2 * 3600);
    expect(credentialIn(await browser.post('credential'))).toBeNull();
    bench.server.deps.delivery.send = send;
    // A message in the outbox file reaches no owner.
    bench.server.outbox.push('email');
    await browser.step();
    bench.server.clock.advanceSec(3601);
    expect((await browser.step()).text).not.toContain('Show it now');
    bench.server.outbox.pop();
    bench.server.clock.advanceSec(3601);
    expect((await browser.step()).text).toContain('waiting time');
    bench.server.clock.advanceSec(3601);
    expect((await browser.step()).text).toContain('Show it now');
  });

  test('a page that waits while the mail of an owner is refused repeats no message to the others', async () => {
    await enrolPrivileged({ delayHours: 1 });
    const { send } = bench.server.deps.delivery;
    const sent: string[] = [];
    bench.server.deps.delivery.send = async (message) => {
      sent.push(`${message.channel} ${message.to}`);
      if (message.to === 'owner@example.com') throw new FaceError('delivery_failed');
      await send(message);
    };
    const { browser } = await wait();
    const first = [...sent];
    expect(first.filter((each) => !each.includes('owner@')).length).toBeGreaterThan(1);
    for (let polls = 0; polls < 5; polls += 1) await browser.step();
    expect(sent).toEqual(first);
    bench.server.clock.advanceSec(61);
    for (let polls = 0; polls < 5; polls += 1) await browser.step();
    expect(sent).toEqual([...first, 'email owner@example.com']);
  });

  /** Anna, who is privileged, names her manager Mona, who passes the check. */
  const passManagersCheck = async () => {
    const privileged = { groups: ['g1'], action: 'two_approvals', delayHours: 1 };
    await start({ recovery: { privileged, owners: ['owner@example.com'], managerClaim: 'employee_number' } });
    await bench.enrol('mona', 'eve');
    bench.profile.details.set('anna', { motto: secondMailbox('anna'), employee_number: loginOf('mona') });
    await enrolAnna();
    bench.profile.groups.set('anna', [{ id: 'g1', name: null }]);
    const browser = await beginWith('manager');
    const number = numberIn(await browser.showFace('ada'));
    const toManager = bench.server.messages.find(({ to }) => to === loginOf('mona'))!;
    await approveAsManager(bench.server, toManager, 'eve');
    const [{ id } = { id: '' }] = await list();
    return { browser, number, id };
  };
  const managersMessages = () => bench.server.messages.filter(({ to }) => to === loginOf('mona')).length;

  test('a manager who has approved as an administrator is no second approval, and the number stays', async () => {
    const { browser, number, id } = await passManagersCheck();
    const approvals = [{ byId: 'a1', by: loginOf('mona') }];
    const approveMeanwhile = (stage: StageOf<'approval'>) => ({ ...stage, proof: { ...stage.proof, approvals } });
    await changeStage(id, 'approval', approveMeanwhile, bench.server.deps);
    for (let times = 0; times < 2; times += 1) {
      const page = await browser.step();
      expect([numberIn(page), page.text.includes('1 of 2 approvals')]).toEqual([number, true]);
      expect((await browser.send('/recover/acme/step')).headers.get('refresh')).not.toBeNull();
    }
    expect(managersMessages()).toBe(1);
  });

  test('an owner’s link stops a recovery that waits', async () => {
    await enrolPrivileged({ delayHours: 24, takesKeys: true });
    const { browser, number } = await wait();
    const toOwner = bench.server.messages.find(({ to }) => to === 'owner@example.com')!;
    await approve(number, grace);
    await approve(number, joan);
    await sayNotMe(toOwner);
    bench.server.clock.advanceSec(24 * 3600);
    expect((await browser.step()).text).toContain('stopped');
    expect(credentialIn(await browser.post('credential'))).toBeNull();
  });
});

describe('the link to the manager', () => {
  test('enrols no face, and asks no manager whose face is new', async () => {
    await start({ policy: { whenNotEnrolled: 'enrol' }, recovery: { managerClaim: 'employee_number' } });
    bench.profile.details.set('anna', { motto: secondMailbox('anna'), employee_number: loginOf('mona') });
    await enrolAnna();
    const ask = async () => {
      const browser = await beginWith('manager');
      return browser.showFace('ada');
    };
    await ask();
    const [url] = /https?:\S+/.exec(lastMessage().text)!;
    expect((await openLink(bench.server, url)).body.view).toMatchObject({ purpose: 'verify' });
    await bench.enrol('mona', 'eve');
    expect((await ask()).text).toContain('No manager can approve');
    const changed = bench.detailsOf('recovery_refused');
    expect(changed).toMatchObject([{ code: 'recovery_manager_missing', changed: 'manager_face' }]);
  });
});

describe('a credential', () => {
  const toReady = async () => {
    await enrolAnna();
    return proveMailboxAndFace();
  };
  const toShown = async () => {
    const browser = await toReady();
    await browser.post('credential');
    return browser;
  };

  test('is not shown again after a reload, which asks whether it was noted', async () => {
    const browser = await toShown();
    const reloaded = await browser.post('credential');
    expect(credentialIn(reloaded)).toBeNull();
    expect(reloaded.text).toContain('Did you note it?');
    expect((await browser.post('revoke')).text).toContain('stopped');
    await revoke();
    expect(bench.provider.alive.size).toBe(0);
  });

  test('is revoked if the person does not confirm it', async () => {
    const browser = await toShown();
    await revoke();
    expect(bench.provider.alive.size).toBe(1);
    bench.server.clock.advanceSec(301);
    await revoke();
    expect(bench.provider.alive.size).toBe(0);
    expect(bench.provider.counts.passwordsEnded).toBe(0);
    expect((await browser.post('noted')).path).toContain('alert=over');
    expect((await list())[0]).toMatchObject({ stage: 'ended', outcome: 'revoked' });
  });

  test('is revoked if the answer of the provider was lost, also while the provider is down', async () => {
    const browser = await toReady();
    bench.provider.losing.answer = true;
    expect((await browser.post('credential')).text).toContain('stopped answering at the last step');
    bench.provider.failing.revoke = 'profile_unavailable';
    await expect(revoke()).rejects.toMatchObject({ code: 'profile_unavailable' });
    expect(bench.provider.alive.size).toBe(1);
    bench.provider.failing.revoke = null;
    await revoke();
    expect(bench.provider.alive.size).toBe(0);
    // A provider may list it only after seconds.
    bench.provider.alive.set('anna', 'pass-1');
    await revoke();
    expect(bench.provider.alive.size).toBe(1);
    bench.server.clock.advanceSec(31);
    await revoke();
    expect(bench.provider.alive.size).toBe(0);
    expect((await list())[0]).toMatchObject({ stage: 'ended', outcome: 'refused', reason: 'profile_unavailable' });
    expect(credentialIn(await browser.post('credential'))).toBeNull();
  });

  test('that was interrupted keeps its reason after the help desk refuses it', async () => {
    const browser = await toReady();
    bench.provider.losing.answer = true;
    await browser.post('credential');
    await refuseAtHelpDesk();
    for (const outcome of ['refused', 'refused']) {
      expect((await list())[0]).toMatchObject({ outcome, reason: 'profile_unavailable' });
      await revoke();
      bench.server.clock.advanceSec(31);
      await revoke();
    }
    expect([bench.provider.alive.size, bench.provider.counts.passwordsEnded]).toEqual([0, 2]);
  });

  test('is revoked if the server stopped between the check and the credential', async () => {
    const browser = await toReady();
    let stop = (): void => {};
    bench.provider.meanwhile.run = () =>
      new Promise((_, reject) => {
        stop = () => reject(new FaceError('state_unavailable'));
      });
    const asked = browser.send('/recover/acme/credential', { method: 'POST', body: new URLSearchParams() });
    while (bench.provider.alive.size === 0) await new Promise(setImmediate);
    await revoke();
    expect(bench.provider.alive.size).toBe(1);
    bench.server.clock.advanceSec(181);
    await revoke();
    expect(bench.provider.alive.size).toBe(0);
    expect(bench.detailsOf('recovery_revoked')).toMatchObject([{ result: 'ended' }]);
    stop();
    expect(credentialIn({ text: await (await asked).text() })).toBeNull();
  });

  test('is not shown if the recovery was refused while the provider issued it', async () => {
    const browser = await toReady();
    bench.provider.meanwhile.run = async () => {
      await refuseAtHelpDesk();
      await revoke();
    };
    expect(credentialIn(await browser.post('credential'))).toBeNull();
    await revoke();
    expect(bench.provider.alive.size).toBe(0);
  });

  test('is issued once for two requests at a time, and for two recoveries at a time', async () => {
    const browser = await toReady();
    const other = await proveMailboxAndFace();
    const pages = await Promise.all([browser.post('credential'), browser.post('credential'), other.post('credential')]);
    expect(pages.filter((page) => credentialIn(page) !== null).length).toBe(1);
    expect(bench.provider.counts.issued).toBe(1);
  });

  test('is revoked by "this was not me", also after the person has used it', async () => {
    const browser = await toShown();
    await browser.post('noted');
    const told = bench.server.messages.filter(({ text }) => text.includes('/face/not-me'));
    expect(told.map(({ to }) => to)).toEqual([loginOf('anna'), secondMailbox('anna'), '+4915112345678']);
    await sayNotMe(told[0]!);
    await bench.settle();
    await revoke();
    expect(bench.provider.alive.size).toBe(0);
    expect(bench.provider.counts.passwordsEnded).toBe(1);
  });

  test('of the wrong person, who did not confirm it and set a password, is ended with that password', async () => {
    await toShown();
    bench.server.clock.advanceSec(301);
    await revoke();
    expect(bench.provider.counts.passwordsEnded).toBe(0);
    await sayNotMe(bench.server.messages.find(({ text }) => text.includes('/face/not-me'))!);
    await revoke();
    expect(bench.provider.counts.passwordsEnded).toBe(1);
  });

  test('is revoked although recovery was switched off meanwhile', async () => {
    const browser = await toShown();
    Object.assign(bench.connection.recovery!.policy, { mode: 'off' });
    expect((await browser.step()).status).toBe(404);
    bench.server.clock.advanceSec(301);
    await revoke();
    expect(bench.provider.alive.size).toBe(0);
  });

  test('is not issued after the help desk refused while the provider refused', async () => {
    const browser = await toReady();
    bench.provider.meanwhile.run = async () => {
      await refuseAtHelpDesk();
      throw new FaceError('credential_refused');
    };
    await browser.post('credential');
    bench.provider.meanwhile.run = async () => {};
    expect(credentialIn(await browser.post('credential'))).toBeNull();
    expect(bench.provider.counts.issued).toBe(1);
  });

  test('is not revoked for an older recovery of the same person', async () => {
    bench.provider.naming.ids = false;
    await toShown();
    bench.server.clock.advanceSec(200);
    bench.provider.failing.revoke = 'profile_unavailable';
    bench.server.clock.advanceSec(500);
    await expect(revoke()).rejects.toMatchObject({ code: 'profile_unavailable' });
    bench.provider.failing.revoke = null;
    const newer = await proveMailboxAndFace();
    expect(credentialIn(await newer.post('credential'))).toBe('secret-of-pass-2');
    await newer.post('noted');
    await revoke();
    expect([...bench.provider.alive]).toEqual([['anna', 'pass-2']]);
  });

  test('stays if the person only ends their enrolment, and is revoked if the help desk refuses it afterwards', async () => {
    const browser = await toShown();
    await browser.post('noted');
    await bench.server.send('DELETE', '/subjects/acme/anna/enrolment', { headers: { 'x-admin-key': adminKey } });
    await revoke();
    expect(bench.provider.counts.revoked).toBe(0);
    await refuseAtHelpDesk();
    await revoke();
    expect(bench.provider.alive.size).toBe(0);
  });
});

describe('the mode and the limits', () => {
  test('"evaluation" checks everything, issues nothing, and records it', async () => {
    await start({ recovery: { mode: 'evaluation', secondThings: ['other_email', 'help_desk'] } });
    await enrolAnna();
    const offers = (await bench.browse().begin('anna')).text;
    expect([offers.includes('Approval by the help desk'), offers.includes('read out a number')]).toEqual([true, false]);
    const promise = 'nothing is issued, and no approval is asked for';
    for (const path of ['/recover/acme', '/recover/acme/link?t=a.b'])
      expect((await bench.browse().get(path)).text).toContain(promise);
    const browser = await proveMailboxAndFace();
    expect((await browser.step()).text).toContain('This was a trial');
    expect(bench.detailsOf('recovery_evaluated')).toMatchObject([{ secondThing: 'other_email', approvals: 0 }]);
    expect(credentialIn(await browser.post('credential'))).toBeNull();
    expect(bench.provider.counts.issued).toBe(0);
  });

  test('recovery codes are offered only if the connection has them, for every name', async () => {
    for (const recoveryCodes of [false, true]) {
      await start({
        policy: { anotherWay: { email: false, sms: false, recoveryCodes, counts: false } },
        recovery: { secondThings: ['recovery_code', 'help_desk'] },
      });
      await enrolAnna();
      for (const name of ['anna', 'nobody']) {
        const { text } = await bench.browse().begin(name);
        expect(text.includes('value="recovery_code"')).toBe(recoveryCodes);
        expect(text).toContain('value="help_desk"');
        expect(text).not.toContain('This is a trial');
      }
    }
  });

  test('a connection that offers nothing to prove names the help desk', async () => {
    await start({ recovery: { secondThings: ['recovery_code'] } });
    expect((await bench.browse().begin('anna')).text).toContain('ask the help desk');
  });

  test('things that the policy does not list are not taken', async () => {
    await start({ recovery: { secondThings: ['recovery_code'] } });
    await enrolAnna();
    const browser = bench.browse();
    const page = await browser.begin('anna');
    expect(page.text).not.toContain('value="help_desk"');
    expect((await browser.prove('help_desk')).status).toBe(404);
    expect((await browser.post('send', { thing: 'other_email' })).status).toBe(404);
  });

  test('there are no pages for a connection without recovery', async () => {
    expect((await bench.browse().get('/recover/other')).status).toBe(404);
    expect((await bench.browse().get('/recover/other/step')).status).toBe(404);
  });

  test('codes to a mailbox are limited per recovery and per person', async () => {
    await enrolAnna();
    for (let begun = 0; begun < 4; begun += 1) {
      const browser = await begin();
      for (let sent = 0; sent < 3; sent += 1) await askForCode(browser);
    }
    expect(bench.server.messages.length).toBe(6);
  });

  test('a provider that is down changes nothing, and the person can go on later', async () => {
    await enrolAnna();
    const browser = await proveMailbox();
    bench.provider.failing.check = 'profile_unavailable';
    expect((await browser.showFace('ada')).path).toContain('alert=down');
    bench.provider.failing.check = null;
    expect((await browser.step()).text).toContain('Show it now');
  });
});
