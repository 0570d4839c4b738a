import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { projectRoot } from '../../../test/paths.js';
import { chooseCentral, type FaceLibrary } from './library.js';

const peersFolder = join(projectRoot, '.cache', 'peers');

const loadInstalled = (path: string): unknown =>
  createRequire(import.meta.url)(join(peersFolder, 'node_modules', path));

const installedFolder = (path: string): string => join(peersFolder, 'node_modules', path, '/');

/**
 * Installs the packages of package-lock.json without running their scripts.
 * @throws Error with npm's output
 */
export async function installPeers(say: (line: string) => void): Promise<void> {
  const source = join(projectRoot, 'evidence', 'bench', 'peers');
  const mark = join(peersFolder, 'node_modules', '.facestep-lock');
  const lock = await readFile(join(source, 'package-lock.json'), 'utf8');
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === lock) return;
  say('Installing the peers (evidence/bench/peers/package-lock.json) into .cache/peers, about 370 MB…');
  await mkdir(peersFolder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) await copyFile(join(source, file), join(peersFolder, file));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, stdout, stderr } = spawnSync(npm, args, { cwd: peersFolder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${peersFolder}:\n${stdout}${stderr}`);
  await writeFile(mark, lock);
}

/** TensorFlow.js tensor, which is not garbage-collected. */
interface Tensor {
  dispose(): void;
}

interface Tensorflow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  enableProdMode(): void;
  tensor3d(values: Uint8Array, shape: readonly number[], type: 'int32'): Tensor;
}

const loaded = <Library>(...names: readonly (string & keyof Library)[]) =>
  z.custom<Library>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      names.every((name) => typeof Reflect.get(value, name) === 'function'),
  );

const kernelsFolder = installedFolder('@tensorflow/tfjs-backend-wasm/dist');

/**
 * TensorFlow.js runs in WebAssembly, because only an install script, which is not run, would download its native
 * binding.
 */
function nameBackend(): string {
  const { version } = z.object({ version: z.string() }).parse(loadInstalled('@tensorflow/tfjs/package.json'));
  return `wasm (TensorFlow.js ${version}, SIMD, one thread)`;
}

async function loadTensorflow(): Promise<Tensorflow> {
  const tensorflow = loaded<Tensorflow>('setBackend', 'tensor3d').parse(loadInstalled('@tensorflow/tfjs'));
  const wasm = loaded<{ setWasmPaths(folder: string): void }>('setWasmPaths');
  wasm.parse(loadInstalled('@tensorflow/tfjs-backend-wasm')).setWasmPaths(kernelsFolder);
  tensorflow.enableProdMode();
  await tensorflow.setBackend('wasm');
  await tensorflow.ready();
  return tensorflow;
}

/**
 * Decodes the photo with facestep's decoder, so that all libraries get the same pixels.
 * @param border - black border on each side, relative to the width, because some detectors need it
 */
async function withPixels<Result>(
  tensorflow: Pick<Tensorflow, 'tensor3d'>,
  photo: Uint8Array,
  border: number,
  work: (image: Tensor, size: { readonly widthPx: number; readonly heightPx: number }) => PromiseLike<Result>,
): Promise<Result> {
  const upright = sharp(photo).autoOrient().flatten({ background: 'white' }).toColourspace('srgb');
  if (border > 0) {
    const px = Math.round((await sharp(photo).metadata()).width * border);
    upright.extend({ top: px, bottom: px, left: px, right: px, background: 'black' });
  }
  const { data, info } = await upright.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const image = tensorflow.tensor3d(data, [info.height, info.width, 3], 'int32');
  try {
    return await work(image, { widthPx: info.width, heightPx: info.height });
  } finally {
    image.dispose();
  }
}

interface DescribedFace {
  readonly descriptor: Float32Array;
  readonly detection: {
    readonly score: number;
    readonly box: Readonly<Record<'x' | 'y' | 'width' | 'height', number>>;
  };
}

type Options = Readonly<Record<string, unknown>>;
type Network = 'ssdMobilenetv1' | 'tinyFaceDetector' | 'faceLandmark68Net' | 'faceRecognitionNet';

interface FaceApi {
  readonly version: string;
  readonly nets: Readonly<Record<Network, { loadFromDisk(folder: string): Promise<void> }>>;
  readonly SsdMobilenetv1Options: new (options: { minConfidence: number; maxResults: number }) => Options;
  readonly TinyFaceDetectorOptions: new (options: { inputSize: number; scoreThreshold: number }) => Options;
  detectSingleFace(
    image: Tensor,
    options: Options,
  ): { withFaceLandmarks(): { withFaceDescriptor(): PromiseLike<DescribedFace | undefined> } };
  detectAllFaces(
    image: Tensor,
    options: Options,
  ): { withFaceLandmarks(): { withFaceDescriptors(): PromiseLike<readonly DescribedFace[]> } };
  euclideanDistance(a: Float32Array, b: Float32Array): number;
}

/** Default of face-api's `FaceMatcher`: descriptors with a smaller distance belong to one person. */
const matchDistance = 0.6;

/**
 * Detectors of face-api: SSD MobileNet, as in its demonstrations, and its tiny detector. Border and size were chosen in
 * the library's favor. Of 104 photos, SSD found 65 faces without a border and 99 with one. The tiny detector found 103
 * faces at this size. At its default size it found 89, in twice the time.
 */
const detectors = {
  recommended: 'SSD MobileNet v1 (minConfidence 0.1), 68 landmarks, recognition',
  fast: 'tiny detector (inputSize 160), 68 landmarks, recognition',
} as const;
const border = 0.25;

/**
 * Creates `@vladmandic/face-api` with its recommended calls for recognition.
 * @see https://github.com/vladmandic/face-api/blob/master/demo/node-wasm.js
 */
export async function createFaceApi(speed: keyof typeof detectors): Promise<FaceLibrary> {
  const tensorflow = await loadTensorflow();
  const guard = loaded<FaceApi>('detectSingleFace', 'detectAllFaces', 'euclideanDistance', 'SsdMobilenetv1Options');
  const faceApi = guard.parse(loadInstalled('@vladmandic/face-api/dist/face-api.node-wasm.js'));
  const { nets } = faceApi;
  const detector = speed === 'fast' ? nets.tinyFaceDetector : nets.ssdMobilenetv1;
  for (const network of [detector, nets.faceLandmark68Net, nets.faceRecognitionNet])
    await network.loadFromDisk(installedFolder('@vladmandic/face-api/model'));
  const [one, several] = [1, 10].map((maxResults) =>
    speed === 'fast'
      ? new faceApi.TinyFaceDetectorOptions({ inputSize: 160, scoreThreshold: 0.5 })
      : new faceApi.SsdMobilenetv1Options({ minConfidence: 0.1, maxResults }),
  );
  return {
    version: faceApi.version,
    backend: nameBackend(),
    settings: `${detectors[speed]}; a black border of a quarter around each photo`,
    threshold: `Euclidean distance below ${matchDistance}, the default of FaceMatcher`,
    embed: (photo, choice) =>
      withPixels(tensorflow, photo, border, async (image, size) => {
        if (choice === 'first') {
          const face = await faceApi.detectSingleFace(image, one).withFaceLandmarks().withFaceDescriptor();
          return face?.descriptor ?? null;
        }
        const faces = await faceApi.detectAllFaces(image, several).withFaceLandmarks().withFaceDescriptors();
        const found = faces.map(({ descriptor, detection: { score, box } }) => ({
          ...{ descriptor, score },
          middle: { x: box.x + box.width / 2, y: box.y + box.height / 2 },
        }));
        return chooseCentral(found, size)?.descriptor ?? null;
      }),
    compare(a, b) {
      const distance = faceApi.euclideanDistance(a, b);
      return { score: -distance, isMatch: distance < matchDistance };
    },
  };
}

interface FoundByHuman {
  readonly boxScore: number;
  /** Left, top, width and height in pixels. */
  readonly box: readonly [number, number, number, number];
  readonly embedding?: readonly number[];
}

type Measure = (a: readonly number[], b: readonly number[]) => number;

interface Human {
  readonly version: string;
  readonly tf: Pick<Tensorflow, 'tensor3d'>;
  init(): Promise<void>;
  load(): Promise<void>;
  detect(image: Tensor, options: object): Promise<{ readonly face: readonly FoundByHuman[] }>;
  readonly match: Readonly<Record<'similarity' | 'distance', Measure>>;
}

/** "Similarity match above 50% can be considered a match." @see https://github.com/vladmandic/human/wiki/Embedding */
const matchSimilarity = 0.5;

/** Human's documentation calls rotation and mesh "highly recommended". */
const preparations = {
  recommended: { isOn: true, settings: 'BlazeFace, rotation, mesh, description (faceres)' },
  fast: { isOn: false, settings: 'BlazeFace, description (faceres); neither rotation nor mesh' },
} as const;

const off = { enabled: false };

/** Lets `fetch` read `file:` URLs, because Human loads its models by `fetch`. */
function letFetchReadFiles(): void {
  const fetchFromWeb = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return url.protocol === 'file:' ? new Response(await readFile(url)) : fetchFromWeb(input, init);
  };
}

export async function createHuman(speed: keyof typeof preparations): Promise<FaceLibrary> {
  letFetchReadFiles();
  const { isOn, settings } = preparations[speed];
  const guard = loaded<{ readonly Human: new (options: object) => Human }>('Human');
  const { Human } = guard.parse(loadInstalled('@vladmandic/human/dist/human.node-wasm.js'));
  const human = new Human({
    ...{ backend: 'wasm', wasmPath: kernelsFolder, cacheSensitivity: 0 },
    modelBasePath: `file://${installedFolder('@vladmandic/human/models')}`,
    ...{ filter: off, gesture: off, body: off, hand: off, object: off },
    face: {
      ...{ enabled: true, detector: { rotation: isOn }, mesh: { enabled: isOn } },
      ...{ description: { enabled: true }, iris: off, emotion: off },
    },
  });
  await human.init();
  await human.load();
  return {
    version: human.version,
    backend: nameBackend(),
    settings,
    threshold: `similarity above ${matchSimilarity}`,
    embed: (photo, choice) =>
      withPixels(human.tf, photo, 0, async (image, size) => {
        const limit = { face: { detector: { maxDetected: choice === 'first' ? 1 : 10 } } };
        const found = (await human.detect(image, limit)).face.flatMap(
          ({ embedding, boxScore, box: [x, y, width, height] }) =>
            embedding === undefined
              ? []
              : [{ embedding, score: boxScore, middle: { x: x + width / 2, y: y + height / 2 } }],
        );
        const face = choice === 'first' ? found[0] : chooseCentral(found, size);
        return face === undefined ? null : Float32Array.from(face.embedding);
      }),
    compare(a, b) {
      const [one, other] = [Array.from(a), Array.from(b)];
      // Human rounds similarities to hundredths, so the more precise distance is the score.
      return {
        score: -human.match.distance(one, other),
        isMatch: human.match.similarity(one, other) > matchSimilarity,
      };
    },
  };
}
