import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { installedFolder, loadInstalled } from './installed.js';
import { chooseCentral, type FaceLibrary } from './library.js';
import { readPixels } from './pixels.js';
import { hasFunctions, kernelsFolder, nameBackend, type Tensor, type Tensorflow, withTensor } from './tensorflow.js';

interface FoundByHuman {
  readonly boxScore: number;
  /** Left, top, width, height, in pixels. */
  readonly box: readonly [number, number, number, number];
  readonly embedding?: readonly number[];
}

/** What is used of the library. */
interface Human {
  readonly version: string;
  readonly tf: Pick<Tensorflow, 'tensor3d'>;
  init(): Promise<void>;
  load(): Promise<void>;
  detect(image: Tensor, options: object): Promise<{ readonly face: readonly FoundByHuman[] }>;
  readonly match: {
    similarity(a: readonly number[], b: readonly number[]): number;
    distance(a: readonly number[], b: readonly number[]): number;
  };
}

const moduleGuard = z.custom<{ readonly Human: new (options: object) => Human }>((value) =>
  hasFunctions(value, ['Human']),
);

/** "Similarity match above 50% can be considered a match." @see https://github.com/vladmandic/human/wiki/Embedding */
const matchSimilarity = 0.5;

/**
 * How much it does to a face before it describes it. `recommended`: rotation and mesh, "highly recommended" by its
 * documentation. `fast`: neither.
 */
const preparations = {
  recommended: { isOn: true, settings: 'BlazeFace, rotation, mesh, description (faceres)' },
  fast: { isOn: false, settings: 'BlazeFace, description (faceres); neither rotation nor mesh' },
} as const;

const off = { enabled: false };

/**
 * In Node without the native binding the library loads its models by the platform's fetch, which has no `file:`. This gives
 * it one, so that it needs no web server.
 */
function letFetchReadFiles(): void {
  const fetchFromWeb = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return url.protocol === 'file:' ? new Response(await readFile(url)) : fetchFromWeb(input, init);
  };
}

/**
 * `@vladmandic/human`, with the settings its documentation recommends for recognition. What recognition does not use is
 * off, and so is the reuse of results between frames of a video: every photo here is another one.
 */
export async function createHuman(speed: keyof typeof preparations): Promise<FaceLibrary> {
  letFetchReadFiles();
  const { isOn, settings } = preparations[speed];
  const { Human } = moduleGuard.parse(loadInstalled('@vladmandic/human/dist/human.node-wasm.js'));
  const human = new Human({
    backend: 'wasm',
    wasmPath: kernelsFolder,
    modelBasePath: `file://${installedFolder('@vladmandic/human/models')}`,
    cacheSensitivity: 0,
    filter: off,
    gesture: off,
    body: off,
    hand: off,
    object: off,
    face: {
      enabled: true,
      detector: { rotation: isOn },
      mesh: { enabled: isOn },
      description: { enabled: true },
      iris: off,
      emotion: off,
    },
  });
  await human.init();
  await human.load();
  const toLimit = (maxDetected: number): object => ({ face: { detector: { maxDetected } } });

  return {
    version: human.version,
    backend: nameBackend(),
    settings,
    threshold: `similarity above ${matchSimilarity}`,

    async embed(photo, choice) {
      const pixels = await readPixels(photo, 0);
      const limit = toLimit(choice === 'first' ? 1 : 10);
      const { face: faces } = await withTensor(human.tf, pixels, (image) => human.detect(image, limit));
      const found = faces.flatMap(({ embedding, boxScore, box: [x, y, width, height] }) =>
        embedding === undefined
          ? []
          : [{ embedding, score: boxScore, middle: { x: x + width / 2, y: y + height / 2 } }],
      );
      const face = choice === 'first' ? found[0] : chooseCentral(found, pixels);
      return face === undefined ? null : Float32Array.from(face.embedding);
    },

    compare(a, b) {
      const [one, other] = [Array.from(a), Array.from(b)];
      // Its similarity is rounded to hundredths; the distance it comes from is finer.
      return {
        score: -human.match.distance(one, other),
        isMatch: human.match.similarity(one, other) > matchSimilarity,
      };
    },
  };
}
