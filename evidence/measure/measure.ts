import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { providers } from '../../adapters/index.js';
import { toFailureLines } from '../../src/cli/failure-text.js';
import { recognitionFolderOf } from '../../src/config/data-files.js';
import { loadSetup } from '../../src/connections/setup.js';
import { type OwnPhoto, owningPhotos, type Photo } from '../../src/core/secrets.js';
import { epochMs } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { checkSections, connectionAdditions, sections } from '../../src/extensions/index.js';
import { nameOf, openRegistry, problemOf, recogniserOf, shortNameOf } from '../../src/face/recognition/registry.js';
import { createLog, createRequestContexts } from '../../src/telemetry/log.js';
import { type MeasureRequest, measure } from './accuracy/measure.js';
import { BadInput } from './corpus/corpus.js';
import type { Collection } from './presence/collection.js';
import { measurePresence, openStoredCollection } from './presence/command.js';
import { liveSpecies } from './presence/plan.js';
import { keep, type MeasureDeps, makeOut, parseOptions, runProgram, say } from './program.js';

const usage = `npm run measure -- accuracy --data DIR [--engine NAME] [--json] [--out DIR]
npm run measure -- accuracy --presence DIR --passphrase-file FILE [--engine NAME] [--json] [--out DIR]
  Counts how many strangers pass (FMR) and how many people are refused (FNMR), on a folder of photos, or on the people of
  a presence test who allowed it. An imported model gets its parameters so: they are fitted on half of the people, and
  judged on the others. Nothing of the photos is kept.
  --data             folder with one subfolder per person, or per source with the people in it
  --presence         instead of --data: the folder of a presence test
  --passphrase-file  with --presence: file with its passphrase
  --engine           imported engine that "facestep models list" prints (default: the built-in one)
  --json             figures as JSON on stdout instead of tables
  --out              also writes the figures, tables and a plot into this folder

npm run measure -- presence plan
npm run measure -- presence start --plan FILE --data DIR --passphrase-file FILE [--listen HOST:PORT] [--public-url URL]
npm run measure -- presence report --data DIR --passphrase-file FILE [--json]
npm run measure -- presence delete --data DIR [--person CODE --passphrase-file FILE] --yes
  Counts how many attacks pass, and how many people are refused: APCER, BPCER.
  plan               prints the built-in plan for editing: attack species, light and devices
  start              serves a page that leads testers through the presentations of a plan, and keeps what they agree to,
                     encrypted. Prints a link that opens once; once it is opened, the next link. Runs until Ctrl+C
  report             judges every presentation and prints APCER, BPCER and non-response rates
  delete             erases the presentations of one person or of everyone: the keys first, then the files
  --plan             edited output of "presence plan"
  --data             folder of the encrypted presentations
  --passphrase-file  file with the passphrase of the presentations
  --listen           address to listen on (default 127.0.0.1:8090)
  --public-url       https address of your proxy: phones open the camera only over https
  --json             the report as JSON
  --person           only the person with this code name
  --yes              confirms

The settings of the server apply (FACESTEP_CONFIG, FACESTEP_DATA): folders of the models and of imported models.`;

/**
 * Measures what the arguments name.
 * @throws BadInput, FaceError
 */
export async function measureNamed(args: readonly string[], deps: MeasureDeps): Promise<void> {
  const [what, ...rest] = args;
  if (what === 'accuracy') return measureAccuracy(rest, deps);
  if (what === 'presence') return measurePresence(rest, deps);
  parseOptions({ args: [...args], options: {} });
  throw new BadInput('Name what to measure: accuracy or presence. See: npm run measure -- --help');
}

interface AccuracyOptions {
  readonly engine?: string | undefined;
  readonly json?: boolean | undefined;
  readonly out?: string | undefined;
}

async function measureAccuracy(args: string[], deps: MeasureDeps): Promise<void> {
  const {
    data,
    presence,
    'passphrase-file': passphraseFile,
    ...options
  } = parseOptions({
    args,
    options: {
      data: { type: 'string' },
      presence: { type: 'string' },
      'passphrase-file': { type: 'string' },
      engine: { type: 'string' },
      json: { type: 'boolean' },
      out: { type: 'string' },
    },
  }).values;
  if (data !== undefined && presence === undefined) return measurePhotos(data, options, deps);
  if (data !== undefined || presence === undefined || passphraseFile === undefined)
    throw new BadInput('Name photos: --data DIR, or --presence DIR with --passphrase-file FILE');
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
  deps: MeasureDeps,
): Promise<void> {
  const { config } = await deps.loadSetup();
  const folder = recognitionFolderOf(config);
  const registry = openRegistry(folder, deps);
  const found = engine === undefined ? null : await registry.find(engine);
  if (engine !== undefined && found === null)
    throw new BadInput(`No engine ${engine} in ${folder}. See: facestep models list`);
  const entry = found === null ? null : await registry.readParameters(found);
  const problem = found === null ? null : problemOf(found, entry);
  if (problem !== null) throw new BadInput(`${engine} is not measured: ${problem}`);
  // The folder is created now, so that the command fails before the work.
  await makeOut(out);
  const own =
    found === null
      ? null
      : {
          id: found.number,
          name: shortNameOf(found),
          recogniser: recogniserOf(folder, found),
          entry,
        };
  const from = typeof data === 'string' ? '--data' : '--presence';
  const command = `npm run measure -- accuracy ${from} DIR${found === null ? '' : ` --engine ${shortNameOf(found)}`}`;
  const measured = await measure({ data, modelsFolder: config.modelsFolder, own, command }, deps.say);
  for (const line of measured.missing) deps.say(`Not measured: ${line}`);
  await keep(out ?? null, measured.files);
  deps.print(json ? measured.json : measured.tables.trimEnd());
  if (measured.notOffered.length > 0) deps.say(`Not offered: level ${measured.notOffered.join(', ')}.`);
  const { fitted } = measured;
  if (found === null || fitted === null) return;
  const name = nameOf(await registry.setParameters(found, fitted));
  deps.say(
    `Its parameters are stored. To create new tokens with it, set recognition.engine to "${name}", and restart.`,
  );
}

/** Returns what a process has, and the settings of the server. */
function createProcessDeps(): MeasureDeps {
  const clock = { now: () => epochMs(Date.now()) };
  const log = createLog(process.stderr.fd, createRequestContexts(), process.stderr.isTTY === true);
  const random = (bytes: number) => randomBytes(bytes);
  return {
    clock,
    random,
    log,
    print: (line) => void process.stdout.write(`${line}\n`),
    say,
    loadSetup: () =>
      loadSetup(providers, {
        clock,
        random,
        log,
        sections,
        checkSections,
        additions: connectionAdditions,
        fetch: globalThis.fetch,
        env: process.env,
        readFile: (path) => readFile(path, 'utf8'),
      }),
    untilStopped: () => Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]),
  };
}

/** Measures, and prints what is wrong with the settings or the models. */
async function main(): Promise<void> {
  try {
    await measureNamed(process.argv.slice(2), createProcessDeps());
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    const plain = { command: null, asJson: false, isVerbose: false, paint: (_style: string, text: string) => text };
    toFailureLines(error, plain).forEach(say);
    process.exitCode = 1;
  }
}

// Tests import it without running it.
if (process.argv[1] === import.meta.filename) await runProgram(main, usage);
