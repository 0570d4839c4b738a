import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { z } from 'zod';
import { UsageError } from '../../../cli/command-error.js';
import type { CliDeps } from '../../../cli/deps.js';
import { parsing } from '../../../cli/parse-option.js';
import { toPrintable } from '../../../cli/table.js';
import { originGuard } from '../../../config/safe-url.js';
import { soleShare } from '../../../core/fair-queue.js';
import type { CapturedFrame, LivenessJudge } from '../../../core/ports.js';
import { toIso } from '../../../core/units.js';
import { FaceError, isOneOf, photoCodes } from '../../../errors.js';
import { createEnginePool } from '../../../face/engine/pool.js';
import { createMovementJudge } from '../../../face/liveness/judge.js';
import { parseKeyJson } from '../../../files/durable-file.js';
import { listen } from '../../../http/listen.js';
import { pageLink } from '../../../http/page-link.js';
import { type JudgedPresentation, ratePresence } from '../accuracy/presence-report.js';
import { createPresenceApp } from './app.js';
import {
  type Collection,
  type Erased,
  eraseCollection,
  type OpenedPresentation,
  openCollection,
} from './collection.js';
import { toCodeName } from './key-file.js';
import { contactPlaceholder, defaultPlan, liveSpecies, type Plan, planGuard } from './plan.js';
import { toReportLines } from './report-text.js';
import { createVisits } from './visits.js';

/** Removes the number of the frame from a reason: `relief_yaw_1` becomes `relief_yaw`. */
const toSignal = (reason: string): string => reason.replace(/_\d+$/, '');

/**
 * Judges one presentation, including order, digests and timing.
 * @returns `null` for a skipped presentation
 */
async function judgePresentation(
  { person, about, frames }: OpenedPresentation,
  judge: LivenessJudge,
): Promise<JudgedPresentation | null> {
  const { species, light, device, outcome, missed } = about;
  if (outcome === 'not_done') return null;
  const told = { species, isAttack: species !== liveSpecies, light, device, person };
  if (outcome === 'no_response') return { ...told, outcome, refusedBy: [] };
  const { pass, reasons } = await judgeFrames(frames, judge);
  const refusedBy = [...new Set([...missed, ...reasons].map(toSignal))];
  return { ...told, outcome: pass && missed.length === 0 ? 'passed' : 'refused', refusedBy };
}

async function judgeFrames(
  frames: readonly CapturedFrame[],
  judge: LivenessJudge,
): Promise<{ readonly pass: boolean; readonly reasons: readonly string[] }> {
  try {
    return await judge.judge(frames, soleShare);
  } catch (error) {
    if (error instanceof FaceError && isOneOf(photoCodes, error.code)) return { pass: false, reasons: [error.code] };
    throw error;
  }
}

const pageFolder = fileURLToPath(new URL('../../../../capture-web', import.meta.url));

interface FolderOptions {
  readonly data: string;
  readonly passphraseFile: string;
}

const parseAddress = parsing(
  z
    .string()
    .regex(/^([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]+\]):\d{1,5}$/)
    .refine((text) => URL.canParse(`http://${text}`))
    .transform((text) => new URL(`http://${text}`))
    .transform(({ hostname, port }) => ({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) })),
  'It is a host and a port: 127.0.0.1:8090.',
);
const parseOrigin = parsing(originGuard, 'It is an https address without a path; http only for this machine.');

const dataOption = ['--data <folder>', 'folder of the encrypted presentations'] as const;
const passphraseOption = ['--passphrase-file <file>', 'file with the passphrase of the presentations'] as const;

export function createMeasurePresenceCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('presence').summary(
    'how many attacks pass, and how many people are refused: APCER, BPCER',
  );
  command
    .command('plan')
    .description('Prints the built-in plan for editing: attack species, light and devices.')
    .action(() => deps.print(JSON.stringify(defaultPlan, null, 2)));
  command
    .command('start')
    .description(
      'Serves a page that leads testers through the presentations of a plan, and keeps what they agree to, encrypted. Prints a ' +
        'link that opens once. Once it is opened, the next link is printed. Runs until Ctrl+C.',
    )
    .requiredOption('--plan <file>', 'edited output of `facestep measure presence plan`')
    .requiredOption(...dataOption)
    .requiredOption(...passphraseOption)
    .addOption(
      new Option('--listen <host:port>', 'address to listen on')
        .argParser(parseAddress)
        .default({ host: '127.0.0.1', port: 8090 }, '127.0.0.1:8090'),
    )
    .option('--public-url <url>', 'https address of your proxy: phones open the camera only over https', parseOrigin)
    .action((options) => start(options, deps));
  command
    .command('report')
    .description('Judges every presentation and prints APCER, BPCER and non-response rates.')
    .requiredOption(...dataOption)
    .requiredOption(...passphraseOption)
    .option('--json', 'print JSON')
    .action((options) => report(options, deps));
  command
    .command('delete')
    .description('Erases the presentations of one person or of everyone: the keys first, then the files.')
    .requiredOption(...dataOption)
    .option('--person <code>', 'only this person; needs --passphrase-file')
    .option(...passphraseOption)
    .option('--yes', 'confirm')
    .action((options) => erase(options, deps));
  return command;
}

