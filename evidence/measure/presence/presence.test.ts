import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { loadPictures } from '../../../examples/demo/pictures.js';
import { digestOf } from '../../../support/benches/capture-page.js';
import {
  type PresenceTest,
  preparePresenceTest,
  type RunningTest,
  shortPlan,
} from '../../../support/benches/presence-test.js';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { createFolder } from '../../../support/run/folder.js';
import { presenceConsentVersion } from './page-protocol.js';

/* A presence test at its socket, and what it leaves in its folder. */

const top = createFolder('presence');
let folders = 0;
let clock: ReturnType<typeof createManualClock>;
let presence: PresenceTest;
beforeEach(() => {
  clock = createManualClock();
  presence = preparePresenceTest(join(top, String(++folders)), shortPlan(['live', 'print']), clock);
});

const replyGuard = z.looseObject({
  code: z.string().optional(),
  session: z.string().optional(),
  nonce: z.string().optional(),
  next: z.looseObject({ index: z.number() }).nullish(),
  view: z
    .looseObject({
      due: z.looseObject({ species: z.looseObject({ name: z.string() }) }).nullable(),
      cells: z.array(z.looseObject({})),
    })
    .optional(),
  opened: z.array(z.number()).optional(),
});

/** What a tester's browser does over the wire. */
async function visit(running: RunningTest) {
  const { origin, hash } = new URL(running.link());
  const call = async (path: string, body: object | FormData, session = '') => {
    const isForm = body instanceof FormData;
    const headers = {
      ...(session === '' ? {} : { authorization: `Bearer ${session}` }),
      ...(isForm ? {} : { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${origin}/face${path}`, {
      method: 'POST',
      headers,
      body: isForm ? body : JSON.stringify(body),
    });
    return { status: response.status, body: replyGuard.parse(await response.json()) };
  };
  const opened = await call('/open', { ticket: hash.slice(1) });
  const session = opened.body.session ?? '';
  const post = (path: string, body: object | FormData) => call(path, body, session);
  const takePart = (person: string, more: object = {}) =>
    post('/tester', {
      person,
      device: 'computer',
      consentVersion: presenceConsentVersion,
      allowsAccuracy: false,
      ...more,
    });
  let drawn = 0;
  /** No picture that anybody can read: what is kept looks like one all the same. */
  const draw = (): Buffer => {
    drawn += 1;
    return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(`JFIF plainly a picture ${drawn}`)]);
  };
  const perform = async (
    species: string,
    { waitSec = 0, take = draw }: { waitSec?: number; take?: () => Uint8Array } = {},
  ) => {
    const { nonce, next: first } = (await post('/challenge', {})).body;
    const form = new FormData();
    const taken: Uint8Array<ArrayBuffer>[] = [];
    let drawnLooks: readonly number[] = [];
    for (let next = first; next != null; ) {
      clock.advanceSec(1);
      const picture = Uint8Array.from(take());
      form.append('photo', new Blob([picture]), 'photo.jpg');
      const looks = Array.from({ length: 6 }, () => Uint8Array.from(take()));
      const frame = { digest: digestOf(picture), looks: looks.map(digestOf) };
      const told = (await post('/challenge/frames', { nonce, ...frame })).body;
      taken.push(...looks);
      drawnLooks = told.opened ?? [];
      next = told.next;
    }
    for (const at of drawnLooks) form.append('photo', new Blob([taken[at]!]), 'photo.jpg');
    clock.advanceSec(waitSec);
    for (const [name, value] of Object.entries({ species, light: 'office', nonce: nonce ?? '' }))
      form.append(name, value);
    return post('/presentations', form);
  };
  return { opened, session, call, post, takePart, perform, link: hash.slice(1) };
}

/** A running test with a presentation of each person. */
async function presentLive(...people: readonly string[]): Promise<RunningTest> {
  const running = await presence.start();
  for (const person of people) {
    const { takePart, perform } = await visit(running);
    await takePart(person);
    await perform('live');
  }
  return running;
}

const filesIn = (folder: string): Buffer[] => readdirSync(folder).map((name) => readFileSync(join(folder, name)));

describe('a link to the presence test', () => {
  test('opens once, and then the next link is printed', async () => {
    const running = await presence.start();
    const first = running.link();
    const { call, link } = await visit(running);
    expect((await call('/open', { ticket: link })).body.code).toBe('step_up_unknown');
    expect(running.link()).not.toBe(first);
    expect((await visit(running)).opened.status).toBe(201);
    await running.stop();
  });

  test('is required: requests without its session are refused', async () => {
    const running = await presence.start();
    const { call } = await visit(running);
    for (const path of ['/tester', '/challenge', '/challenge/frames', '/presentations', '/presentations/skip'])
      expect((await call(path, {}, 'another')).body.code).toBe('caller_untrusted');
    await running.stop();
  });
});

describe('before the tester’s consent', () => {
  test('to the current text and plan, no challenge starts and nothing is stored', async () => {
    const running = await presence.start();
    const { takePart, post } = await visit(running);
    expect((await post('/challenge', {})).body.code).toBe('consent_missing');
    for (const wrong of [{ consentVersion: 'another' }, { device: 'none' }, { person: '' }, { person: 'a\nb' }])
      expect((await takePart('falcon', wrong)).body.code).toBe('request_malformed');
    expect(
      (await post('/presentations/skip', { species: 'live', light: 'office', reason: 'no_response' })).body.code,
    ).toBe('consent_missing');
    expect(readdirSync(presence.data)).toEqual(['keys.json']);
    await running.stop();
  });
});

describe('presentations', () => {
  test('follow the plan, and completed presentations are not requested again', async () => {
    const running = await presence.start();
    const { takePart, perform, post } = await visit(running);
    expect((await takePart('falcon')).body.view?.due?.species.name).toBe('live');
    expect((await perform('print')).body.code).toBe('request_malformed');
    // Later than a challenge lasts: their tester was asked whether to keep them.
    expect((await perform('live', { waitSec: 120 })).body.view?.due?.species.name).toBe('print');
    const { body } = await post('/presentations/skip', { species: 'print', light: 'office', reason: 'no_response' });
    expect(body.view).toMatchObject({
      due: null,
      cells: [
        { kept: 1, noResponse: 0 },
        { kept: 0, noResponse: 1 },
      ],
    });
    const again = await visit(running);
    expect((await again.takePart('falcon')).body.view?.due).toBeNull();
    expect((await again.takePart('falcon', { device: 'phone' })).body.view?.due?.species.name).toBe('live');
    expect((await again.takePart('heron')).body.view?.due?.species.name).toBe('live');
    await running.stop();
  });

  test('are accepted once, with the frames of their challenge', async () => {
    const running = await presence.start();
    const { takePart, post, perform } = await visit(running);
    await takePart('falcon');
    const form = new FormData();
    for (const [name, value] of Object.entries({ species: 'live', light: 'office', nonce: 'another' }))
      form.append(name, value);
    for (let at = 0; at < 5; at += 1) form.append('photo', new Blob([String(at)]), 'photo.jpg');
    expect((await post('/presentations', form)).body.code).toBe('challenge_wrong');
    expect((await perform('live')).status).toBe(200);
    expect(readdirSync(presence.data)).toHaveLength(2);
    await running.stop();
  });
});

describe('the data folder', () => {
  test('contains no readable data, and its file names and modes reveal nothing', async () => {
    const running = await presentLive('peregrine');
    await running.stop();
    const bytes = Buffer.concat(filesIn(presence.data));
    for (const readable of ['peregrine', 'JFIF', 'plainly', 'live', 'office', 'computer', presenceConsentVersion])
      expect([readable, bytes.includes(readable)]).toEqual([readable, false]);
    expect(bytes.includes(Buffer.from([0xff, 0xd8, 0xff]))).toBe(false);
    expect(
      readdirSync(presence.data)
        .map((name) => name.replace(/^[0-9a-f]{32}/, 'random'))
        .sort(),
    ).toEqual(['keys.json', 'random.sealed']);
    expect(running.log()).not.toMatch(/peregrine|JFIF/);
  });

  test('fails to decrypt with a changed byte, another file name or another passphrase', async () => {
    await (await presentLive('falcon')).stop();
    const [name = ''] = readdirSync(presence.data).filter((each) => each.endsWith('.sealed'));
    const file = join(presence.data, name);
    const bytes = readFileSync(file);
    const locked = { exitCode: 2, told: [expect.stringContaining('cannot be opened')] };
    for (const at of [0, 20, 40, 60, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      writeFileSync(file, changed);
      // A changed owner is nobody's: it is left out, and removed with the next who is erased.
      const report = presence.run(['report', '--json']);
      if (at === 20) expect(JSON.parse((await report).printed[0]!)).toMatchObject({ presentations: 0 });
      else expect(await report).toMatchObject(locked);
    }
    writeFileSync(file, bytes);
    writeFileSync(presence.passphraseFile, 'another horse battery staple\n');
    expect(await presence.run(['report'])).toMatchObject(locked);
    expect(await presence.run(['delete', '--person', 'falcon', '--yes'])).toMatchObject(locked);
    expect(readdirSync(presence.data)).toHaveLength(2);
  });

  test('requires a private passphrase file with a passphrase of at least 12 characters', async () => {
    writeFileSync(presence.passphraseFile, 'short');
    expect((await presence.run(['report'])).exitCode).toBe(2);
    const { exitCode, told } = await presence.run(['report', '--passphrase-file', join(top, 'none')]);
    // The last one given counts.
    expect({ exitCode, said: told.join() }).toMatchObject({
      exitCode: 2,
      said: expect.stringContaining('12 characters'),
    });
  });
});

describe('erasure', () => {
  test('of one person keeps the data of others, and stops further presentations of that person', async () => {
    const running = await presentLive('falcon', 'heron');
    const former = readFileSync(join(presence.data, 'keys.json'));
    const { takePart, perform } = await visit(running);
    await takePart('falcon', { device: 'phone' });
    expect((await presence.run(['delete', '--person', 'falcon'])).exitCode).toBe(2);
    const { printed } = await presence.run(['delete', '--person', 'falcon', '--yes']);
    expect(printed).toEqual(['Erased: 1 presentations of 1 person.']);
    expect((await perform('live')).body.code).toBe('caller_untrusted');
    await running.stop();
    expect(readdirSync(presence.data)).toHaveLength(2);
    expect(readFileSync(join(presence.data, 'keys.json'))).not.toEqual(former);
    expect((await presence.run(['delete', '--person', 'falcon', '--yes'])).exitCode).toBe(2);
    const { printed: report } = await presence.run(['report', '--json']);
    expect(JSON.parse(report[0]!)).toMatchObject({
      presentations: 1,
      people: 1,
      notDone: 0,
      apcer: null,
      // These pictures are none that anybody can read.
      bpcer: { errors: 1, presentations: 1 },
      live: { refusedBy: { photo_invalid: 1 } },
    });
  });

  test('of all data leaves nothing, and requires no passphrase', async () => {
    await (await presentLive('falcon', 'heron')).stop();
    writeFileSync(presence.passphraseFile, 'forgotten by everybody');
    // As a crash leaves them, in the middle of a write: the keys of everybody, and a presentation.
    const [keys, kept] = filesIn(presence.data);
    writeFileSync(join(presence.data, 'keys.json.0123456789abcdef.new'), keys!);
    for (const draft of [`${'0'.repeat(32)}.sealed.`, '.facestep-'])
      writeFileSync(join(presence.data, `${draft}0123456789abcdef.new`), kept!);
    expect((await presence.run(['delete'])).exitCode).toBe(2);
    expect((await presence.run(['delete', '--yes'])).printed).toEqual([
      `Erased: the keys of ${presence.data}, and 2 presentations.`,
    ]);
    expect(readdirSync(presence.data)).toEqual([]);
    expect((await presence.run(['report'])).exitCode).toBe(2);
  });

  test('runs automatically with any command after the retention period', async () => {
    await (await presentLive('falcon', 'heron')).stop();
    clock.advanceSec(6.9 * 86_400);
    expect((await presence.run(['report', '--json'])).told).toEqual([]);
    clock.advanceSec(0.2 * 86_400);
    expect((await presence.run(['report', '--json'])).told).toEqual([
      'Erased: 2 presentations of 2 people: their retention period ended.',
    ]);
    expect(readdirSync(presence.data)).toEqual(['keys.json']);
  });
});

test('accuracy is measured with the first frame of each live presentation of people who allowed it', async () => {
  presence = preparePresenceTest(join(top, 'accuracy'), shortPlan(['live', 'print'], 2), clock);
  const { person, stranger } = await loadPictures();
  const running = await presence.start();
  const people = { falcon: person, heron: [stranger, stranger], wren: person } as const;
  for (const [code, photos] of Object.entries(people)) {
    const { takePart, perform } = await visit(running);
    await takePart(code, { allowsAccuracy: code !== 'wren' });
    for (const photo of photos.slice(0, 2)) await perform('live', { take: () => photo });
    await perform('print', { take: () => stranger });
  }
  await running.stop();
  const { printed, exitCode } = await presence.measureAccuracy();
  expect(exitCode).toBe(0);
  expect(JSON.parse(printed[0]!)).toMatchObject({
    command: 'npm run measure -- accuracy --presence DIR',
    data: { people: 2, photos: 4 },
    protected: { 1: { fmr: 0, pairs: 4, fnmr: 0, genuinePairs: 2 } },
  });
});
