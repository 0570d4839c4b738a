// Which files of the checkout are pages of the site, by which name each is served, and the groups of the navigation.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const folders = ['docs', 'adapters', 'client', 'examples', 'infra', 'triggers'];

/** `docs/keys.md` is served as `keys.html`, `adapters/okta/README.md` as `adapters/okta/index.html`. */
const nameOf = (source) =>
  source
    .replace(/^docs\/README\.md$/, 'contents.md')
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

/**
 * Reads the groups of the navigation from docs/README.md.
 * @param contents - text of docs/README.md
 * @returns title of each group, and label and source file of its pages
 */
export const readNavigation = (contents) =>
  contents
    .split(/^## /m)
    .slice(1)
    .map((group) => ({
      title: group.slice(0, group.indexOf('\n')),
      links: [...group.matchAll(/\[([^\]]+)\]\(([^)#]+\.md)\)/g)].map(([, label, link]) => ({
        label,
        source: posix.join('docs', link),
      })),
    }));
