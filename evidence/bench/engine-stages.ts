import sharp from 'sharp';
import { alignFace } from '../../src/engine/align.js';
import { decode, toReduction } from '../../src/engine/decode.js';
import { createFaceDetector } from '../../src/engine/detect.js';
import { createFaceEmbedder } from '../../src/engine/embed.js';
import { createEyeEstimator } from '../../src/engine/eyes.js';
import { readHeader } from '../../src/engine/header.js';
import { createLandmarkFinder } from '../../src/engine/landmarks.js';
import { createLivenessEstimator } from '../../src/engine/liveness.js';
import type { Models } from '../../src/engine/models.js';
import { createPoseEstimator } from '../../src/engine/pose.js';
import { presets } from '../../src/engine/preprocess.js';
import { measureQuality } from '../../src/engine/quality.js';
import { round, timeInTurns, toTiming } from './measure.js';

interface Stage {
  readonly name: string;
  run(): Promise<unknown>;
  /** `null` if there is no equivalent library call. */
  readonly floor: (() => Promise<unknown>) | null;
}

async function toStages(photo: Uint8Array, models: Models): Promise<readonly Stage[]> {
  const header = await readHeader(photo);
  const reduction = toReduction(header);
  const picture = await decode(photo, header, reduction, null);
  const detect = createFaceDetector(models.detect);
  const findLandmarks = createLandmarkFinder(models.landmarks);
  const [embed, embedBoth] = [
    createFaceEmbedder(models.embed, { ...presets.facestep, mirror: false }),
    createFaceEmbedder(models.embed, presets.facestep),
  ];
  const estimatePose = createPoseEstimator(models.pose);
  const estimateLiveness = createLivenessEstimator(models.liveness);
  const estimateEyes = createEyeEstimator(models.eyes);

  const [face] = await detect(picture, 'sure');
  if (face === undefined) throw new Error('the photo of the benchmark shows no face');
  const landmarks = await findLandmarks(picture, face.box);
  const decodeBare = () => {
    const bare = sharp(photo);
    if (reduction > 1) bare.resize(picture.widthPx, picture.heightPx, { fit: 'fill' });
    return bare.raw().toBuffer();
  };
  const twice = async (run: () => Promise<unknown>): Promise<void> => {
    await run();
    await run();
  };
  return [
    { name: 'header', run: () => readHeader(photo), floor: () => sharp(photo).metadata() },
    { name: 'decode', run: () => decode(photo, header, reduction, null), floor: decodeBare },
    { name: 'detect', run: () => detect(picture, 'sure'), floor: () => models.detect.run() },
    { name: 'landmarks', run: () => findLandmarks(picture, face.box), floor: () => models.landmarks.run() },
    { name: 'embed', run: () => embed(picture, alignFace(landmarks)), floor: () => models.embed.run() },
    {
      name: 'embedFaceAndMirror',
      run: () => embedBoth(picture, alignFace(landmarks)),
      floor: () => twice(() => models.embed.run()),
    },
    { name: 'pose', run: () => estimatePose(picture, face.box), floor: () => models.pose.run() },
    { name: 'liveness', run: () => estimateLiveness(picture, face.box), floor: () => models.liveness.run() },
    { name: 'eyes', run: () => estimateEyes(picture, landmarks), floor: () => twice(() => models.eyes.run()) },
    { name: 'quality', run: async () => measureQuality(picture, face.box, landmarks, reduction), floor: null },
  ];
}

export async function timeStages(photo: Uint8Array, models: Models, rounds: number) {
  const stages = await toStages(photo, models);
  const runs = stages.flatMap(({ run, floor }) => [run, floor ?? (async () => undefined)]);
  const times = await timeInTurns(rounds, runs);
  return Object.fromEntries(
    stages.map(({ name, floor }, index) => {
      const timing = toTiming(times[2 * index]);
      const floorMs = floor === null ? null : toTiming(times[2 * index + 1]).ms;
      return [name, { ...timing, floorMs, ratio: floorMs === null ? null : round(timing.ms / floorMs) }];
    }),
  );
}
