import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { z } from 'zod';
import { texts as activity } from '../locales/compiled/console/activity/en.js';
import { texts as ledger } from '../locales/compiled/console/ledger/en.js';
import { auditEvents } from '../src/app/audit-events.js';
import { refusals } from '../src/errors.js';
import { createFolder } from '../support/run/folder.js';
import { projectRoot } from '../support/run/paths.js';
import { createTranslate, toSettingName } from '../web/console/parts/server-catalogue.js';
import { codesOf, reasonGroups } from '../web/console/screens/log/reason-groups.js';
import { collectServerTexts } from './server-texts.js';

const locales = join(projectRoot, 'locales');
const codes = readdirSync(locales)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -'.json'.length));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(projectRoot, 'scripts/locales.mjs'), ...args], { encoding: 'utf8' });

const read = (code: string) => JSON.parse(readFileSync(join(locales, `${code}.json`), 'utf8'));

/** Copies the catalogues, changed. */
function copyWith(change: (catalogues: ReturnType<typeof read>) => void): string {
  const catalogues = Object.fromEntries(codes.map((code) => [code, read(code)]));
  change(catalogues);
  const folder = createFolder('locales');
  for (const [code, catalogue] of Object.entries(catalogues))
    writeFileSync(join(folder, `${code}.json`), JSON.stringify(catalogue));
  return folder;
}

test('every language has the English texts with the same arguments, and the sources read each text', () => {
  expect(codes.length).toBeGreaterThanOrEqual(5);
  expect(run('--check').status).toBe(0);
});

test('the console has words for each action of the log, and for each reason that refuses a recovery', () => {
  const logged = auditEvents.decisions;
  expect(logged.length).toBeGreaterThan(50);
  expect(logged.filter((action) => !Object.hasOwn(ledger.actions, action))).toEqual([]);
  const acts = Object.entries(auditEvents.details).filter(([, schema]) =>
    JSON.stringify(z.toJSONSchema(schema)).includes('"by":{"type":"string"'),
  );
  expect(acts.length).toBeGreaterThan(50);
  const named = { ...ledger.actions, ...activity.actions };
  expect(acts.filter(([action]) => !Object.hasOwn(auditEvents.log, action) || !Object.hasOwn(named, action))).toEqual(
    [],
  );
  const reasons = Object.keys(refusals).filter((code) =>
    /^(recovery_(?!running|number_wrong|not_waiting)|credential_refused)/.test(code),
  );
  expect(reasons).toHaveLength(4);
  expect(reasons.filter((code) => !Object.hasOwn(ledger.codes, code))).toEqual([]);
});

test('the filter of the log has at most ten groups of reasons, and each reason is in one group', () => {
  expect(reasonGroups.length).toBeLessThanOrEqual(10);
  const all = Object.keys(ledger.codes);
  const codesByGroup = reasonGroups.map(([group]) => codesOf(group, all));
  expect(codesByGroup.filter((codes) => codes.length === 0)).toEqual([]);
  expect(codesByGroup.flat().toSorted()).toEqual(all.toSorted());
  expect(codesOf('face_mismatch', all)).toEqual(['face_mismatch']);
});

describe('the check of the catalogues reports', () => {
  test.each<[string, (catalogues: ReturnType<typeof read>) => void, string]>([
    ['a missing text', ({ fr }) => delete fr.server.counter.code, 'fr: server.counter.code is missing'],
    [
      'a text that English lacks',
      ({ de }) => Object.assign(de.server.counter, { more: 'Mehr' }),
      'de: server.counter.more is not in en.json',
    ],
    [
      'an English sentence',
      ({ fr }) => Object.assign(fr.server.counter, { doneText: '{name} can see the result of this check.' }),
      'fr: server.counter.doneText is English',
    ],
    [
      'another argument',
      ({ es }) => Object.assign(es.server.counter, { doneText: '{nombre} ve el resultado.' }),
      'es: server.counter.doneText has the arguments nombre instead of name',
    ],
    [
      'an omitted argument',
      ({ ar }) => Object.assign(ar.server.counter, { doneText: 'تم' }),
      'ar: server.counter.doneText has the arguments none instead of name',
    ],
    [
      'a missing case for an absent value',
      ({ de }) => Object.assign(de.server.consent, { text: 'Gelesen bei {from}.' }),
      'de: server.consent.text has the arguments from instead of from?',
    ],
    [
      'a text that does not parse',
      ({ fr }) => Object.assign(fr.server.counter, { doneText: '{name' }),
      'fr: server.counter.doneText is invalid: EXPECT_ARGUMENT_CLOSING_BRACE',
    ],
    [
      'a text that no source reads',
      (catalogues) => {
        for (const code of codes) catalogues[code].server.counter.leftOver = 'x';
      },
      'en: no source reads server.counter.leftOver',
    ],
  ])('%s', (_, change, problem) => {
    const { status, stderr } = run('--check', copyWith(change));
    expect([status, stderr.match(/^\w\w: .*$/gm)]).toEqual([1, [problem]]);
  });

  test('a missing text also when compiling, and writes nothing', () => {
    const folder = copyWith(({ fr }) => delete fr.server.counter.code);
    const { status, stderr } = run(folder);
    expect(status).toBe(1);
    expect(stderr).toContain('fr: server.counter.code is missing');
    expect(existsSync(join(folder, 'compiled'))).toBe(false);
  });
});

