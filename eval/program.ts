import type { Json } from '../src/json.js';

/** One evaluation: prints progress with `say` and returns its figures. */
export type Program = (say: (line: string) => void) => Promise<Json>;
