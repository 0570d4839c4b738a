import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { deadLinksIn, listPages, readPage } from './page.js';
import { projectRoot } from './paths.js';

/* Every page of documentation, wherever it stands, leads only to pages, pictures and headings that are there. */

const pages = listPages();

test.each(pages)('%s', (page) => {
  expect(deadLinksIn(readPage(page), dirname(page))).toEqual([]);
});

test('there are pages, and a link that leads nowhere is told', () => {
  expect(pages.length).toBeGreaterThan(40);
  const page =
    '# One\n\n[a](#one) [b](#two) [c](README.md) [d](NONE.md) [e](README.md#none) [f](https://example.com)\n';
  expect(deadLinksIn(page, '.')).toEqual(['#two', 'NONE.md', 'README.md#none']);
});

test('docs/README.md lists every page that is written by hand', () => {
  const contents = readPage('docs/README.md');
  const unlinked = readdirSync(join(projectRoot, 'docs')).filter(
    (name) => name.endsWith('.md') && name !== 'README.md' && !contents.includes(`](${name})`),
  );
  expect(unlinked).toEqual([]);
});

test('README.md has at most 900 words, without its examples', () => {
  const words = readPage('README.md')
    .replaceAll(/```[\s\S]*?```|<!--.*?-->/g, '')
    .match(/[\p{L}\p{N}’']+/gu);
  expect(words?.length).toBeLessThanOrEqual(900);
});
