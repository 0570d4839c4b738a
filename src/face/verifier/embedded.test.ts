import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parameters } from '../../../support/data/parameters.js';
import { testShare } from '../../../support/data/share.js';
import { createTestSight } from '../../../support/fakes/embedded.js';
import { createKeysInMemory } from '../../../support/fakes/keys.js';
import { createSimulatedEngine, drawPhoto, drawWall } from '../../../support/fakes/simulated-engine.js';
import { cheapStretch } from '../../../support/fakes/stretch.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { runVerifierContract } from '../../../test/contract/verifier.js';
import type { Binding, Keys, Verifier, VerifyRequest } from '../../core/ports.js';
import { type Photo, type SealedToken, UserSecret } from '../../core/secrets.js';
import { epochSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import type { Engine, FaceAnalysis } from '../engine/engine.js';
import { createEnginePool } from '../engine/pool.js';
import { isUncovered } from '../engine/quality.js';
import { currentEngine, parseToken } from '../token/format.js';
import { type EngineParameters, withOwnEngines } from '../token/parameters.js';
import { createEmbeddedVerifier } from './embedded.js';

const random = (bytes: number): Uint8Array => randomBytes(bytes);
const first = new Uint8Array(32).fill(1);
const second = new Uint8Array(32).fill(2);
const binding: Binding = { tenant: 'acme', idp: 'okta', subject: '00u1', scope: 'sign-in', accuracy: 4 };

const standard = { engine: createSimulatedEngine(), parameters, keys: createKeysInMemory(first), random };
const verifierWith = (given: Partial<Parameters<typeof createEmbeddedVerifier>[0]> = {}) =>
  createEmbeddedVerifier({ ...standard, stretch: cheapStretch, ...given });

runVerifierContract('embedded', async () => {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 16 });
  const verifier = verifierWith({ engine });
  return { verifier, analysisCache: createTestSight(engine), close: () => verifier.close() };
});

// The rest needs no pixels.

/** An engine that remembers what it gave out, and sees the photos as clearly as told, in their order. */
function createWatchedEngine(recognisers: readonly string[] = [], magnitudes: number[] = []) {
  const engine = createSimulatedEngine(recognisers);
  const given: FaceAnalysis[] = [];
  const examine: Engine['examine'] = async (photo, signals) => {
    const examination = await engine.examine(photo, signals, testShare);
    given.push({ ...examination, magnitude: magnitudes.shift() ?? examination.magnitude });
    return given.at(-1)!;
  };
  return { ...engine, given, examine };
}

const three = () => [2, 3, 4].map((shot) => drawPhoto('Ada', shot));
const enrol = (verifier: Verifier, photos: readonly Photo[] = [drawPhoto('Ada', 1)], expiresAt: number | null = null) =>
  verifier.enrol({
    photos,
    binding,
    secret: null,
    share: testShare,
    expiresAt: expiresAt === null ? null : epochSec(expiresAt),
  });
const request = (changes: Partial<VerifyRequest>): VerifyRequest => ({
  photos: [drawPhoto('Ada', 2)],
  token: null,
  binding,
  secret: null,
  requireLiveness: false,
  allowRenewal: true,
  ...changes,
  share: testShare,
});
const areWiped = (given: readonly FaceAnalysis[]): boolean =>
  given
    .flatMap((each) => [each.embedding, ...each.own.map(({ embedding }) => embedding)])
    .every((embedding) => embedding?.use((values) => values.every((value) => value === 0)) ?? true);

test('embeddings are zeroed after every method, including after refusals', async () => {
  const engine = createWatchedEngine();
  const verifier = verifierWith({ engine });
  const { token } = await enrol(verifier, [drawPhoto('Ada', 1), drawPhoto('Ada', 2)]);
  await verifier.verify(request({ token }));
  await verifier.verify(request({ token, photos: [drawPhoto('Bob', 1)] }));
  await verifier.score(request({ token }));
  await verifier.match(drawPhoto('Ada', 1), [drawPhoto('Bob', 1)], 4, testShare);
  await verifier.consistency([drawPhoto('Ada', 1), drawPhoto('Bob', 1)], 4, testShare);
  await expect(enrol(verifier, [drawPhoto('Ada', 1), drawWall()])).rejects.toMatchObject({ code: 'face_none' });
  await expect(enrol(verifier, [drawPhoto('Ada', 1), drawPhoto('Bob', 1)])).rejects.toMatchObject({
    code: 'face_mismatch',
  });
  expect(engine.given.length).toBe(12);
  expect(areWiped(engine.given)).toBe(true);
});

