import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { createFaceDetector } from '../../../src/face/engine/detect.js';
import { createLandmarkFinder } from '../../../src/face/engine/landmarks.js';
import type { Model } from '../../../src/face/engine/model.js';
import { type PageModel, pageModels } from '../../../src/face/engine/page-model.js';
import type { Picture } from '../../../src/face/engine/picture.js';
import { analyzePicture, type FrameReading } from './frame-reading.js';
import { GuidanceUnavailable } from './guide.js';

/** Large enough, because faces are detected at 320 and landmarks at 64 pixels. */
const maxSidePx = 640;

/** Reads a frame, with the number of camera pixels per analyzed pixel on each side, which is at least 1. */
function readFrame(
  context: OffscreenCanvasRenderingContext2D,
  frame: ImageBitmap,
): { readonly picture: Picture; readonly scale: number } {
  const scale = Math.max(1, frame.width / maxSidePx, frame.height / maxSidePx);
  const width = Math.round(frame.width / scale);
  const height = Math.round(frame.height / scale);
  const { canvas } = context;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.drawImage(frame, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  context.clearRect(0, 0, width, height);
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return { picture: { data: rgb, widthPx: width, heightPx: height }, scale };
}

// More threads would require cross-origin isolation and save only milliseconds.
env.wasm.numThreads = 1;

/** Without the optimizer, the runtime is an eighth smaller, and a picture takes a millisecond longer. */
const sessionOptions = { executionProviders: ['wasm'], graphOptimizationLevel: 'disabled' } as const;

const toHex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Fetches a model. The URL contains its digest, so that browsers can cache it permanently. */
async function fetchModel(name: string, expected: PageModel): Promise<Uint8Array> {
  const response = await fetch(`/face/models/${name}.onnx?${expected.sha256}`);
  const type = response.headers.get('content-type');
  if (!response.ok || type !== 'application/octet-stream')
    throw new GuidanceUnavailable(`${name}: status ${response.status}, type ${type}`);
  const bytes = await response.arrayBuffer();
  if (toHex(await crypto.subtle.digest('SHA-256', bytes)) !== expected.sha256)
    throw new GuidanceUnavailable(`${name}: not the published file`);
  return new Uint8Array(bytes);
}

/** Fetches the model runtime, at the same time as the models. */
async function fetchRuntime(): Promise<ArrayBuffer> {
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new GuidanceUnavailable(`runtime: status ${response.status}`);
  return response.arrayBuffer();
}

async function loadModel(name: string, expected: PageModel, runtime: Promise<ArrayBuffer>): Promise<Model> {
  const { input: shape } = expected.published;
  const model = await fetchModel(name, expected);
  env.wasm.wasmBinary = await runtime;
  const session = await InferenceSession.create(model, sessionOptions);
  const input = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const feeds = { input: new Tensor('float32', input, shape) };
  return {
    input,
    async run() {
      const outputs: Record<string, Float32Array> = {};
      for (const [output, { data }] of Object.entries(await session.run(feeds))) {
        if (!(data instanceof Float32Array)) throw new GuidanceUnavailable(`${name}: ${output} holds no numbers`);
        outputs[output] = data;
      }
      return outputs;
    },
    close: () => session.release(),
  };
}

/**
 * Loads what analyzes pictures, one call at a time.
 * @throws GuidanceUnavailable, or a WebAssembly error
 */
async function loadStages() {
  const runtime = fetchRuntime();
  const [detect, landmarks] = await Promise.all([
    loadModel('detect', pageModels.detect, runtime),
    loadModel('landmarks', pageModels.landmarks, runtime),
  ]);
  return { detect: createFaceDetector(detect), findLandmarks: createLandmarkFinder(landmarks) };
}

/** Replies of the worker: one when the models are loaded, then one per frame. */
export type Reply =
  | { readonly outcome: 'loaded' }
  | { readonly outcome: 'seen'; readonly reading: FrameReading }
  | { readonly outcome: 'failed'; readonly reason: string };

const reply = (message: Reply): void => postMessage(message);
const fail = (error: unknown): void => reply({ outcome: 'failed', reason: String(error) });

async function start(): Promise<void> {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  const stages = await loadStages();
  addEventListener('message', ({ data: { frame } }: MessageEvent<{ readonly frame: ImageBitmap }>) => {
    const look = async (): Promise<void> => {
      const { picture, scale } = readFrame(context, frame);
      frame.close();
      reply({ outcome: 'seen', reading: await analyzePicture(picture, scale, stages) });
      picture.data.fill(0);
    };
    look().catch(fail);
  });
  reply({ outcome: 'loaded' });
}

start().catch(fail);
