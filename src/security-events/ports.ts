import type { Trail } from '../audit/file.js';
import type { DataFiles } from '../config/data-files.js';
import type { Ports } from '../core/deps.js';
import type { openCursors } from './cursors.js';
import type { SecurityEvent } from './event.js';
import type { Sets } from './set.js';
import type { EventStream } from './stream.js';

/** `skipped` means that the user has no identifier for this stream. */
export const deliveryOutcomes = ['delivered', 'failed', 'dead', 'skipped'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** Result of one attempt. `refused`: the receiver wants no other. */
export type PushOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs: number | null };

/** Result of one attempt for the stream. `ended`: delivered, or given up. `stopped`: the stream or the server ended. */
export type AttemptResult =
  | { readonly kind: 'ended' | 'stopped' }
  | { readonly kind: 'failed'; readonly retryAfterMs: number | null };

/** Ports of the delivery of security events, by the names that functions receive them under. */
interface AllPorts extends Ports<'auditEvents' | 'state' | 'clock' | 'random' | 'log' | 'fetch'> {
  readonly sets: Sets;
  readonly trail: Pick<Trail, 'file' | 'chain'>;
  readonly files: Pick<DataFiles, 'deadLetters'>;
  readonly cursors: Awaited<ReturnType<typeof openCursors>>;
  /** Returns the current settings; `undefined` if the stream was deleted. */
  readonly streamNow: () => EventStream | undefined;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Attempts to deliver an event, as `attemptDelivery` does. */
  readonly attempt: (
    event: SecurityEvent,
    openStream: () => Promise<EventStream | null>,
    rules?: { readonly isLast: boolean },
  ) => Promise<AttemptResult>;
  readonly onDelivery: (stream: string, outcome: DeliveryOutcome) => void;
  /** Called with the number of waiting records, up to about 1,000. */
  readonly onWaiting: (stream: string, records: number) => void;
}

export type DeliveryPorts<Name extends keyof AllPorts> = Pick<AllPorts, Name>;
