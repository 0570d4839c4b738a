import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { facesFolder, hasFaces } from '../../support/data/faces.js';
import { embedSources } from '../corpus/people.js';
import type { SourceAsUsed } from '../measure/accuracy/as-used.js';
import { shippedEngine } from '../measure/accuracy/bare-token.js';
import { measurePhotos } from '../measure/accuracy/measure.js';
import type { ByGroup } from '../measure/accuracy/rates.js';
import { asUsedToMarkdown } from '../measure/accuracy/report.js';
import { BadInput, readPhotos, toHalf, toHalfByPlace, toPhotoFilter } from '../measure/corpus/corpus.js';
import {
  type EvalProgram,
  keep,
  listNamed,
  makeOut,
  parseOptions,
  runProgram,
  say,
  toFile,
} from '../measure/program.js';
import { lightChallenge } from './presentation-attacks/light-challenge.js';
import { passiveBounds } from './presentation-attacks/passive-bounds.js';
import { presentationAttacks } from './presentation-attacks/presentation-attacks.js';
import { roster } from './roster.js';

/*
 * `npm run eval -- --data DIR` measures accuracy on photos; `npm run eval -- NAME` measures another documented
 * property. Progress goes to stderr, figures to stdout. Exit code 2 means invalid arguments or photos.
 */

const programs: Readonly<Record<string, EvalProgram>> = {
  'presentation-attacks': presentationAttacks,
  'passive-bounds': passiveBounds,
  'light-challenge': lightChallenge,
  roster,
};

const usage = `npm run eval -- --data DIR [--judge half|all] [--pairs N|all] [--photos PATTERN] [--json] [--out DIR]
  Accuracy on the photos of a folder: one folder in it for each person, such as Name/Name_0001.jpg (JPEG, PNG, WebP).
  Or one folder for each source, and the people in those: strangers within each source, such as of one place.
  --data    without it: the evaluation faces (FACESTEP_FACES)
  --judge   half: the half of the people nothing was fitted on; all: where nothing was fitted on any of them
            (default half; all for folders of sources)
  --pairs   pairs of each kind to decode for each combination of photos (default 200000); all: for figures to publish
  --photos  which photos count, by the names of their files: 'frontal_*' (default all)
  --json    figures as JSON on stdout instead of tables
  --out     also writes accuracy.json, accuracy.md and det.svg into this folder; of sources groups.json and groups.md;
            and this folder's entry in as-used.json and as-used.md, next to the entries of other folders

npm run eval -- NAME [--data DIR]… [--model built-in|DIR]… [--json] [--out DIR]
  --data    presentation-attacks and passive-bounds: what was recorded, stills/<species>/*.jpg and
            movements/<species>/<clip>/<ms>.jpg, where the species "live" are people; or one folder for each person.
            passive-bounds takes several
  --model   passive-bounds and presentation-attacks: judges of passive liveness, whose mean is measured: built-in, or the
            folder of a model with its model.json (docs/own-model.md). Several are named one by one; default built-in
  --out     where it draws plots and tables: into this folder
${listNamed(programs)}`;

const programOptions = { json: { type: 'boolean', default: false }, out: { type: 'string' } } as const;
const programDataOptions = {
  ...programOptions,
  data: { type: 'string', multiple: true },
  model: { type: 'string', multiple: true },
} as const;
const accuracyOptions = {
  ...programOptions,
  data: { type: 'string' },
  judge: { type: 'string' },
  pairs: { type: 'string', default: '200000' },
  photos: { type: 'string' },
} as const;

async function readAsUsed(out: string): Promise<ByGroup<SourceAsUsed>> {
  const file = join(out, 'as-used.json');
  const text = await readFile(file, 'utf8').catch(() => '{}');
  try {
    return JSON.parse(text);
  } catch {
    throw new BadInput(`${file} is not JSON`);
  }
}

async function runAccuracy(args: string[]): Promise<void> {
  const { data, judge, pairs, photos = null, json, out } = parseOptions({ args, options: accuracyOptions }).values;
  if (judge !== undefined && judge !== 'half' && judge !== 'all') throw new BadInput('--judge takes half or all');
  if (pairs !== 'all' && !/^[1-9]\d{0,8}$/.test(pairs)) throw new BadInput('--pairs takes a number or all');
  if (data === undefined && !hasFaces) throw new BadInput('Name a folder of photos: --data DIR, or set FACESTEP_FACES');
  // Creates the folder before the evaluation, which takes a quarter of an hour, so that an invalid folder is reported
  // at once.
  await makeOut(out);
  const earlier = out === undefined ? {} : await readAsUsed(out);
  const folder = data ?? facesFolder;
  say('Looking for photos…');
  const found = await readPhotos(folder, toPhotoFilter(photos ?? '*'));
  const isMixed = found.sources === null;
  const judged = judge ?? (isMixed ? 'half' : 'all');
  const named = photos === null ? '' : ` --photos '${photos}'`;
  const command = `npm run eval -- --data DIR --judge ${judged} --pairs ${pairs}${named}`;
  const settings = {
    data: folder,
    pairs: pairs === 'all' ? Number.POSITIVE_INFINITY : Number(pairs),
    judge: judged,
    split: isMixed ? toHalf : toHalfByPlace,
    embed: embedSources,
    command,
    engine: shippedEngine,
  } as const;
  const { figures, tables, name, plots, asUsed } = await measurePhotos(settings, found, say);
  for (const line of figures.missing) say(`Not measured: ${line}`);
  const all = { ...earlier, ...asUsed };
  await keep(out ?? null, {
    [`${name}.json`]: toFile(figures),
    [`${name}.md`]: tables,
    ...plots,
    'as-used.json': toFile(all),
    'as-used.md': asUsedToMarkdown(all),
  });
  process.stdout.write(json ? `${JSON.stringify(figures)}\n` : tables);
}

async function runNamedProgram(name: string, args: string[]): Promise<void> {
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (program === undefined) throw new BadInput(`Unknown program ${name}\n\n${usage}`);
  const { data = [], json, out = null, model = [] } = parseOptions({ args, options: programDataOptions }).values;
  if (model.length > 0 && program.takesModel !== true) throw new BadInput(`${name} takes no --model`);
  if (model.length > 0 && data.length === 0) throw new BadInput('--model needs --data DIR');
  if (data.length === 0 && !hasFaces) throw new BadInput('No evaluation faces. Set FACESTEP_FACES to their folder.');
  const { runOn } = program;
  if (data.length > 0 && runOn === undefined) throw new BadInput(`${name} takes no --data`);
  const isGiven = data.length > 0 && runOn !== undefined;
  const figures = await (isGiven ? runOn(data, say, out, model) : program.run(say, out));
  if (json) {
    console.log(JSON.stringify(figures));
    return;
  }
  for (const [figure, value] of Object.entries(figures)) {
    if (Array.isArray(value)) {
      console.log(`${figure}:`);
      console.table(value);
    } else console.log(`${figure}: ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  }
}

const args = process.argv.slice(2);
await runProgram(async () => {
  if (args.length === 0) console.log(usage);
  else if (args[0].startsWith('--')) await runAccuracy(args);
  else await runNamedProgram(args[0], args.slice(1));
}, usage);