export async function openStoredCollection(
  { data, passphraseFile }: FolderOptions,
  deps: CliDeps,
  { make }: { readonly make: boolean } = { make: false },
): Promise<Collection> {
  const { collection, expired } = await openCollection({ folder: data, passphraseFile, make }, deps);
  if (expired.people > 0) deps.printError(`${toErasedText(expired)}: their time was over.`);
  return collection;
}

const toErasedText = ({ people, presentations }: Erased): string =>
  `Erased: ${presentations} presentations of ${people} ${people === 1 ? 'person' : 'people'}`;

interface StartOptions extends FolderOptions {
  readonly plan: string;
  readonly listen: ReturnType<typeof parseAddress>;
  readonly publicUrl?: string;
}

async function start(options: StartOptions, deps: CliDeps): Promise<void> {
  const plan = await readPlan(options.plan);
  const { config } = await deps.loadSetup();
  const collection = await openStoredCollection(options, deps, { make: true });
  const visits = createVisits(deps);
  const { host } = options.listen;
  let origin = options.publicUrl ?? '';
  const offer = (): void => deps.print(`   ${pageLink(origin, visits.newTicket())}`);
  const app = createPresenceApp({
    ...{ ...deps, plan, collection, visits, proxyHops: config.proxyHops },
    folders: { page: pageFolder, models: resolve(config.modelsFolder) },
    onOpened() {
      deps.print('It was opened. For another browser or person:');
      offer();
    },
  });
  const stopped = deps.untilStopped();
  const listening = await listen(app, options.listen);
  if (options.publicUrl === undefined) {
    origin = `http://localhost:${listening.port}`;
    deps.printError(
      'Browsers open a camera on this machine alone at this address. For phones and other machines, put a proxy with https ' +
        'before it, and name its address: --public-url https://…',
    );
  }
  deps.printError(`Listens at ${host}, port ${listening.port}, until Ctrl+C. Pictures stay in ${options.data}.`);
  deps.printError(
    `They are stored for ${plan.keepDays} days after consent; the first of these commands after that erases them.`,
  );
  deps.print('Open this in a browser with a camera. It opens once:');
  offer();
  await stopped;
  await listening.stop();
}

async function readPlan(file: string): Promise<Plan> {
  const parsed = planGuard.safeParse(parseKeyJson(await readText(file)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(`${file} is not a plan: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  if (parsed.data.responsible === contactPlaceholder)
    throw new UsageError(
      `${file} does not say who runs the test: set "responsible", which testers read before they agree`,
    );
  return parsed.data;
}

const readText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read. Make one: facestep measure presence plan > ${file}`);
  });

const queueLimit = 64;

async function report({ json = false, ...folder }: FolderOptions & { json?: boolean }, deps: CliDeps): Promise<void> {
  const { config } = await deps.loadSetup();
  const collection = await openStoredCollection(folder, deps);
  const engine = await createEnginePool({ modelsFolder: config.modelsFolder, queueLimit });
  const movementJudge = createMovementJudge({ engine });
  const presences = new Set<string>();
  const judge: LivenessJudge = {
    async judge(frames, share) {
      const found = await movementJudge.judge(frames, share);
      presences.add(found.presence);
      return found;
    },
  };
  const judged: JudgedPresentation[] = [];
  let notDone = 0;
  try {
    await collection.forEach(
      async (opened) => {
        const found = await judgePresentation(opened, judge);
        if (found === null) notDone += 1;
        else judged.push(found);
        if (judged.length % 50 === 49) deps.printError(`${judged.length + 1} presentations…`);
      },
      () => true,
    );
  } finally {
    await engine.close();
  }
  const rates = {
    judge: [...presences].sort().join(', '),
    date: toIso(deps.clock.now()).slice(0, 10),
    notDone,
    ...ratePresence(judged),
  };
  if (json) deps.print(JSON.stringify(rates));
  else for (const line of toReportLines(rates)) deps.print(line);
}

interface DeleteOptions {
  readonly data: string;
  readonly person?: string;
  readonly passphraseFile?: string;
  readonly yes?: boolean;
}

async function erase({ data, person, passphraseFile, yes = false }: DeleteOptions, deps: CliDeps): Promise<void> {
  const whose = person === undefined ? `everything in ${data}` : `what is kept of "${toPrintable(person)}" in ${data}`;
  if (!yes) throw new UsageError(`this erases ${whose} permanently. Add --yes`);
  if (person === undefined) {
    const { presentations } = await eraseCollection(data);
    deps.print(`Erased: the keys of ${data}, and ${presentations} presentations.`);
    return;
  }
  if (passphraseFile === undefined)
    throw new UsageError('--person needs --passphrase-file: code names are encrypted, too');
  const collection = await openStoredCollection({ data, passphraseFile }, deps);
  const erased = await collection.erase((each) => each.person === toCodeName(person));
  if (erased.people === 0) throw new UsageError(`no person in ${data} has the code name "${toPrintable(person)}"`);
  deps.print(`${toErasedText(erased)}.`);
}
