import sharp from 'sharp';
import { Photo } from '../../src/core/secrets.js';
import { chooseFace, minCompanionShare } from '../../src/face/engine/detect.js';
import type { Picture } from '../../src/face/engine/picture.js';
import { createPipeline } from '../../src/face/engine/pipeline.js';
import {
  qualityBounds as boundsInUse,
  isWithin,
  type QualityMeasure,
  qualityMeasures,
  toMeasures,
} from '../../src/face/engine/quality.js';
import { face, groupsFolder, people } from '../../support/data/faces.js';
import { testShare } from '../../support/data/share.js';
import { modelsFolder } from '../../support/run/paths.js';
import { type EmbeddedPerson, embedPeople, embedSources } from '../corpus/people.js';
import { BadInput, readSources, toHalf, toHalfByPlace } from '../measure/corpus/corpus.js';
import type { EvalProgram } from '../measure/program.js';
import { dot, meanOfMeans, principalDirections, subtract, toMillionths } from '../measure/statistics/directions.js';
import { round } from '../measure/statistics/proportion.js';
import { mapConcurrently, withEngine } from './presentation-attacks/heads.js';

const toFourDecimals = (value: number): number => Number(value.toFixed(4));

export const companions: EvalProgram = {
  about: 'second faces in evaluation photos, by their width as a share of the widest',
  run: (say) =>
    withEngine(async (engine) => {
      const photos = people().flatMap((each) =>
        Array.from({ length: each.photos }, (_, at) => ({ person: each.person, number: at + 1 })),
      );
      const seen = await mapConcurrently(photos, async ({ person, number }, at) => {
        const { faces, widthPx, heightPx } = await engine.detect(new Photo(face(person, number)), testShare);
        if ((at + 1) % 1000 === 0) say(`${at + 1} of ${photos.length} photos`);
        if (faces.length === 0) return null;
        const distances = faces.map(({ box }) =>
          Math.hypot(box.x + box.width / 2 - widthPx / 2, box.y + box.height / 2 - heightPx / 2),
        );
        const share = faces.length > 1 ? faces[1].box.width / faces[0].box.width : 0;
        return { share, isWidestCentral: distances[0] === Math.min(...distances) };
      });
      const found = seen.filter((each) => each !== null);
      return {
        photos: photos.length,
        withoutFace: photos.length - found.length,
        withSecondFace: found.filter(({ share }) => share > 0).length,
        inUse: minCompanionShare,
        shares: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((share) => ({
          share,
          refused: toFourDecimals(found.filter((each) => each.share >= share).length / photos.length),
          takenButNotCentral: found.filter((each) => each.share < share && !each.isWidestCentral).length,
        })),
      };
    }),
};

const widthsPx = [16, 20, 24, 28, 32, 40, 48, 64, 80];
const sampled = 300;
/** Cosine threshold that 1 in 10,000 impostor pairs exceeds (`npm run eval -- --judge all`). */
const threshold = 0.41;

export const faceWidth: EvalProgram = {
  about: 'what narrow faces cost: photos shrunk until the face is so many pixels wide',
  async run(say) {
    const pipeline = await createPipeline(modelsFolder);
    const { stages } = pipeline;
    const read = async (photo: Buffer): Promise<Picture> =>
      stages.decode(photo, { widthPx: 250, heightPx: 250 }, 1, null);
    const embed = async (picture: Picture) => {
      const found = await stages.detect(picture, 'guess');
      if (found.length === 0) return null;
      const { box } = chooseFace(found, picture, 'central');
      const landmarks = await stages.findLandmarks(picture, box);
      const { embedding } = await stages.embed(picture, stages.align(landmarks));
      return { box, embedding };
    };

    const persons = people()
      .filter(({ person, photos }) => photos > 1 && toHalf(person) === 'judge')
      .slice(0, sampled);
    const genuine = new Map<number, number[]>(widthsPx.map((width) => [width, []]));
    let previous: Float32Array | null = null;
    const impostor = new Map<number, number[]>(widthsPx.map((width) => [width, []]));
    for (const [at, { person }] of persons.entries()) {
      const probe = await read(face(person, 1));
      const whole = await embed(probe);
      const reference = await embed(await read(face(person, 2)));
      if (whole === null || reference === null) continue;
      for (const width of widthsPx) {
        const side = Math.round((probe.widthPx * width) / whole.box.width);
        const { data, info } = await sharp(probe.data, {
          raw: { width: probe.widthPx, height: probe.heightPx, channels: 3 },
        })
          .resize(side, side, { fit: 'fill' })
          .raw()
          .toBuffer({ resolveWithObject: true });
        const small = await embed({ data, widthPx: info.width, heightPx: info.height });
        genuine.get(width)?.push(small === null ? -1 : dot(small.embedding, reference.embedding));
        if (small !== null && previous !== null) impostor.get(width)?.push(dot(small.embedding, previous));
      }
      previous = reference.embedding;
      if ((at + 1) % 50 === 0) say(`${at + 1} of ${persons.length} people`);
    }
    await pipeline.close();
    return {
      pairs: persons.length,
      threshold,
      widths: widthsPx.map((widthPx) => {
        const scores = genuine.get(widthPx) ?? [];
        const others = impostor.get(widthPx) ?? [];
        return {
          widthPx,
          genuineMean: toFourDecimals(scores.reduce((a, b) => a + b, 0) / scores.length),
          falseNonMatchRate: toFourDecimals(scores.filter((score) => score < threshold).length / scores.length),
          impostorMean: toFourDecimals(others.reduce((a, b) => a + b, 0) / others.length),
          impostorMax: toFourDecimals(Math.max(...others)),
        };
      }),
    };
  },
};

