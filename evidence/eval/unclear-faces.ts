import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { createPipeline, type Pipeline } from '../../src/face/engine/pipeline.js';
import { isUncovered } from '../../src/face/engine/quality.js';
import { facesFolder } from '../../support/data/faces.js';
import { parameters } from '../../support/data/parameters.js';
import { modelsFolder } from '../../support/run/paths.js';
import type { EvalProgram, PrintLine } from '../measure/program.js';

interface Seen {
  readonly size: { readonly width: number; readonly height: number };
  readonly landmarks: readonly { readonly x: number; readonly y: number }[];
  readonly faceWidthPx: number;
}

/** Covers what the points span, with a margin, in gray. */
function cover(photo: Sharp, size: Seen['size'], points: Seen['landmarks'], margin: number): Sharp {
  const span = (axis: 'x' | 'y', most: number) => {
    const values = points.map((point) => point[axis]);
    const [from, to] = [Math.min(...values) - margin, Math.max(...values) + margin].map((value) =>
      Math.min(most, Math.max(0, Math.round(value))),
    );
    return { from, length: to - from };
  };
  const across = span('x', size.width);
  const down = span('y', size.height);
  const bar = { width: across.length, height: down.length, channels: 3, background: '#303030' } as const;
  return photo.composite([{ input: { create: bar }, left: across.from, top: down.from }]);
}

/** Averages each pixel with those next to it, as a movement does. */
function blur(photo: Sharp, lengthPx: number): Sharp {
  const width = 2 * Math.round(lengthPx / 2) + 1;
  const kernel = [0, 1, 0].flatMap((weight) => Array<number>(width).fill(weight));
  return photo.convolve({ width, height: 3, kernel });
}

const kinds: Readonly<Record<string, (photo: Sharp, seen: Seen) => Sharp>> = {
  clean: (photo) => photo,
  barOverEyes: (photo, { size, landmarks, faceWidthPx }) =>
    cover(photo, size, landmarks.slice(36, 48), 0.08 * faceWidthPx),
  mask: (photo, { size, landmarks }) => cover(photo, size, [...landmarks.slice(3, 14), ...landmarks.slice(29, 31)], 0),
  motionBlur15: (photo, { faceWidthPx }) => blur(photo, 0.15 * faceWidthPx),
  motionBlur20: (photo, { faceWidthPx }) => blur(photo, 0.2 * faceWidthPx),
};

/** @returns by which rule the photo is refused: the former one is the magnitude alone */
async function judge(pipeline: Pipeline, photo: Buffer): Promise<{ readonly former: boolean; readonly now: boolean }> {
  const seen = await pipeline.examine(photo, ['magnitude', 'quality', 'eyes'], 'only').catch(() => null);
  if (seen === null) return { former: true, now: true };
  const former = (seen.magnitude ?? 0) < parameters.current.leastClearness;
  return { former, now: former || !isUncovered(seen) };
}

async function measure(folders: readonly string[], say: PrintLine) {
  const photos = folders.flatMap((folder) =>
    readdirSync(folder).flatMap((person) =>
      readdirSync(join(folder, person))
        .filter((name) => !name.startsWith('profile_'))
        .slice(0, 2)
        .map((name) => join(folder, person, name)),
    ),
  );
  const pipeline = await createPipeline(modelsFolder);
  const refused = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, { former: 0, now: 0 }]));
  let judged = 0;
  for (const [at, file] of photos.entries()) {
    if ((at + 1) % 100 === 0) say(`${at + 1} of ${photos.length} photos`);
    const photo = readFileSync(file);
    const seen = await pipeline.examine(photo, ['landmarks', 'quality'], 'only').catch(() => null);
    if (seen?.landmarks == null || seen.quality === null) continue;
    judged += 1;
    const size = await sharp(photo).metadata();
    const { faceWidthPx } = seen.quality;
    for (const [kind, change] of Object.entries(kinds)) {
      const changed = change(sharp(photo).removeAlpha(), { size, landmarks: seen.landmarks, faceWidthPx });
      const found = await judge(pipeline, await changed.jpeg({ quality: 92 }).toBuffer());
      const count = refused[kind];
      if (count === undefined) continue;
      count.former += Number(found.former);
      count.now += Number(found.now);
    }
  }
  await pipeline.close();
  const share = (count: number): number => Number((count / judged).toFixed(3));
  return {
    photos: judged,
    refused: Object.fromEntries(
      Object.entries(refused).map(([kind, { former, now }]) => [kind, { former: share(former), now: share(now) }]),
    ),
  };
}

export const unclearFaces: EvalProgram = {
  about: 'share of clean, covered and blurred photos that are too unclear to enrol; profile_* is left out',
  runOn: measure,
  run: (say) => measure([facesFolder], say),
};
