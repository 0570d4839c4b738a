import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { loadPictures } from '../../../examples/demo/pictures.js';
import { prepareDecoder } from '../../../src/face/engine/decode.js';
import { createPipeline } from '../../../src/face/engine/pipeline.js';
import { modelsFolder, projectRoot } from '../../../support/run/paths.js';
import { quantile, round, timeInTurns, toTiming } from '../measure.js';

/*
 * Compares one photo, from bytes to a template, with two other face libraries. Everything runs on one thread:
 * facestep natively, the others in WebAssembly, because only an install script, which is not run, would download their
 * native binding. Accuracy is not compared.
 */

const folder = join(projectRoot, '.cache', 'peers');
const pathOf = (name: string): string => join(folder, 'node_modules', name);
/** Loads an installed module of this type. */
const load = <Library>(name: string): Library =>
  z.custom<Library>().parse(createRequire(import.meta.url)(pathOf(name)));

async function installPeers(say: (line: string) => void): Promise<void> {
  if (existsSync(pathOf('.facestep-done'))) return;
  say('Installing the other libraries into .cache/peers, about 370 MB…');
  await mkdir(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    await copyFile(join(projectRoot, 'evidence/bench/peers', file), join(folder, file));
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  await writeFile(pathOf('.facestep-done'), '');
}

/** @returns the face's template. @throws Error if no face is found, because such a photo is processed faster */
type Embed = (photo: Uint8Array) => Promise<readonly number[] | Float32Array>;

const found = <Template>(template: Template | null | undefined): Template => {
  if (template === undefined || template === null) throw new Error('no face is found in a photo that is timed');
  return template;
};

async function createFacestep(): Promise<Embed> {
  prepareDecoder();
  const pipeline = await createPipeline(modelsFolder);
  return async (photo) => found((await pipeline.examine(photo, ['embedding'], 'only')).embedding);
}

type Tensor = { dispose(): void };
interface Tensorflow {
  setBackend(name: string): Promise<boolean>;
  tensor3d(values: Uint8Array, shape: readonly number[], type: 'int32'): Tensor;
}

/** Decodes as facestep does. @param border - black border on each side, relative to the width */
async function withPixels<Result>(
  { tensor3d }: Pick<Tensorflow, 'tensor3d'>,
  photo: Uint8Array,
  border: number,
  work: (image: Tensor) => PromiseLike<Result>,
): Promise<Result> {
  const px = Math.round((await sharp(photo).metadata()).width * border);
  const image = sharp(photo).extend({ top: px, bottom: px, left: px, right: px, background: 'black' });
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const tensor = tensor3d(data, [info.height, info.width, 3], 'int32');
  try {
    return await work(tensor);
  } finally {
    tensor.dispose();
  }
}

const kernels = join(pathOf('@tensorflow/tfjs-backend-wasm/dist'), '/');

type Described = { withFaceDescriptor(): PromiseLike<{ readonly descriptor: Float32Array } | undefined> };
interface FaceApi {
  readonly nets: Readonly<Record<string, { loadFromDisk(from: string): Promise<void> }>>;
  readonly SsdMobilenetv1Options: new (options: object) => object;
  readonly TinyFaceDetectorOptions: new (options: object) => object;
  detectSingleFace(image: Tensor, options: object): { withFaceLandmarks(): Described };
}

/** @see https://github.com/vladmandic/face-api/blob/master/demo/node-wasm.js */
async function createFaceApi(isFast: boolean): Promise<Embed> {
  const tensorflow = load<Tensorflow>('@tensorflow/tfjs');
  load<{ setWasmPaths(from: string): void }>('@tensorflow/tfjs-backend-wasm').setWasmPaths(kernels);
  await tensorflow.setBackend('wasm');
  const faceApi = load<FaceApi>('@vladmandic/face-api/dist/face-api.node-wasm.js');
  const detector = isFast ? 'tinyFaceDetector' : 'ssdMobilenetv1';
  for (const network of [detector, 'faceLandmark68Net', 'faceRecognitionNet'])
    await faceApi.nets[network].loadFromDisk(pathOf('@vladmandic/face-api/model'));
  const options = isFast
    ? new faceApi.TinyFaceDetectorOptions({ inputSize: 160, scoreThreshold: 0.5 })
    : new faceApi.SsdMobilenetv1Options({ minConfidence: 0.1, maxResults: 1 });
  // Both detectors miss faces at the edge of a photo.
  return (photo) =>
    withPixels(tensorflow, photo, 0.25, async (image) => {
      const face = await faceApi.detectSingleFace(image, options).withFaceLandmarks().withFaceDescriptor();
      return found(face?.descriptor);
    });
}

interface Human {
  readonly tf: Pick<Tensorflow, 'tensor3d'>;
  load(): Promise<void>;
  detect(image: Tensor): Promise<{ readonly face: readonly { readonly embedding?: readonly number[] }[] }>;
}
type HumanLibrary = { readonly Human: new (options: object) => Human };

async function createHuman(): Promise<Embed> {
  const fetchFromWeb = globalThis.fetch;
  // Human loads its models by `fetch`, which reads no files.
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return url.protocol === 'file:' ? new Response(await readFile(url)) : fetchFromWeb(input, init);
  };
  const { Human } = load<HumanLibrary>('@vladmandic/human/dist/human.node-wasm.js');
  const off = { enabled: false };
  // Its documentation calls rotation and mesh “highly recommended”.
  const face = { detector: { rotation: true, maxDetected: 1 }, iris: off, emotion: off };
  const modelBasePath = `file://${join(pathOf('@vladmandic/human/models'), '/')}`;
  const others = { filter: off, gesture: off, body: off, hand: off, object: off, cacheSensitivity: 0 };
  const human = new Human({ backend: 'wasm', wasmPath: kernels, modelBasePath, face, ...others });
  await human.load();
  return (photo) =>
    withPixels(human.tf, photo, 0, async (image) => found((await human.detect(image)).face[0]?.embedding));
}

/** Times one photo with each library, in turns, in milliseconds. */
export async function benchPeers(rounds: number, say: (line: string) => void) {
  await installPeers(say);
  const { person } = await loadPictures();
  const photo = await sharp(person[1]).resize(250, 250, { fit: 'cover', position: 'top' }).jpeg().toBuffer();
  const embeds = {
    facestep: await createFacestep(),
    faceApiFast: await createFaceApi(true),
    faceApiRecommended: await createFaceApi(false),
    humanRecommended: await createHuman(),
  };
  const work = Object.values(embeds).map((embed) => () => embed(photo));
  const times = await timeInTurns(rounds, work);
  const rows = Object.keys(embeds).map((name, at) => {
    const ratio = round(quantile(times[at]) / quantile(times[0]));
    return [name, { ...toTiming(times[at]), ratio }] as const;
  });
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism() };
  return { date: new Date().toISOString().slice(0, 10), ...machine, rounds, ...Object.fromEntries(rows) };
}
