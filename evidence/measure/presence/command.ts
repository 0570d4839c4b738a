import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { toPrintable } from '../../../src/cli/table.js';
import { originGuard } from '../../../src/config/safe-url.js';
import { parseJson } from '../../../src/core/base/json.js';
import { soleShare } from '../../../src/core/fair-queue.js';
import { pageLink } from '../../../src/core/page-link.js';
import type { LivenessJudge } from '../../../src/core/ports.js';
import { toIso } from '../../../src/core/units.js';
import { FaceError, isOneOf, photoCodes } from '../../../src/errors.js';
import { createEnginePool } from '../../../src/face/engine/pool.js';
import { createMovementJudge } from '../../../src/face/liveness/judge.js';
import { listen } from '../../../src/http/listen.js';
import { type JudgedPresentation, ratePresence } from '../accuracy/presence-report.js';
import { BadInput } from '../corpus/corpus.js';
import { type MeasureDeps, parseOptions } from '../program.js';
import { createPresenceApp } from './app.js';
import { type Collection, eraseCollection, type OpenedPresentation, openCollection } from './collection.js';
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
  { person, about, ...captured }: OpenedPresentation,
  judge: LivenessJudge,
): Promise<JudgedPresentation | null> {
  const { species, light, device, outcome, missed } = about;
  if (outcome === 'not_done') return null;
  const told = { species, isAttack: species !== liveSpecies, light, device, person };
  if (outcome === 'no_response') return { ...told, outcome, refusedBy: [] };
  const { pass, reasons } = await judge.judge(captured, soleShare).catch((error: unknown) => {
    if (error instanceof FaceError && isOneOf(photoCodes, error.code)) return { pass: false, reasons: [error.code] };
    throw error;
  });
  const refusedBy = [...new Set([...missed, ...reasons].map(toSignal))];
  return { ...told, outcome: pass && missed.length === 0 ? 'passed' : 'refused', refusedBy };
}

const pageFolder = fileURLToPath(new URL('../../../presence-web', import.meta.url));

type FolderOptions = ReturnType<typeof toFolder>;

const addressGuard = z
  .string()
  .regex(/^([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]+\]):\d{1,5}$/)
  .refine((text) => URL.canParse(`http://${text}`))
  .transform((text) => new URL(`http://${text}`))
  .transform(({ hostname, port }) => ({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) }));

function parseOption<Guard extends z.ZodType>(guard: Guard, given: string, expected: string): z.output<Guard> {
  const parsed = guard.safeParse(given);
  if (!parsed.success) throw new BadInput(expected);
  return parsed.data;
}

function required(given: string | undefined, option: string): string {
  if (given === undefined) throw new BadInput(`${option} is missing. See: npm run measure -- --help`);
  return given;
}

const folderOptions = { data: { type: 'string' }, 'passphrase-file': { type: 'string' } } as const;

const toFolder = (values: { readonly data?: string | undefined; readonly 'passphrase-file'?: string | undefined }) => ({
  data: required(values.data, '--data DIR'),
  passphraseFile: required(values['passphrase-file'], '--passphrase-file FILE'),
});

/** Runs a command of a presence test. @throws BadInput, FaceError */
export async function measurePresence(args: readonly string[], deps: MeasureDeps): Promise<void> {
  const [what, ...rest] = args;
  if (what === 'plan') {
    parseOptions({ args: rest, options: {} });
    deps.print(JSON.stringify(defaultPlan, null, 2));
  } else if (what === 'start') await start(parseStart(rest), deps);
  else if (what === 'report') await report(rest, deps);
  else if (what === 'delete') await erase(rest, deps);
  else {
    parseOptions({ args: [...args], options: {} });
    throw new BadInput('Name what to do: presence plan, start, report or delete. See: npm run measure -- --help');
  }
}

function parseStart(args: string[]) {
  const own = {
    plan: { type: 'string' },
    listen: { type: 'string', default: '127.0.0.1:8090' },
    'public-url': { type: 'string' },
  } as const;
  const { values } = parseOptions({ args, options: { ...folderOptions, ...own } });
  const { plan, listen: address, 'public-url': url } = values;
  return {
    ...toFolder(values),
    plan: required(plan, '--plan FILE'),
    address: parseOption(addressGuard, address, '--listen is a host and a port: 127.0.0.1:8090'),
    publicUrl:
      url === undefined
        ? null
        : parseOption(originGuard, url, '--public-url is an https address without a path; http only for this machine'),
  };
}

