// Which files of the checkout are pages of the site, by which name each is served, and what the list beside every page has.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folders = ['docs', 'adapters', 'client', 'examples', 'infra', 'triggers'];

/** `docs/keys.md` is `keys.html`, `adapters/okta/README.md` is `adapters/okta/index.html`: no page moves where its source stays. */
const nameOf = (source) =>
  source
    .replace(/^docs\//, '')
    .replace(/README\.md$/, 'index.md')
    .replace(/\.md$/, '.html')
    .replace(/^[A-Z]+\.html$/, (name) => name.toLowerCase());

/** Every page: where it is written, from the top of the checkout, and where it is served, from the top of the site. */
export const listPages = (root) => {
  const inFolders = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((name) => name.endsWith('.md') && !/node_modules|\/dist\//.test(name)),
  );
  const atTop = readdirSync(root).filter((name) => name.endsWith('.md'));
  return [...atTop, ...inFolders]
    .sort()
    .map((source) => ({ source, name: nameOf(source), text: readFileSync(join(root, source), 'utf8') }));
};

const linksIn = (text) =>
  [...text.matchAll(/\[([^\]]+)\]\(([^)#]+\.md)\)/g)].map(([, label, source]) => ({ label, source }));

/**
 * The groups of pages, as README.md has them for each kind of reader, and the providers of its table before them.
 * @returns each with its title, and its pages by their sources
 */
export const readNavigation = (readme) => {
  const [, more = ''] = /^## More\n([\s\S]*)/m.exec(readme) ?? [];
  const groups = [...more.matchAll(/^\| (?!you are|---)([^|]+) \| (.*) \|$/gm)].map(([, reader = '', links = '']) => ({
    title: `${reader[0].toUpperCase()}${reader.slice(1)}`,
    links: linksIn(links),
  }));
  const providers = linksIn(readme).filter(({ source }) => /^adapters\//.test(source));
  return [{ title: 'Identity providers', links: providers }, ...groups];
};
