import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import { plainRequest } from '../../support/benches/core.js';
import { secondMailbox, startRecoveryBench } from '../../support/benches/recovery.js';
import { createKeysInMemory } from '../../support/fakes/keys.js';
import { loginOf } from '../../support/fakes/simulated-profile.js';
import { until } from '../../support/run/eventually.js';
import { adminKey } from '../../support/servers/api-server.js';
import { anonymousShare } from '../core/fair-queue.js';
import { charge } from '../core/limits/limits.js';
import { Credential } from '../core/secrets.js';
import { startStepUp } from '../step-up/step-up.js';
import { openRecoveryLink } from './begin.js';

/* What anonymous callers at the recovery pages do to the person whom they name. */

type Bench = Awaited<ReturnType<typeof startRecoveryBench>>;
type Browser = ReturnType<Bench['browse']>;
let bench: Bench;
let grace: { 'x-admin-key': string };

beforeEach(async () => {
  const anotherWay = { email: false, sms: false, recoveryCodes: true, counts: false };
  bench = await startRecoveryBench({ policy: { anotherWay } });
  grace = await bench.addAgent('grace');
});

/** Enrols Anna, more than a week ago. @returns her recovery codes */
async function enrolCodes(): Promise<readonly string[]> {
  const page = await bench.enrol('anna', 'ada');
  const { codes } = (await page.post('/face/recovery-codes')).body as { codes: string[] };
  await bench.passDays(8);
  return codes;
}

/** Enrols Anna, more than a week ago. @returns one of her recovery codes */
const enrolAnna = async (): Promise<string> => (await enrolCodes())[0]!;

/** Returns what an export says about Anna. */
async function exportAnna(): Promise<Record<string, unknown>> {
  const asked = { login: loginOf('anna') };
  const { body } = await bench.server.postJson('/subjects/export', asked, { 'x-admin-key': adminKey });
  const [{ held } = { held: {} }] = body.subjects as { held: Record<string, unknown> }[];
  return held;
}

const address = (number: number): string => `198.51.${100 + Math.floor(number / 250)}.${1 + (number % 250)}`;
const messagesTo = (subject: string) => bench.server.messages.filter(({ to }) => to === secondMailbox(subject));
const unsent = () => bench.server.log.text().split('recovery code not sent').length;

/** Asks for a code, and waits until it was sent, or was not. */
async function askForCode(browser: Browser) {
  const before = bench.server.messages.length + unsent();
  const page = await browser.post('send', { thing: 'other_email' });
  if (!page.path.includes('alert=')) await until(() => bench.server.messages.length + unsent() > before);
  return page;
}
const lastCode = (): string => /\b\d{6}\b/.exec(messagesTo('anna').at(-1)?.text ?? '')?.[0] ?? '';

/** Enters wrong codes from many addresses, as often as the server takes them. */
async function enterWrongCodes(subject: string, times: number): Promise<readonly string[]> {
  const paths: string[] = [];
  for (let number = 0; paths.length < times; number += 1) {
    const browser = bench.browse(address(number));
    await browser.begin(subject);
    for (let tried = 0; tried < 10 && paths.length < times; tried += 1)
      paths.push((await browser.prove('recovery_code', 'AAAABBBBCCCC')).path);
  }
  return paths;
}

/** Shows five wrong faces, after which a caller is locked out. */
async function showWrongFaces(browser: Browser): Promise<void> {
  for (let tried = 0; tried < 5; tried += 1) await browser.showFace('eve');
}

async function showWrongFacesFromManyAddresses(subject: string): Promise<void> {
  for (let number = 0; number < 2; number += 1) {
    const browser = bench.browse(address(number));
    await browser.begin(subject);
    await browser.prove('help_desk');
    await showWrongFaces(browser);
  }
}

