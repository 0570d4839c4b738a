// Builds dist/docs-web from the documentation: static files with a search, served below /docs. Links are relative, so
// any static file server works. Run `npm run setup` first: some pages are generated from the compiled sources.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import Eleventy from '@11ty/eleventy';
import { build } from 'esbuild';
import { renderBuiltPages } from '../dist/scripts/reference/pages.js';
import { createMarkdown } from '../web/docs/markdown.mjs';
import { listPages, nameOf, readNavigation } from '../web/docs/pages.mjs';
import { contentsOf, sectionsOf } from '../web/docs/sections.mjs';
import { root } from './root.mjs';

const source = join(root, 'web/docs');
const target = join(root, 'dist/docs-web');

/** Writes a file and a compressed copy. The package contains only the copy. */
const write = (name, content) => {
  const path = join(target, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  writeFileSync(`${path}.br`, brotliCompressSync(content));
};

const headingOf = (text) => /^# (.*)$/m.exec(text)?.[1].replaceAll('`', '');

const renderPages = async (pages, markdown) => {
  const groups = readNavigation(pages.find(({ name }) => name === 'contents.html').text).map(({ title, links }) => ({
    title,
    links: links.map((link) => ({ ...link, name: pages.find((page) => page.source === link.source).name })),
  }));
  const inOrder = groups.flatMap(({ links }) => links);
  const neighborsOf = (name) => {
    const at = inOrder.findIndex((link) => link.name === name);
    return at === -1 ? {} : { previous: inOrder[at - 1], next: inOrder[at + 1] };
  };
  const site = new Eleventy(source, target, {
    quietMode: true,
    config(eleventy) {
      eleventy.setUseGitIgnore(false);
      eleventy.setTemplateFormats(['md']);
      eleventy.setLibrary('md', markdown);
      eleventy.addFilter('contents', contentsOf);
      for (const { source: from, name, text } of pages)
        eleventy.addTemplate(name.replace(/html$/, 'md'), text, {
          // Render the page as Markdown only: its double braces are content, not a template.
          layout: 'page.liquid',
          templateEngineOverride: 'md',
          permalink: name,
          // Pages of generated tables have no heading.
          title: headingOf(text) ?? from,
          hasHeading: headingOf(text) !== undefined,
          ...neighborsOf(name),
          source: from,
          name,
          top: '../'.repeat(name.split('/').length - 1),
          groups,
        });
    },
  });
  return site.toJSON();
};

rmSync(target, { recursive: true, force: true });
const built = Object.entries(await renderBuiltPages()).map(([source, text]) => ({
  source,
  name: nameOf(source),
  text,
}));
const pages = [...listPages(root).filter(({ name }) => built.every((page) => page.name !== name)), ...built];
const pictures = new Set();
const takePicture = (picture) => {
  pictures.add(picture);
  return `pictures/${basename(picture)}`;
};
const markdown = createMarkdown(pages, takePicture, (document) => {
  write(basename(document), readFileSync(join(root, document)));
  return basename(document);
});
const rendered = await renderPages(pages, markdown);
const sections = rendered.flatMap(({ url, content }) => {
  const name = url.slice(1).replace(/(^|\/)$/, '$1index.html');
  write(name, content);
  return sectionsOf(name, content);
});
write('search.json', JSON.stringify(sections));
for (const picture of pictures) cpSync(join(root, picture), join(target, 'pictures', basename(picture)));
write('icon.svg', readFileSync(join(root, 'web/console/page-icon.svg')));
const { outputFiles } = await build({
  entryPoints: { docs: join(source, 'search.ts'), 'docs-style': join(source, 'docs.css') },
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  outdir: target,
  legalComments: 'none',
  target: ['chrome111', 'firefox114', 'safari16.4'],
});
for (const { path, contents } of outputFiles) write(basename(path).replace('docs-style', 'docs'), contents);
