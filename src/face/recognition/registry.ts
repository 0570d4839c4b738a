import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { parseJsonAs } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import { toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { chownToFolderOwner, isForbidden, isSystemError, makeFolder, replaceFile } from '../../files/durable-file.js';
import {
  leastNumbers,
  preprocessGuard,
  type Recogniser,
  type RecognitionModel,
  recognitionModelGuard,
} from '../engine/embed.js';
import { modelStatements } from '../engine/passive-model.js';
import { readPublishedFile } from '../engine/published-file.js';
import { customEngines } from '../token/format.js';
import { type EngineEntry, engineEntryGuard } from '../token/parameters.js';

/*
 * A folder with `registry.json`, models and parameters, whose file names are their SHA-256. These files are not secret,
 * but the server does not start if one was changed.
 */

export const labelGuard = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected up to 32 of a–z, 0–9 and -');

const engineGuard = z.strictObject({
  /** Numbers are never reused. */
  number: z.int().min(customEngines.first).max(customEngines.last),
  label: labelGuard,
  licence: z.string(),
  /** Who made the model; `null` if an earlier version stored it. */
  origin: z.string().nullable().default(null),
  importedAt: z.iso.datetime(),
  model: recognitionModelGuard,
  preprocess: preprocessGuard,
  /** `null` until measured, then constant. */
  parameters: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});

export type CustomEngine = z.output<typeof engineGuard>;

/** What the person who brings a recognition model states about it. Digest and output are compared with the file. */
export const recognitionManifestGuard = z.strictObject({
  use: z.literal('recognition'),
  name: labelGuard,
  ...modelStatements,
  input: z.union([z.enum(['facestep', 'arcface-112']), preprocessGuard]),
  output: z.strictObject({ numbers: z.int().positive() }),
});
export type RecognitionManifest = z.output<typeof recognitionManifestGuard>;

const registryGuard = z.strictObject({
  format: z.literal('facestep-recognition-1'),
  nextNumber: z
    .int()
    .min(customEngines.first)
    .max(customEngines.last + 1),
  engines: z.array(engineGuard),
});

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

const recogniserIdOf = ({ model, preprocess }: CustomEngine): string => sha256(JSON.stringify([model, preprocess]));

export const shortNameOf = ({ label, number }: Pick<CustomEngine, 'label' | 'number'>): string => `${label}-${number}`;

/**
 * Returns the name of an engine. After measurement it ends with a digest, so that a configuration pins exactly this
 * engine.
 */
export const nameOf = (engine: CustomEngine): string =>
  engine.parameters === null
    ? shortNameOf(engine)
    : `${shortNameOf(engine)}-${sha256(`${recogniserIdOf(engine)} ${engine.parameters}`).slice(0, 16)}`;

export const recogniserOf = (folder: string, engine: CustomEngine): Recogniser => ({
  id: recogniserIdOf(engine),
  folder,
  model: engine.model,
  preprocess: engine.preprocess,
});

/** Returns why an engine cannot be used for tokens, or `null`. */
export function problemOf({ model }: CustomEngine, entry: EngineEntry | null): string | null {
  if (model.numbers < leastNumbers)
    return `its model returns ${model.numbers} numbers, but at least ${leastNumbers} are needed: import another model`;
  if (entry !== null && entry.rotation === undefined)
    return 'it was measured by a version that did not rotate embeddings: import and measure its model again';
  return null;
}

export function openRegistry(folder: string, deps: Ports<'clock' | 'random'>) {
  const file = join(folder, 'registry.json');

  async function read(): Promise<z.output<typeof registryGuard>> {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return null;
      // A file that may not be read is not reported as altered.
      if (isForbidden(error)) throw error;
      throw new FaceError('parameters_altered', { file: 'registry.json' }, { cause: error });
    });
    if (text === null) return { format: 'facestep-recognition-1', nextNumber: customEngines.first, engines: [] };
    const data = parseJsonAs(text, registryGuard);
    if (data === undefined) throw new FaceError('parameters_altered', { file: 'registry.json' });
    return data;
  }

  async function write(registry: z.output<typeof registryGuard>): Promise<void> {
    await replaceFile(file, `${JSON.stringify(registry, null, 2)}\n`, deps.random);
    await chownToFolderOwner(file);
  }

  async function keep(name: string, bytes: Uint8Array): Promise<void> {
    // Never through a link that another account may have put there.
    await replaceFile(join(folder, name), bytes, deps.random);
    await chownToFolderOwner(join(folder, name));
  }

  return {
    /** Lists engines by number. @throws `parameters_altered` if the registry is malformed */
    list: async (): Promise<readonly CustomEngine[]> => (await read()).engines,
    async find(name: string): Promise<CustomEngine | null> {
      const { engines } = await read();
      return engines.find((each) => nameOf(each) === name || shortNameOf(each) === name) ?? null;
    },
    /** @throws `limit_reached` if all engine numbers are taken */
    async add(
      engine: Pick<CustomEngine, 'label' | 'licence' | 'origin' | 'model' | 'preprocess'>,
      bytes: Uint8Array,
    ): Promise<CustomEngine> {
      await makeFolder(folder);
      const { nextNumber, engines, format } = await read();
      if (nextNumber > customEngines.last) throw new FaceError('limit_reached');
      const importedAt = toIso(deps.clock.now());
      const added: CustomEngine = { ...engine, number: nextNumber, importedAt, parameters: null };
      await keep(engine.model.file, bytes);
      await write({ format, nextNumber: nextNumber + 1, engines: [...engines, added] });
      return added;
    },
    /** Stores the measured parameters. @returns the engine with its final name */
    async setParameters(engine: CustomEngine, entry: EngineEntry): Promise<CustomEngine> {
      const registry = await read();
      const bytes = Buffer.from(`${JSON.stringify(entry)}\n`);
      const measured: CustomEngine = { ...engine, parameters: sha256(bytes) };
      await keep(`${measured.parameters}.json`, bytes);
      const engines = registry.engines.map((each) => (each.number === engine.number ? measured : each));
      await write({ ...registry, engines });
      return measured;
    },
    /** @throws `parameters_altered` if the file is missing, or if its checksum is wrong */
    async readParameters({ number, parameters }: CustomEngine): Promise<EngineEntry | null> {
      if (parameters === null) return null;
      const name = `${parameters}.json`;
      const altered = (cause?: unknown): FaceError => new FaceError('parameters_altered', { file: name }, { cause });
      const bytes = await readFile(join(folder, name)).catch((error: unknown) => {
        throw isForbidden(error) ? error : altered(error);
      });
      if (sha256(bytes) !== parameters) throw altered();
      const data = parseJsonAs(bytes, engineEntryGuard);
      if (data?.id !== number) throw altered();
      return data;
    },
    async remove(engine: CustomEngine): Promise<void> {
      const registry = await read();
      const engines = registry.engines.filter(({ number }) => number !== engine.number);
      await write({ ...registry, engines });
      const isUsed = (name: string): boolean =>
        engines.some(({ model, parameters }) => model.file === name || `${parameters}.json` === name);
      for (const name of [engine.model.file, ...(engine.parameters === null ? [] : [`${engine.parameters}.json`])])
        if (!isUsed(name)) await rm(join(folder, name), { force: true });
    },
  };
}

export async function checkModelFile(folder: string, model: RecognitionModel): Promise<void> {
  if ((await readPublishedFile(folder, model)) === null)
    throw new FaceError('model_missing', { file: model.file, folder: resolve(folder) });
}

export function toRecognitionModel(
  file: Uint8Array,
  tensors: Pick<RecognitionModel, 'input' | 'output' | 'numbers'>,
): RecognitionModel {
  const digest = sha256(file);
  return { file: `${digest}.onnx`, sha256: digest, bytes: file.length, ...tensors };
}