test('liveness is the minimum over the photos, only measured on request, and required for a match', async () => {
  const engine = createWatchedEngine();
  const verifier = verifierWith({ engine });
  const { token } = await enrol(verifier);
  const check = (changes: Partial<VerifyRequest>, ...liveness: number[]) =>
    verifier.verify(request({ ...changes, photos: liveness.map((value, at) => drawPhoto('Ada', 2 + at, value)) }));
  const live = { requireLiveness: true };
  const refused = { matched: false, liveness: 0.049 };
  expect(await check({ token, ...live }, 0.9, 0.049)).toMatchObject(refused);
  expect(await check({ token, ...live }, 0.9, 0.05)).toMatchObject({ matched: true, liveness: 0.05 });
  expect(await check(live, 0.9, 0.049)).toMatchObject(refused);
  expect((await check({ token }, 0.9, 0.049)).liveness).toBeNull();
  expect(engine.given.slice(-2).map(({ liveness }) => liveness)).toEqual([null, null]);
});

describe('a face of low clarity', () => {
  const setUpWith = (...magnitudes: number[]) => verifierWith({ engine: createWatchedEngine([], magnitudes) });

  test('is not enrolled if all photos are unclear', async () => {
    await expect(enrol(setUpWith(2.9))).rejects.toMatchObject({ code: 'face_unclear' });
    await expect(enrol(setUpWith(2.9, 2.8), [drawPhoto('Ada', 1), drawPhoto('Ada', 2)])).rejects.toMatchObject({
      code: 'face_unclear',
    });
  });

  test('is enrolled if another photo is clear, and can be verified', async () => {
    const verifier = setUpWith(2.9, 3, 2.5);
    const { token } = await enrol(verifier, [drawPhoto('Ada', 1), drawPhoto('Ada', 2)]);
    expect(await verifier.verify(request({ token }))).toMatchObject({ matched: true });
  });

  test('that does not match is called unclear at a check, with and without a token', async () => {
    const verifier = verifierWith();
    const { token } = await enrol(verifier);
    for (const given of [{ token }, {}])
      await expect(verifier.verify(request({ ...given, photos: [drawPhoto('fog', 1)] }))).rejects.toMatchObject({
        code: 'face_unclear',
      });
  });

  test.each<[string, readonly [confidence: number, sharpness: number, eyesOpen: number, magnitude: number], boolean]>([
    ['a low detection score', [0.9, 500, 1, 3.7], false],
    ['motion blur', [1, 60, 1, 3.7], false],
    ['no visible eyes and a low magnitude', [1, 500, 0.001, 3.2], false],
    ['not by closed eyes', [1, 500, 0.001, 3.7], true],
  ])('is recognized by %s', (_, [confidence, sharpness, eyesOpen, magnitude], isClear) => {
    const quality = { faceWidthPx: 100, eyeDistancePx: 45, brightness: 128, contrast: 50, sharpness };
    expect(isUncovered({ face: { confidence }, magnitude, eyesOpen, quality })).toBe(isClear);
  });
});