export async function openStoredCollection(
  { data, passphraseFile }: FolderOptions,
  deps: MeasureDeps,
  { make }: { readonly make: boolean } = { make: false },
): Promise<Collection> {
  const { collection, expired } = await openCollection({ folder: data, passphraseFile, make }, deps);
  if (expired.people > 0) deps.say(`${toErasedText(expired)}: their retention period ended.`);
  return collection;
}

const toErasedText = ({ people, presentations }: Awaited<ReturnType<Collection['erase']>>): string =>
  `Erased: ${presentations} presentations of ${people} ${people === 1 ? 'person' : 'people'}`;

async function start(options: ReturnType<typeof parseStart>, deps: MeasureDeps): Promise<void> {
  const plan = await readPlan(options.plan);
  const { config } = await deps.loadSetup();
  const collection = await openStoredCollection(options, deps, { make: true });
  const visits = createVisits(deps);
  const { host } = options.address;
  let origin = options.publicUrl ?? '';
  const offer = (): void => deps.print(`   ${pageLink(origin, visits.newTicket())}`);
  const app = createPresenceApp({
    ...deps,
    plan,
    collection,
    visits,
    proxyHops: config.proxyHops,
    folders: { page: pageFolder, models: resolve(config.modelsFolder) },
    onOpened() {
      deps.print('It was opened. For another browser or person:');
      offer();
    },
  });
  const stopped = deps.untilStopped();
  const listening = await listen(app, options.address);
  if (options.publicUrl === null) {
    origin = `http://localhost:${listening.port}`;
    deps.say(
      'Browsers open a camera on this machine alone at this address. For phones and other machines, put a proxy with https ' +
        'before it, and name its address: --public-url https://…',
    );
  }
  deps.say(`Listens at ${host}, port ${listening.port}, until Ctrl+C. Pictures stay in ${options.data}.`);
  deps.say(
    `They are stored for ${plan.keepDays} days after consent; the first of these commands after that erases them.`,
  );
  deps.print('Open this in a browser with a camera. It opens once:');
  offer();
  await stopped;
  await listening.stop();
}

async function readPlan(file: string): Promise<Plan> {
  const parsed = planGuard.safeParse(parseJson(await readText(file)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadInput(`${file} is not a plan: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  if (parsed.data.responsible === contactPlaceholder)
    throw new BadInput(
      `${file} does not name the operator of the test: set "responsible", which testers read before they consent`,
    );
  return parsed.data;
}

const readText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch(() => {
    throw new BadInput(`${file} cannot be read. Make one: npm run -s measure -- presence plan > ${file}`);
  });

const queueLimit = 64;

async function report(args: string[], deps: MeasureDeps): Promise<void> {
  const { values } = parseOptions({ args, options: { ...folderOptions, json: { type: 'boolean' } } });
  const folder = toFolder(values);
  const { config } = await deps.loadSetup();
  const collection = await openStoredCollection(folder, deps);
  const engine = await createEnginePool({ modelsFolder: config.modelsFolder, queueLimit });
  const movementJudge = createMovementJudge({ engine });
  const presences = new Set<string>();
  const judge: LivenessJudge = {
    async judge(captured, share) {
      const found = await movementJudge.judge(captured, share);
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
        if (judged.length % 50 === 49) deps.say(`${judged.length + 1} presentations…`);
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
  if (values.json) deps.print(JSON.stringify(rates));
  else for (const line of toReportLines(rates)) deps.print(line);
}

async function erase(args: string[], deps: MeasureDeps): Promise<void> {
  const own = { person: { type: 'string' }, yes: { type: 'boolean' } } as const;
  const { values } = parseOptions({ args, options: { ...folderOptions, ...own } });
  const { person, yes = false, 'passphrase-file': passphraseFile } = values;
  const data = required(values.data, '--data DIR');
  const whose =
    person === undefined ? `everything in ${data}` : `the stored data of "${toPrintable(person)}" in ${data}`;
  if (!yes) throw new BadInput(`This erases ${whose} permanently. Add --yes`);
  if (person === undefined) {
    const { presentations } = await eraseCollection(data);
    deps.print(`Erased: the keys of ${data}, and ${presentations} presentations.`);
    return;
  }
  if (passphraseFile === undefined)
    throw new BadInput('--person needs --passphrase-file: code names are encrypted, too');
  const collection = await openStoredCollection({ data, passphraseFile }, deps);
  const erased = await collection.erase((each) => each.person === toCodeName(person));
  if (erased.people === 0) throw new BadInput(`No person in ${data} has the code name "${toPrintable(person)}"`);
  deps.print(`${toErasedText(erased)}.`);
}
