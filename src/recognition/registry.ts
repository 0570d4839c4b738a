import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Clock, Random } from '../core/ports.js';
import { toIso } from '../core/units.js';
import { preprocessGuard } from '../engine/preprocess.js';
import { readPublishedFile } from '../engine/published-file.js';
import { leastNumbers, type Recogniser, type RecognitionModel, recognitionModelGuard } from '../engine/recogniser.js';
import { FaceError } from '../errors.js';
import {
  giveToOwnerOfFolder,
  isForbidden,
  isSystemError,
  makeFolder,
  replaceFile,
  syncFolder,
} from '../files/durable-file.js';
import { ownEngines } from '../token/format.js';
import { type EngineEntry, engineEntryGuard } from '../token/parameters.js';

/*
 * The folder of an installation's own recognition models: `registry.json`, the models and their parameters, each file named
 * by its SHA-256. Nothing in it is secret; whoever changes a byte stops the start.
 */

/** What an engine is called by people, before its number. */
export const labelGuard = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected up to 32 of a–z, 0–9 and -');

const engineGuard = z.strictObject({
  /** In its tokens; never given again. */
  number: z.int().min(ownEngines.first).max(ownEngines.last),
  label: labelGuard,
  /** What the administrator said of it. */
  licence: z.string(),
  importedAt: z.iso.datetime(),
  model: recognitionModelGuard,
  preprocess: preprocessGuard,
  /** SHA-256 of the file of its parameters; `null` until it is measured. They never change after that. */
  parameters: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});

/** One engine of an installation's own. */
export type OwnEngine = z.output<typeof engineGuard>;

const registryGuard = z.strictObject({
  format: z.literal('facestep-recognition-1'),
  nextNumber: z
    .int()
    .min(ownEngines.first)
    .max(ownEngines.last + 1),
  engines: z.array(engineGuard),
});

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Stands for a model and its preprocessing. */
const recogniserIdOf = ({ model, preprocess }: OwnEngine): string => sha256(JSON.stringify([model, preprocess]));

/** The engine without its digest, as it is called before it is measured: its label and its number. */
export const shortNameOf = ({ label, number }: Pick<OwnEngine, 'label' | 'number'>): string => `${label}-${number}`;

/**
 * The name of an engine. Once it is measured it ends with 16 digits that stand for model, preprocessing and parameters, so that
 * a configuration that names the engine holds all of them to what was measured.
 */
export const nameOf = (engine: OwnEngine): string =>
  engine.parameters === null
    ? shortNameOf(engine)
    : `${shortNameOf(engine)}-${sha256(`${recogniserIdOf(engine)} ${engine.parameters}`).slice(0, 16)}`;

/** What the engine needs to describe faces by this model. */
export const recogniserOf = (folder: string, engine: OwnEngine): Recogniser => ({
  id: recogniserIdOf(engine),
  folder,
  model: engine.model,
  preprocess: engine.preprocess,
});

/**
 * Returns why an engine makes and opens no tokens.
 * @param entry - its parameters; `null` if it is not measured
 * @returns `null` if nothing is wrong with it
 */
export function problemOf({ model }: OwnEngine, entry: EngineEntry | null): string | null {
  if (model.numbers < leastNumbers)
    return `its model gives ${model.numbers} numbers, and at least ${leastNumbers} are needed: import another model`;
  if (entry !== null && entry.rotation === undefined)
    return 'it was measured by a version that did not rotate embeddings: import its model again, and measure that';
  return null;
}

/** The folder, read and changed by one process at a time. */
export interface Registry {
  /** In the order of their numbers. @throws FaceError `parameters_altered`: the registry is not one */
  list(): Promise<readonly OwnEngine[]>;
  /** The engine of a name, or of its label and number. */
  find(name: string): Promise<OwnEngine | null>;
  /** @throws FaceError `limit_reached`: all numbers are given */
  add(engine: Pick<OwnEngine, 'label' | 'licence' | 'model' | 'preprocess'>, file: Uint8Array): Promise<OwnEngine>;
  /** Keeps what was fitted for an engine that had no parameters. @returns the engine, under its final name */
  setParameters(engine: OwnEngine, entry: EngineEntry): Promise<OwnEngine>;
  /** @throws FaceError `parameters_altered`: missing or not those that were measured */
  readParameters(engine: OwnEngine): Promise<EngineEntry | null>;
  /** Takes an engine away; its number is not given again. */
  remove(engine: OwnEngine): Promise<void>;
}

