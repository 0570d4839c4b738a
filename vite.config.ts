import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { compressAssets } from './vite.compress-assets.js';

/** Keeps its name: browsers look for a new one at the address where the old one was. */
const worker = 'notice-worker';

/** Each HTML file at the root is a page of its own; beside them is the worker that shows notices. */
const everyEntry: Plugin = {
  name: 'every-entry',
  config({ root = '.' }) {
    const names = readdirSync(root);
    const entries = names.filter((name) => name.endsWith('.html'));
    // A page of tests may be without it.
    if (names.includes(worker)) entries.push(`${worker}/${worker}.ts`);
    const input = entries.map((name) => resolve(root, name));
    const entryFileNames = ({ name }: { readonly name: string }) =>
      name === worker ? '[name].js' : 'assets/[name]-[hash].js';
    // What a page needs at once is one file, and not the nine that the pages share in different ways: each is a request more
    // before the first screen. What only the other pages show stays with them.
    const isOfEvery = (id: string) => !/\.html$|\/main\.ts$|\/(presence|preview|notice-worker)\//.test(id);
    const codeSplitting = { groups: [{ name: 'page', tags: ['$initial' as const], test: isOfEvery }] };
    return { build: { rolldownOptions: { input, output: { entryFileNames, codeSplitting } } } };
  },
};

/** Builds the capture page, and that of presence tests: every asset its own file of this origin, so that the strictest policy holds. */
export default defineConfig({
  root: 'web/capture',
  base: '/face/',
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: '../../dist/capture-web',
    emptyOutDir: true,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
  worker: { format: 'es' },
  plugins: [everyEntry, compressAssets],
});
