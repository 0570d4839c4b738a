import { mergeConfig } from 'vite';
import capturePage from '../../../web/vite.config.js';

/** Builds the page of a presence test, of parts of the capture page. */
export default mergeConfig(capturePage, {
  root: import.meta.dirname,
  build: { outDir: '../../../dist/presence-web' },
});