/** Starts a face check of a sign-in, and shows Anna's face. @returns how it ended */
async function signIn(source: string | null) {
  const { server, connection } = bench;
  const started = await startStepUp(
    {
      connection,
      subject: 'anna',
      assurance: source === null ? { kind: 'first_factor' } : { kind: 'anonymous', source },
    },
    plainRequest,
    server.deps,
  );
  const opened = await openLink(server, server.deps.linkOf(started, 'en'));
  const page = openPage(server, String(opened.body.session));
  await page.consent();
  const { status, body } = await page.check((movement) => Buffer.from(`face ada ${movement}:${randomUUID()} 0.9`));
  return status === 200 ? body.outcome : body.code;
}

describe('wrong codes of anonymous callers', () => {
  test('lock no one out of a face check: neither of a recovery nor of a sign-in', async () => {
    await enrolAnna();
    await enterWrongCodes('anna', 40);
    const browser = bench.browse(address(200));
    await browser.begin('anna');
    await browser.prove('help_desk');
    expect((await browser.showFace('ada')).text).toContain('0 of 1 approvals');
    expect(await signIn('203.0.113.7')).toBe('passed');
    expect(await signIn(null)).toBe('passed');
  });

  test('do not lock a recovery that the help desk began: neither its code nor its face check', async () => {
    await enrolAnna();
    await enterWrongCodes('anna', 40);
    const browser = await bench.openHelpDeskLink('anna', grace);
    await askForCode(browser);
    expect((await browser.prove('other_email', lastCode())).text).toContain('Now your face');
    expect((await browser.showFace('ada')).text).toContain('Show it now');
  });

  test('use up what anonymous callers may try at one person, for a day', async () => {
    const code = await enrolAnna();
    const paths = await enterWrongCodes('anna', 40);
    expect([...new Set(paths)]).toEqual(['/recover/acme/step?alert=code']);
    const browser = bench.browse(address(200));
    await browser.begin('anna');
    expect((await browser.prove('recovery_code', code)).path).toContain('alert=code');
    await bench.passDays(1);
    const tomorrow = bench.browse(address(200));
    await tomorrow.begin('anna');
    expect((await tomorrow.prove('recovery_code', code)).text).toContain('Now your face');
  });

  test('are bounded for one network, also at many people', async () => {
    await enrolAnna();
    const paths: string[] = [];
    for (let number = 0; number < 5; number += 1) {
      const browser = bench.browse(address(0));
      await browser.post('begin', { username: `unknown-${number}@example.com` });
      for (let tried = 0; tried < 5; tried += 1)
        paths.push((await browser.prove('recovery_code', 'AAAABBBBCCCC')).path);
    }
    expect(paths.filter((path) => path.includes('alert=code')).length).toBe(20);
    expect(paths.at(-1)).toContain('alert=later');
    const link = await bench.openHelpDeskLink('anna', grace, address(0));
    await askForCode(link);
    expect((await link.prove('other_email', lastCode())).text).toContain('Now your face');
  });

  test('right codes are not counted', async () => {
    const [code = '', otherCode = ''] = await enrolCodes();
    await enterWrongCodes('anna', 29);
    for (const right of [code, otherCode]) {
      const browser = bench.browse(address(200));
      await browser.begin('anna');
      expect((await browser.prove('recovery_code', right)).text).toContain('Now your face');
    }
  });
});