describe('the renewal of a token', () => {
  const enrolled = async (expiresAt: number | null = null) => (await enrol(verifierWith(), undefined, expiresAt)).token;
  const newer = () => verifierWith({ keys: createKeysInMemory(first, second) });

  test('seals the live face under the newest key with the same binding', async () => {
    const verifier = newer();
    const { renewed, matched } = await verifier.verify(
      request({ token: await enrolled(2_000_000_000), photos: three() }),
    );
    expect(matched).toBe(true);
    expect(parseToken(renewed!.token).fields).toMatchObject({ keyVersion: 2, photos: 3, expiresAt: 2_000_000_000 });
    const again = await verifier.verify(request({ token: renewed!.token, photos: three() }));
    expect(again).toMatchObject({ matched: true, renewed: null });
    const elsewhere = { ...binding, subject: '00u2' };
    expect(await verifier.verify(request({ token: renewed!.token, binding: elsewhere }))).toMatchObject({
      matched: false,
    });
  });

  test('keeps the expiry, and is omitted if the expected expiry differs', async () => {
    const token = await enrolled(2_000_000_000);
    const expecting = (end: number | null) => ({
      token,
      photos: three(),
      expectedExpiresAt: end === null ? null : epochSec(end),
    });
    const { renewed } = await newer().verify(request(expecting(2_000_000_000)));
    expect(renewed).toMatchObject({ expiresAt: 2_000_000_000 });
    for (const end of [2_000_000_001, null]) {
      const refused = { matched: false, renewed: null };
      expect(await newer().verify(request(expecting(end)))).toMatchObject(refused);
      expect(await newer().score(request(expecting(end)))).toMatchObject({ matched: false, score: null });
    }
  });

  test('moves a token of an older engine, which still opens, to the newest engine', async () => {
    // The parameters as they were before the current engine.
    const former = { ...parameters, current: parameters.engines.get(1)! };
    const { token } = await enrol(verifierWith({ parameters: former }));
    expect(parseToken(token).fields.engine).toBe(1);
    const verifier = verifierWith();
    const one = await verifier.verify(request({ token, photos: [drawPhoto('Ada', 2)] }));
    expect(one).toMatchObject({ matched: true, renewed: null });
    const { renewed } = await verifier.verify(request({ token, photos: three() }));
    expect(parseToken(renewed!.token).fields).toMatchObject({ engine: currentEngine, photos: 3 });
    expect(await verifier.verify(request({ token: renewed!.token }))).toMatchObject({ matched: true, renewed: null });
  });

  test('keeps the user secret', async () => {
    const secret = new UserSecret('horse');
    const { token } = await verifierWith().enrol({
      photos: three(),
      binding,
      secret,
      expiresAt: null,
      share: testShare,
    });
    const verifier = newer();
    const { renewed } = await verifier.verify(request({ token, secret, photos: three() }));
    expect(await verifier.verify(request({ token: renewed!.token }))).toMatchObject({ matched: false });
    expect(await verifier.verify(request({ token: renewed!.token, secret }))).toMatchObject({ matched: true });
  });

  test.each([
    ['a check with two photos', () => ({ photos: three().slice(1) }), true],
    ['a caller that does not allow renewal', () => ({ photos: three(), allowRenewal: false }), true],
    ['an impostor', () => ({ photos: [1, 2, 3].map((shot) => drawPhoto('Bob', shot)) }), false],
  ])('is omitted for %s', async (_name, change, matched) => {
    const verdict = await newer().verify(request({ token: await enrolled(), ...change() }));
    expect(verdict).toMatchObject({ matched, renewed: null });
  });
});

describe('a match is returned without renewal', () => {
  const { levels } = parameters.current;

  test('if the newest key is unavailable; the next check renews the token', async () => {
    const { token } = await enrol(verifierWith());
    const both = createKeysInMemory(first, second);
    let answers = false;
    const mac: Keys['mac'] = async (version, message) => {
      if (version === 2 && !answers) throw new FaceError('key_service_unavailable');
      return both.mac(version, message);
    };
    const verifier = verifierWith({ keys: { ...both, mac } });
    const unrenewed = await verifier.verify(request({ token, photos: three() }));
    expect(unrenewed).toMatchObject({ matched: true, renewed: null });
    answers = true;
    const { renewed } = await verifier.verify(request({ token, photos: three() }));
    expect(parseToken(renewed!.token).fields).toMatchObject({ keyVersion: 2 });
  });

  test.each([
    ['are unclear', { leastClearness: 3.8 }],
    ['differ too much', { alikeCosines: { enrolled: 0.99, shown: 0.25 } }],
    ['are too few for the level', { levels: { ...levels, 4: { ...levels[4], leastPhotos: 4 } } }],
  ])('if photos could not be enrolled today because they %s', async (_name, stricter) => {
    const { token } = await enrol(verifierWith());
    const now = { ...parameters, current: { ...parameters.current, ...stricter } };
    const verifier = verifierWith({ keys: createKeysInMemory(first, second), parameters: now });
    await expect(enrol(verifier, three())).rejects.toMatchObject({ code: expect.stringMatching(/^(face|photo)_/) });
    expect(await verifier.verify(request({ token, photos: three() }))).toMatchObject({ matched: true, renewed: null });
  });
});

