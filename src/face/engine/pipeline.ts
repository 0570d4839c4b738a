import { builtInJudge } from '../../core/liveness-policy.js';
import type { Box, DetectedFace, Detection } from '../../core/ports.js';
import { FaceError, type FaceErrorCode, isOneOf, toCode } from '../../errors.js';
import { decode, type Header, prepareDecoder, readHeader, toReduction } from './decode.js';
import { chooseFace, createFaceDetector, type FaceChoice, hasCompanion, minScore, sortByWidth } from './detect.js';
import { createFaceEmbedder, type FaceDescription, presets, type Recogniser } from './embed.js';
import type { FaceAnalysis, Signal } from './engine.js';
import { createEyeEstimator, createPoseEstimator } from './estimators.js';
import { readTexture, sketchOf } from './frame-traces.js';
import { alignFace, createLandmarkFinder, type Landmarks } from './landmarks.js';
import { readLight } from './light.js';
import type { Model } from './model.js';
import { loadJudge, loadModels, loadRecognitionModel, type Models } from './models.js';
import { builtInReading, createLivenessEstimator, createPassiveJudge, type PassiveJudge } from './passive-liveness.js';
import type { JudgeSource } from './passive-model.js';
import type { Picture, Point } from './picture.js';
import { measureQuality, minFaceWidthPx } from './quality.js';
import { type LevelTable, loadRuntime, type RuntimeName } from './runtime.js';
import { cameraTurns, isSteep, leastUprightMagnitude, rollOf, straighten, turnWhole } from './turned.js';

export type RawFaceAnalysis = Omit<FaceAnalysis, 'embedding' | 'own' | 'texture' | 'sketch'> & {
  readonly embedding: Float32Array<ArrayBuffer> | null;
  readonly sketch: Uint8Array<ArrayBuffer> | null;
  readonly own: readonly (FaceDescription & { readonly recogniser: string })[];
  readonly texture: Float32Array<ArrayBuffer> | null;
};

const detailWidthPx = 112;

const detailEnlargement = 3;

export interface Stages {
  readonly readHeader: typeof readHeader;
  readonly decode: typeof decode;
  readonly detect: ReturnType<typeof createFaceDetector>;
  readonly findLandmarks: ReturnType<typeof createLandmarkFinder>;
  readonly align: typeof alignFace;
  readonly embed: ReturnType<typeof createFaceEmbedder>;
  readonly estimatePose: ReturnType<typeof createPoseEstimator>;
  readonly estimateLiveness: ReturnType<typeof createLivenessEstimator>;
  readonly estimateEyes: ReturnType<typeof createEyeEstimator>;
  readonly measureQuality: typeof measureQuality;
  readonly readLight: typeof readLight;
  readonly readTexture: typeof readTexture;
}

/** Only one call at a time is allowed, because the models share buffers. */
export interface Pipeline {
  readonly stages: Stages;
  readonly runtime: RuntimeName;
  detect(bytes: Uint8Array): Promise<Detection>;
  examine(bytes: Uint8Array, signals: readonly Signal[], choice: FaceChoice): Promise<RawFaceAnalysis>;
  /** Examines the face at a box that an earlier picture had, without detection. */
  examineAgain(bytes: Uint8Array, signals: readonly Signal[], near: Box): Promise<RawFaceAnalysis>;
  close(): Promise<void>;
}

function createStages(models: Models, judges: readonly PassiveJudge[]): Stages {
  return {
    readHeader,
    decode,
    detect: createFaceDetector(models.detect),
    findLandmarks: createLandmarkFinder(models.landmarks),
    align: alignFace,
    embed: createFaceEmbedder(models.embed, presets.facestep),
    estimatePose: createPoseEstimator(models.pose),
    estimateLiveness: createLivenessEstimator(judges),
    estimateEyes: createEyeEstimator(models.eyes),
    measureQuality,
    readLight,
    readTexture,
  };
}

const toScale = (header: Header, picture: Picture): { x: number; y: number } => ({
  x: header.widthPx / picture.widthPx,
  y: header.heightPx / picture.heightPx,
});

const scaleBox = (box: Box, by: { readonly x: number; readonly y: number }): Box => ({
  x: box.x * by.x,
  y: box.y * by.y,
  width: box.width * by.x,
  height: box.height * by.y,
});

