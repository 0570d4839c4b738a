import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { renderBuiltPages } from '../scripts/reference/pages.js';
import { deadLinksIn } from '../support/benches/page.js';
import { docsFolder } from '../support/run/paths.js';

/* The pages of documentation as they are served: every link between them leads somewhere, and nothing of them is elsewhere. */

const names = readdirSync(docsFolder, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.html'))
  .sort();
const read = (name: string): string => readFileSync(join(docsFolder, name), 'utf8');
const pages = new Map(names.map((name) => [name, read(name)]));

const attributes = (html: string, attribute: string): string[] =>
  [...html.matchAll(new RegExp(`<[^>]* ${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) => value);
const idsOf = (name: string): string[] => attributes(pages.get(name) ?? '', 'id');

test.each(names)('the page %s is valid HTML without inline code, foreign sources or dead links', (name) => {
  const html = pages.get(name)!;
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(html.match(/<h1/g)).toHaveLength(1);
  // Nothing that the policy forbids, and nothing from elsewhere.
  expect(html).not.toMatch(/<script(?! type="module" src=)|<style|<iframe|<[^>]+ (style|on\w+)=/);
  expect([...attributes(html, 'src')].filter((src) => /^([a-z]+:|\/)/.test(src))).toEqual([]);
  expect(idsOf(name).length).toBe(new Set(idsOf(name)).size);
  const dead = [...attributes(html, 'href'), ...attributes(html, 'src')].filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? name : posix.join(dirname(name), path);
    return (
      !existsSync(join(docsFolder, target)) || (anchor !== undefined && !idsOf(target).includes(decodeURI(anchor)))
    );
  });
  expect(dead).toEqual([]);
});

const sections = z
  .array(z.strictObject({ at: z.string(), page: z.string(), heading: z.string(), text: z.string() }))
  .parse(JSON.parse(read('search.json')));

test('the search index covers every page and points only to existing headings', () => {
  const places = sections.map(({ at }) => at.split('#') as [string, string?]);
  expect(places.filter(([name, id]) => !pages.has(name) || (id !== undefined && !idsOf(name).includes(id)))).toEqual(
    [],
  );
  expect(names.filter((name) => !places.some(([of]) => of === name))).toEqual([]);
});

const built = renderBuiltPages();

test.each([
  ['docs/reference/api.md', 'reference/api.html', 'api.html'],
  ['docs/accuracy/as-used.json', 'accuracy/as-used.html', 'accuracy.html'],
  ['docs/accuracy/groups.json', 'accuracy/groups.html', 'accuracy.html'],
])('the page built from %s is complete, linked and without dead links', async (source, name, from) => {
  const text = (await built)[source] ?? '';
  expect(deadLinksIn(text, dirname(source))).toEqual([]);
  const headings = text.match(/^#+ /gm) ?? [];
  expect(headings.length).toBeGreaterThan(3);
  const [content] = pages.get(name)!.split('<nav id="pages"');
  expect(content!.match(/<h[1-6]/g)).toHaveLength(headings.length);
  expect(attributes(pages.get(from)!, 'href')).toContain(name);
});
