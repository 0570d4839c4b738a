import { createHash } from 'node:crypto';
import { sketchBands } from '../../src/core/ports.js';
import { Embedding, FrameSketch, Photo } from '../../src/core/secrets.js';
import { FaceError, type FaceErrorCode } from '../../src/errors.js';
import type { Engine } from '../../src/face/engine/engine.js';
import { testShare } from '../data/share.js';

/** Cosine of genuine pairs. Impostor pairs have about 0, as with good photos and the real engine. */
const genuineCosine = 0.85;

/** Creates a photo of `person`; `fog` is a face that is not seen clearly. A liveness score below 0.5 looks like a photo of a photo. */
export function drawPhoto(person: string, shot: number, liveness = 0.9): Photo {
  return new Photo(Buffer.from(`face ${person} ${shot} ${liveness}`));
}

/** Pictures that the engine refuses, by the first word of their content. */
const refusals: ReadonlyMap<string, FaceErrorCode> = new Map([
  ['wall', 'face_none'],
  ['crowd', 'face_many'],
  ['speck', 'face_too_small'],
  ['prose', 'photo_invalid'],
]);

export const drawWall = (): Photo => new Photo(Buffer.from('wall'));

/**
 * Creates an engine without models, for tests with thousands of people or without pixels. It replaces only the models:
 * tokens, keys and decisions are real.
 */
export function createSimulatedEngine(recognisers: readonly string[] = []): Engine {
  const look = (photo: Photo): { person: string; shot: string; liveness: number } => {
    const text = photo.use((bytes) => Buffer.from(bytes).toString());
    const [, person, shot, liveness] = /^face (\S+) (\S+) (\S+)$/.exec(text) ?? [];
    if (person === undefined || shot === undefined)
      throw new FaceError(refusals.get(text.split(' ')[0] ?? '') ?? 'face_none');
    return { person, shot, liveness: Number(liveness) };
  };
  const face = { box: { x: 10, y: 10, width: 100, height: 120 }, confidence: 0.99 };
  return {
    isReady: () => true,
    async detect(photo) {
      look(photo);
      return { widthPx: 200, heightPx: 200, faces: [face] };
    },
    async examine(photo, signals) {
      const { person, shot, liveness } = look(photo);
      const wants = (signal: (typeof signals)[number]) => signals.includes(signal);
      return {
        face,
        embedding: wants('embedding') ? new Embedding(toEmbedding(person, shot)) : null,
        own: (wants('embedding') ? recognisers : []).map((recogniser) => ({
          recogniser,
          embedding: new Embedding(toEmbedding(`${person}-${recogniser}`, shot)),
          magnitude: 20,
        })),
        magnitude: wants('embedding') || wants('magnitude') ? (person === 'fog' ? 2.5 : 3.7) : null,
        pose: wants('pose') ? { yawDeg: 0, pitchDeg: -15, rollDeg: 0 } : null,
        liveness: wants('liveness') ? liveness : null,
        judgeScores: [],
        eyesOpen: wants('eyes') ? 0.99 : null,
        quality: wants('quality')
          ? { faceWidthPx: 100, eyeDistancePx: 45, sharpness: 500, brightness: 128, contrast: 50 }
          : null,
        landmarks: wants('landmarks') ? Array.from({ length: 68 }, (_, at) => ({ x: 60, y: 20 + at })) : null,
        light: null,
        texture: null,
        sketch: wants('sketch') ? toSketch(person, shot) : null,
      };
    },
    async examineAgain(photo, signals) {
      return this.examine(photo, signals, testShare);
    },
    async close() {},
  };
}

/**
 * The sketch depends only on person and shot. A photo that differs only in its liveness score counts as the same
 * picture in different bytes.
 */
function toSketch(person: string, shot: string): FrameSketch {
  const steps = createHash('shake256', { outputLength: 2 * sketchBands * 4 });
  return new FrameSketch(steps.update(`sketch ${person} ${shot}`).digest());
}

/** Returns a 512-dimensional unit vector that depends mostly on the person and partly on the shot. */
export function toEmbedding(person: string, shot: string | number): Float32Array {
  const own = toNormals(`person ${person}`);
  const noise = toNormals(`shot ${person} ${shot}`);
  const mixed = own.map((value, index) => {
    return Math.sqrt(genuineCosine) * value + Math.sqrt(1 - genuineCosine) * (noise[index] ?? 0);
  });
  const length = Math.hypot(...mixed);
  return Float32Array.from(mixed, (value) => value / length);
}

/** Returns 512 normally distributed numbers from a name (Box–Muller over SHAKE-256). */
function toNormals(name: string): number[] {
  const bytes = createHash('shake256', { outputLength: 512 * 8 })
    .update(name)
    .digest();
  return Array.from({ length: 512 }, (_, index) => {
    const [u, v] = [bytes.readUInt32LE(index * 8), bytes.readUInt32LE(index * 8 + 4)].map(
      (word) => (word + 0.5) / 2 ** 32,
    );
    return Math.sqrt(-2 * Math.log(u ?? 1)) * Math.cos(2 * Math.PI * (v ?? 0));
  });
}
