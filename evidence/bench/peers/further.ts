import { randomBytes } from 'node:crypto';
import { Photo } from '../../../src/core/concealed.js';
import type { Binding } from '../../../src/core/ports.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import { loadParameters } from '../../../src/token/parameters.js';
import { createStretch, publishedCost } from '../../../src/token/stretch.js';
import { createEmbeddedVerifier } from '../../../src/verifier/embedded.js';
import { createKeysInMemory } from '../../../test/keys.js';
import { modelsFolder } from '../../../test/paths.js';
import { testShare } from '../../../test/share.js';
import { quantile, round } from '../measure.js';
import { level } from './facestep.js';
import type { PhotoPair } from './messages.js';

/** What only facestep has: its pool, and the sealed token it is for. Nothing of it is in the ratios. */
export interface FurtherReport {
  /** A hundred pairs by the pool, one worker for each core, all handed in at once. */
  readonly hundredPairsPoolMs: number;
  /** One photo to a sealed token, and another photo against that token; Argon2id, HMAC and all. */
  readonly token: {
    readonly enrolMs: { readonly p50: number; readonly p95: number };
    readonly verifyMs: { readonly p50: number; readonly p95: number };
  };
}

const binding: Binding = { tenant: 'bench', idp: 'api', subject: '', scope: 'bench', accuracy: level };

const toSpread = (times: readonly number[]) => ({ p50: round(quantile(times)), p95: round(quantile(times, 0.95)) });

/** Measures them in this process. @param runs - enrolments and verifications of the timed pair */
export async function measureFacestepFurther(
  [enrolled, live]: PhotoPair,
  pairs: readonly PhotoPair[],
  runs: number,
): Promise<FurtherReport> {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 2 * pairs.length });
  // The pool overwrites what it is given.
  const toPhoto = (bytes: Uint8Array): Photo => new Photo(Uint8Array.from(bytes));
  const embed = async (bytes: Uint8Array) => (await engine.examineCentral(toPhoto(bytes), ['embedding'])).embedding;
  await Promise.all(pairs.slice(0, 4).flat().map(embed));
  const from = performance.now();
  await Promise.all(
    pairs.map(async (pair) => {
      const [a, b] = await Promise.all(pair.map(embed));
      a?.use((one) => b?.use((other) => one.reduce((sum, value, at) => sum + value * other[at], 0)));
    }),
  );
  const poolMs = performance.now() - from;

  const verifier = createEmbeddedVerifier({
    engine,
    parameters: await loadParameters(),
    keys: createKeysInMemory(randomBytes(32)),
    random: (bytes) => randomBytes(bytes),
    stretch: createStretch(publishedCost),
  });
  const [enrolTimes, verifyTimes]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    const { token } = await verifier.enrol({
      photos: [toPhoto(enrolled)],
      binding,
      secret: null,
      expiresAt: null,
      share: testShare,
    });
    const sealed = performance.now();
    const { matched } = await verifier.verify({
      photos: [toPhoto(live)],
      token,
      binding,
      secret: null,
      requireLiveness: false,
      allowRenewal: false,
      share: testShare,
    });
    verifyTimes.push(performance.now() - sealed);
    enrolTimes.push(sealed - start);
    if (!matched) throw new Error('the timed pair did not match');
  }
  await verifier.close();
  return {
    hundredPairsPoolMs: Math.round((poolMs * 100) / pairs.length),
    token: { enrolMs: toSpread(enrolTimes), verifyMs: toSpread(verifyTimes) },
  };
}
