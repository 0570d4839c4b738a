import { defineConfig } from 'vite';

/** Builds the capture page: every asset its own file of this origin, so that the strictest policy holds. */
export default defineConfig({
  root: 'src/capture/web',
  base: '/face/',
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: '../../../dist/capture-web',
    emptyOutDir: true,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
  worker: { format: 'es' },
});