function clipBox(box: Box, header: Header): Box {
  const x = Math.min(Math.max(Math.round(box.x), 0), header.widthPx - 1);
  const y = Math.min(Math.max(Math.round(box.y), 0), header.heightPx - 1);
  return {
    x,
    y,
    width: Math.min(Math.max(Math.round(box.x + box.width), x + 1), header.widthPx) - x,
    height: Math.min(Math.max(Math.round(box.y + box.height), y + 1), header.heightPx) - y,
  };
}

function checkWidth(widthPx: number): void {
  if (widthPx < minFaceWidthPx) throw new FaceError('face_too_small', { widthPx: Math.round(widthPx) });
}

/**
 * Refuses a picture if all its faces have a low score, because such a guess must never decide about a person. If the
 * widest face is small, the error asks the user to come closer.
 */
function checkIsSure(faces: readonly DetectedFace[], scale: number): void {
  const [widest] = sortByWidth(faces);
  if (widest === undefined) throw new FaceError('face_none');
  if (faces.some(({ confidence }) => confidence >= minScore)) return;
  checkWidth(widest.box.width * scale);
  throw new FaceError('face_none');
}

interface View {
  readonly picture: Picture;
  readonly box: Box;
  readonly scale: number;
  readonly origin: Point;
}

/** A face in the picture, and the part of the picture in which it is measured. */
interface Sighting {
  readonly face: DetectedFace;
  readonly view: View;
}

interface Reading extends Sighting {
  readonly landmarks: Landmarks;
  /** Clockwise turn of the photo, which was undone in the view. */
  readonly degrees: number;
  /** Clearness for the recognition model, `null` if unmeasured. A face is clearest if it is upright. */
  readonly magnitude: number | null;
}

type Measured = Omit<RawFaceAnalysis, 'face' | 'sketch'>;

interface MeasuredSighting extends Reading {
  readonly measured: Measured;
}

const isClearer = (one: Reading, other: Reading | null): boolean => (one.magnitude ?? 0) > (other?.magnitude ?? 0);

const isMaybeTurned = ({ magnitude, landmarks }: Reading): boolean =>
  magnitude !== null && (magnitude < leastUprightMagnitude || isSteep(landmarks));

function wipeMeasured({ embedding, own, texture }: Measured): void {
  embedding?.fill(0);
  texture?.fill(0);
  for (const each of own) each.embedding.fill(0);
}

const notFound: readonly FaceErrorCode[] = ['face_none', 'face_too_small'];

const toOriginal = ({ x, y }: Point, { origin, scale }: View): Point => ({
  x: origin.x + x * scale,
  y: origin.y + y * scale,
});

interface SearchedPhoto {
  readonly bytes: Uint8Array;
  readonly header: Header;
  readonly picture: Picture;
  /** All parts of the picture that were cut out, so that they can be wiped. */
  readonly views: View[];
}