const meanOver = (people: readonly EmbeddedPerson[]): Float32Array =>
  meanOfMeans(people.map(({ embeddings }) => embeddings));

const photosOf = (people: readonly EmbeddedPerson[]): number =>
  people.reduce((sum, { embeddings }) => sum + embeddings.length, 0);

/** Prints the current engine's part of `src/face/engines.json`, without the levels. */
export const fit: EvalProgram = {
  about: 'mean and directions of src/face/engines.json, fitted on one half of the people and of FACESTEP_GROUPS',
  async run(say) {
    const found = await readSources(groupsFolder);
    if (found === null) throw new BadInput('No faces grouped by place. Set FACESTEP_GROUPS to their folder.');
    const mixed = await embedPeople(({ person }) => toHalf(person) === 'fit', say);
    const fitting = found.map((source) => ({
      ...source,
      people: source.people.filter(({ person }, place) => toHalfByPlace(person, place) === 'fit'),
    }));
    const embedded = await embedSources(fitting, say);
    const mean = meanOver(mixed);
    const apart = embedded.map(({ people }) => subtract(meanOver(people), mean));
    const counted = embedded.map(({ people }) => ({ people: people.length, photos: photosOf(people) }));
    return {
      mixed: { people: mixed.length, photos: photosOf(mixed) },
      sources: Object.fromEntries(found.map(({ source }, at) => [source, counted[at]])),
      meanInMillionths: toMillionths(mean),
      directionsInMillionths: principalDirections(apart, found.length).map(toMillionths),
    };
  },
};

/**
 * Share of ordinary photos that may be below the lower limit of a quality measure. The same share may be above the
 * upper limit.
 */
const tail = 0.005;

const atShare = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

const shareOf = <Each>(all: readonly Each[], isHit: (each: Each) => boolean): number =>
  round(all.filter(isHit).length / all.length);

export const qualityBounds: EvalProgram = {
  about: 'bounds of src/face/engine/quality.ts, fitted on half of the people, judged on the other',
  run: (say) =>
    withEngine(async (engine) => {
      // One photo per person, so that people with many photos do not dominate.
      const persons = people();
      const seen = await mapConcurrently(persons, async ({ person }, at) => {
        if ((at + 1) % 500 === 0) say(`${at + 1} of ${persons.length} people`);
        const parts = ['quality', 'magnitude', 'pose', 'eyes', 'liveness'] as const;
        const examination = await engine.examineCentral(new Photo(face(person, 1)), parts);
        return { ...examination, half: toHalf(person), measures: toMeasures(examination) };
      });
      const fit = seen.filter(({ half }) => half === 'fit');
      const judge = seen.filter(({ half }) => half === 'judge');
      const isBad = (name: QualityMeasure, { measures }: (typeof seen)[number]): boolean =>
        !isWithin(boundsInUse[name], measures[name]);
      return {
        liveAboveHalf: shareOf(seen, ({ liveness }) => (liveness ?? 0) > 0.5),
        eyesOpenAboveHalf: shareOf(seen, ({ eyesOpen }) => (eyesOpen ?? 0) > 0.5),
        people: { fit: fit.length, judge: judge.length },
        measures: qualityMeasures.map((name) => {
          const sorted = fit.map(({ measures }) => measures[name]).sort((a, b) => a - b);
          return {
            name,
            low: round(atShare(sorted, tail)),
            median: round(atShare(sorted, 0.5)),
            high: round(atShare(sorted, 1 - tail)),
            ...boundsInUse[name],
            failedInJudge: shareOf(judge, (each) => isBad(name, each)),
          };
        }),
        failedAnyInJudge: shareOf(judge, (each) => qualityMeasures.some((name) => isBad(name, each))),
      };
    }),
};
