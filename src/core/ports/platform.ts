import type { Serializable } from '../base/json.js';
import type { EpochMs } from '../units.js';

export interface Clock {
  now(): EpochMs;
}

export type Random = (bytes: number) => Uint8Array;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Server log. It accepts only JSON, so that code which logs a face, token or key does not compile. */
export interface Log {
  info(message: string, fields?: Serializable): void;
  warn(message: string, fields?: Serializable): void;
  error(message: string, fields?: Serializable): void;
}
