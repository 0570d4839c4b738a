import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { commandRefusals } from '../src/cli/command-error.js';
import { errorAdvice } from '../src/cli/error-advice.js';
import { faceErrorCodes } from '../src/errors.js';
import { readPage } from './page.js';
import { projectRoot } from './paths.js';
import { renderPages } from './reference/pages.js';

const pages = await renderPages();

test('docs/reference holds the generated pages and nothing else', () => {
  expect(readdirSync(join(projectRoot, 'docs/reference')).toSorted()).toEqual(Object.keys(pages).toSorted());
});

test.each(Object.entries(pages))('docs/reference/%s is as generated', (name, text) => {
  if (readPage(`docs/reference/${name}`) !== text)
    throw new Error(`docs/reference/${name} is outdated: run node scripts/reference.mjs`);
});

test('every code has advice in plain text, and no command reuses a code of the server', () => {
  const advice = [...Object.values(errorAdvice), ...Object.values(commandRefusals).map((each) => each.advice)];
  expect(advice.filter((text) => text.length < 10 || /\]\(/.test(text))).toEqual([]);
  expect(faceErrorCodes.filter((code) => code in commandRefusals)).toEqual([]);
});