/** @param folder - need not be there before the first model is added */
export function openRegistry(folder: string, deps: { readonly clock: Clock; readonly random: Random }): Registry {
  const file = join(folder, 'registry.json');

  async function read(): Promise<z.output<typeof registryGuard>> {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return null;
      // Nothing is known of the file then, and nobody altered it.
      if (isForbidden(error)) throw error;
      throw new FaceError('parameters_altered', { file: 'registry.json' }, { cause: error });
    });
    if (text === null) return { format: 'facestep-recognition-1', nextNumber: ownEngines.first, engines: [] };
    const { data } = registryGuard.safeParse(parseJson(text));
    if (data === undefined) throw new FaceError('parameters_altered', { file: 'registry.json' });
    return data;
  }

  async function write(registry: z.output<typeof registryGuard>): Promise<void> {
    await replaceFile(file, `${JSON.stringify(registry, null, 2)}\n`, deps.random);
    await giveToOwnerOfFolder(file);
  }

  async function keep(name: string, bytes: Uint8Array): Promise<void> {
    await writeFile(join(folder, name), bytes, { mode: 0o600, flush: true });
    await giveToOwnerOfFolder(join(folder, name));
    await syncFolder(file);
  }

  return {
    list: async () => (await read()).engines,
    async find(name) {
      const { engines } = await read();
      return engines.find((each) => nameOf(each) === name || shortNameOf(each) === name) ?? null;
    },
    async add(engine, bytes) {
      await makeFolder(folder);
      const { nextNumber, engines, format } = await read();
      if (nextNumber > ownEngines.last) throw new FaceError('limit_reached');
      const importedAt = toIso(deps.clock.now());
      const added: OwnEngine = { ...engine, number: nextNumber, importedAt, parameters: null };
      await keep(engine.model.file, bytes);
      await write({ format, nextNumber: nextNumber + 1, engines: [...engines, added] });
      return added;
    },
    async setParameters(engine, entry) {
      const registry = await read();
      const bytes = Buffer.from(`${JSON.stringify(entry)}\n`);
      const measured: OwnEngine = { ...engine, parameters: sha256(bytes) };
      await keep(`${measured.parameters}.json`, bytes);
      const engines = registry.engines.map((each) => (each.number === engine.number ? measured : each));
      await write({ ...registry, engines });
      return measured;
    },
    async readParameters({ number, parameters }) {
      if (parameters === null) return null;
      const name = `${parameters}.json`;
      const altered = (cause?: unknown): FaceError => new FaceError('parameters_altered', { file: name }, { cause });
      const bytes = await readFile(join(folder, name)).catch((error: unknown) => {
        throw isForbidden(error) ? error : altered(error);
      });
      if (sha256(bytes) !== parameters) throw altered();
      const { data } = engineEntryGuard.safeParse(parseJson(bytes.toString('utf8')));
      if (data?.id !== number) throw altered();
      return data;
    },
    async remove(engine) {
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The file of a model, checked. @throws FaceError `model_missing`, `model_altered` */
export async function checkModelFile(folder: string, model: RecognitionModel): Promise<void> {
  if ((await readPublishedFile(folder, model)) === null)
    throw new FaceError('model_missing', { file: model.file, folder: resolve(folder) });
}

/** How a model is named in the folder. */
export function toRecognitionModel(
  file: Uint8Array,
  tensors: Pick<RecognitionModel, 'input' | 'output' | 'numbers'>,
): RecognitionModel {
  const digest = sha256(file);
  return { file: `${digest}.onnx`, sha256: digest, bytes: file.length, ...tensors };
}
