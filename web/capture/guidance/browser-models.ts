import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { createFaceDetector, type FaceDetector } from '../../../src/face/engine/detect.js';
import { createLandmarkFinder, type LandmarkFinder } from '../../../src/face/engine/landmarks.js';
import { type ModelFile, models } from '../../../src/face/engine/manifest.js';
import type { Model } from '../../../src/face/engine/model.js';
import { GuidanceUnavailable } from './guide.js';

/** Analyzes pictures in the browser, one call at a time. */
export interface BrowserStages {
  readonly detect: FaceDetector;
  readonly findLandmarks: LandmarkFinder;
  close(): Promise<void>;
}

// Load the model runtime from this page's origin, with one thread. More threads would require cross-origin isolation
// and save only milliseconds.
env.wasm.wasmPaths = { wasm: wasmUrl };
env.wasm.numThreads = 1;

const toHex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Fetches a model. The URL contains its digest, so that browsers can cache it permanently. */
async function fetchModel(name: string, expected: ModelFile): Promise<Uint8Array> {
  const response = await fetch(`/face/models/${name}.onnx?${expected.sha256}`);
  const type = response.headers.get('content-type');
  if (!response.ok || type !== 'application/octet-stream')
    throw new GuidanceUnavailable(`${name}: status ${response.status}, type ${type}`);
  const bytes = await response.arrayBuffer();
  if (toHex(await crypto.subtle.digest('SHA-256', bytes)) !== expected.sha256)
    throw new GuidanceUnavailable(`${name}: not the published file`);
  return new Uint8Array(bytes);
}

async function loadModel(name: string, expected: ModelFile): Promise<Model> {
  const session = await InferenceSession.create(await fetchModel(name, expected), { executionProviders: ['wasm'] });
  const input = new Float32Array(expected.input.reduce((product, size) => product * size, 1));
  const feeds = { input: new Tensor('float32', input, expected.input) };
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

/** @throws GuidanceUnavailable, or a WebAssembly error */
export async function loadBrowserStages(): Promise<BrowserStages> {
  const [detect, landmarks] = await Promise.all([
    loadModel('detect', models.detect),
    loadModel('landmarks', models.landmarks),
  ]);
  return {
    detect: createFaceDetector(detect),
    findLandmarks: createLandmarkFinder(landmarks),
    async close() {
      await Promise.all([detect.close(), landmarks.close()]);
    },
  };
}
