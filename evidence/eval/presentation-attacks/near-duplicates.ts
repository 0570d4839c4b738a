import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { sketchBands } from '../../../src/core/ports.js';
import { alikeBands } from '../../../src/enrolment/earlier-frames.js';
import type { Json } from '../../../src/errors.js';
import { decode, readHeader, toReduction } from '../../../src/face/engine/decode.js';
import { sketchOf } from '../../../src/face/engine/frame-traces.js';
import { hasPresentations, presentationsFolder } from '../../../support/data/recorded-presentations.js';
import { BadInput, type Half, toHalf } from '../../measure/corpus/corpus.js';
import { type EvalProgram, keepFigures, type PrintLine } from '../../measure/program.js';
import { rateByPerson } from '../../measure/statistics/clustered-rate.js';
import { mapConcurrently } from './heads.js';
import { rateAsJson } from './presentation-rates.js';

/*
 * Measures whether copies of a frame can be distinguished from later pictures of the same person and place. Parameters
 * were chosen on one half of the people.
 */

interface Sitting {
  readonly name: string;
  readonly person: string;
  readonly pictures: readonly { readonly file: string; readonly atMs: number }[];
}

/** Minimum time until a person's next attempt. */
const laterMs = 1000;

/**
 * Interval assumed between the webcam pictures of the NUAA data set. Their names have the picture's number and no time.
 */
const stillMs = 50;

const copiedEvery = 5;

type Size = { readonly width: number; readonly height: number };

const resized =
  (share: number) =>
  (picture: Sharp, { width }: Size) =>
    picture.resize(Math.round(width * share));
const brighter = (factor: number) => (picture: Sharp) => picture.linear(factor, 0);
const cut =
  (share: number) =>
  (picture: Sharp, { width, height }: Size) =>
    picture.extract({
      left: Math.round(width * share),
      top: Math.round(height * share),
      width: Math.round(width * (1 - 2 * share)),
      height: Math.round(height * (1 - 2 * share)),
    });

/** Changes of a copy. It is stored as JPEG with quality 85, unless the name has another. */
const ways: Readonly<Record<string, (picture: Sharp, size: Size) => Sharp>> = {
  ...Object.fromEntries(
    [95, 85, 75, 60].map((quality) => [`JPEG ${quality}`, (picture: Sharp) => picture.jpeg({ quality })]),
  ),
  'half size': resized(0.5),
  '3/4 size': resized(0.75),
  'double size': resized(2),
  'brightness × 0.8': brighter(0.8),
  'brightness × 1.1': brighter(1.1),
  'brightness × 1.25': brighter(1.25),
  tinted: (picture) => picture.linear([1.15, 1, 0.85], [0, 0, 0]),
  blurred: (picture) => picture.blur(1.2),
  mirrored: (picture) => picture.flop(),
  'cut by 0.5 % a side': cut(0.005),
  'cut by 1 % a side': cut(0.01),
  'cut by 2 % a side': cut(0.02),
};

/**
 * Reads every `live/<clip>/…<milliseconds>ms.jpg` and `live/<person>_…_<sitting>_<number>.jpg` of a folder.
 * @throws BadInput
 */
async function readSittings(folder: string): Promise<readonly Sitting[]> {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.replaceAll('\\', '/')).sort();
  const sittings = new Map<string, { person: string; pictures: { file: string; atMs: number }[] }>();
  for (const name of names) {
    const [, clip, time] = /(?:^|\/)live\/([^/]+)\/[^/]*?(\d+)ms\.jpe?g$/i.exec(name) ?? [];
    const [, still, sitting, number] = /(?:^|\/)live\/([^/_]+)_(?:[^/_]+_)*?([^/_]+)_(\d+)\.jpe?g$/i.exec(name) ?? [];
    const person = clip ?? still;
    if (person === undefined) continue;
    const key = clip ?? `${still} ${sitting}`;
    const found = sittings.get(key) ?? { person, pictures: [] };
    found.pictures.push({ file: join(folder, name), atMs: Number(time ?? Number(number) * stillMs) });
    sittings.set(key, found);
  }
  if (sittings.size === 0) throw new BadInput(`${folder} contains no picture of a seated person`);
  return [...sittings].map(([name, found]) => ({ name, ...found }));
}

