import { defineConfig } from 'vite';
import { compressAssets } from './vite.compress-assets.js';

const texts = /\/messages\/(ar|de|en|es|fr)\.ts$/;

/**
 * Builds the console: every screen and every language a file of its own, fetched when it is shown. What all screens say in one
 * language is together: their words are much alike, and compress to three quarters of what they are apart.
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
