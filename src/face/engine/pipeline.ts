import type { Box, DetectedFace, Detection } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { decode, type Header, prepareDecoder, readHeader, toReduction } from './decode.js';
import { chooseFace, createFaceDetector, type FaceChoice, minScore, sortByWidth } from './detect.js';
import { createFaceEmbedder, type FaceDescription, presets, type Recogniser } from './embed.js';
import type { FaceAnalysis, Signal } from './engine.js';
import { createEyeEstimator, createLivenessEstimator, createPoseEstimator } from './estimators.js';
import { measureNoise, readTexture, sketchOf } from './frame-traces.js';
import { alignFace, createLandmarkFinder, type Landmarks } from './landmarks.js';
import { readLight } from './light.js';
import type { Model } from './model.js';
import { loadModels, loadRecognitionModel, type Models } from './models.js';
import type { Picture, Point } from './picture.js';
import { measureQuality, minFaceWidthPx } from './quality.js';
import { loadRuntime, type RuntimeName } from './runtime.js';

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
  examineAgain(bytes: Uint8Array, signals: readonly Signal[], near: Box): Promise<RawFaceAnalysis>;
  close(): Promise<void>;
}

function createStages(models: Models): Stages {
  return {
    readHeader,
    decode,
    detect: createFaceDetector(models.detect),
    findLandmarks: createLandmarkFinder(models.landmarks),
    align: alignFace,
    embed: createFaceEmbedder(models.embed, presets.facestep),
    estimatePose: createPoseEstimator(models.pose),
    estimateLiveness: createLivenessEstimator(models.liveness),
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

const toOriginal = ({ x, y }: Point, { origin, scale }: View): Point => ({
  x: origin.x + x * scale,
  y: origin.y + y * scale,
});

const measureWhole = (picture: Picture, signals: readonly Signal[]): Pick<RawFaceAnalysis, 'sketch' | 'noise'> => ({
  sketch: signals.includes('sketch') ? sketchOf(picture) : null,
  noise: signals.includes('noise') ? measureNoise(picture) : null,
});

export async function createPipeline(
  modelsFolder: string,
  recognisers: readonly Recogniser[] = [],
  load = loadRuntime,
): Promise<Pipeline> {
  prepareDecoder();
  const runtime = await load();
  const models = await loadModels(modelsFolder, runtime);
  const stages = createStages(models);
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

  async function measure(
    view: View,
    signals: ReadonlySet<Signal>,
  ): Promise<Omit<RawFaceAnalysis, 'face' | 'sketch' | 'noise'>> {
    const { picture, box } = view;
    const landmarks = await stages.findLandmarks(picture, box);
    const wantsEmbedding = signals.has('embedding');
    const described =
      wantsEmbedding || signals.has('magnitude') ? await stages.embed(picture, stages.align(landmarks)) : null;
    if (!wantsEmbedding) described?.embedding.fill(0);
    return {
      embedding: wantsEmbedding ? (described?.embedding ?? null) : null,
      own: wantsEmbedding ? await describeByOwn(picture, landmarks) : [],
      magnitude: described?.magnitude ?? null,
      pose: signals.has('pose') ? await stages.estimatePose(picture, box) : null,
      liveness: signals.has('liveness') ? await stages.estimateLiveness(picture, box) : null,
      eyesOpen: signals.has('eyes') ? await stages.estimateEyes(picture, landmarks) : null,
      quality: signals.has('quality') ? stages.measureQuality(picture, box, landmarks, view.scale) : null,
      landmarks: signals.has('landmarks') ? landmarks.map((point) => toOriginal(point, view)) : null,
      light: signals.has('light') ? stages.readLight(picture, box, landmarks) : null,
      texture: signals.has('light') ? stages.readTexture(picture, landmarks) : null,
    };
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
      const reduction = toReduction(header);
      const picture = await decode(bytes, header, reduction, null);
      const views: View[] = [];
      try {
        const scale = toScale(header, picture);
        const faces = await stages.detect(picture, 'guess');
        if (choice === 'only') checkIsSure(faces, scale.x);
        const face = chooseFace(faces, picture, choice);
        const box = scaleBox(face.box, scale);
        checkWidth(box.width);

        let detail = reduction;
        while (detail > 1 && box.width / detail < detailWidthPx) detail /= 2;
        views.push(
          detail === reduction
            ? { picture, box: face.box, scale: scale.x, origin: { x: 0, y: 0 } }
            : await decodeDetail(bytes, header, box, detail),
        );
        return {
          face: { box: clipBox(box, header), confidence: face.confidence },
          ...(await measure(views[0], new Set(signals))),
          ...measureWhole(picture, signals),
        };
      } finally {
        picture.data.fill(0);
        for (const view of views) view.picture.data.fill(0);
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
          ...(await measure(view, new Set(signals))),
          ...measureWhole(picture, signals),
        };
      } finally {
        picture.data.fill(0);
      }
    },

    async close() {
      await Promise.all([...Object.values(models), ...ownModels].map((model) => model.close()));
    },
  };
}
