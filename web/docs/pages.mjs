// Pages of the site: source files, names, and navigation groups.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const folders = ['docs', 'adapters', 'client', 'examples', 'infra', 'triggers'];

/** `docs/keys.md` becomes `keys.html`, `adapters/okta/README.md` becomes `adapters/okta/index.html`. */
export const nameOf = (source) =>
  source
    .replace(/^docs\/README\.md$/, 'contents.md')
    .replace(/^docs\//, '')
    .replace(/README\.md$/, 'index.md')
    .replace(/\.(md|json)$/, '.html')
    .replace(/^[A-Z]+\.html$/, (name) => name.toLowerCase());

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
 * Reads the navigation groups.
 * @param contents - text of docs/README.md
 * @returns title of each group, with label and source file of its pages
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