describe('a link of the help desk', () => {
  const makeLink = async (): Promise<string> => {
    const { body } = await bench.server.postJson('/recoveries', { connection: 'acme', subject: 'anna' }, grace);
    return new URL(String(body.url)).searchParams.get('t') ?? '';
  };

  test('opens after those of anonymous callers; a made-up one is refused without the store', async () => {
    await enrolAnna();
    const starts = ['outsiderStartsOfConnection', 'acme', anonymousShare(address(7))] as const;
    await charge([starts], 60_000, bench.server.deps);
    const link = await makeLink();
    const [id, secret = ''] = link.split('.');
    const askNothing = () => {
      throw new Error('the store was asked');
    };
    const deps = { ...bench.server.deps, state: new Proxy(bench.server.deps.state, { get: askNothing }) };
    for (const made of ['a.b', `${id}.1`, `${id}.9${secret}`, `${id}.${secret.slice(0, -5)}AAAAA`, `a${link}`]) {
      const opening = openRecoveryLink({ connection: bench.connection, ticket: new Credential(made) }, deps);
      await expect(opening).rejects.toMatchObject({ code: 'step_up_unknown' });
      expect((await bench.browse(address(0)).post('link', { t: made })).path).toContain('alert=over');
    }
    // A key that is disabled at the key service is held, too.
    const disabled = { ...deps, keys: { ...createKeysInMemory(null), holds: async () => true } };
    const opening = openRecoveryLink({ connection: bench.connection, ticket: new Credential(link) }, disabled);
    await expect(opening).rejects.toMatchObject({ code: 'step_up_unknown' });
    expect((await bench.browse(address(0)).post('link', { t: link })).path).toBe('/recover/acme/step');
  });

  test('is not used up at another connection', async () => {
    const ticket = new Credential(await makeLink());
    const other = { ...bench.connection, id: 'other' };
    const opening = openRecoveryLink({ connection: other, ticket }, bench.server.deps);
    await expect(opening).rejects.toMatchObject({ code: 'step_up_unknown' });
    await openRecoveryLink({ connection: bench.connection, ticket }, bench.server.deps);
  });
});

describe('wrong faces in recoveries', () => {
  test('before anything is proven lock no sign-in, no proven recovery and none that the help desk began', async () => {
    const code = await enrolAnna();
    await showWrongFacesFromManyAddresses('anna');
    expect(await signIn('203.0.113.7')).toBe('passed');
    expect(await signIn(null)).toBe('passed');
    const proven = bench.browse(address(200));
    await proven.begin('anna');
    await proven.prove('recovery_code', code);
    expect((await proven.showFace('ada')).text).toContain('Show it now');
    const link = await bench.openHelpDeskLink('anna', grace);
    await link.prove('help_desk');
    expect((await link.showFace('ada')).text).toContain('0 of 1 approvals');
  });

  test('after a second thing was proven lock no sign-in', async () => {
    await enrolAnna();
    const thief = bench.browse(address(1));
    await thief.begin('anna');
    await askForCode(thief);
    await thief.prove('other_email', lastCode());
    await showWrongFaces(thief);
    expect(await signIn(null)).toBe('passed');
    expect(await signIn('203.0.113.7')).toBe('passed');
  });

  test('behind a link of the help desk lock no sign-in', async () => {
    await enrolAnna();
    const link = await bench.openHelpDeskLink('anna', grace);
    await link.prove('help_desk');
    await showWrongFaces(link);
    expect(await signIn(null)).toBe('passed');
    expect(await signIn('203.0.113.7')).toBe('passed');
  });

  test('cannot be tried on: ten of anonymous callers, five after a proof, five behind links', async () => {
    const code = await enrolAnna();
    const compared = () =>
      bench.detailsOf('verification_refused').filter((detail) => detail !== null && !('code' in Object(detail))).length;
    await showWrongFacesFromManyAddresses('anna');
    expect(compared()).toBe(10);
    const stopped = bench.browse(address(200));
    await stopped.begin('anna');
    await stopped.prove('help_desk');
    expect((await stopped.showFace('ada')).text).not.toContain('approvals');
    const proven = bench.browse(address(1));
    await proven.begin('anna');
    await proven.prove('recovery_code', code);
    await showWrongFaces(proven);
    expect(compared()).toBe(15);
    const link = await bench.openHelpDeskLink('anna', grace);
    await link.prove('help_desk');
    await showWrongFaces(link);
    expect(compared()).toBe(20);
    const nextLink = await bench.openHelpDeskLink('anna', grace);
    await nextLink.prove('help_desk');
    expect((await nextLink.showFace('ada')).text).not.toContain('approvals');
    const held = await exportAnna();
    expect(held).toMatchObject({ attempts: { failures: 0 }, attemptsOfOutsiders: { failures: 0 } });
    expect(held.attemptsOfRecoveries).toMatchObject({ lockedUntil: expect.any(String) });
  });

  test('are forgotten when an administrator ends the lockouts of the person', async () => {
    await enrolAnna();
    await showWrongFacesFromManyAddresses('anna');
    await bench.server.postJson('/subjects/unlock', { login: loginOf('anna') }, { 'x-admin-key': adminKey });
    const browser = bench.browse(address(0));
    await browser.begin('anna');
    await browser.prove('help_desk');
    expect((await browser.showFace('ada')).text).toContain('0 of 1 approvals');
  });

  test('lock unknown, unenrolled and enrolled people alike', async () => {
    await enrolAnna();
    const pages = [];
    for (const name of [loginOf('anna'), loginOf('berta'), 'nobody@example.com']) {
      const seen: string[] = [];
      const browser = bench.browse(address(0));
      await browser.post('begin', { username: name });
      await browser.prove('help_desk');
      for (let tried = 0; tried < 2; tried += 1) {
        const { path, text } = await browser.showFace('eve', 3);
        seen.push(path, text);
      }
      pages.push(seen);
    }
    expect(pages[1]).toEqual(pages[0]);
    expect(pages[2]).toEqual(pages[0]);
  });

  test('and challenges that a recovery leaves undecided do not count against the user’s sign-ins', async () => {
    const code = await enrolAnna();
    const proven = bench.browse(address(1));
    await proven.begin('anna');
    await proven.prove('recovery_code', code);
    for (let opened = 0; opened < 3; opened += 1) await proven.startChallenges(12);
    expect(await signIn(null)).toBe('passed');
    const link = await bench.openHelpDeskLink('anna', grace);
    await link.prove('help_desk');
    expect((await link.showFace('ada')).text).toContain('0 of 1 approvals');
  });
});