async function sketch(bytes: Uint8Array): Promise<Uint8Array> {
  const header = await readHeader(bytes);
  return sketchOf(await decode(bytes, header, toReduction(header), null));
}

function countAlike(one: Uint8Array, other: Uint8Array): number {
  const half = one.length / 2;
  const band = half / sketchBands;
  const count = (from: number): number =>
    Array.from({ length: sketchBands }, (_, at) => at * band).filter((at) =>
      one.subarray(from + at, from + at + band).every((step, place) => step === other[at + place]),
    ).length;
  return Math.max(count(0), count(half));
}

interface Pair {
  readonly person: string;
  readonly alike: number;
}

async function comparePictures({ person, pictures }: Sitting) {
  const seen = await mapConcurrently(pictures, async ({ file, atMs }) => {
    const bytes = await readFile(file);
    return { bytes, atMs, sketch: await sketch(bytes) };
  });
  const later: Pair[] = seen.flatMap((one, at) =>
    seen
      .slice(at + 1)
      .filter((other) => Math.abs(other.atMs - one.atMs) >= laterMs)
      .map((other) => ({ person, alike: countAlike(other.sketch, one.sketch) })),
  );
  const copied = seen.filter((_, at) => at % copiedEvery === 0);
  const copies = await mapConcurrently(copied, async ({ bytes, sketch: original }) => {
    const { width, height } = await sharp(bytes)
      .autoOrient()
      .toBuffer({ resolveWithObject: true })
      .then(({ info }) => info);
    const made: Record<string, Pair> = {};
    for (const [way, change] of Object.entries(ways)) {
      const jpeg = sharp(bytes).autoOrient().jpeg({ quality: 85 });
      const copy = await change(jpeg, { width, height }).toBuffer();
      made[way] = { person, alike: countAlike(await sketch(copy), original) };
    }
    return made;
  });
  return { person, later, copies };
}

const isFound = ({ person, alike }: Pair) => ({ person, hit: alike >= alikeBands });

function toRow(half: Half, what: string, pairs: readonly Pair[]): Json {
  const counts = pairs.map(({ alike }) => alike).sort((one, other) => one - other);
  const at = (share: number): number => counts[Math.min(counts.length - 1, Math.floor(share * counts.length))] ?? 0;
  const agree = { least: at(0), tenth: at(0.1), median: at(0.5), most: at(1) };
  return { half, what, taken: rateAsJson(rateByPerson(pairs.map(isFound))), bandsThatAgree: agree };
}

async function measure(folders: readonly string[], say: PrintLine, out: string | null) {
  const sittings = (await Promise.all(folders.map(readSittings))).flat();
  const compared: Awaited<ReturnType<typeof comparePictures>>[] = [];
  for (const sitting of sittings) {
    say(`${sitting.name}: ${sitting.pictures.length} pictures`);
    compared.push(await comparePictures(sitting));
  }
  const rows = (['fit', 'judge'] as const).flatMap((half) => {
    const own = compared.filter(({ person }) => toHalf(person) === half);
    const copies = own.flatMap((each) => each.copies);
    return [
      toRow(
        half,
        'another picture, a second later or more',
        own.flatMap(({ later }) => later),
      ),
      ...Object.keys(ways).map((way) =>
        toRow(
          half,
          `a copy: ${way}`,
          copies.map((made) => made[way]),
        ),
      ),
    ];
  });
  const figures = { bands: sketchBands, alikeBands, takenForCopies: rows };
  await keepFigures(out, 'near-duplicates', figures);
  return figures;
}

export const nearDuplicates: EvalProgram = {
  about: 'how often a copy of a frame, and how often the next picture of the person, is taken for the frame',
  runOn: measure,
  async run(say, out) {
    if (!hasPresentations) throw new BadInput('No recorded people. Pass their folder: --data DIR');
    return measure([presentationsFolder], say, out);
  },
};
