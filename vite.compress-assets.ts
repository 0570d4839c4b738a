import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { Plugin } from 'vite';

/**
 * Writes a compressed copy of each asset, as it was written, into `compressed`: the server sends those. Of WebAssembly quality 9
 * takes a second; 11 would take half a minute for a tenth less.
 */
export const compressAssets: Plugin = {
  name: 'compress-assets',
  writeBundle({ dir = '' }) {
    mkdirSync(join(dir, 'compressed'), { recursive: true });
    for (const name of readdirSync(join(dir, 'assets'))) {
      const quality = name.endsWith('.wasm') ? 9 : 11;
      const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
      writeFileSync(
        join(dir, 'compressed', `${name}.br`),
        brotliCompressSync(readFileSync(join(dir, 'assets', name)), { params }),
      );
    }
  },
};
