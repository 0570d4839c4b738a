import { z } from 'zod';
import { installedFolder, loadInstalled } from './installed.js';
import { chooseCentral, type FaceLibrary } from './library.js';
import { readPixels } from './pixels.js';
import { hasFunctions, loadTensorflow, nameBackend, type Tensor, withTensor } from './tensorflow.js';

/** What a face comes with at the end of the chain of calls. */
interface DescribedFace {
  readonly descriptor: Float32Array;
  readonly detection: {
    readonly score: number;
    readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  };
}

interface Network {
  loadFromDisk(folder: string): Promise<void>;
}

type Options = Readonly<Record<string, unknown>>;

/** What is used of the library. */
interface FaceApi {
  readonly version: string;
  readonly nets: Readonly<
    Record<'ssdMobilenetv1' | 'tinyFaceDetector' | 'faceLandmark68Net' | 'faceRecognitionNet', Network>
  >;
  readonly SsdMobilenetv1Options: new (options: { minConfidence: number; maxResults: number }) => Options;
  readonly TinyFaceDetectorOptions: new (options: { inputSize: number; scoreThreshold: number }) => Options;
  detectSingleFace(
    image: Tensor,
    options: Options,
  ): {
    withFaceLandmarks(): { withFaceDescriptor(): PromiseLike<DescribedFace | undefined> };
  };
  detectAllFaces(
    image: Tensor,
    options: Options,
  ): {
    withFaceLandmarks(): { withFaceDescriptors(): PromiseLike<readonly DescribedFace[]> };
  };
  euclideanDistance(a: Float32Array, b: Float32Array): number;
}

const faceApiGuard = z.custom<FaceApi>((value) =>
  hasFunctions(value, ['detectSingleFace', 'detectAllFaces', 'euclideanDistance', 'SsdMobilenetv1Options']),
);

/** The default of the library's `FaceMatcher`: descriptors nearer than this are one person. */
const matchDistance = 0.6;

/**
 * How it finds faces. `recommended`: SSD MobileNet, as in its comparison and matching demonstrations, with the lower
 * `minConfidence` of the two, 0.1. `fast`: its tiny detector at one of the sizes its documentation recommends for a face
 * near a camera.
 *
 * Border and size were chosen on people of the fitting half, to the good of the library: of 104 photos SSD found a face in
 * 65 without a border and in 99 with one; the tiny detector took half the time of its default size, 416, and found 103
 * instead of 89.
 */
const detectors = {
  recommended: { border: 0.25, settings: 'SSD MobileNet v1 (minConfidence 0.1), 68 landmarks, recognition' },
  fast: { border: 0.25, settings: 'tiny detector (inputSize 160), 68 landmarks, recognition' },
} as const;

/**
 * `@vladmandic/face-api`, with the calls its documentation recommends for recognition.
 * @see https://github.com/vladmandic/face-api/blob/master/demo/node-wasm.js
 */
export async function createFaceApi(speed: keyof typeof detectors): Promise<FaceLibrary> {
  const tensorflow = await loadTensorflow();
  const faceApi = faceApiGuard.parse(loadInstalled('@vladmandic/face-api/dist/face-api.node-wasm.js'));
  const { nets } = faceApi;
  const { border, settings } = detectors[speed];
  const detector = speed === 'fast' ? nets.tinyFaceDetector : nets.ssdMobilenetv1;
  for (const network of [detector, nets.faceLandmark68Net, nets.faceRecognitionNet])
    await network.loadFromDisk(installedFolder('@vladmandic/face-api/model'));
  const toOptions = (maxResults: number): Options =>
    speed === 'fast'
      ? new faceApi.TinyFaceDetectorOptions({ inputSize: 160, scoreThreshold: 0.5 })
      : new faceApi.SsdMobilenetv1Options({ minConfidence: 0.1, maxResults });
  const [one, several] = [toOptions(1), toOptions(10)];

  return {
    version: faceApi.version,
    backend: nameBackend(),
    settings: `${settings}; a black border of a quarter around each photo`,
    threshold: `Euclidean distance below ${matchDistance}, the default of FaceMatcher`,

    async embed(photo, choice) {
      const pixels = await readPixels(photo, border);
      return withTensor(tensorflow, pixels, async (image) => {
        if (choice === 'first')
          return (
            (await faceApi.detectSingleFace(image, one).withFaceLandmarks().withFaceDescriptor())?.descriptor ?? null
          );
        const faces = await faceApi.detectAllFaces(image, several).withFaceLandmarks().withFaceDescriptors();
        const found = faces.map(({ descriptor, detection: { score, box } }) => ({
          descriptor,
          score,
          middle: { x: box.x + box.width / 2, y: box.y + box.height / 2 },
        }));
        return chooseCentral(found, pixels)?.descriptor ?? null;
      });
    },

    compare(a, b) {
      const distance = faceApi.euclideanDistance(a, b);
      return { score: -distance, isMatch: distance < matchDistance };
    },
  };
}
