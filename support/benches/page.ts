import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../run/paths.js';

export const readPage = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

const folders = ['docs', 'adapters', 'client', 'examples', 'infra', 'triggers'];

/** Lists all documentation pages, relative to the project's root. */
export const listPages = (): string[] =>
  [
    ...readdirSync(projectRoot).filter((name) => name.endsWith('.md')),
    ...folders.flatMap((folder) =>
      readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
        .map((name) => join(folder, name)),
    ),
  ].sort();

export const blocksOf = (page: string, language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

/** Removes Markdown links and formatting, and joins lines. */
export const plain = (text: string): string =>
  text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** Returns a heading's section, up to the next heading of its level or above. */
export function sectionOf(text: string, heading: string): string {
  const [, depth = '', rest = ''] = new RegExp(`^(#+) ${heading}\\n([\\s\\S]*)`, 'm').exec(text) ?? [];
  return rest.split(new RegExp(`^#{1,${depth.length}} `, 'm'))[0] ?? '';
}

export const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\|(.*)\|$/gm)]
    .map(([, cells = '']) => cells.split('|').map((cell) => cell.trim()))
    .filter((_, index, all) => index > all.findIndex(([first = '']) => /^-+$/.test(first)));

interface Reference {
  readonly path: string;
  readonly titles: readonly string[];
}

/** Returns the files that a text names in code marks, with the quoted test titles that follow. */
export const referencesIn = (text: string): Reference[] =>
  [...text.matchAll(/`((?:src|test|adapters|evidence|client|triggers|web)\/[\w./-]+)`((?:,? "[^"]+")*)/g)].map(
    ([, path = '', titles = '']) => ({
      path,
      titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
    }),
  );

/** Returns named files and titles that do not exist. */
export function missingReferencesIn(text: string): string[] {
  const missing: string[] = [];
  for (const { path, titles } of referencesIn(text)) {
    if (!existsSync(join(projectRoot, path))) missing.push(path);
    else missing.push(...titles.filter((title) => !hasTitle(path, title)).map((title) => `${path} "${title}"`));
  }
  return missing;
}

function hasTitle(path: string, title: string): boolean {
  const text = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?:['"\`]|: )${text}['"\`]`).test(readPage(path));
}

/** Returns links and pictures without a target file, heading or anchor. Links to other hosts are not checked. */
export const deadLinksIn = (text: string, from: string): string[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link) && !isThere(link, text, from));

function isThere(link: string, page: string, from: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = join(projectRoot, from, path);
  if (!existsSync(file)) return false;
  return anchor === undefined || placesOf(path === '' ? page : readFileSync(file, 'utf8')).includes(anchor);
}

function placesOf(page: string): string[] {
  const text = withoutCode(page);
  const seen = new Map<string, number>();
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const slug = slugOf(heading);
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)];
}

const withoutCode = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```/gm, '');

const slugOf = (heading: string): string =>
  plain(heading)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
