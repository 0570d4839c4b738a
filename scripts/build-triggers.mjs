import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import { root } from './root.mjs';

/*
 * npm run build:triggers [-- FILE]: bundles the Lambda functions of a Cognito user pool into triggers/dist/index.mjs.
 */

const [, , outfile = 'triggers/dist/index.mjs'] = process.argv;

const { engines } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));

/** Removes zod's messages in 50 languages, which are half of zod's size. The triggers show none of them. */
const englishOnly = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: "export { default as en } from './en.js';",
      resolveDir: dirname(path),
    }));
  },
};

/**
 * Removes the descriptions of settings, which only the documentation uses, and imports zod so that esbuild can leave out
 * its unused parts.
 */
const smallSchemas = {
  name: 'small-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](src|adapters)[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replace("import { z } from 'zod';", "import * as z from 'zod';")
        .replaceAll(/\.describe\(\s*(['"`])(?:\\.|(?!\1)[^\\])*\1,?\s*\)/g, ''),
      loader: 'ts',
    }));
  },
};

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['triggers/index.ts'],
  outfile,
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: `node${engines.node.replace(/[^\d.]/g, '')}`,
  legalComments: 'none',
  plugins: [englishOnly, smallSchemas],
  metafile: true,
});
const [{ bytes }] = Object.values(metafile.outputs);
process.stdout.write(`${outfile} ${bytes} bytes\n`);
