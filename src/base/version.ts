import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');

/** Version in package.json, such as `0.1.0`. */
export const version: string = String(JSON.parse(text).version);