export async function createPipeline(
  modelsFolder: string,
  {
    recognisers = [],
    judges = [builtInJudge],
    levels,
    load = loadRuntime,
  }: {
    readonly recognisers?: readonly Recogniser[];
    /** Judges of passive liveness. */
    readonly judges?: readonly JudgeSource[];
    /** Shared by pipelines that open the same models. */
    readonly levels?: LevelTable;
    readonly load?: typeof loadRuntime;
  } = {},
): Promise<Pipeline> {
  prepareDecoder();
  const runtime = await load(levels);
  const models = await loadModels(modelsFolder, runtime);
  const judgeModels: Model[] = [];
  for (const each of judges) judgeModels.push(await loadJudge(modelsFolder, each, runtime));
  const stages = createStages(
    models,
    judges.map((each, at) =>
      createPassiveJudge(judgeModels[at], each === builtInJudge ? builtInReading : each.manifest),
    ),
  );
  // Without the mirror image, because only the magnitude is used.
  const embedOnce = createFaceEmbedder(models.embed, { ...presets.facestep, mirror: false });
  const ownModels: Model[] = [];
  for (const recogniser of recognisers) ownModels.push(await loadRecognitionModel(recogniser, runtime));
  const embedders = recognisers.map(({ id, preprocess }, at) => ({
    recogniser: id,
    places: preprocess.places,
    embed: createFaceEmbedder(ownModels[at], preprocess),
  }));

  async function decodeDetail(bytes: Uint8Array, header: Header, box: Box, reduction: number): Promise<View> {
    const region = clipBox(
      {
        x: box.x - (box.width * (detailEnlargement - 1)) / 2,
        y: box.y - (box.height * (detailEnlargement - 1)) / 2,
        width: box.width * detailEnlargement,
        height: box.height * detailEnlargement,
      },
      header,
    );
    const picture = await decode(bytes, header, reduction, region);
    const scale = { x: picture.widthPx / region.width, y: picture.heightPx / region.height };
    return {
      picture,
      box: scaleBox({ ...box, x: box.x - region.x, y: box.y - region.y }, scale),
      scale: 1 / scale.x,
      origin: { x: region.x, y: region.y },
    };
  }

  async function describeByOwn(picture: Picture, landmarks: Landmarks): Promise<RawFaceAnalysis['own']> {
    const own = [];
    for (const { recogniser, places, embed } of embedders)
      own.push({ recogniser, ...(await embed(picture, stages.align(landmarks, places))) });
    return own;
  }

  async function measure(view: View, landmarks: Landmarks, signals: ReadonlySet<Signal>): Promise<Measured> {
    const { picture, box } = view;
    const wantsEmbedding = signals.has('embedding');
    const described =
      wantsEmbedding || signals.has('magnitude') ? await stages.embed(picture, stages.align(landmarks)) : null;
    if (!wantsEmbedding) described?.embedding.fill(0);
    const passive = signals.has('liveness') ? await stages.estimateLiveness(picture, box) : null;
    return {
      embedding: wantsEmbedding ? (described?.embedding ?? null) : null,
      own: wantsEmbedding ? await describeByOwn(picture, landmarks) : [],
      magnitude: described?.magnitude ?? null,
      pose: signals.has('pose') ? await stages.estimatePose(picture, box) : null,
      liveness: passive?.liveness ?? null,
      judgeScores: passive?.judgeScores ?? [],
      eyesOpen: signals.has('eyes') ? await stages.estimateEyes(picture, landmarks) : null,
      quality: signals.has('quality') ? stages.measureQuality(picture, box, landmarks, view.scale) : null,
      landmarks: signals.has('landmarks') ? landmarks.map((point) => toOriginal(point, view)) : null,
      light: signals.has('light') ? stages.readLight(picture, box, landmarks) : null,
      texture: signals.has('light') ? stages.readTexture(picture, landmarks) : null,
    };
  }

  /** Cuts out a face in full detail. Views are wiped with the photo. */
  async function toView({ bytes, header, picture, views }: SearchedPhoto, box: Box): Promise<View> {
    const scale = toScale(header, picture);
    const reduction = toReduction(header);
    let detail = reduction;
    while (detail > 1 && box.width / detail < detailWidthPx) detail /= 2;
    const whole = scaleBox(box, { x: 1 / scale.x, y: 1 / scale.y });
    const view =
      detail === reduction
        ? { picture, box: whole, scale: scale.x, origin: { x: 0, y: 0 } }
        : await decodeDetail(bytes, header, box, detail);
    views.push(view);
    return view;
  }

  async function findUpright(photo: SearchedPhoto, choice: FaceChoice): Promise<Sighting> {
    const { header, picture } = photo;
    const scale = toScale(header, picture);
    const faces = await stages.detect(picture, 'guess');
    if (choice === 'only') checkIsSure(faces, scale.x);
    const { box: found, confidence } = chooseFace(faces, picture, choice);
    const box = scaleBox(found, scale);
    checkWidth(box.width);
    return { face: { box, confidence }, view: await toView(photo, box) };
  }

  async function measureSighting(
    { face, view }: Sighting,
    degrees: number,
    signals: ReadonlySet<Signal>,
  ): Promise<MeasuredSighting> {
    const landmarks = await stages.findLandmarks(view.picture, view.box);
    const measured = await measure(view, landmarks, signals);
    return { face, view, landmarks, degrees, magnitude: measured.magnitude, measured };
  }

  async function readStraight({ views }: SearchedPhoto, { face, view }: Sighting, degrees: number): Promise<Reading> {
    const { picture, box, scale } = straighten(view.picture, view.box, degrees);
    const straight = { picture, box, scale: view.scale / scale, origin: view.origin };
    views.push(straight);
    const landmarks = await stages.findLandmarks(picture, box);
    const { embedding, magnitude } = await embedOnce(picture, stages.align(landmarks));
    embedding.fill(0);
    return { face, view: straight, landmarks, degrees, magnitude };
  }

  /**
   * Finds the face of a photo that is turned, such as by a program that removed the orientation in EXIF. This costs at
   * most three detections and four embeddings. Of all turns, the one with the clearest face is chosen, which does not
   * depend on the enrolled face.
   * @param upright - what was found without a turn
   * @returns `null` if no turn is better
   * @throws `face_many`
   */
  async function findTurned(photo: SearchedPhoto, upright: Reading | null): Promise<Reading | null> {
    const scale = toScale(photo.header, photo.picture);
    let best = upright;
    let companions: readonly DetectedFace[] = [];
    for (const degrees of cameraTurns) {
      const turned = turnWhole(photo.picture, degrees);
      const faces = await stages.detect(turned.picture, 'sure');
      turned.picture.data.fill(0);
      const [widest] = sortByWidth(faces);
      // A doubtful turn must not refuse a photo with one face.
      if (widest === undefined || (upright !== null && hasCompanion(faces))) continue;
      const box = scaleBox(turned.toGiven(widest.box), scale);
      if (box.width < minFaceWidthPx) continue;
      const face = { box, confidence: widest.confidence };
      const reading = await readStraight(photo, { face, view: await toView(photo, box) }, degrees);
      if (!isClearer(reading, best)) continue;
      best = reading;
      companions = faces;
    }
    if (best === null) return null;
    if (best !== upright) chooseFace(companions, photo.picture, 'only');
    if (isSteep(best.landmarks)) {
      const straight = await readStraight(photo, best, rollOf(best.landmarks));
      if (isClearer(straight, best)) return { ...straight, degrees: best.degrees + straight.degrees };
    }
    return best === upright ? null : best;
  }

  const { name, standsInBecause } = runtime;
  return {
    stages,
    runtime: { name, standsInBecause },

    async detect(bytes) {
      const header = await readHeader(bytes);
      const picture = await decode(bytes, header, toReduction(header), null);
      const faces = await stages.detect(picture, 'sure');
      const scale = toScale(header, picture);
      picture.data.fill(0);
      const toOriginal = ({ box, confidence }: DetectedFace): DetectedFace => ({
        box: clipBox(scaleBox(box, scale), header),
        confidence,
      });
      return { ...header, faces: sortByWidth(faces).map(toOriginal) };
    },

    async examine(bytes, signals, choice) {
      const header = await readHeader(bytes);
      const picture = await decode(bytes, header, toReduction(header), null);
      const photo: SearchedPhoto = { bytes, header, picture, views: [] };
      const wanted = new Set(signals);
      // Movements and light are judged by positions in the submitted picture.
      const mayTurn = choice === 'only' && !wanted.has('landmarks') && !wanted.has('light');
      // It tells if the photo is turned.
      if (mayTurn) wanted.add('magnitude');
      let missed: unknown = null;
      try {
        const sighting = await findUpright(photo, choice).catch((error: unknown) => {
          if (!mayTurn || !isOneOf(notFound, toCode(error))) throw error;
          missed = error;
          return null;
        });
        const upright = sighting === null ? null : await measureSighting(sighting, 0, wanted);
        const isSettled = upright !== null && (!mayTurn || !isMaybeTurned(upright));
        const turned = isSettled ? null : await findTurned(photo, upright);
        if (turned !== null && upright !== null) wipeMeasured(upright.measured);
        const seen = turned === null ? upright : await measureSighting(turned, turned.degrees, wanted);
        if (seen === null) throw missed;
        const { face, measured, degrees } = seen;
        return {
          face: { box: clipBox(face.box, header), confidence: face.confidence },
          ...measured,
          sketch: signals.includes('sketch') ? sketchOf(picture, degrees) : null,
        };
      } finally {
        picture.data.fill(0);
        for (const view of photo.views) view.picture.data.fill(0);
      }
    },

    async examineAgain(bytes, signals, near) {
      const header = await readHeader(bytes);
      const picture = await decode(bytes, header, toReduction(header), null);
      const scale = toScale(header, picture);
      try {
        const box = scaleBox(near, { x: 1 / scale.x, y: 1 / scale.y });
        const view = { picture, box, scale: scale.x, origin: { x: 0, y: 0 } };
        return {
          face: { box: clipBox(near, header), confidence: 1 },
          ...(await measure(view, await stages.findLandmarks(picture, box), new Set(signals))),
          sketch: signals.includes('sketch') ? sketchOf(picture) : null,
        };
      } finally {
        picture.data.fill(0);
      }
    },

    async close() {
      await Promise.all([...Object.values(models), ...judgeModels, ...ownModels].map((model) => model.close()));
    },
  };
}
