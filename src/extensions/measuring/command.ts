import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { recognitionFolderOf } from '../../config/data-files.js';
import { type OwnPhoto, owningPhotos, type Photo } from '../../core/secrets.js';
import { nameOf, openRegistry, problemOf, recogniserOf, shortNameOf } from '../../face/recognition/registry.js';
import type { MeasureRequest } from './accuracy/measure.js';
import { BadInput } from './corpus/corpus.js';
import type { Collection } from './presence/collection.js';
import { createMeasurePresenceCommand, openStoredCollection } from './presence/command.js';
import { liveSpecies } from './presence/plan.js';

interface AccuracyOptions {
  readonly data?: string;
  readonly presence?: string;
  readonly passphraseFile?: string;
  readonly engine?: string;
  readonly json?: boolean;
  readonly out?: string;
}

export function createMeasureCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('measure').summary('measure accuracy and attack resistance with your own data');
  command
    .command('accuracy')
    .description(
      'Counts how many strangers pass (FMR) and how many people are refused (FNMR), on a folder of photos, or on the people of a ' +
        'presence test who allowed it. An imported model gets its parameters so: they are fitted on half of the people, and judged ' +
        'on the others. Nothing of the photos is kept.',
    )
    .option('--data <folder>', 'folder with one subfolder per person, or per source with the people in it')
    .option('--presence <folder>', 'instead of --data: the folder of `facestep measure presence`')
    .option('--passphrase-file <file>', 'with --presence: file with its passphrase')
    .option('--engine <name>', 'imported engine that `facestep models list` prints (default: the built-in one)')
    .option('--json', 'print JSON')
    .option('--out <folder>', 'also write the figures, tables and a plot into this folder')
    .action((options) => measureAccuracy(options, deps));
  return command.addCommand(createMeasurePresenceCommand(deps));
}

async function measureAccuracy(options: AccuracyOptions, deps: CliDeps): Promise<void> {
  const { data, presence, passphraseFile } = options;
  if (data !== undefined && presence === undefined) return measurePhotos(data, options, deps);
  if (data !== undefined || presence === undefined || passphraseFile === undefined)
    throw new UsageError('name photos: --data <folder>, or --presence <folder> with --passphrase-file <file>');
  const collection = await openStoredCollection({ data: presence, passphraseFile }, deps);
  await owningPhotos(async (own) => {
    const people = await openFirstFrames(collection, own);
    await measurePhotos({ folder: presence, people }, options, deps);
  });
}

/**
 * Returns the first frame of each presentation of a real user who consented. Further frames of a presentation are too
 * similar to it.
 */
async function openFirstFrames(collection: Collection, own: OwnPhoto): Promise<ReadonlyMap<string, readonly Photo[]>> {
  const people = new Map<string, readonly Photo[]>();
  await collection.forEach(
    async ({ person, about: { species }, frames: [first] }) => {
      if (species !== liveSpecies || first === undefined) return;
      // The picture is copied, because the original is overwritten after reading.
      const photo = first.photo.use((bytes) => own(Uint8Array.from(bytes)));
      people.set(person, [...(people.get(person) ?? []), photo]);
    },
    ({ allowsAccuracy }) => allowsAccuracy,
  );
  return people;
}

async function measurePhotos(
  data: MeasureRequest['data'],
  { engine, json = false, out }: AccuracyOptions,
  deps: CliDeps,
): Promise<void> {
  const { config } = await deps.loadSetup();
  const folder = recognitionFolderOf(config);
  const registry = openRegistry(folder, deps);
  const found = engine === undefined ? null : await registry.find(engine);
  if (engine !== undefined && found === null)
    throw new UsageError(`there is no engine ${engine} in ${folder}. See: facestep models list`);
  const entry = found === null ? null : await registry.readParameters(found);
  const problem = found === null ? null : problemOf(found, entry);
  if (problem !== null) throw new UsageError(`${engine} is not measured: ${problem}`);
  // The folder is created now, so that the command fails before the work.
  if (out !== undefined)
    await mkdir(out, { recursive: true }).catch(() => {
      throw new UsageError(`the folder ${out} cannot be made`);
    });
  const own =
    found === null
      ? null
      : {
          id: found.number,
          name: shortNameOf(found),
          recogniser: recogniserOf(folder, found),
          entry,
        };
  const { measure } = await import('./accuracy/measure.js');
  const from = typeof data === 'string' ? '--data' : '--presence';
  const command = `facestep measure accuracy ${from} DIR${found === null ? '' : ` --engine ${shortNameOf(found)}`}`;
  const measured = await measure({ data, modelsFolder: config.modelsFolder, own, command }, deps.printError).catch(
    (error: unknown) => {
      throw error instanceof BadInput ? new UsageError(error.message) : error;
    },
  );
  for (const line of measured.missing) deps.printError(`Not measured: ${line}`);
  if (out !== undefined)
    for (const [name, text] of Object.entries(measured.files)) await writeFile(join(out, name), text);
  deps.print(json ? measured.json : measured.tables.trimEnd());
  if (measured.notOffered.length > 0) deps.printError(`Not offered: level ${measured.notOffered.join(', ')}.`);
  const { fitted } = measured;
  if (found === null || fitted === null) return;
  const name = nameOf(await registry.setParameters(found, fitted));
  deps.printError(
    `Its parameters are kept. To make new tokens with it, set recognition.engine to "${name}", and restart.`,
  );
}