describe('codes that anonymous callers ask for', () => {
  test('count for the connection only if they are sent, and never stop those behind a link', async () => {
    await enrolAnna();
    const unknown = bench.browse(address(0));
    await unknown.post('begin', { username: 'nobody@example.com' });
    for (let asked = 0; asked < 3; asked += 1) await unknown.post('send', { thing: 'other_email' });
    await charge([['recoveryCodesOfConnection', 'acme', anonymousShare(address(7))]], 224, bench.server.deps);
    const browser = bench.browse(address(200));
    await browser.begin('anna');
    expect((await askForCode(browser)).path).not.toContain('alert');
    expect(messagesTo('anna').length).toBe(1);
    // The page does not depend on it.
    expect((await askForCode(browser)).path).not.toContain('alert');
    expect(messagesTo('anna').length).toBe(1);
    await charge([['recoveryCodesOfSource', address(7)]], 20, bench.server.deps);
    const link = await bench.openHelpDeskLink('anna', grace, address(7));
    await askForCode(link);
    expect(messagesTo('anna').length).toBe(2);
  });

  test('for an unknown name ask the provider nothing', async () => {
    const browser = bench.browse();
    await browser.post('begin', { username: 'nobody@example.com' });
    const asked: string[] = [];
    const { profile } = bench;
    const { readAccount } = profile;
    profile.readAccount = async (subject) => {
      asked.push(subject);
      return readAccount(subject);
    };
    await browser.post('send', { thing: 'other_email' });
    await browser.begin('anna');
    await askForCode(browser);
    expect(asked).toEqual(['anna']);
  });

  test('who ask for codes note no mailbox of the person, so that a new one does not count as old', async () => {
    for (let day = 0; day < 2; day += 1) {
      const browser = bench.browse();
      await browser.begin('carl');
      await askForCode(browser);
      expect(messagesTo('carl')).toEqual([]);
      expect(await bench.server.deps.state.read('contacts-noted:acme:carl')).toBeNull();
      await bench.passDays(8);
    }
  });

  test('say what they are for, in an e-mail and in an SMS', async () => {
    await enrolAnna();
    const browser = await bench.openHelpDeskLink('anna', grace);
    for (const thing of ['other_email', 'phone']) {
      const before = bench.server.messages.length;
      await browser.post('send', { thing });
      await until(() => bench.server.messages.length > before);
      const { text } = bench.server.messages.at(-1)!;
      expect([text.includes('recover your account'), text.includes('If you did not ask for it')]).toEqual([true, true]);
    }
  });
});
