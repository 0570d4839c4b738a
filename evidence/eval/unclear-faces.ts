import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type OutputInfo } from 'sharp';
import { createPipeline, type Pipeline } from '../../src/face/engine/pipeline.js';
import { isUncovered } from '../../src/face/engine/quality.js';
import { facesFolder } from '../../support/data/faces.js';
import { parameters } from '../../support/data/parameters.js';
import { modelsFolder } from '../../support/run/paths.js';
import type { EvalProgram, PrintLine } from '../measure/program.js';

interface Pixels {
  readonly data: Buffer;
  readonly info: OutputInfo;
}
type Points = readonly { readonly x: number; readonly y: number }[];

const within = (value: number, size: number): number => Math.min(size, Math.max(0, Math.round(value)));

/** Covers what the points span, with a margin, in gray. */
function cover({ data, info: { width, height, channels } }: Pixels, points: Points, margin: number): void {
  const from = within(Math.min(...points.map(({ x }) => x)) - margin, width);
  const to = within(Math.max(...points.map(({ x }) => x)) + margin, width);
  const bottom = within(Math.max(...points.map(({ y }) => y)) + margin, height);
  for (let y = within(Math.min(...points.map(({ y }) => y)) - margin, height); y < bottom; y += 1)
    data.fill(0x30, channels * (y * width + from), channels * (y * width + to));
}

/** Averages each pixel with those next to it, as a movement does. */
function blur({ data, info: { width, height, channels } }: Pixels, lengthPx: number): void {
  const sharpData = Buffer.from(data);
  const reach = Math.round(lengthPx / 2);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = 0;
        for (let other = x - reach; other <= x + reach; other += 1)
          sum += sharpData[channels * (y * width + Math.min(width - 1, Math.max(0, other))) + channel] ?? 0;
        data[channels * (y * width + x) + channel] = Math.round(sum / (2 * reach + 1));
      }
}

const kinds: Readonly<Record<string, (pixels: Pixels, landmarks: Points, faceWidthPx: number) => void>> = {
  clean: () => {},
  barOverEyes: (pixels, landmarks, width) => cover(pixels, landmarks.slice(36, 48), 0.08 * width),
  mask: (pixels, landmarks) => cover(pixels, [...landmarks.slice(3, 14), ...landmarks.slice(29, 31)], 0),
  motionBlur15: (pixels, _, width) => blur(pixels, 0.15 * width),
  motionBlur20: (pixels, _, width) => blur(pixels, 0.2 * width),
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
    for (const [kind, change] of Object.entries(kinds)) {
      const pixels = await sharp(photo).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      change(pixels, seen.landmarks, seen.quality.faceWidthPx);
      const found = await judge(
        pipeline,
        await sharp(pixels.data, { raw: pixels.info }).jpeg({ quality: 92 }).toBuffer(),
      );
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
