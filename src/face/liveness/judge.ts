import type { CapturedFrame, LivenessJudge, Measurement } from '../../core/ports.js';
import { type Pose, toPoses } from '../../core/poses.js';
import { FaceError } from '../../errors.js';
import type { Engine } from '../engine/engine.js';
import { type NoiseResidual, pixelsOfBlock } from '../engine/frame-traces.js';
import { measure, measureJudges } from '../verifier/screening.js';
import { findLight, type LitFrame, type LitPair, toLeastAlike } from './light.js';
import {
  analyzeFrame,
  analyzeSamePose,
  hintFor,
  type Measured,
  measureAlike,
  measureFrames,
  measureLight,
  measureRefusal,
  type SeenFrame,
} from './signals.js';

/*
 * Quantization tables of JPEG files. The capture page encodes all frames with the same tables; injected files often
 * have others.
 */

/** 64 steps in the order of the file. A file's first table is for luminance. */
type QuantisationTable = readonly number[];

const marker = { start: 0xd8, tables: 0xdb, scan: 0xda, end: 0xd9 } as const;
const stepsOfTable = 64;

/** Maximum of segments searched. Files have a handful before the pixels. */
const segmentsRead = 64;

/**
 * Reads the quantization tables.
 * @returns no tables if the file is truncated or not a JPEG
 * @see ISO/IEC 10918-1, B.2.4.1
 */
export function readQuantisation(bytes: Uint8Array): readonly QuantisationTable[] {
  if (bytes[0] !== 0xff || bytes[1] !== marker.start) return [];
  const tables: QuantisationTable[] = [];
  for (let at = 2, segment = 0; segment < segmentsRead && at + 4 <= bytes.length; segment += 1) {
    const code = bytes[at + 1];
    if (bytes[at] !== 0xff || code === marker.scan || code === marker.end) break;
    const length = bytes[at + 2] * 256 + bytes[at + 3];
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) break;
    if (code === marker.tables) tables.push(...readTables(bytes.subarray(at + 4, end)));
    at = end;
  }
  return tables;
}

function readTables(segment: Uint8Array): QuantisationTable[] {
  const tables: QuantisationTable[] = [];
  for (let at = 0; at < segment.length; ) {
    const width = segment[at] >> 4 === 0 ? 1 : 2;
    const end = at + 1 + width * stepsOfTable;
    if (end > segment.length) break;
    const steps = segment.subarray(at + 1, end);
    tables.push(
      Array.from({ length: stepsOfTable }, (_, step) =>
        width === 1 ? steps[step] : steps[2 * step] * 256 + steps[2 * step + 1],
      ),
    );
    at = end;
  }
  return tables;
}

/** Sum of the standard's example table, which most encoders scale (ISO/IEC 10918-1, table K.1). */
const sumAtHalf = 3688;

/** Returns the libjpeg quality, 1 to 100, with the same mean quantization as a luminance table. */
export function toQuality(table: QuantisationTable): number {
  const percent = (100 * table.reduce((sum, step) => sum + step, 0)) / sumAtHalf;
  const quality = percent <= 100 ? (200 - percent) / 2 : 5000 / percent;
  return Math.max(1, Math.min(100, Math.round(quality)));
}

/*
 * Traces that camera and encoder leave in files and noise. They are only recorded, because an attacker controls all of
 * them.
 */

const unbounded = { atLeast: null, atMost: null };

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function measureFiles(frames: readonly Pick<CapturedFrame, 'photo'>[]): Measurement[] {
  const files = frames.map(({ photo }) => photo.use(readQuantisation)).filter(({ length }) => length > 0);
  if (files.length === 0) return [];
  const kinds = new Set(files.map((tables) => JSON.stringify(tables)));
  const qualities = files.map(([brightness]) => toQuality(brightness));
  return [
    measure('jpeg_quality', meanOf(qualities), 'quality', unbounded),
    measure('jpeg_tables', kinds.size, 'count', unbounded),
  ];
}

/**
 * Returns how much of the noise repeats in the next frame: 0 for a camera, 1 for identical pixels. The result is the
 * median of the blocks, because some blocks contain movement or texture.
 */
function toRepeated(one: NoiseResidual, next: NoiseResidual): number {
  const blocks = Array.from({ length: one.signs.length / pixelsOfBlock }, (_, block) => {
    const from = block * pixelsOfBlock;
    const agreeing = one.signs
      .subarray(from, from + pixelsOfBlock)
      .filter((sign, at) => sign === next.signs[from + at]);
    return (2 * agreeing.length) / pixelsOfBlock - 1;
  });
  return blocks.sort((a, b) => a - b)[blocks.length / 2];
}

