import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Ports } from '../../core/deps.js';
import { FaceError } from '../../errors.js';
import { digestOfManifest, modelManifestName, type PassiveManifest } from '../engine/passive-model.js';
import { readWithin } from '../engine/published-file.js';
import { writeWhole } from './fetch.js';
import { convertMiniFasNet } from './minifasnet.js';

/** Published weights of a second judge of passive liveness. The training data is private. */
export const secondJudge = {
  name: 'minifasnet-v2',
  file: '2.7_80x80_MiniFASNetV2.pth',
  url: 'https://raw.githubusercontent.com/minivision-ai/Silent-Face-Anti-Spoofing/b6d5f04ad78778917853b25c778acef6d5626d15/resources/anti_spoof_models/2.7_80x80_MiniFASNetV2.pth',
  sha256: 'a5eb02e1843f19b5386b953cc4c9f011c3f985d0ee2bb9819eea9a142099bec0',
  bytes: 1_849_453,
  licence: 'Apache-2.0',
  origin: 'github.com/minivision-ai/Silent-Face-Anti-Spoofing, commit b6d5f04, converted from PyTorch',
  /** With that of the built-in judge, the mean is 0.43 (docs/liveness.md). */
  bound: 0.81,
} as const;

const altered = (file: string, problem: string, cause?: unknown): FaceError =>
  new FaceError('model_altered', { file, problem }, { cause });

const missing = (file: string, problem: string, cause?: unknown): FaceError =>
  new FaceError('model_missing', { file, problem }, { cause });

const fetchWithinMs = 120_000;

async function download({ fetch }: Ports<'fetch'>): Promise<Uint8Array> {
  const { url, bytes } = secondJudge;
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(fetchWithinMs) }).catch(
    (cause: unknown) => {
      throw missing(url, 'the address does not answer; without a network, use --file', cause);
    },
  );
  if (!response.ok || response.body === null) throw missing(url, `the address answers ${response.status}`);
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of response.body) {
      length += piece.length;
      if (length > bytes) throw altered(url, 'it is larger than the published file');
      pieces.push(piece);
    }
  } catch (error) {
    throw error instanceof FaceError ? error : missing(url, 'the answer ended early', error);
  }
  return Buffer.concat(pieces);
}

const readGiven = (file: string): Promise<Uint8Array> =>
  readWithin(file, secondJudge.bytes).catch((cause: unknown) => {
    throw cause instanceof RangeError ? altered(file, cause.message, cause) : missing(file, 'it cannot be read', cause);
  });

function verify(weights: Uint8Array, file: string): Uint8Array {
  const digest = createHash('sha256').update(weights).digest('hex');
  if (digest !== secondJudge.sha256)
    throw altered(file, `its SHA-256 is ${digest}, and not that of the published file`);
  return weights;
}

const toManifest = (model: Uint8Array): PassiveManifest => ({
  use: 'liveness',
  name: secondJudge.name,
  file: `${secondJudge.name}.onnx`,
  sha256: createHash('sha256').update(model).digest('hex'),
  input: { name: 'input', size: 80, channels: 'bgr', mean: [0, 0, 0], deviation: [1, 1, 1], enlargement: 2.7 },
  output: { name: 'output', classes: 3, live: 1 },
  bound: secondJudge.bound,
  licence: secondJudge.licence,
  origin: secondJudge.origin,
});

/**
 * Brings the published weights of the second judge, and stores them as a model for passive liveness.
 * @param modelsFolder - it gets a folder of its own in it
 * @param file - the published file; `null` downloads it
 * @returns the setting that puts the model in use
 * @throws `model_altered` if it is not the published file; `model_missing` if it cannot be read or written
 */
export async function bringSecondJudge(
  modelsFolder: string,
  file: string | null,
  deps: Ports<'fetch'>,
): Promise<{ readonly folder: string; readonly manifest: string }> {
  const folder = join(resolve(modelsFolder), secondJudge.name);
  const weights = await (file === null ? download(deps) : readGiven(file));
  const model = await convertMiniFasNet(verify(weights, file ?? secondJudge.url));
  const manifest = `${JSON.stringify(toManifest(model), null, 2)}\n`;
  await writeWhole(folder, async () => [
    [`${secondJudge.name}.onnx`, model],
    [modelManifestName, manifest],
  ]).catch((error: unknown) => {
    throw error instanceof FaceError ? error : new FaceError('model_missing', { folder }, { cause: error });
  });
  return { folder, manifest: digestOfManifest(manifest) };
}
