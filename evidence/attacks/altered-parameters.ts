import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { toCode } from '../../src/errors.js';
import { parametersFile, parseParameters } from '../../src/face/token/parameters.js';
import { modelsFolder, projectRoot } from '../../test/support/run/paths.js';
import { type Attack, toClaim } from './attack.js';

const alterations: Readonly<Record<string, (text: string) => string>> = {
  'one space more': (text) => `${text} `,
  'one message bit fewer': (text) => text.replace(/"one": (\d+)/, (_, bits: string) => `"one": ${Number(bits) - 1}`),
  'fewest message bits': (text) => text.replace(/"(one|several)": \d+/g, '"$1": 16'),
  'lower cosine': (text) => text.replace(/"cosine": [\d.]+/g, '"cosine": 0'),
  'one photo required': (text) => text.replace(/"leastPhotos": \d/g, '"leastPhotos": 1 '),
  'one number changed': (text) =>
    text.replace(
      /("meanInMillionths": \[\s*)(-?\d+)/,
      (_, before: string, value: string) => `${before}${Number(value) + 1}`,
    ),
  'empty file': () => '',
  'first half': (text) => text.slice(0, text.length / 2),
};

const refusalOf = (text: string): string | null => {
  try {
    parseParameters(Buffer.from(text));
    return null;
  } catch (error) {
    return toCode(error);
  }
};

function startWith(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'facestep-altered-'));
  try {
    for (const part of ['dist/src', 'dist/adapters', 'dist/client', 'dist/locales', 'package.json'])
      cpSync(join(projectRoot, part), join(folder, part), { recursive: true });
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
    const file = join(folder, relative(projectRoot, parametersFile));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ modelsFolder }));
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'dist/src/main.js')], {
      cwd: folder,
      env: { ...process.env, PORT: '0', FACESTEP_DATA: join(folder, 'data'), FACESTEP_CONFIG: config },
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const alteredParameters: Attack = {
  about: 'a parameters file with a lower threshold: does the server take it?',
  async run({ say }) {
    const text = readFileSync(parametersFile, 'utf8');
    const changed = Object.entries(alterations).map(([name, alter]) => ({ name, text: alter(text) }));
    const untouched = changed.filter((each) => each.text === text).map(({ name }) => name);
    const taken = changed.filter((each) => refusalOf(each.text) !== 'parameters_altered').map(({ name }) => name);
    say('Starting a server with altered parameters…');
    const { status, stderr } = startWith(changed[2].text);
    const says = stderr.includes('parameters');
    return {
      figures: {
        alterations: changed.map(({ name }) => name),
        untouched,
        taken,
        serverExit: status,
        serverSaysWhy: says,
      },
      table: [['change', 'refused'], ...changed.map(({ name }) => [name, taken.includes(name) ? 'no' : 'yes'])],
      claims: [
        toClaim('altered files accepted, of eight', taken.length, { atMost: 0 }),
        toClaim(
          'server with a lowered threshold reports it and does not start',
          status !== 0 && status !== null && says ? 1 : 0,
          { atLeast: 1 },
        ),
        toClaim('control: alterations without effect', untouched.length, { atMost: 0 }),
        toClaim('control: published file accepted', refusalOf(text) === null ? 1 : 0, { atLeast: 1 }),
      ],
      skipped: [],
    };
  },
};
