import { beforeEach, describe, expect, test } from '@jest/globals';
import { parameters } from '../../../support/data/parameters.js';
import { drawPicture } from '../../../support/fakes/embedded.js';
import { type ApiServer, startApiServer, toForm } from '../../../support/servers/api-server.js';
import { consumeLimit } from '../../core/limits/limits.js';
import { accuracies } from '../../face/token/parameters.js';
import { greatestFalsePositiveRate, mostTokens } from './identify.js';

let server: ApiServer;
let auth: { 'x-auth-token': string };
beforeEach(async () => {
  server = await startApiServer();
  auth = { 'x-auth-token': (await server.issue(['enrol', 'verify', 'identify'])).token };
});

type Fields = Parameters<typeof toForm>[0];
const door = { scope: 'door', accuracy: '6' };
const enrol = async (person: string, fields: Fields = {}): Promise<string> => {
  const photo = [1, 2, 3].map((shot) => drawPicture(person, shot));
  const { body } = await server.postForm('/generate', toForm({ photo, ...door, ...fields }), auth);
  return String(body.token);
};
const rosterOf = (...people: readonly string[]) => Promise.all(people.map((person) => enrol(person)));
const identify = (roster: readonly string[], photo: Uint8Array | Uint8Array[], fields: Fields = {}, by = auth) =>
  server.postForm('/identify', toForm({ roster: Buffer.from(roster.join('\n')), photo, ...door, ...fields }), by);
const searched = () =>
  server.audit.events.filter(({ action }) => action === 'roster_searched').map(({ detail }) => detail);

describe('a face compared with a roster', () => {
  test('is identified, or has no match if no token or not every photo matches', async () => {
    const roster = await rosterOf('ada', 'ben', 'cleo');
    const answer = await identify(roster, drawPicture('cleo', 7));
    const found = { outcome: 'identified', position: 2, alike: [], unusable: [] };
    expect(answer.body).toEqual({ ok: true, ...found, falsePositiveRate: 7.5e-5 });
    const nobody = { outcome: 'nobody', position: null, alike: [], unusable: [] };
    expect((await identify(roster, drawPicture('eve', 1))).body).toMatchObject(nobody);
    // Someone else's photo next to one's own; a photo of a photo.
    expect((await identify(roster, [drawPicture('ada', 8), drawPicture('ben', 8)])).body).toMatchObject(nobody);
    expect((await identify(roster, Buffer.from('face ada 8 0.01'))).body).toMatchObject(nobody);
  });

  test('is ambiguous if two tokens match, and the reply lists both', async () => {
    const roster = [...(await rosterOf('ben', 'ada')), await enrol('ada')];
    const { body } = await identify(roster, drawPicture('ada', 9));
    expect(body).toMatchObject({ outcome: 'ambiguous', position: null, alike: [1, 2] });
  });

  test('does not match a token that is revoked, expired, or of another tenant, scope or accuracy', async () => {
    const [ada, ben] = await rosterOf('ada', 'ben');
    await server.postJson('/revoke', { token: ada }, auth);
    expect((await identify([ada, ben], drawPicture('ada', 9))).body).toMatchObject({ outcome: 'nobody', unusable: [] });
    // Of two, the one that is left.
    const newEnrolment = await enrol('ada');
    expect((await identify([ada, ben, newEnrolment], drawPicture('ada', 9))).body).toMatchObject({ position: 2 });
    const expiry = new Date(server.clock.now() + 60_000).toISOString().replace(/\.\d+/, '');
    const short = await enrol('cleo', { expiry });
    expect((await identify([ben, short], drawPicture('cleo', 9))).body).toMatchObject({ position: 1 });
    server.clock.advanceSec(61);
    const late = { outcome: 'nobody', unusable: [1], falsePositiveRate: 2.5e-5 };
    expect((await identify([ben, short], drawPicture('cleo', 9))).body).toMatchObject(late);
    const rival = { 'x-auth-token': (await server.issue(['identify'], 'globex')).token };
    for (const [fields, by] of [
      [{}, rival],
      [{ scope: 'safe' }, auth],
      [{ accuracy: '7' }, auth],
    ] as const)
      expect((await identify([ben], drawPicture('ben', 9), fields, by)).body).toMatchObject({ outcome: 'nobody' });
  });

  test('is recorded with the roster size, the outcome and the id of the matching token', async () => {
    const roster = await rosterOf('ada', 'ben');
    await identify(roster, drawPicture('ben', 9));
    await identify(roster, drawPicture('eve', 9));
    await identify(roster, Buffer.from('wall'));
    const named = { tokens: 2, tokenId: null, code: null };
    expect(searched()).toEqual([
      { ...named, outcome: 'identified', tokenId: expect.stringMatching(/^[\w-]{22}$/) },
      { ...named, outcome: 'nobody' },
      { ...named, outcome: 'refused', code: 'face_none' },
    ]);
  });
});

describe('a roster is refused', () => {
  test('a roster is refused if it is empty, or has a malformed token, a duplicate, or a token with a password', async () => {
    const [ada] = await rosterOf('ada');
    const secret = await enrol('ben', { password: 'correct horse' });
    const wrong: [string[], string][] = [
      [[], 'roster_malformed'],
      [[ada, '', ada], 'token_malformed'],
      [['not a token'], 'token_malformed'],
      [[ada, ada], 'roster_malformed'],
      [[ada, secret], 'roster_malformed'],
      [Array.from({ length: mostTokens + 1 }, () => ada), 'roster_malformed'],
    ];
    for (const [roster, code] of wrong)
      expect(await identify(roster, drawPicture('ada', 9))).toMatchObject({ status: 400, body: { code } });
    // A file may be as programs of Windows write it: lines, the last one too, and UTF-16.
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const roster = Buffer.from(`\uFEFF${ada}\r\n`, encoding);
      const form = toForm({ roster, photo: drawPicture('ada', 9), ...door });
      expect((await server.postForm('/identify', form, auth)).body).toMatchObject({ position: 0 });
    }
  });

  test('if its accuracy level would have a false positive rate above 1 in 400', async () => {
    const level = (accuracy: string) =>
      Promise.all(Array.from({ length: 3 }, (_, at) => enrol(`p${at}`, { accuracy })));
    const tolerant = await level('3');
    const taken = await identify(tolerant.slice(0, 2), drawPicture('p1', 9), { accuracy: '3' });
    expect(taken.body).toMatchObject({ position: 1, falsePositiveRate: 0.002 });
    const refused = await identify(tolerant, drawPicture('p1', 9), { accuracy: '3' });
    expect(refused).toMatchObject({ status: 400, body: { code: 'roster_too_large' } });
    // The strictest level carries as many as there may be, and no level promises nothing.
    const most = accuracies.map((level) =>
      Math.floor(greatestFalsePositiveRate / (parameters.current.levels[level].greatestFalseMatchRate ?? 1) + 1e-9),
    );
    expect(most).toEqual([0, 0, 2, 25, 50, 100, 250, 500]);
  });

  test('when the hourly quota of the tenant is used up, regardless of the results', async () => {
    const [ada] = await rosterOf('ada');
    for (let taken = 0; taken < 1199; taken += 1) await consumeLimit('identifications', 'default', server.deps);
    expect((await identify([ada], drawPicture('ada', 9))).body).toMatchObject({ outcome: 'identified' });
    const more = { 'x-auth-token': (await server.issue(['identify'])).token };
    const refused = await identify([ada], drawPicture('ada', 9), {}, more);
    expect(refused).toMatchObject({ status: 429, body: { code: 'locked_out' } });
  });
});