test('the texts of checks, set-up steps, settings and guides have translations, and no other text has', () => {
  const all = collectServerTexts();
  const valuesIn = (text: string) => [...text.matchAll(/\{\d\}/g)].map(String).sort().join();
  const findProblems = (catalogue: Record<string, string>) => [
    ...all.filter((text) => !Object.hasOwn(catalogue, text)),
    ...Object.keys(catalogue).filter((text) => !all.includes(text) || valuesIn(text) !== valuesIn(catalogue[text]!)),
  ];
  for (const code of codes.filter((each) => each !== 'en')) {
    const { Camera, ...others } = read(`server-texts/${code}`);
    expect(findProblems({ ...others, Camera })).toEqual([]);
    const changed = { ...others, Former: '', 'Smart Hook {0}': 'Smart Hook' };
    expect(findProblems(changed).toSorted()).toEqual(['Camera', 'Former', 'Smart Hook {0}']);
  }
});

test('joined texts of the server are translated part by part, without the values', () => {
  const text = 'Missing: Create the Smart Hook x y.; it says no. No user gets a face check';
  const translate = createTranslate(read('server-texts/de'));
  const parts = translate(text);
  const untranslated = parts.filter((part) => part.kind !== 'translated' && part.text !== '');
  expect(untranslated.map((part) => part.text)).toEqual(['x y', 'it says no']);
  const problem = 'connections.0.policy.rules.1.name: two rules have the name "Pilot"';
  expect(translate(problem).map((part) => part.text)).toContain('zwei Regeln haben den Namen „');
  expect(toSettingName('rules', translate)).toBe('Regeln');
  expect(toSettingName('freshnessSec', createTranslate({}))).toBe('Freshness (seconds)');
});

test('a text of names in a console stays English, and a text inserted into another is translated', () => {
  const translate = createTranslate(read('server-texts/de'));
  expect(translate('Client ID: 0oa1')[0]).toEqual({ kind: 'english', text: 'Client ID: ' });
  const long = `Says: ${'one thing; '.repeat(60)}`;
  expect(createTranslate({ [long]: 'Kurz' })(long)).toEqual([{ kind: 'translated', text: 'Kurz' }]);
  const parts = translate('Graph does not show which extension the flow asks before the form.');
  expect(parts.map(({ text }) => text).join('')).toBe(
    'Graph zeigt nicht, welche Erweiterung der Flow vor dem Formular aufruft.',
  );
});

test('one catalogue file adds a language', () => {
  const folder = copyWith((catalogues) => {
    catalogues.pt = { ...catalogues.es, language: { name: 'Português', direction: 'ltr' } };
  });
  expect(run(folder)).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(join(folder, 'compiled/languages.ts'), 'utf8')).toContain('pt: "Português"');
  expect(readFileSync(join(folder, 'compiled/server/consent/all.ts'), 'utf8')).toContain('./pt.js');
});

test('texts compile to functions of their arguments', async () => {
  const folder = createFolder('locales');
  const texts = {
    plain: 'A `quote` and a \\',
    escaped: "A `quote`, a \\ and $'{this}' of {name}",
    braces: "Write '{name}'",
    plural: '{tries, plural, =0 {none} one {# try} other {# tries}} for {name}',
    place: '{place, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}',
    absent: 'Signed in{where, select, none {} other { at {where}}}',
    flag: '{isNew, select, true {new} other {known}}',
    kind: '{kind, select, cat {Cat} dog {Dog} other {Animal}}',
    list: ['One', 'Two {more, number}'],
  };
  const en = { language: { name: 'English', direction: 'ltr' }, server: { page: texts } };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'en.json'), JSON.stringify(en));
  expect(run(folder)).toMatchObject({ status: 1, stderr: expect.stringContaining('a list has no arguments') });
  writeFileSync(
    join(folder, 'en.json'),
    JSON.stringify({ ...en, server: { page: { ...texts, list: ['One', 'Two'] } } }),
  );
  expect(run(folder)).toMatchObject({ status: 0, stderr: '' });
  const outfile = join(folder, 'page.mjs');
  buildSync({ entryPoints: [join(folder, 'compiled/server/page/en.ts')], bundle: true, format: 'esm', outfile });
  const { texts: page } = await import(outfile);
  expect([page.plain, page.braces, page.list]).toEqual([texts.plain, 'Write {name}', ['One', 'Two']]);
  expect(page.escaped({ name: 'Anna' })).toBe(`A \`quote\`, a \\ and $${'{this}'} of Anna`);
  expect([0, 1, 1200].map((tries) => page.plural({ tries, name: 'Anna' }))).toEqual([
    'none for Anna',
    '1 try for Anna',
    '1,200 tries for Anna',
  ]);
  expect([1, 2, 3, 11].map((place) => page.place({ place }))).toEqual(['1st', '2nd', '3rd', '11th']);
  expect([page.absent({ where: null }), page.absent({ where: 'none' })]).toEqual(['Signed in', 'Signed in at none']);
  expect([page.flag({ isNew: true }), page.flag({ isNew: false })]).toEqual(['new', 'known']);
  expect(['cat', 'cow'].map((kind) => page.kind({ kind }))).toEqual(['Cat', 'Animal']);
});
