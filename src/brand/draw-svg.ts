import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('svg-process.js', import.meta.url));
const timeoutMs = 5_000;
const maxDrawnBytes = 4 * 1024 * 1024;

/** What became of an SVG. */
export type DrawnSvg = { readonly png: Buffer } | { readonly problem: 'too_large' | 'unreadable' };

/**
 * Draws an SVG as a PNG that fits a box. It is done in a process of its own, without this one's environment: the server itself
 * never loads what reads SVG (`prepareDecoder` of the engine switches it off for good), and what takes too long is ended.
 */
export function drawSvg(
  svg: Uint8Array,
  { width, height, maxPixels }: { readonly width: number; readonly height: number; readonly maxPixels: number },
): Promise<DrawnSvg> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--max-old-space-size=128', program, ...[width, height, maxPixels].map(String)],
      { encoding: 'buffer', env: {}, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: maxDrawnBytes },
      (error, png) => {
        if (error === null && png.length > 0) resolve({ png });
        else resolve({ problem: error?.code === 2 ? 'too_large' : 'unreadable' });
      },
    );
    // It may have ended before it has read all.
    child.stdin?.on('error', () => {});
    child.stdin?.end(svg);
  });
}
