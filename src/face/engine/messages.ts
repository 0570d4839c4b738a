import { z } from 'zod';
import { boxGuard, detectedFaceGuard, detectionGuard } from '../../core/face.js';
import { maxPhotoBytes } from '../../core/secrets.js';
import { faceErrorCodes, photoCodes } from '../../errors.js';
import { recogniserGuard } from './embed.js';
import { lightRegions } from './light.js';
import { judgeSourceGuard } from './passive-model.js';
import type { LevelTable } from './runtime.js';

const levelTableGuard = z.custom<LevelTable>(
  (value) => value instanceof Int32Array && value.buffer instanceof SharedArrayBuffer,
);

const signal = z.enum([
  'embedding',
  'magnitude',
  'pose',
  'liveness',
  'eyes',
  'quality',
  'landmarks',
  'light',
  'sketch',
]);
const photo = z.instanceof<typeof Uint8Array<ArrayBuffer>>(Uint8Array);

const setupGuard = z.object({
  modelsFolder: z.string(),
  recognisers: z.array(recogniserGuard).readonly(),
  judges: z.array(judgeSourceGuard).readonly(),
  /** Number of models that each worker opens. */
  models: z.int().positive(),
});
export type PresenceSetup = z.output<typeof setupGuard>;

/** How the photo was encrypted, `null` if it was not. The process decrypts it before a worker receives it. */
const encryption = z.object({ contentKey: z.string(), context: z.string() }).nullable();
const ofPhoto = { photo, encryption };

/** A job for a worker. The photo's bytes are transferred to the worker. */
export const jobGuard = z.discriminatedUnion('task', [
  z.object({ task: z.literal('detect'), ...ofPhoto }),
  z.object({ task: z.literal('describe'), ...ofPhoto }),
  z.object({ task: z.literal('examine'), ...ofPhoto, signals: z.array(signal), choice: z.enum(['only', 'central']) }),
  z.object({ task: z.literal('examine_again'), ...ofPhoto, signals: z.array(signal), near: boxGuard }),
  z.object({ task: z.literal('close') }),
]);
export type Job = z.infer<typeof jobGuard>;
export type PhotoJob = Exclude<Job, { task: 'close' }>;

/** A job for one worker of the process that parses pictures, or a request to the process itself. */
export const requestGuard = z.object({
  slot: z.int(),
  job: z.union([
    jobGuard,
    z.object({ task: z.literal('open'), setup: setupGuard }),
    z.object({ task: z.literal('probe') }),
    z.object({ task: z.literal('tell_key') }),
  ]),
});
export type Request = z.input<typeof requestGuard>;
export const requestBounds = { mostText: 1024 * 1024, mostBytes: maxPhotoBytes + 1024 } as const;

const pose = z.object({ yawDeg: z.number(), pitchDeg: z.number(), rollDeg: z.number() });
const point = z.object({ x: z.number(), y: z.number() });
const quality = z.object({
  faceWidthPx: z.number(),
  eyeDistancePx: z.number(),
  sharpness: z.number(),
  brightness: z.number(),
  contrast: z.number(),
});

const rgb = z.tuple([z.number(), z.number(), z.number()]).readonly();
const light = z.object({
  regions: z.record(z.enum(lightRegions), rgb.nullable()),
  background: rgb.nullable(),
  tones: z.array(rgb).readonly(),
});

export const faceAnalysisGuard = z.object({
  face: detectedFaceGuard,
  embedding: z.instanceof(Float32Array).nullable(),
  own: z
    .array(z.object({ recogniser: z.string(), embedding: z.instanceof(Float32Array), magnitude: z.number() }))
    .readonly(),
  magnitude: z.number().nullable(),
  pose: pose.nullable(),
  liveness: z.number().nullable(),
  judgeScores: z.array(z.object({ judge: z.string(), probability: z.number() })).readonly(),
  eyesOpen: z.number().nullable(),
  quality: quality.nullable(),
  landmarks: z.array(point).readonly().nullable(),
  light: light.nullable(),
  texture: z.instanceof(Float32Array).nullable(),
  sketch: z.instanceof(Uint8Array).nullable(),
});

export const replyGuard = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('ready'),
    runtime: z.object({ name: z.string(), standsInBecause: z.string().nullable() }),
  }),
  z.object({ outcome: z.literal('key'), publicKey: z.string() }),
  z.object({
    outcome: z.literal('described'),
    digest: z.string(),
    widthPx: z.number(),
    heightPx: z.number(),
    refusal: z.enum(photoCodes).nullable(),
  }),
  z.object({ outcome: z.literal('detected'), value: detectionGuard }),
  z.object({ outcome: z.literal('examined'), value: faceAnalysisGuard }),
  z.object({
    outcome: z.literal('refused'),
    code: z.enum(faceErrorCodes),
    detail: z.record(z.string(), z.union([z.string(), z.number()])).nullable(),
    tookMs: z.number().nonnegative(),
  }),
]);
export type Reply = z.infer<typeof replyGuard>;

/** What one worker answers, or that it has ended. Larger answers end the process. */
export const answerGuard = z.object({
  slot: z.int(),
  reply: z.union([replyGuard, z.object({ outcome: z.literal('gone') })]),
});
export const replyBounds = { mostText: 256 * 1024, mostBytes: 256 * 1024 } as const;

export const workerDataGuard = setupGuard.omit({ models: true }).extend({ levels: levelTableGuard });
export type WorkerData = z.input<typeof workerDataGuard>;
