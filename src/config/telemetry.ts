import { z } from 'zod';
import { headerCredentialGuard } from './credential.js';
import { safeUrlGuard } from './safe-url.js';

/** What this service tells of itself, beside its log. */
export const telemetryGuard = z.strictObject({
  /** Prometheus metrics at `/metrics` of an address of their own; `null` is off. */
  metrics: z
    .strictObject({ host: z.string().min(1).max(253).default('127.0.0.1'), port: z.int().min(0).max(65_535) })
    .nullable()
    .default(null),
  /** OpenTelemetry traces by OTLP over HTTP; `null` is off. */
  traces: z
    .strictObject({
      url: safeUrlGuard,
      /** Sent as `Authorization`. */
      authorization: headerCredentialGuard.nullable().default(null),
      /** Which part of the requests is traced, 0 to 1. */
      sampleRatio: z.number().min(0).max(1).default(0.1),
    })
    .nullable()
    .default(null),
});

export type TelemetryConfig = z.output<typeof telemetryGuard>;
