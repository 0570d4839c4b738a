import { z } from 'zod';
import { faceErrorCodes } from '../../errors.js';
import { recogniserGuard } from './embed.js';
import { lightRegions } from './light.js';
import { judgeSourceGuard } from './passive-model.js';
import type { LevelTable } from './runtime.js';

/*
 * The model runtime aborts the process if a thread ends during a run, and a core file may contain photos. On exit, the
 * process therefore waits for running jobs.
 */

const idle = 0;
const busy = 1;
const stopped = 2;

export type BusyFlag = Int32Array<SharedArrayBuffer>;

const busyFlagGuard = z.custom<BusyFlag>(
  (value) => value instanceof Int32Array && value.buffer instanceof SharedArrayBuffer && value.length === 1,
);

const levelTableGuard = z.custom<LevelTable>(
  (value) => value instanceof Int32Array && value.buffer instanceof SharedArrayBuffer,
);

export const createBusyFlag = (): BusyFlag => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

export const markBusy = (flag: BusyFlag): boolean => Atomics.compareExchange(flag, 0, idle, busy) === idle;

export function markIdle(flag: BusyFlag): void {
  Atomics.store(flag, 0, idle);
  Atomics.notify(flag, 0);
}

/** Blocks until the running job ends or the timeout passes, and prevents new jobs. */
export function stopJobs(flag: BusyFlag, timeoutMs: number): void {
  Atomics.wait(flag, 0, busy, timeoutMs);
  Atomics.compareExchange(flag, 0, idle, stopped);
}

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
const photo = z.instanceof(Uint8Array);
const box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });

/** A job for a worker. The photo's bytes are transferred to the worker. */
export const jobGuard = z.discriminatedUnion('task', [
  z.object({ task: z.literal('detect'), photo }),
  z.object({ task: z.literal('examine'), photo, signals: z.array(signal), choice: z.enum(['only', 'central']) }),
  z.object({ task: z.literal('examine_again'), photo, signals: z.array(signal), near: box }),
  z.object({ task: z.literal('close') }),
]);
export type Job = z.infer<typeof jobGuard>;
export type PhotoJob = Exclude<Job, { task: 'close' }>;

const face = z.object({ box, confidence: z.number() });
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

const detectionGuard = z.object({ widthPx: z.number(), heightPx: z.number(), faces: z.array(face).readonly() });
export const faceAnalysisGuard = z.object({
  face,
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

export const workerDataGuard = z.object({
  modelsFolder: z.string(),
  recognisers: z.array(recogniserGuard).readonly(),
  judges: z.array(judgeSourceGuard).readonly(),
  levels: levelTableGuard,
  flag: busyFlagGuard,
});
export type WorkerData = z.input<typeof workerDataGuard>;
