import { defineConfig } from 'vite';
import { compressAssets } from './vite.compress-assets.js';

const texts = /\/locales\/compiled\/console\/[^/]+\/([a-z]{2})\.ts$/;

/**
 * Builds the console with a file for each screen and language, loaded on demand. All texts of one language share a
 * file, which is a quarter smaller after compression than separate files.
 */
export default defineConfig({
  root: 'web/console',
  base: '/console/',
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: '../../dist/console-web',
    emptyOutDir: true,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: (id) => texts.exec(id)?.[1] ?? null }] } },
    },
  },
  plugins: [compressAssets],
});