describe('a custom engine', () => {
  const builtIn = parameters.current;
  const own = { ...builtIn, id: 128, name: 'own-128-0', recogniser: 'a', leastClearness: 10 };
  const other = { ...builtIn, id: 200, name: 'own-200-0', recogniser: 'b', leastClearness: 10 };
  /** With that engine current, and those next to it. */
  const verifierOf = (current: number | null, beside: readonly EngineParameters[] = [own, other]) =>
    verifierWith({
      engine: createSimulatedEngine(['a', 'b']),
      parameters: withOwnEngines(parameters, beside, current),
    });
  const engineOf = (sealed: { token: SealedToken } | null) => parseToken(sealed!.token).fields.engine;

  test('seals tokens with its number and its own model, and opens them', async () => {
    const sealed = await enrol(verifierOf(128), three());
    expect([engineOf(sealed), sealed.engine]).toEqual([128, 'own-128-0']);
    const { token } = sealed;
    expect(await verifierOf(128).verify(request({ token }))).toMatchObject({ matched: true, renewed: null });
    expect(await verifierOf(128).verify(request({ token, photos: [drawPhoto('Bob', 1)] }))).toMatchObject({
      matched: false,
    });
    // The same token, seen through another model.
    const mistaken = verifierOf(128, [{ ...own, recogniser: 'b' }]);
    expect(await mistaken.verify(request({ token }))).toMatchObject({ matched: false });
  });

  test.each([
    ['built-in to custom', null, 128],
    ['custom to custom', 128, 200],
    ['custom to built-in', 200, null],
  ])(
    'after a change from %s, earlier tokens open and a check with three photos renews them',
    async (_name, from, to) => {
      const { token } = await enrol(verifierOf(from));
      const verifier = verifierOf(to);
      expect(await verifier.verify(request({ token }))).toMatchObject({ matched: true, renewed: null });
      const { renewed } = await verifier.verify(request({ token, photos: three() }));
      expect(engineOf(renewed)).toBe(to ?? builtIn.id);
      const again = await verifier.verify(request({ token: renewed!.token, photos: three() }));
      expect(again).toMatchObject({ matched: true, renewed: null });
      const back = await verifierOf(from).verify(request({ token: renewed!.token, photos: three() }));
      expect(engineOf(back.renewed)).toBe(from ?? builtIn.id);
    },
  );

  test('must be installed: otherwise its tokens are refused with token_key_retired', async () => {
    const { token } = await enrol(verifierOf(200));
    const lacking = verifierOf(128, [own]);
    expect(lacking.identify(token).tokenId).toBe(verifierOf(200).identify(token).tokenId);
    await expect(lacking.verify(request({ token }))).rejects.toMatchObject({ code: 'token_key_retired' });
    await expect(lacking.verify(request({ token, photos: [drawWall()] }))).rejects.toMatchObject({ code: 'face_none' });
  });

  test('has its embeddings zeroed, as those of all other models', async () => {
    const engine = createWatchedEngine(['a', 'b']);
    const verifier = verifierWith({ engine, parameters: withOwnEngines(parameters, [own, other], 128) });
    const { token } = await enrol(verifier, three());
    await verifier.verify(request({ token }));
    await verifier.match(drawPhoto('Ada', 1), [drawPhoto('Bob', 1)], 4, testShare);
    expect(engine.given.flatMap((each) => each.own)).toHaveLength(12);
    expect(areWiped(engine.given)).toBe(true);
  });

  test('an accuracy level that is not offered is refused at enrolment, and older tokens at that level still open', async () => {
    const { token } = await enrol(verifierOf(null));
    const levels = { ...own.levels, 4: { ...own.levels[4], isOffered: false } };
    const verifier = verifierOf(128, [{ ...own, levels }]);
    await expect(enrol(verifier, three())).rejects.toMatchObject({ code: 'accuracy_not_offered' });
    expect(await verifier.verify(request({ token, photos: three() }))).toMatchObject({ matched: true, renewed: null });
  });
});

test('a photo without a face is reported before a retired key', async () => {
  const { token } = await enrol(verifierWith());
  const retired = verifierWith({ keys: createKeysInMemory(null, second) });
  await expect(retired.verify(request({ token, photos: [drawWall()] }))).rejects.toMatchObject({ code: 'face_none' });
  await expect(retired.verify(request({ token }))).rejects.toMatchObject({ code: 'token_key_retired' });
});
