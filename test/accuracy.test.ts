import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { range, share } from '../evidence/measure/accuracy/markdown.js';
import { asUsedToMarkdown, toMarkdown, toPlot } from '../evidence/measure/accuracy/report.js';
import { loadPictures } from '../examples/demo/pictures.js';
import { writeCorpus } from '../support/data/corpus.js';
import { createFolder } from '../support/run/folder.js';
import { projectRoot } from '../support/run/paths.js';

/* `npm run eval -- --data DIR` as it is run, on folders made of the demonstration photos. */

const folder = createFolder('accuracy');
const pictures = await loadPictures();
const darker = await sharp(pictures.stranger).linear(0.7).jpeg({ quality: 95 }).toBuffer();

interface Rates {
  readonly fmr: number;
  readonly fmrInterval: readonly [number, number];
}

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program. @param faces - where the evaluation faces are; nowhere unless said otherwise */
const run = (...args: string[]): Promise<Run> =>
  new Promise((resolve) => {
    const env = { ...process.env, FACESTEP_FACES: join(folder, 'nowhere') };
    const program = [join(projectRoot, 'dist/evidence/eval/eval.js'), ...args];
    const child = execFile(process.execPath, program, { env, maxBuffer: 2 ** 24 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

const write = async (name: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> => {
  await writeCorpus(join(folder, name), files);
  return join(folder, name);
};

const levels = ['1', '2', '3', '4', '5', '6', '7', '8'] as const;

describe('eval on a folder of photos', () => {
  let data: string;
  let first: Run;
  beforeAll(async () => {
    data = await write('people', {
      'Ünal Öz/Ünal Öz_0001.jpg': pictures.person[0],
      'Ünal Öz/Ünal Öz_0002.jpg': pictures.person[1],
      'Ünal Öz/notes.txt': 'not a photo',
      'Stranger/Stranger_0001.jpg': pictures.stranger,
      'Stranger/Stranger_0002.JPEG': darker,
      'Stranger/broken.png': 'not a photo either',
      'Without a face/landscape.jpg': pictures.landscape,
    });
    first = await run('--data', data, '--judge', 'all', '--json', '--out', join(folder, 'out'));
  });

  test('prints JSON figures with stable names on standard output, and progress on standard error', () => {
    expect(first.code).toBe(0);
    const figures = JSON.parse(first.stdout);
    expect(figures).toMatchObject({
      missing: [
        expect.stringMatching(/^false matches as a step-up uses it/),
        expect.stringMatching(/^false non-matches as a step-up uses it/),
      ],
      fta: { photos: 5, failures: { face_none: 1 }, rate: 0.2, unreadable: 1 },
      raw: { pairs: { genuine: 2, impostor: 1 }, fnmr: { '1e-4': null } },
      // Few people: each photo of the one against each of the other.
      protected: { 4: { fmr: 0, pairs: 4, pairsOfPeople: 1, fnmr: 0, genuinePairs: 2 } },
      multi: { 4: { '3x1': { fmr: null, fnmr: null }, '5x5': { fmr: null } } },
      asUsed: { 4: { photos: '3x1', fmr: null, fmrInterval: null, fnmr: null } },
      promise: { 4: { kept: null, pairs: 1, pairsNeeded: 30_000 } },
    });
    expect(first.stderr).toContain('1 files cannot be read as photos, such as: Stranger/broken.png (photo_invalid)');
  });

  test('filters photos by name, and collects the as-used levels of several runs', async () => {
    const out = join(folder, 'gathered');
    const { code, stdout } = await run('--data', data, '--judge', 'all', '--photos', '*_000*', '--json', '--out', out);
    expect(code).toBe(0);
    const figures = JSON.parse(stdout);
    expect(JSON.parse(stdout).command).toBe("npm run eval -- --data DIR --judge all --pairs 200000 --photos '*_000*'");
    expect(figures).toMatchObject({
      fta: { photos: 4, failures: {} },
      protected: { 4: { pairs: 4, genuinePairs: 2 } },
    });
    const gathered = JSON.parse(await readFile(join(out, 'as-used.json'), 'utf8'));
    expect(Object.keys(gathered)).toEqual(['people']);
    expect(gathered.people).toMatchObject({ judge: 'all', people: 2, asUsed: figures.asUsed, byPhotos: figures.multi });
    await run('--data', await write('others', { 'A/1.jpg': pictures.person[0] }), '--judge', 'all', '--out', out);
    const both = JSON.parse(await readFile(join(out, 'as-used.json'), 'utf8'));
    expect(both).toMatchObject({ people: gathered.people, others: { people: 1 } });
    expect(await readFile(join(out, 'as-used.md'), 'utf8')).toBe(asUsedToMarkdown(both));
  });

  test('a second run on the same folder prints the level tables of accuracy.md', async () => {
    const second = await run('--data', data, '--judge', 'all');
    expect(second.code).toBe(0);
    const tables = await readFile(join(folder, 'out', 'accuracy.md'), 'utf8');
    const levelsOf = (text: string): string => text.slice(text.indexOf('## Levels'), text.indexOf('## Speed'));
    expect(levelsOf(second.stdout)).toBe(levelsOf(tables));
  });
});

describe('eval on a folder of sources', () => {
  let data: string;
  let first: Run;
  beforeAll(async () => {
    data = await write('sources', {
      // Two names of one person: what the product would do is to let the one in as the other.
      'alike/A/A_0001.jpg': pictures.person[0],
      'alike/Aaron/B_0001.jpg': pictures.person[1],
      'unlike/A/A_0001.jpg': pictures.person[0],
      'unlike/A/A_0002.jpg': pictures.person[1],
      'unlike/C/broken.png': 'not a photo',
      'unlike/C/0001_00_00_01_1.jpg': pictures.stranger,
      'unlike/C/0001_00_00_01_2.jpg': darker,
    });
    first = await run('--data', data, '--json', '--out', join(folder, 'groups'));
  });

  test('prints separate figures for each source, with all people judged', () => {
    expect(first.code).toBe(0);
    const figures = JSON.parse(first.stdout);
    expect(Object.keys(figures.groups)).toEqual(['alike', 'unlike']);
    expect(figures).toMatchObject({
      judge: 'all',
      missing: [
        expect.stringContaining('false non-matches within alike: no person has two photos'),
        expect.stringContaining('levels 6 to 8 within alike'),
        expect.stringContaining('levels 6 to 8 within unlike'),
      ],
      sources: { alike: { people: 2, nearestStrangers: 1 }, unlike: { people: 2, fta: { photos: 4, unreadable: 1 } } },
      groups: {
        alike: { 4: { photos: '1x1', fmr: 1, falseMatches: 1, pairs: 1, fnmr: null }, 8: { photos: '3x1', fmr: null } },
        // The two photos of C are of one sitting, so that the one genuine pair is that of A.
        unlike: { 4: { photos: '1x1', fmr: 0, pairs: 4, pairsOfPeople: 1, fnmr: 0, genuinePairs: 1, people: 1 } },
      },
      nearest: { alike: { 4: { fmr: 1, pairs: 2 } }, unlike: { 4: { fmr: 0, pairs: 8 } } },
      embeddings: { alike: { '1e-4': { fmr: 1, nearest: { fmr: 1 } } }, unlike: { '1e-3': { fmr: 0 } } },
    });
    expect(first.stderr).toMatch(/Embedded in [\d.]+ s/);
  });
});

describe('eval exits with code 2 and a reason for invalid', () => {
  const refused = async (message: RegExp, ...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  };

  test('photos', async () => {
    const texts = await write('texts', { 'A/1.jpg': 'text', 'B/1.jpg': '' });
    await refused(
      /2 files cannot be read[\s\S]*No photo of the 2 people judged shows a face/,
      '--data',
      texts,
      '--judge',
      'all',
    );
    const blank = await write('blank', { 'here/A/1.jpg': pictures.landscape, 'there/B/1.jpg': pictures.landscape });
    await refused(/No photo in .* shows a face/, '--data', blank);
    // By the digest of the name, no one here is in the half that judges.
    await refused(/--judge all/, '--data', await write('fitted', { 'Aaron/1.jpg': pictures.person[0] }));
  });

  test('arguments', async () => {
    await refused(/--judge takes/, '--data', folder, '--judge', 'most');
    await refused(/--pairs takes/, '--data', folder, '--pairs', '0');
    await refused(/--unknown/, '--unknown');
    await refused(/FACESTEP_FACES/, '--json');
    await refused(/Unknown program nothing/, 'nothing');
    await refused(/cannot be made/, '--data', folder, '--out', join(projectRoot, 'package.json', 'out'));
  });
});

test('the published tables and the plot match the published figures', async () => {
  const read = (name: string): Promise<string> => readFile(join(projectRoot, 'docs/accuracy', name), 'utf8');
  const figures = JSON.parse(await read('accuracy.json'));
  expect(await read('accuracy.md')).toBe(toMarkdown(figures));
  expect(await read('det.svg')).toBe(toPlot(figures));
});

test('the cross-match figures in README.md, docs/known-limits.md and docs/accuracy.md equal the measured ones', async () => {
  const read = (name: string): Promise<string> => readFile(join(projectRoot, name), 'utf8');
  const mixed = JSON.parse(await read('docs/accuracy/accuracy.json'));
  const { groups, groupsByPhotos, nearest, embeddings } = JSON.parse(await read('docs/accuracy/groups.json'));
  const document = await read('docs/accuracy.md');
  const readme = await read('README.md');
  const security = await read('docs/known-limits.md');
  const cell = ({ fmr, fmrInterval }: Rates): string => `${share(fmr)} (${range(fmrInterval, share)})`;
  for (const level of levels) {
    const { photos } = groups.casia![level];
    const sources = ['casia', 'nuaa', 'essex'].map((source) => cell(groups[source][level]));
    const row = [cell(mixed.multi[level][photos]), ...sources, share(nearest.casia![level].fmr)].join(' | ');
    expect(document).toContain(`| ${level} | ${photos.replace('x', ' × ')} | `);
    expect(document).toContain(` | ${row} |`);
  }
  for (const source of ['casia', 'nuaa']) {
    expect(document).toContain(share(embeddings[source]['1e-4'].fmr));
    for (const level of ['4', '8'] as const) {
      const { fmr, fmrInterval } = groups[source][level];
      expect(security.replace(/\s+/g, ' ')).toContain(share(fmr));
      expect(security.replace(/\s+/g, ' ')).toContain(range(fmrInterval, share).replace(' – ', ' to '));
    }
  }
  const rowOf = (of: (source: string) => Rates): string =>
    ['casia', 'nuaa']
      .map((source) => cell(of(source)).replace(' (', ' | ').replace(' – ', ' to ').replace(')', ''))
      .join(' | ');
  expect(document).toContain(`| ${rowOf((source) => groupsByPhotos[source]['4']['3x1'])} |`);
  const [casia, nuaa] = ['casia', 'nuaa'].map((source) => groups[source]['4']);
  expect([casia!.fmr, nuaa!.fmr]).toEqual([0, 0]);
  expect(readme.replace(/<!--.*?-->/g, '')).toContain(
    `none; up to ${share(casia!.fmrInterval![1])} and ${share(nuaa!.fmrInterval![1])} are possible`,
  );
});