function measureNoises(noises: readonly NoiseResidual[]): Measurement[] {
  if (noises.length === 0) return [];
  const channels = (['red', 'green', 'blue'] as const).map((channel) =>
    measure(`noise_${channel}`, meanOf(noises.map((noise) => noise[channel])), 'grey', unbounded),
  );
  if (noises.length === 1) return channels;
  const repeated = noises.slice(1).map((next, at) => toRepeated(noises[at], next));
  return [...channels, measure('noise_repeated', meanOf(repeated), 'correlation', unbounded)];
}

const measureTraces = (frames: readonly CapturedFrame[], seen: readonly SeenFrame[]): readonly Measurement[] => [
  ...measureFiles(frames),
  ...measureNoises(seen.map(({ noise }) => noise)),
  ...measureJudges(seen.map(({ judgeScores }) => judgeScores)),
];

interface SeenPose {
  readonly shown: SeenFrame;
  /** Frames under screen light: split screens first, then the second color. Empty without light. */
  readonly lit: readonly LitFrame[];
}

/** Creates the judge, which decides by the content of the pictures. docs/liveness.md lists the attacks it stops. */
export function createMovementJudge({ engine }: { readonly engine: Engine }): LivenessJudge {
  return {
    async judge(frames, share) {
      const poses = toPoses(frames);
      const seen: SeenPose[] = [];
      const kept: { wipe(): void }[] = [];
      const look = async (pose: Pose<CapturedFrame>): Promise<SeenPose> => {
        const shown = await analyzeFrame(engine, pose.shown, share);
        kept.push(shown.embedding, shown.texture, { wipe: () => shown.noise.signs.fill(0) });
        const others = await Promise.allSettled(
          [...pose.halves, ...(pose.after === null ? [] : [pose.after])].map(async ({ photo, light }) => {
            const again = await analyzeSamePose(engine, photo, shown.box, share);
            kept.push(again.texture);
            return light === null ? [] : [{ ...again, light }];
          }),
        );
        const lit = others.flatMap((other) => {
          if (other.status === 'rejected') throw other.reason;
          return other.value;
        });
        return { shown, lit };
      };
      try {
        // All are awaited, so that every embedding can be wiped.
        const looks = await Promise.allSettled(poses.map(look));
        const reasons = looks.map((each) => (each.status === 'rejected' ? each.reason : null));
        // After a refusal, the remaining pictures of a pose have the same error object, which is reported once.
        const refused = reasons.flatMap((reason: unknown, index) =>
          reason === null || reasons.indexOf(reason) < index ? [] : [measureRefusal(reason, index)],
        );
        seen.push(...looks.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
        const measured =
          refused.length > 0
            ? refused
            : [...measureFrames(seen.map(({ shown }) => shown)), ...measurePoses(poses, seen)];
        const failed = measured.filter(({ measurement }) => !measurement.pass);
        return {
          presence: frames.some(({ light }) => light !== null) ? 'light-1' : 'movement-1',
          pass: failed.length === 0,
          reasons: failed.map(({ measurement }) => measurement.name),
          measurements: [
            ...measured.map(({ measurement }) => measurement),
            ...measureTraces(
              frames,
              seen.map(({ shown }) => shown),
            ),
          ],
          liveness: measured.find(({ measurement }) => measurement.name === 'passive')?.measurement.value ?? 0,
          hint: hintFor(failed),
        };
      } finally {
        for (const each of kept) each.wipe();
      }
    },
  };
}

function measurePoses(poses: readonly Pose<CapturedFrame>[], seen: readonly SeenPose[]): readonly Measured[] {
  const lit = seen.flatMap(({ shown, lit: others }, at) => {
    const light = poses[at]?.shown.light ?? null;
    return light === null ? [] : [{ shown: { ...shown, light }, others }];
  });
  const pairs = lit.flatMap(({ shown, others }): LitPair[] => {
    const after = others.at(-1);
    return after === undefined ? [] : [[shown, after]];
  });
  if (lit.length === 0) return [];
  const [first, second, ...rest] = lit[0]?.others ?? [];
  if (first === undefined || second === undefined || rest.length === 0 || pairs.length < seen.length)
    throw new FaceError('internal', { problem: 'a light challenge without all its pictures' });
  return [
    ...lit.map(({ shown, others }, at) => measureAlike(toLeastAlike(shown, others), at)),
    ...measureLight(findLight(pairs, [first, second])),
  ];
}
