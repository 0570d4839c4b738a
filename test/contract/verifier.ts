import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import type { AnalysisCache, Binding, EnrolRequest, Sealed, Verifier, VerifyRequest } from '../../src/core/ports.js';
import { type Photo, SealedToken, UserSecret } from '../../src/core/secrets.js';
import { type EpochSec, epochSec } from '../../src/core/units.js';
import { FaceError, type FaceErrorCode } from '../../src/errors.js';
import { isWiped, toPhoto } from '../../support/data/pictures.js';
import { testShare } from '../../support/data/share.js';

export interface VerifierHarness {
  readonly verifier: Verifier;
  readonly analysisCache: AnalysisCache;
  close(): Promise<void>;
}

const binding: Binding = { tenant: 'acme', idp: 'okta', subject: '00u1', scope: 'sign-in', accuracy: 4 };
const nextCentury = epochSec(4_102_444_800);

/** Tests a `Verifier` with real pictures. */
export function runVerifierContract(name: string, setUp: () => Promise<VerifierHarness>): void {
  describe(`verifier contract: ${name}`, () => {
    let harness: VerifierHarness;
    let pictures: Pictures;

    beforeAll(async () => {
      pictures = await loadPictures();
      harness = await setUp();
    });
    afterAll(() => harness?.close());

    const enrol = (changes: Partial<EnrolRequest> = {}): Promise<Sealed> =>
      harness.verifier.enrol({
        photos: [toPhoto(pictures.person[0])],
        binding,
        secret: null,
        expiresAt: null,
        ...changes,
        share: testShare,
      });
    const request = (token: SealedToken | null, changes: Partial<VerifyRequest> = {}): VerifyRequest => ({
      photos: [toPhoto(pictures.person[1])],
      token,
      binding,
      secret: null,
      requireLiveness: false,
      allowRenewal: false,
      ...changes,
      share: testShare,
    });
    const expectCode = (work: Promise<unknown>, code: FaceErrorCode): Promise<void> =>
      expect(work).rejects.toMatchObject({ name: 'FaceError', code });
    const takenKeys = async (token: SealedToken, changes: Partial<VerifyRequest> = {}): Promise<readonly string[]> => {
      const taken: string[] = [];
      const takeContentKey = (key: Uint8Array) => void taken.push(Buffer.from(key).toString('hex'));
      await harness.verifier.verify(request(token, { ...changes, takeContentKey }));
      return taken;
    };

    describe('refuses', () => {
      const refusal = { matched: false, liveness: null, renewed: null };

      test('a photo of another person', async () => {
        const { token } = await enrol();
        const photos = [toPhoto(pictures.stranger)];
        expect(await harness.verifier.verify(request(token, { photos }))).toMatchObject(refusal);
        expect(await harness.verifier.score(request(token, { photos }))).toMatchObject({ matched: false, score: null });
      });

      test('every photo if nothing is enrolled', async () => {
        expect(await harness.verifier.verify(request(null))).toMatchObject(refusal);
        expect(await harness.verifier.score(request(null))).toMatchObject({ matched: false, score: null });
      });

      test('photos of the enrolled person mixed with another person', async () => {
        const { token } = await enrol();
        const { person, stranger } = pictures;
        for (const shown of [
          [person[0], stranger],
          [stranger, ...person],
        ])
          expect(await harness.verifier.verify(request(token, { photos: shown.map(toPhoto) }))).toMatchObject(refusal);
      });

      test('a matching person whose photos are judged not live, after waiting for the judge', async () => {
        const { token } = await enrol();
        let judge = (_isLive: boolean): void => {};
        const judgedLive = new Promise<boolean>((resolve) => {
          judge = resolve;
        });
        const verdict = harness.verifier.verify(request(token, { judgedLive }));
        judge(false);
        expect(await verdict).toMatchObject(refusal);
        const live = request(token, { judgedLive: Promise.resolve(true) });
        expect(await harness.verifier.verify(live)).toMatchObject({ matched: true });
      });

      test('a verification whose judge fails, with the error code of the judge', async () => {
        const { token } = await enrol();
        const judgedLive = Promise.reject(new FaceError('overloaded'));
        // The promise may reject before anyone awaits it, so it needs a handler, as in the server.
        judgedLive.catch(() => null);
        await expectCode(harness.verifier.verify(request(token, { judgedLive })), 'overloaded');
      });

      test.each([
        ['tenant', { tenant: 'other' }],
        ['identity provider', { idp: 'entra' }],
        ['subject', { subject: '00u2' }],
        ['scope', { scope: 'payment' }],
        ['accuracy', { accuracy: 3 }],
        ['accuracy', { accuracy: 5 }],
        ['border between two fields', { tenant: 'acmeo', idp: 'kta' }],
      ] satisfies [string, Partial<Binding>][])('a token moved to another %s', async (_field, change) => {
        const { token } = await enrol();
        const moved = request(token, { binding: { ...binding, ...change } });
        expect(await harness.verifier.verify(moved)).toMatchObject(refusal);
      });

      test.each([
        ['later', nextCentury, epochSec(nextCentury + 1)],
        ['none', nextCentury, null],
        ['one although the token has none', null, nextCentury],
      ] satisfies [string, EpochSec | null, EpochSec | null][])(
        'another expected expiry: %s',
        async (_name, expiresAt, expectedExpiresAt) => {
          const { token } = await enrol({ expiresAt });
          expect(await harness.verifier.verify(request(token, { expectedExpiresAt }))).toMatchObject(refusal);
        },
      );

      test('a token with a changed expiry, for any expected expiry', async () => {
        const { token } = await enrol({ expiresAt: nextCentury });
        const bytes = Buffer.from(token.use((text) => text).slice('fv1.'.length), 'base64url');
        bytes.writeUInt32BE(nextCentury + 1, 4);
        const changed = new SealedToken(`fv1.${bytes.toString('base64url')}`);
        expect(harness.verifier.identify(changed)).toMatchObject({ expiresAt: nextCentury + 1 });
        for (const expected of [
          {},
          { expectedExpiresAt: nextCentury },
          { expectedExpiresAt: epochSec(nextCentury + 1) },
        ]) {
          expect(await harness.verifier.verify(request(changed, expected))).toMatchObject(refusal);
          const score = await harness.verifier.score(request(changed, expected));
          expect(score).toMatchObject({ matched: false, score: null });
        }
      });

      test.each([
        ['wrong', 'correct horse', 'Correct horse'],
        ['missing', 'correct horse', null],
        ['superfluous', null, 'correct horse'],
      ])('a %s secret', async (_name, enrolled, given) => {
        const own = enrolled === null ? null : new UserSecret(enrolled);
        const { token } = await enrol({ secret: own });
        expect(await harness.verifier.verify(request(token, { secret: own }))).toMatchObject({ matched: true });
        const secret = given === null ? null : new UserSecret(given);
        expect(await harness.verifier.verify(request(token, { secret }))).toMatchObject(refusal);
      });

      test.each([
        ['nothing', ''],
        ['prose', 'not a token'],
        ['ten megabytes', 'A'.repeat(10_000_000)],
        ['control characters', '\u0000\r\n\u0000'],
        ['broken Unicode', '\ud800'],
      ])('%s as the token', async (_name, text) => {
        await expectCode(harness.verifier.verify(request(new SealedToken(text))), 'token_malformed');
        await expectCode(harness.verifier.score(request(new SealedToken(text))), 'token_malformed');
      });

      test('a damaged token, with token_malformed or as a mismatch', async () => {
        const sealed = await enrol();
        const text = sealed.token.use((value) => value);
        for (const at of [Math.floor(text.length / 2), text.length - 1]) {
          const other = text[at] === 'A' ? 'B' : 'A';
          const damaged = new SealedToken(text.slice(0, at) + other + text.slice(at + 1));
          const outcome = await harness.verifier.verify(request(damaged)).catch((error: unknown) => error);
          expect([{ matched: false }, { code: 'token_malformed' }]).toContainEqual(
            outcome instanceof Error
              ? { code: Reflect.get(outcome, 'code') }
              : { matched: Reflect.get(Object(outcome), 'matched') },
          );
        }
      });

      test('an enrolment with photos of two people', async () => {
        const photos = [toPhoto(pictures.person[0]), toPhoto(pictures.stranger)];
        await expectCode(enrol({ photos }), 'face_mismatch');
      });

      test('no photo and too many photos', async () => {
        const { token } = await enrol();
        const many = (): Photo[] => Array.from({ length: 6 }, () => toPhoto(pictures.person[0]));
        await expectCode(enrol({ photos: [] }), 'photo_missing');
        await expectCode(enrol({ photos: many() }), 'photo_too_many');
        await expectCode(harness.verifier.verify(request(token, { photos: [] })), 'photo_missing');
        await expectCode(harness.verifier.verify(request(token, { photos: many() })), 'photo_too_many');
      });

      test.each([
        ['prose', 'photo_invalid', () => new TextEncoder().encode('this is not a picture'.repeat(40))],
        ['a truncated JPEG', 'photo_invalid', (from: Pictures) => from.person[0].subarray(0, 600)],
        ['a picture without a face', 'face_none', (from: Pictures) => from.landscape],
        ['a group photo', 'face_many', (from: Pictures) => from.group],
        ['a face 20 pixels wide', 'face_too_small', (from: Pictures) => from.far],
      ] satisfies [string, FaceErrorCode, (from: Pictures) => Uint8Array][])(
        '%s as a photo, with the code %s',
        async (_name, code, pick) => {
          const { token } = await enrol();
          await expectCode(enrol({ photos: [toPhoto(pick(pictures))] }), code);
          await expectCode(harness.verifier.verify(request(token, { photos: [toPhoto(pick(pictures))] })), code);
        },
      );
    });

    test.each([6, 7, 8] as const)(
      'accuracy %i refuses an enrolment from fewer than three different photos',
      async (accuracy) => {
        const strict = { ...binding, accuracy };
        await expectCode(enrol({ binding: strict }), 'photo_too_few');
        await expectCode(enrol({ binding: strict, photos: pictures.person.map(toPhoto) }), 'photo_too_few');
        const copies = Array.from({ length: 3 }, () => toPhoto(pictures.person[0]));
        await expectCode(enrol({ binding: strict, photos: copies }), 'photo_too_few');
      },
    );

    describe('accepts', () => {
      test('another photo of a person enrolled from one photo, and returns the same content key each time', async () => {
        const sealed = await enrol();
        const verdict = await harness.verifier.verify(request(sealed.token));
        expect(verdict).toMatchObject({ matched: true, liveness: null, renewed: null });
        const keys = await takenKeys(sealed.token);
        expect(keys).toEqual(harness.verifier.kind === 'embedded' ? [expect.stringMatching(/^[0-9a-f]{64}$/)] : []);
        expect(await takenKeys(sealed.token)).toEqual(keys);
        expect(await takenKeys(sealed.token, { photos: [toPhoto(pictures.stranger)] })).toEqual([]);
        expect(sealed.photos).toBe(1);
      });

      test.each([1, 6, 7, 8] as const)('a matching photo at accuracy %i', async (accuracy) => {
        const strict = { ...binding, accuracy };
        // A third file, which shows the same as the first.
        const third = Buffer.concat([pictures.person[0], Buffer.alloc(1)]);
        const three = [...pictures.person, third].map(toPhoto);
        const { token } = await enrol({ binding: strict, photos: three });
        const photos = [toPhoto(pictures.person[0])];
        expect(await harness.verifier.verify(request(token, { binding: strict, photos }))).toMatchObject({
          matched: true,
        });
      });

      test('photos that several steps examine', async () => {
        const photos = [toPhoto(pictures.person[0]), toPhoto(pictures.person[1])];
        const held = harness.analysisCache.hold(photos, 'photo', testShare);
        const { token } = await enrol({ photos: held.photos });
        const compared = await harness.verifier.match(toPhoto(pictures.stranger), held.photos, 4, testShare);
        expect(compared.map(({ match }) => match)).toEqual([false, false]);
        const asked = request(token, { photos: held.photos });
        expect(await harness.verifier.verify(asked)).toMatchObject({ matched: true });
        await held.release();
        expect(photos.some(isWiped)).toBe(false);
      });

      test('a token with an expiry, with or without an expected expiry', async () => {
        const { token, expiresAt } = await enrol({ expiresAt: nextCentury });
        expect(expiresAt).toBe(nextCentury);
        expect(await harness.verifier.verify(request(token))).toMatchObject({ matched: true });
        const expected = request(token, { expectedExpiresAt: nextCentury });
        expect(await harness.verifier.verify(expected)).toMatchObject({ matched: true });
      });

      test('the enrolled person with a score above the threshold', async () => {
        const { token } = await enrol();
        const { matched, score, threshold } = await harness.verifier.score(request(token));
        expect(matched).toBe(true);
        expect(score).not.toBeNull();
        expect(score).toBeGreaterThan(threshold);
        expect(score).toBeLessThanOrEqual(1);
        expect(Number(score) * 100).toBeCloseTo(Math.round(Number(score) * 100), 9);
      });
    });

    describe('tokens', () => {
      test('have at most 256 printable characters and the id and expiry that identify returns', async () => {
        const { token, tokenId, expiresAt } = await enrol({ expiresAt: nextCentury });
        const text = token.use((value) => value);
        expect(text).toMatch(/^[\x21-\x7e]{1,256}$/);
        expect(harness.verifier.identify(token)).toMatchObject({ tokenId, expiresAt });
        expect(harness.verifier.identify(new SealedToken(text))).toMatchObject({ tokenId, expiresAt });
        expect(tokenId).not.toContain(text);
      });

      test('are unrelated if one photo is sealed twice', async () => {
        const first = await enrol();
        const second = await enrol();
        expect(first.tokenId).not.toBe(second.tokenId);
        expect(first.token.use((value) => value)).not.toBe(second.token.use((value) => value));
        const keys = await takenKeys(first.token);
        const others = await takenKeys(second.token);
        if (keys.length > 0) expect(keys).not.toEqual(others);
      });
    });

    describe('comparisons', () => {
      test('match one probe with each reference, in order', async () => {
        const references = [toPhoto(pictures.stranger), toPhoto(pictures.person[1])];
        const result = await harness.verifier.match(toPhoto(pictures.person[0]), references, 4, testShare);
        expect(result.map(({ match }) => match)).toEqual([false, true]);
        expect(result[1]?.score).toBeGreaterThan(result[0]?.score ?? 1);
      });

      test('report the photo of another person as the outlier', async () => {
        const mixed = [toPhoto(pictures.person[0]), toPhoto(pictures.stranger), toPhoto(pictures.person[1])];
        const unusable: never[] = [];
        const found = await harness.verifier.consistency(mixed, 4, testShare);
        expect(found).toEqual({ consistent: false, outliers: [1], unusable });
        const one = pictures.person.map(toPhoto);
        const alike = await harness.verifier.consistency(one, 4, testShare);
        expect(alike).toEqual({ consistent: true, outliers: [], unusable });
      });

      test('report the error of an unusable picture at its index', async () => {
        const [one, other] = pictures.person;
        const references = [toPhoto(pictures.landscape), toPhoto(other)];
        const result = await harness.verifier.match(toPhoto(one), references, 4, testShare);
        expect(result[0]).toEqual({ score: null, match: false, code: 'face_none' });
        expect(result[1]?.match).toBe(true);
        const group = [toPhoto(one), toPhoto(pictures.group), toPhoto(other)];
        expect(await harness.verifier.consistency(group, 4, testShare)).toEqual({
          consistent: false,
          outliers: [],
          unusable: [{ index: 1, code: 'face_many' }],
        });
        const probe = toPhoto(pictures.landscape);
        await expectCode(harness.verifier.match(probe, [toPhoto(one), toPhoto(other)], 4, testShare), 'face_none');
      });
    });

    describe('the verifier does not wipe the photos of the caller', () => {
      const areLeft = (photos: readonly Photo[]): boolean => !photos.some(isWiped);

      test('after enrolment and verification', async () => {
        const enrolled = pictures.person.map(toPhoto);
        const { token } = await enrol({ photos: enrolled });
        const probes = pictures.person.map(toPhoto);
        await harness.verifier.verify(request(token, { photos: probes }));
        expect(areLeft([...enrolled, ...probes])).toBe(true);
      });

      test('when one photo is refused', async () => {
        const photos = [toPhoto(pictures.person[0]), toPhoto(pictures.landscape), toPhoto(pictures.person[1])];
        await expectCode(enrol({ photos }), 'face_none');
        expect(areLeft(photos)).toBe(true);
      });
    });
  });
}
