import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { defineConfig, type Plugin, type Rolldown } from 'vite';
import { writeTrimmedRuntime } from './guidance-runtime.mjs';
import { compressAssets } from './vite.compress-assets.js';

/**
 * The service worker's file has a fixed name, because browsers look for an update of a service worker at its known URL.
 */
const worker = 'notice-worker';

/** Makes each HTML file at the root a page, and adds the notification worker. */
const everyEntry: Plugin = {
  name: 'every-entry',
  config({ root = '.' }) {
    const names = readdirSync(root);
    const entries = names.filter((name) => name.endsWith('.html'));
    // Pages built for tests may have no notification worker.
    if (names.includes(worker)) entries.push(`${worker}/${worker}.ts`);
    const input = entries.map((name) => resolve(root, name));
    const entryFileNames = ({ name }: { readonly name: string }) =>
      name === worker ? '[name].js' : 'assets/[name]-[hash].js';
    // Put code that every page needs at once into one file. Several shared files would each cost a request before the
    // first screen.
    const isOfEvery = (id: string) => !/\.html$|\/main\.ts$|\/(preview|notice-worker)\//.test(id);
    const codeSplitting = { groups: [{ name: 'page', tags: ['$initial' as const], test: isOfEvery }] };
    // Libraries for React mark their files for React's server, which this page does not use.
    const onLog = (level: Rolldown.LogLevel, log: Rolldown.RolldownLog, handle: Rolldown.LogOrStringHandler): void => {
      if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
    };
    return { build: { rolldownOptions: { input, onLog, output: { entryFileNames, codeSplitting } } } };
  },
};

/** Links the texts of each language, so that a browser fetches them with the script. The server keeps one of the links. */
const preloadTexts: Plugin = {
  name: 'preload-texts',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { filename, bundle = {} }) =>
      Object.entries(filename.endsWith('/index.html') ? bundle : {}).flatMap(([file, chunk]) => {
        const source = chunk.type === 'chunk' ? chunk.facadeModuleId : null;
        const [, language] = /\/capture\/page\/(\w+)\.ts$/.exec(source ?? '') ?? [];
        if (language === undefined) return [];
        const attrs = { rel: 'modulepreload', 'data-language': language, crossorigin: true, href: `/face/${file}` };
        return [{ tag: 'link', attrs, injectTo: 'head' as const }];
      }),
  },
};

/** Leaves out the whole model runtime, which the library names in case that a page names no other. */
const leaveOutRuntime: Plugin = {
  name: 'leave-out-runtime',
  enforce: 'pre',
  transform: (code) =>
    code.replaceAll('new URL("ort-wasm-simd-threaded.wasm",import.meta.url)', 'new URL("about:blank")'),
};

/*
 * TensorFlow, which AWS's detector of faces uses, loads its WebAssembly by fixed file names, so their folder has the
 * version.
 */
const tensorFlow = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
const { version } = JSON.parse(readFileSync(join(tensorFlow, 'package.json'), 'utf8'));
const tensorFlowFolder = `tfjs-${version}`;

const copyTensorFlow: Plugin = {
  name: 'copy-tensorflow',
  writeBundle({ dir = '' }) {
    const folder = join(dir, 'assets', tensorFlowFolder);
    mkdirSync(folder, { recursive: true });
    for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'])
      copyFileSync(join(tensorFlow, 'dist', name), join(folder, name));
  },
};

/**
 * Builds the capture page. Each asset is a file of this origin, as the strictest content
 * security policy requires.
 */
export default defineConfig({
  root: 'web/capture',
  base: '/face/',
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: '../../dist/capture-web',
    emptyOutDir: true,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    // Put the icons into the stylesheet, because each file would cost a request before the first screen.
    assetsInlineLimit: (file) => file.endsWith('.svg') && !file.endsWith('page-icon.svg'),
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
  worker: { format: 'es', plugins: () => [leaveOutRuntime] },
  resolve: { alias: [{ find: /^onnxruntime-web\/ort-wasm-simd-threaded\.wasm/, replacement: writeTrimmedRuntime() }] },
  define: { 'import.meta.env.VITE_TFJS_FOLDER': JSON.stringify(tensorFlowFolder) },
  plugins: [everyEntry, preloadTexts, compressAssets, copyTensorFlow],
});
