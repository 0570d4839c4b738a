import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Writes a compressed copy of each asset into `compressed`, for the server to send. */
export const compressAssets: Plugin = {
  name: 'compress-assets',
  writeBundle({ dir = '' }) {
    mkdirSync(join(dir, 'compressed'), { recursive: true });
    const names = readdirSync(join(dir, 'assets'), { withFileTypes: true }).filter((each) => each.isFile());
    for (const { name } of names) {
      // The default is the best quality.
      writeFileSync(join(dir, 'compressed', `${name}.br`), brotliCompressSync(readFileSync(join(dir, 'assets', name))));
    }
  },
};
